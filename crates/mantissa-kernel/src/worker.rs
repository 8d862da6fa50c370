//! The process that runs compiled cells, and what it tells the session beside their output.
//!
//! The engine starts a child and reads its standard output line by line: output of the cell, MIME
//! blocks, and lines of its own such as "this cell has panicked". It swallows the latter and calls
//! the cell a success. So our child puts itself between: it forwards every line, and repeats what
//! the session must know as marks on standard error, which the engine passes through.
//!
//! What a cell writes to standard error is in that pipe before the cell tells that it is through, so
//! a mark always follows all that it is about: who has read [`Mark::End`] has read everything.

use std::env;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The engine sets this in its child's environment.
const IS_CHILD: &str = "EVCXR_IS_RUNTIME";

/// Set in the child's environment; the value says how far its start has come.
const VARIABLE: &str = "MANTISSA_WORKER";

/// What the engine prints when a cell panicked, when `?` left it early, and when it is through.
const PANICKED: &[u8] = b"EVCXR_PANIC_NOTIFICATION";
const RETURNED: &[u8] = b"EVCXR_ERROR_OCCURRED";
const COMPLETE: &[u8] = b"EVCXR_EXECUTION_COMPLETE";

/// A line that the worker adds to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The cell panicked.
    Panicked,
    /// A `?` in the cell met an error.
    Returned,
    /// The cell is through.
    End,
}

impl Mark {
    /// The line, which no program prints by accident.
    const fn line(self) -> &'static str {
        match self {
            Mark::Panicked => "\u{1}mantissa panicked\u{1}",
            Mark::Returned => "\u{1}mantissa returned\u{1}",
            Mark::End => "\u{1}mantissa end\u{1}",
        }
    }

    /// What a line of the engine means.
    fn of(line: &[u8]) -> Option<Mark> {
        match line {
            PANICKED => Some(Mark::Panicked),
            RETURNED => Some(Mark::Returned),
            COMPLETE => Some(Mark::End),
            _ => None,
        }
    }

    /// Reads a line of standard error.
    pub fn parse(line: &str) -> Option<Mark> {
        [Mark::Panicked, Mark::Returned, Mark::End]
            .into_iter()
            .find(|mark| mark.line() == line)
    }
}

/// The command by which the engine starts its child.
pub fn command() -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.env(VARIABLE, "start");
    Ok(command)
}

/// Makes this process a worker if the engine started it as its child; comes first in `main`, before
/// `evcxr::runtime_hook()`, which then takes over.
pub fn hook() {
    if env::var_os(IS_CHILD).is_none() {
        return;
    }
    let step = env::var(VARIABLE).unwrap_or_default();
    let result = match step.as_str() {
        "marks" => tee(),
        "quiet" => Ok(()),
        "start" => start_over("marks"),
        // A child of the stock server: its output must stay as it is.
        _ => start_over("quiet"),
    };
    if let Err(error) = result {
        eprintln!("The worker cannot start: {error}");
        std::process::exit(1);
    }
}

/// Starts over without `RUST_BACKTRACE`, which the engine sets in every child: a learner's panic
/// has one line that matters, and forty of the engine's. `MANTISSA_BACKTRACE` brings them back.
/// (Changing the variable in place would be unsafe, and this takes a millisecond.)
fn start_over(step: &str) -> io::Result<()> {
    let backtrace = env::var_os("MANTISSA_BACKTRACE").unwrap_or_else(|| "0".into());
    Err(Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(VARIABLE, step)
        .env("RUST_BACKTRACE", backtrace)
        .exec())
}

/// Puts a thread between this process's standard output and whoever reads it.
fn tee() -> io::Result<()> {
    let reader = File::from(rustix::io::dup(rustix::stdio::stdout())?);
    let (output, input) = io::pipe()?;
    rustix::stdio::dup2_stdout(&input)?;
    std::thread::spawn(move || {
        // The session is gone if this fails, and with it the reason to go on.
        let _ = forward(BufReader::new(output), reader, io::stderr());
    });
    Ok(())
}

/// Forwards lines, and marks what they mean.
fn forward(mut from: impl BufRead, mut to: impl Write, mut errors: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        if let Some(mark) = Mark::of(line.strip_suffix(b"\n").unwrap_or(&line)) {
            errors.write_all(format!("{}\n", mark.line()).as_bytes())?;
        }
        to.write_all(&line)?;
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(input: &str) -> (String, String) {
        let (mut to, mut errors) = (Vec::new(), Vec::new());
        forward(input.as_bytes(), &mut to, &mut errors).unwrap();
        (
            String::from_utf8(to).unwrap(),
            String::from_utf8(errors).unwrap(),
        )
    }

    #[test]
    fn everything_passes_unchanged() {
        for text in [
            "one\n\ntwo EVCXR_PANIC_NOTIFICATION\nno newline",
            "EVCXR_ERROR_OCCURRED\nEVCXR_EXECUTION_COMPLETE\n",
        ] {
            assert_eq!(forwarded(text).0, text);
        }
    }

    #[test]
    fn what_the_engine_swallows_is_marked_in_order() {
        let text = "a\nEVCXR_ERROR_OCCURRED\nEVCXR_PANIC_NOTIFICATION\nEVCXR_EXECUTION_COMPLETE\n";
        let (_, errors) = forwarded(text);
        let marks: Vec<_> = errors.lines().filter_map(Mark::parse).collect();
        assert_eq!(marks, [Mark::Returned, Mark::Panicked, Mark::End]);
        assert_eq!(errors.lines().count(), 3);
    }

    #[test]
    fn output_is_not_marked() {
        assert_eq!(forwarded("an EVCXR_ERROR_OCCURRED within\n").1, "");
    }
}
