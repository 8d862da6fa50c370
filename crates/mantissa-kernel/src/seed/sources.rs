//! The standard library's sources, as much of them as types in notebooks need.
//!
//! More than half of what `rust-src` has are the processors' vector instructions, which the analyser
//! would read and resolve at every start. It takes the folder that `RUST_SRC_PATH` names, and without a
//! manifest there it asks cargo nothing. What is left out has no types for a notebook to infer.

use crate::toolchain;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The crates that a program sees.
const CRATES: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// Written last; says which toolchain the sources are of.
const STAMP: &str = "of";

/// The folder of the sources, in the launcher's own.
pub(super) fn folder(lab: &Path) -> PathBuf {
    lab.join("std")
}

/// Copies them, unless those of this toolchain are there. Without the component there is nothing to copy,
/// and the analyser infers less.
pub(super) fn prepare(lab: &Path) -> Result<()> {
    let Some(library) = toolchain::sources().filter(|path| path.join("core").is_dir()) else {
        return Ok(());
    };
    let folder = folder(lab);
    let of = toolchain::version()?;
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|stamp| stamp == of) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for name in CRATES {
        let from = library.join(name).join("src");
        copy(&from, &folder.join(name).join("src"))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(fs::write(folder.join(STAMP), of)?)
}

/// Copies Rust files, but for tests.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "tests" {
                copy(&source, &target)?;
            }
        } else if source.extension().is_some_and(|end| end == "rs") {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
