//! Folders of sessions: made for one, removed after it, and swept if nobody could remove them.

use super::ENGINE;
use super::files::copy_tree;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A file that is locked as long as somebody uses the folder.
const IN_USE: &str = "in-use";

/// A session's own copy of the seed, removed when dropped.
#[derive(Debug)]
pub struct SessionDir {
    path: PathBuf,
    _in_use: File,
}

impl SessionDir {
    /// Copies the seed into a new folder below `sessions`.
    pub(super) fn copy(seed: &Path, sessions: &Path) -> Result<SessionDir> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = sessions.join(format!("{}-{number}", process::id()));
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)?;
        let in_use = File::create(path.join(IN_USE))?;
        in_use.lock_shared()?;
        let dir = SessionDir {
            path,
            _in_use: in_use,
        };
        copy_tree(seed, &dir.path)
            .with_context(|| format!("cannot copy the seed to {}", dir.path.display()))?;
        Ok(dir)
    }

    /// Shares a folder that another process made, which may end before this one.
    pub fn adopt(path: PathBuf) -> Result<SessionDir> {
        let in_use = File::open(path.join(IN_USE))?;
        in_use.lock_shared()?;
        Ok(SessionDir {
            path,
            _in_use: in_use,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the engine works: the value of `EVCXR_TMPDIR`.
    pub fn engine(&self) -> PathBuf {
        self.path.join(ENGINE)
    }

    /// Leaves the folder to the process that has adopted it.
    pub fn leave(self) {
        std::mem::forget(self);
    }

    /// Removes what nobody uses. The caller holds the seed's lock, so nobody is making one.
    pub(super) fn sweep(sessions: &Path) {
        for entry in fs::read_dir(sessions).into_iter().flatten().flatten() {
            let file = File::open(entry.path().join(IN_USE));
            if file.is_ok_and(|file| file.try_lock().is_err()) {
                continue;
            }
            // Another process may be sweeping too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for SessionDir {
    fn drop(&mut self) {
        // A compiler that is about to end may still write; what stays is swept by the next session.
        for _ in 0..5 {
            if fs::remove_dir_all(&self.path).is_ok() || !self.path.exists() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_uses_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let (seed, sessions) = (folder.path().join("seed"), folder.path().join("sessions"));
        fs::create_dir_all(&seed).unwrap();
        fs::write(seed.join("file"), "content").unwrap();
        let used = SessionDir::copy(&seed, &sessions).unwrap();
        let shared = SessionDir::adopt(used.path().to_owned()).unwrap();
        let left = SessionDir::copy(&seed, &sessions)
            .unwrap()
            .path()
            .to_owned();
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join(IN_USE), "").unwrap();
        let path = used.path().to_owned();
        used.leave();
        SessionDir::sweep(&sessions);
        assert!(path.join("file").is_file() && !left.exists());
        drop(shared);
        assert!(!path.exists());
    }
}
