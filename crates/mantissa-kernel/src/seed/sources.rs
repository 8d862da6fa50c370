//! The standard library's sources, as much of them as types in notebooks need.
//!
//! More than half of what `rust-src` has are the processors' vector instructions, which the analyser
//! would read and resolve at every start. It takes the folder that `RUST_SRC_PATH` names, and without a
//! manifest there it asks cargo nothing. What is left out has no types for a notebook to infer.
//!
//! A session that has not needed the analyser yet shows it a standard library without content, at a link
//! that is set to the real one later.

use crate::toolchain;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The crates that a program sees.
const CRATES: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// Written last; says which toolchain the sources are of.
const STAMP: &str = "of";

/// What the link of a session can lead to: the sources, as seen from there, and an empty library.
const SOURCES: &str = "../../std";
const NOTHING: &str = "nothing";

/// The folder of the sources, in the launcher's own.
fn folder(lab: &Path) -> PathBuf {
    lab.join("std")
}

/// Where a session's analyser looks for the sources.
pub(super) fn link(session: &Path) -> PathBuf {
    session.join("std")
}

/// Lets a session's analyser find nothing, for now.
pub(super) fn hide(session: &Path) -> Result<()> {
    fs::create_dir_all(session.join(NOTHING).join("core/src"))?;
    fs::write(session.join(NOTHING).join("core/src/lib.rs"), "")?;
    symlink(NOTHING, link(session)).context("cannot link the standard library")
}

/// Lets it find the sources.
pub(super) fn show(session: &Path) -> Result<()> {
    let new = session.join("std.new");
    symlink(SOURCES, &new)?;
    fs::rename(new, link(session)).context("cannot link the standard library")
}

/// Whether it finds them.
pub(super) fn are_shown(session: &Path) -> bool {
    fs::read_link(link(session)).is_ok_and(|target| target == Path::new(SOURCES))
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
