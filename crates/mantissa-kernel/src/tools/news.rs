//! What cargo says while it works.

use super::NEWS;
use crate::seed::SESSION_VARIABLE;
use anyhow::{Context, Result};
use std::env;
use std::io::{BufRead, BufReader, Write, stderr};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs cargo, and tells the engine what it is at. Passes on what it says to standard error, but for the
/// commands that it runs, which are given to `ran`. Gives its exit code.
pub(super) fn run(cargo: &mut Command, mut ran: impl FnMut(&str)) -> Result<i32> {
    let mut child = cargo.stderr(Stdio::piped()).spawn()?;
    let said = child.stderr.take().context("cargo has no stderr")?;
    let engine = engine();
    for line in BufReader::new(said).split(b'\n') {
        let mut line = line?;
        let text = String::from_utf8_lossy(&line);
        let command = text.trim().strip_prefix("Running `");
        match command.and_then(|command| command.strip_suffix('`')) {
            Some(command) => ran(command),
            None => {
                if let (Some(engine), Some(work)) = (&engine, work(&text)) {
                    let _ = engine.send(work.as_bytes());
                }
                line.push(b'\n');
                stderr().write_all(&line)?;
            }
        }
    }
    Ok(child.wait()?.code().unwrap_or(1))
}

/// The way to the engine, which cargo does not wait for.
fn engine() -> Option<UnixDatagram> {
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    let session = env::var_os(SESSION_VARIABLE)?;
    socket.connect(Path::new(&session).join(NEWS)).ok()?;
    Some(socket)
}

/// What a line of cargo's says that it is at.
fn work(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.split(" (").next().unwrap_or(line);
    match line.split_once(' ')? {
        ("Compiling" | "Checking", name) if name.starts_with("ctx ") => Some("Compiling the cell"),
        ("Compiling" | "Checking" | "Downloaded" | "Downloading" | "Updating" | "Blocking", _) => {
            Some(line)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_told_from_what_is_said() {
        for (line, expected) in [
            (
                "   Compiling either v1.19.0",
                Some("Compiling either v1.19.0"),
            ),
            ("   Compiling ctx v1.0.0 (/a/b)", Some("Compiling the cell")),
            (
                "   Compiling mantissa v0.1.0 (/a)",
                Some("Compiling mantissa v0.1.0"),
            ),
            (" Downloading crates ...", Some("Downloading crates ...")),
            ("       Fresh either v1.19.0", None),
            ("warning: unused", None),
            ("", None),
        ] {
            assert_eq!(work(line), expected);
        }
    }
}
