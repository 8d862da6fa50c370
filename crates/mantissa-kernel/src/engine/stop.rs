//! Ends processes of a session.

use rustix::process::{Pid, Signal, getpid, kill_process};
#[cfg(not(target_os = "linux"))]
use std::process::Command;

/// Ends the process that runs a cell. Its snapshot takes over.
pub(super) fn kill(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        // It may have ended by itself.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Ends the cargo that the engine waits for, if there is one, with what that has started. The engine's other
/// child is the keeper.
pub(super) fn kill_compilers() {
    let processes = processes();
    let processes: Vec<_> = processes.iter().filter_map(|line| parse(line)).collect();
    let this = getpid().as_raw_nonzero().get();
    let mut found: Vec<i32> = processes
        .iter()
        .filter(|(_, parent, name)| *parent == this && *name == "cargo")
        .map(|(pid, ..)| *pid)
        .collect();
    let mut index = 0;
    while let Some(&one) = found.get(index) {
        let children = processes.iter().filter(|(_, parent, _)| *parent == one);
        found.extend(children.map(|(pid, ..)| *pid));
        index += 1;
    }
    found.into_iter().for_each(kill);
}

/// A process's number, its parent's, its name.
fn parse(line: &str) -> Option<(i32, i32, &str)> {
    let mut words = line.split_whitespace();
    let (pid, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((pid, parent, words.next()?.rsplit('/').next()?))
}

/// Every process: its number, its parent's, its name.
#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<String> {
    let found = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,comm="])
        .output();
    let text = found.map(|found| String::from_utf8_lossy(&found.stdout).into_owned());
    text.unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Every process: its number, its parent's, its name. A Linux without `ps` is common.
#[cfg(target_os = "linux")]
fn processes() -> Vec<String> {
    let status = |entry: std::fs::DirEntry| {
        let text = std::fs::read_to_string(entry.path().join("status")).ok()?;
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        };
        Some(format!(
            "{} {} {}",
            field("Pid")?,
            field("PPid")?,
            field("Name")?
        ))
    };
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(status).collect()
}
