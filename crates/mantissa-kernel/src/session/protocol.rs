//! What a session and its engine say to each other: lines of JSON over a socket.

use crate::worker::Display;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// What a session asks for. Work is done in turn; an interrupt and an answer count at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Go to this folder and begin anew: the first request to an engine that was waiting, answered by
    /// [`Reply::Ready`].
    Begin(PathBuf),
    /// Run a cell; ends with [`Reply::Done`].
    Execute(String),
    /// What could follow in this code at this byte; answered by [`Reply::Completions`].
    Complete {
        /// The cell as it is.
        code: String,
        /// Where the cursor is, in bytes.
        position: usize,
    },
    /// What is at this byte; answered by [`Reply::Inspection`].
    Inspect {
        /// The cell as it is.
        code: String,
        /// Where the cursor is, in bytes.
        position: usize,
    },
    /// The answer to [`Reply::Input`]; none if nobody can be asked, which stops the cell.
    Answer(Option<String>),
    /// Stop the cell that is running, if one is.
    Interrupt,
}

/// What the engine tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The engine is ready for work.
    Ready,
    /// The cell waits for this, such as the compilation of a crate, or no longer.
    Working(Option<String>),
    /// The cell printed.
    Stdout(String),
    /// The cell printed to standard error.
    Stderr(String),
    /// The cell shows something.
    Display(Display),
    /// The cell asks its reader.
    Input {
        /// What it asks.
        prompt: String,
        /// Whether the answer must not be seen.
        password: bool,
    },
    /// The cell is through.
    Done(Result<(), CellError>),
    /// What could follow.
    Completions(Completions),
    /// Plain text and HTML, if anything is known.
    Inspection(Option<(String, String)>),
}

/// What could follow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Completions {
    /// The bytes that each of the items replaces.
    pub start: usize,
    /// Their end.
    pub end: usize,
    /// The possibilities.
    pub items: Vec<Completion>,
}

/// A possibility.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// What would stand there.
    pub text: String,
    /// Such as `function`.
    pub kind: String,
    /// For readers: the name with its signature.
    pub label: String,
}

/// The ways in which a cell fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// It does not compile, so nothing of it ran.
    Compile,
    /// It panicked.
    Panic,
    /// A `?` met an error.
    Returned,
    /// Its process ended.
    Crash,
    /// It was stopped.
    Interrupt,
}

impl ErrorKind {
    /// A name, as Jupyter shows it before the message.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::Compile => "compile error",
            ErrorKind::Panic => "panic",
            ErrorKind::Returned => "error",
            ErrorKind::Crash => "crash",
            ErrorKind::Interrupt => "interrupt",
        }
    }
}

/// Why a cell failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// The way.
    pub kind: ErrorKind,
    /// One line.
    pub message: String,
    /// All that is known, in several lines: the place in the cell, notes, help.
    pub details: String,
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.message)
    }
}

impl std::error::Error for CellError {}
