//! Where things are: the checkout, and what the launcher keeps in it.

use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// Names the checkout to child processes, so that all parts of one run agree on it.
pub const ROOT_VARIABLE: &str = "MANTISSA_ROOT";

/// A checkout of mantissa. Everything that is written goes below its root.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The checkout around the working directory, else around the executable, else the one that
    /// this was compiled in.
    pub fn find() -> Result<Project> {
        let starts = [
            env::var_os(ROOT_VARIABLE).map(PathBuf::from),
            env::current_dir().ok(),
            env::current_exe().ok(),
            Some(PathBuf::from(env!("CARGO_MANIFEST_DIR"))),
        ];
        starts
            .iter()
            .flatten()
            .find_map(|start| Project::around(start))
            .context(
                "not inside a checkout of mantissa: no folder from here up has \
                 crates/mantissa-kernel/Cargo.toml",
            )
    }

    /// The checkout that contains `path`.
    pub fn around(path: &Path) -> Option<Project> {
        path.ancestors()
            .find(|folder| folder.join("crates/mantissa-kernel/Cargo.toml").is_file())
            .map(|root| Project {
                root: root.to_owned(),
            })
    }

    /// The top of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The library that notebooks use.
    pub fn library(&self) -> PathBuf {
        self.root.join("crates/mantissa")
    }

    /// The notebooks and their sources.
    pub fn notebooks(&self) -> PathBuf {
        self.root.join("notebooks")
    }

    /// The tutorial's pictures.
    pub fn images(&self) -> PathBuf {
        self.root.join("img")
    }

    /// The virtual environment with JupyterLab.
    pub fn environment(&self) -> PathBuf {
        self.root.join(".venv")
    }

    /// What the launcher may delete at any time: seed, sessions, settings of the engine.
    pub fn lab(&self) -> PathBuf {
        self.root.join("target/lab")
    }

    /// A path as a reader of messages wants it: from the root, where it is below it.
    pub fn display<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}
