//! The processes that run compiled cells.
//!
//! ```text
//! engine ── commands ──► keeper ── commands, input ──► runner ── fork ──► snapshot
//!    ▲                    │  ▲                            │                  │
//!    └── answers, events ─┘  └──── output, as written ────┴──────────────────┘
//! ```
//!
//! The engine starts a child, tells it which compiled cell to load, and reads its standard output by
//! lines: output, MIME blocks of which it keeps one a type, news that it swallows. We put a *keeper*
//! there, which answers the engine in its own protocol, and tells the session everything else as
//! [`Event`]s, in order and as soon as it is written.
//!
//! The *runner* loads cells and runs them. Before each it forks a *snapshot*, which sleeps until the
//! runner either tells that the cell is through, or is gone: killed by an interrupt, crashed, or ended by
//! `exit`. Then the snapshot is the runner, with all variables as they were before the cell.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::env;
use std::io;
use std::path::Path;
use std::process::Command;

mod keeper;
mod output;
mod runner;

/// The engine sets this in its child's environment.
const IS_CHILD: &str = "EVCXR_IS_RUNTIME";

/// Set in the environment of our processes; the value says which it is.
const ROLE: &str = "MANTISSA_WORKER";

/// Where the runner finds the library for the standard streams of cells.
const STDIO: &str = "MANTISSA_STDIO";

/// Tells the library that displays may be sent one by one, with a header (see `output`).
const DISPLAYS: &str = "MANTISSA_DISPLAYS";

/// What the keeper tells the session. On its way, each is a line of JSON on standard error, which the
/// engine passes through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// This process runs cells from now on.
    Runner(i32),
    /// A cell has been compiled, and runs now.
    Running,
    /// Text on standard output.
    Stdout(String),
    /// Text on standard error.
    Stderr(String),
    /// Something to see.
    Display(Display),
    /// The cell asks its reader this, and waits for the answer.
    Asks(String),
    /// The cell panicked.
    Panicked,
    /// A `?` in the cell met an error.
    Returned,
    /// The runner ended in this way within the cell, and its snapshot took over.
    Restored(String),
    /// The cell is through, and so is its output.
    End,
}

/// Something to see, in several MIME types of which a front end chooses one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Display {
    /// What becomes of it.
    pub kind: DisplayKind,
    /// By this name it can be updated.
    pub id: Option<String>,
    /// A text for each MIME type.
    pub data: BTreeMap<String, String>,
}

/// What becomes of a display.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisplayKind {
    /// Who sent it did not say; it is the value if it is the last thing that the cell does.
    #[default]
    Bare,
    /// It is shown where it comes.
    Show,
    /// It takes the place of those shown with its id.
    Update,
    /// It is the value of the cell, if nothing comes after it.
    Value,
}

/// The command by which the engine starts its child. `stdio` is the library for the streams of cells.
pub fn command(stdio: &Path) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.env(ROLE, "keeper").env(STDIO, stdio);
    Ok(command)
}

/// Makes this process a keeper or a runner if it was started as one; comes first in `main`, before
/// `evcxr::runtime_hook()`, which does the same for the children of the stock server.
pub fn hook() {
    let result = match env::var(ROLE).as_deref() {
        Ok("keeper") if env::var_os(IS_CHILD).is_some() => keeper::run(),
        Ok("runner") => runner::run(),
        _ => return,
    };
    let Err(error) = result;
    eprintln!("The process for cells cannot go on: {error}");
    std::process::exit(1);
}
