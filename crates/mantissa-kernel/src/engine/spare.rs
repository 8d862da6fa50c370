//! An engine that waits for a session: started early, warmed, and then found by its socket.

use crate::project::Project;
use anyhow::Result;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use rustix::process::{Pid, test_kill_process};
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::Duration;

/// Tells an engine to wait for a session at this socket.
pub const SOCKET: &str = "MANTISSA_SPARE";

/// How often to look for a session, and for whoever started us.
const LOOK: Duration = Duration::from_millis(20);

/// Where spare engines wait, each at the socket that has its number.
pub fn folder(project: &Project) -> PathBuf {
    project.lab().join("spare")
}

/// Removes what engines have left here that could not do so themselves.
pub fn sweep(project: &Project) {
    for entry in fs::read_dir(folder(project))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        // The second word is a process: the engine, or whoever started it.
        let process = name
            .split(['-', '.'])
            .nth(1)
            .and_then(|word| word.parse().ok());
        let lives = process
            .and_then(Pid::from_raw)
            .is_some_and(|pid| test_kill_process(pid).is_ok());
        if !lives {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The socket at which this engine is to wait, if it is a spare.
pub(super) fn socket() -> Option<PathBuf> {
    env::var_os(SOCKET).map(PathBuf::from)
}

/// Waits for the engine to be warm and then for a session; `None` if whoever started this engine is gone
/// before one comes.
pub(super) fn wait(path: &Path, warm: &Receiver<()>) -> Result<Option<UnixStream>> {
    let parent = parent_id();
    while warm.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        if parent_id() != parent {
            return Ok(None);
        }
    }
    // It is there under its name when it can be used.
    let new = path.with_extension("new");
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    listener.set_nonblocking(true)?;
    let session = loop {
        match listener.accept() {
            Ok((stream, _)) => break Some(stream),
            Err(_) if parent_id() != parent => break None,
            Err(_) => thread::sleep(LOOK),
        }
    };
    let _ = fs::remove_file(path);
    if let Some(stream) = &session {
        stream.set_nonblocking(false)?;
        // Tells whoever started us, without a way for it to be mistaken about a slow start.
        let _ = fs::write(
            taken(path.parent().unwrap_or(Path::new("")), process::id()),
            "",
        );
    }
    Ok(session)
}

/// Whether a session has come for this engine; says so once.
pub fn was_taken(project: &Project, engine: u32) -> bool {
    fs::remove_file(taken(&folder(project), engine)).is_ok()
}

fn taken(folder: &Path, engine: u32) -> PathBuf {
    folder.join(format!("taken-{engine}"))
}
