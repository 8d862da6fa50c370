//! The Jupyter kernel: sockets on one side, a session on the other.
//!
//! ```text
//!            ┌ shell ───► queue ──► Shell, one request after the other ──► Engine ──► session
//! front end ─┼ control ─► at once (interrupt, shutdown) ─────────────────────┘
//!            ├ stdin ◄──► questions of cells
//!            ├ iopub ◄─── everything that happens
//!            └ heartbeat
//! ```
//!
//! The kernel answers as soon as its sockets are bound; the engine starts behind it. Whatever needs the
//! engine waits in the queue.

use crate::project::Project;
use anyhow::{Context, Result};
use jupyter_protocol::ConnectionInfo;
use std::path::Path;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use wire::Sockets;

mod complete;
mod control;
mod engine;
mod history;
mod info;
mod reader;
mod shell;
mod syntax;
mod waiting;
mod wire;

/// How often to look whether the front end is still there.
const LOOK: Duration = Duration::from_secs(1);

/// Serves until a front end asks to end, or is gone.
pub fn serve(project: &Project, connection_file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(connection_file)
        .with_context(|| format!("cannot read {}", connection_file.display()))?;
    let info: ConnectionInfo = serde_json::from_str(&text)
        .with_context(|| format!("{} is no connection file", connection_file.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(run(project, &info));
    // Threads that wait for the engine must not keep the process.
    runtime.shutdown_background();
    result
}

async fn run(project: &Project, info: &ConnectionInfo) -> Result<()> {
    let sockets = Sockets::bind(info).await?;
    let engine = engine::Engine::start(project);
    let history = history::History::open(&project.lab().join("history.jsonl"));
    let iopub = sockets.iopub.clone();
    let (stdin_in, stdin_out) = sockets.stdin;
    let (answer, answers) = tokio::sync::mpsc::unbounded_channel();
    let reader = reader::Reader::new(stdin_out, answers);
    let shell = shell::Shell::new(sockets.iopub, reader, engine.clone(), history);
    let (queue, requests) = tokio::sync::mpsc::unbounded_channel();
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let interrupt = async {
        while interrupts.recv().await.is_some() {
            engine.interrupt();
        }
    };
    tokio::select! {
        end = wire::receive(sockets.shell_in, queue) => end,
        end = wire::receive(stdin_in, answer) => end,
        end = shell.serve(requests, sockets.shell_out) => end,
        end = control::serve(sockets.control, engine.clone(), iopub) => end,
        end = wire::echo(sockets.heartbeat) => end,
        () = interrupt => Ok(()),
        _ = terminations.recv() => Ok(()),
        () = orphaned() => Ok(()),
    }?;
    engine.end();
    Ok(())
}

/// Waits until the process that started this one is gone, if it wants to be missed.
async fn orphaned() {
    let parent = std::os::unix::process::parent_id();
    if std::env::var_os("JPY_PARENT_PID").is_none() {
        return std::future::pending().await;
    }
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(LOOK).await;
    }
}
