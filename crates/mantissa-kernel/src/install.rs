//! The kernel for every notebook of the user, and no trace of it afterwards.

use crate::environment::kernelspec;
use crate::notebook::KERNEL;
use crate::project::{Project, ROOT_VARIABLE};
use anyhow::{Context, Result};
use jupyter_zmq_client::dirs::user_data_dir;
use serde_json::json;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Where Jupyter looks for kernels of this user.
fn folder() -> Result<PathBuf> {
    let data = match env::var_os("JUPYTER_DATA_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => user_data_dir().context("this user has no folder for Jupyter's data")?,
    };
    Ok(data.join("kernels"))
}

/// Registers the kernel.
pub fn install(project: &Project) -> Result<()> {
    let folder = folder()?.join(KERNEL);
    let mut spec = kernelspec()?;
    // Notebooks elsewhere find the checkout, which has the compiled library, by this.
    spec["env"] = json!({ ROOT_VARIABLE: project.root() });
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(folder.join("kernel.json"), format!("{spec:#}\n"))?;
    println!("registered the kernel in {}", folder.display());
    println!("it needs this checkout where it is; `cargo lab uninstall` removes it");
    Ok(())
}

/// Removes what [`install`] made, and folders that are empty without it.
pub fn uninstall() -> Result<()> {
    let kernels = folder()?;
    let ours = kernels.join(KERNEL);
    match fs::remove_dir_all(&ours) {
        Ok(()) => println!("removed {}", ours.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("the kernel is not registered in {}", kernels.display());
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot remove {}", ours.display()));
        }
    }
    for folder in [Some(kernels.as_path()), kernels.parent()]
        .into_iter()
        .flatten()
    {
        // Only if nothing else is in there.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}
