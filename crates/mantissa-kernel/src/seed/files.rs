//! Files of seeds and sessions: what has changed, what is written, what is shared.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

/// When something in a folder was last written, made or removed.
pub(crate) fn newest(folder: &Path) -> Option<SystemTime> {
    let own = fs::metadata(folder).ok()?.modified().ok();
    let entries = fs::read_dir(folder).ok()?.flatten();
    let inner = entries.filter_map(|entry| {
        let about = entry.metadata().ok()?;
        match about.is_dir() {
            true => newest(&entry.path()),
            false => about.modified().ok(),
        }
    });
    inner.chain(own).max()
}

/// Writes a file, unless it is so already.
pub(super) fn write_if_changed(path: &Path, content: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Whether a file is the compiler's, which writes a new one in its place and never into it: nine tenths of the
/// seed, which all sessions can share.
fn is_replaced(file: &Path) -> bool {
    let name = file.extension().unwrap_or_default();
    ["rlib", "rmeta"].iter().any(|end| name == *end)
}

/// Copies a folder with its times, by which cargo knows what is up to date.
pub(super) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_tree(&source, &target)?;
        } else if !(is_replaced(&source) && fs::hard_link(&source, &target).is_ok()) {
            fs::copy(&source, &target)?;
            let modified = entry.metadata()?.modified()?;
            File::open(&target)?.set_modified(modified)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_changes_in_a_folder_makes_it_newer() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let file = inner.join("file.rs");
        fs::write(&file, "").unwrap();
        let past = SystemTime::now() - Duration::from_secs(60);
        let all = [file.as_path(), &inner, folder.path()];
        let age = || {
            for path in all.iter().filter(|path| path.exists()) {
                File::open(path).unwrap().set_modified(past).unwrap();
            }
        };
        age();
        let old = newest(folder.path());
        assert_eq!(old, newest(folder.path()));
        fs::write(&file, "changed").unwrap();
        assert!(newest(folder.path()) > old);
        age();
        fs::remove_file(&file).unwrap();
        assert!(newest(folder.path()) > old, "a file has gone");
    }

    #[test]
    fn sessions_share_what_the_compiler_never_writes_into() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().unwrap();
        let (seed, session) = (folder.path().join("seed"), folder.path().join("session"));
        fs::create_dir(&seed).unwrap();
        for name in ["libctx.rlib", "libctx.rmeta", "fingerprint"] {
            fs::write(seed.join(name), name).unwrap();
        }
        copy_tree(&seed, &session).unwrap();
        for (name, shared) in [
            ("libctx.rlib", true),
            ("libctx.rmeta", true),
            ("fingerprint", false),
        ] {
            let about = |folder: &Path| fs::metadata(folder.join(name)).unwrap();
            assert_eq!(
                about(&seed).ino() == about(&session).ino(),
                shared,
                "{name}"
            );
            assert_eq!(
                about(&seed).modified().unwrap(),
                about(&session).modified().unwrap()
            );
        }
    }
}
