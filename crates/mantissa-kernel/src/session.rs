//! A running notebook: the engine, its child, and the variables that live there.
//!
//! The engine takes three things from its process: the working directory (relative paths in
//! `:dep`), `EVCXR_TMPDIR` and `EVCXR_CONFIG_DIR`. So a process holds one session, and whoever wants
//! one starts a process for it: [`host`] gives the command.

use crate::project::{Project, ROOT_VARIABLE};
use crate::seed::{Seed, SessionDir};
use crate::worker::{self, Mark};
use anyhow::{Context, Result, anyhow};
use crossbeam_channel::Receiver;
use evcxr::{CommandContext, Error, EvalContext, EvalContextOutputs, EvalOutputs};
use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

pub use failure::{CellError, ErrorKind};

mod failure;

/// The session's folder, in the environment of its process.
const DIR_VARIABLE: &str = "MANTISSA_SESSION";

/// How long a silence means that nothing more comes.
const LAG: Duration = Duration::from_millis(20);

/// How long to wait for a mark that must come.
const PATIENCE: Duration = Duration::from_secs(5);

/// Rust-analyzer recurses deeply.
const STACK: usize = 64 << 20;

/// A command line of this executable that may start a [`Session`], and the folder made for it, which
/// must be kept until it ends.
pub fn host(project: &Project) -> Result<(Command, SessionDir)> {
    let dir = Seed::of(project).copy()?;
    let mut command = Command::new(env::current_exe()?);
    command
        .env(ROOT_VARIABLE, project.root())
        .env(DIR_VARIABLE, dir.path())
        .env("EVCXR_TMPDIR", dir.engine())
        .env("EVCXR_CONFIG_DIR", project.lab().join("engine"));
    Ok((command, dir))
}

/// The session's folder, if this process was started by [`host`].
pub fn hosted() -> Option<PathBuf> {
    env::var_os(DIR_VARIABLE).map(PathBuf::from)
}

/// What a cell gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellOutcome {
    /// What it printed.
    pub stdout: String,
    /// What it printed to standard error; of a failed cell this is in the error.
    pub stderr: String,
    /// The cell's value, a text for each MIME type.
    pub bundle: BTreeMap<String, String>,
    /// Why it failed, if it did.
    pub error: Option<CellError>,
}

/// The engine with its child process.
pub struct Session {
    context: CommandContext,
    streams: EvalContextOutputs,
}

impl Session {
    /// Starts the engine, in the working directory. The process must come from [`host`].
    pub fn start() -> Result<Session> {
        hosted().context("a session runs in a process of its own")?;
        let (context, streams) = EvalContext::with_subprocess_command(worker::command()?)
            .map_err(|error| anyhow!("the engine does not start: {error}"))?;
        let session = Session {
            context: CommandContext::with_eval_context(context),
            streams,
        };
        // The engine has run a cell of its own to get going.
        session.rest(&mut Output::default(), 1);
        Ok(session)
    }

    /// Runs a cell. That it fails is an outcome, not an error.
    pub fn execute(&mut self, code: &str) -> CellOutcome {
        let mut output = Output::default();
        let (context, streams) = (&mut self.context, &self.streams);
        // The engine waits until its output has been taken, so that happens here meanwhile.
        let result = thread::scope(|scope| {
            let (alive, done) = crossbeam_channel::bounded::<()>(0);
            let running = thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, move || {
                    let _alive = alive;
                    context.execute(code)
                });
            while output.take(streams, &done, Duration::MAX) {}
            running.expect("a thread can be started").join()
        });
        let result = result.unwrap_or_else(|_| Err("the engine panicked".to_owned().into()));
        // A cell runs once for each time it was compiled to the end, and marks its end each time.
        let runs = match &result {
            Ok(outputs) => {
                let phases = outputs.phases.iter().map(|phase| phase.name.as_str());
                phases.filter(|name| *name == "Final compile").count()
            }
            Err(_) => 0,
        };
        self.rest(&mut output, runs);
        self.outcome(code, result, output)
    }

    /// Takes the output that is still on its way when the engine is through with `runs` runs.
    fn rest(&self, output: &mut Output, runs: usize) {
        let never = crossbeam_channel::never();
        while output.ends < runs && output.take(&self.streams, &never, PATIENCE) {}
        // Without an end to wait for, as after a crash, a short silence must do.
        let silence = if runs == 0 { LAG } else { Duration::ZERO };
        while output.take(&self.streams, &never, silence) {}
    }

    fn outcome(
        &self,
        code: &str,
        result: Result<EvalOutputs, Error>,
        output: Output,
    ) -> CellOutcome {
        let (bundle, error) = match result {
            Ok(outputs) => {
                let error = output.mark.map(|kind| {
                    let source = self.context.last_source().unwrap_or_default();
                    CellError::at_run(kind, &output.stderr, &source, code)
                });
                (outputs.content_by_mime_type.into_iter().collect(), error)
            }
            Err(Error::CompilationErrors(errors)) => {
                (BTreeMap::new(), Some(CellError::at_compile(&errors, code)))
            }
            Err(error) => {
                let error = CellError::of_engine(&error.to_string(), &output.stderr);
                (BTreeMap::new(), Some(error))
            }
        };
        CellOutcome {
            stdout: output.stdout,
            stderr: match error {
                Some(_) => String::new(),
                None => output.stderr,
            },
            bundle,
            error,
        }
    }
}

/// Output of a cell.
#[derive(Default)]
struct Output {
    stdout: String,
    stderr: String,
    mark: Option<ErrorKind>,
    ends: usize,
}

impl Output {
    /// Takes a line of either stream, if one comes in time and before all is done.
    fn take(
        &mut self,
        streams: &EvalContextOutputs,
        done: &Receiver<()>,
        patience: Duration,
    ) -> bool {
        crossbeam_channel::select! {
            recv(done) -> _ => false,
            recv(streams.stdout) -> line => line.map(|line| push_line(&mut self.stdout, &line)).is_ok(),
            recv(streams.stderr) -> line => line.map(|line| self.error_line(&line)).is_ok(),
            default(patience) => false,
        }
    }

    fn error_line(&mut self, line: &str) {
        match Mark::parse(line) {
            Some(Mark::End) => self.ends += 1,
            Some(Mark::Panicked) => self.mark = Some(ErrorKind::Panic),
            Some(Mark::Returned) => self.mark = Some(ErrorKind::Returned),
            None => push_line(&mut self.stderr, line),
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
