//! A running notebook, from the inside: the evcxr engine, its keeper, and the variables that live
//! there. A process of its own (see [`crate::session`]), which ends with whoever started it.

use crate::project::ROOT_VARIABLE;
use crate::seed::{SESSION_VARIABLE, Seed, SessionDir};
use crate::session::{CellError, Completion, Completions, Reply, Request};
use crate::{spares, tools, worker};
use anyhow::{Context, Result, anyhow};
use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use evcxr::{CommandContext, CompilationError, Error, EvalCallbacks, EvalContext, EvalOutputs};
use relay::{Relay, Stop};
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::thread;
use std::time::{Duration, Instant};

mod commands;
mod failure;
mod relay;
pub mod spare;
mod stop;
mod types;
mod work;

/// How long a cell may take to end that has been stopped. The keeper ends with us in any case.
const GRACE: Duration = Duration::from_secs(1);

/// How long to wait for a request before the analyser is loaded for those that need it.
const IDLE: Duration = Duration::from_secs(20);

/// The optimization level of cells.
const LEVEL: &str = "0";

/// What the analyser completes first, to have all traits and their methods at hand.
const FIRST: &str = "let first = vec![1.0]; first.le";

/// Rust-analyzer recurses deeply.
const STACK: usize = 64 << 20;

/// Serves a session until it ends: the one whose socket is standard input, or, as a spare, the first that
/// comes.
pub fn main() -> Result<()> {
    let dir = env::var_os(SESSION_VARIABLE).context("an engine is started by a session")?;
    let dir = SessionDir::adopt(dir.into())?;
    let relay = Relay::new();
    work::listen(dir.path(), relay.clone());
    let (work, todo) = unbounded();
    let (answer, answers) = unbounded();
    let (warmed, warm) = unbounded();
    let spare = spare::socket();
    if spare.is_none() {
        relay.attach(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?));
    }
    let is_spare = spare.is_some();
    let engine = thread::Builder::new().stack_size(STACK).spawn({
        let relay = relay.clone();
        move || {
            let mut engine = match Engine::start(relay, answers) {
                Ok(engine) => engine,
                Err(error) => {
                    eprintln!("error: {error:#}");
                    exit(1);
                }
            };
            if !is_spare {
                engine.relay.say(&Reply::Ready);
            }
            if is_spare {
                engine.warm(&todo);
            }
            let _ = warmed.send(());
            engine.serve(&todo);
        }
    })?;
    let socket = match spare {
        None => Some(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?)),
        Some(path) => spare::wait(&path, &warm)?,
    };
    if let Some(socket) = socket {
        if is_spare {
            relay.attach(socket.try_clone()?);
        }
        for line in BufReader::new(socket).lines() {
            match serde_json::from_str(&line?).context("an unknown request")? {
                Request::Interrupt => {
                    relay.stop(Stop::Interrupt);
                    let _ = answer.send(None);
                }
                // Whoever asked may be through.
                Request::Answer(text) => drop(answer.send(text)),
                request => drop(work.send(request)),
            }
        }
    }
    // Whoever started us is gone, perhaps without having cleaned up.
    drop((work, answer));
    relay.stop(Stop::Interrupt);
    let start = Instant::now();
    while !engine.is_finished() && start.elapsed() < GRACE {
        thread::sleep(Duration::from_millis(5));
    }
    drop(dir);
    exit(0)
}

/// The engine with its child process.
struct Engine {
    context: CommandContext,
    relay: Relay,
    answers: Receiver<Option<String>>,
    /// Whether the analyser knows the standard library and the dependencies.
    analyses: bool,
    /// How often the cell at hand was run.
    runs: usize,
}

impl Engine {
    fn start(relay: Relay, answers: Receiver<Option<String>>) -> Result<Engine> {
        let stdio = Seed::stdio(&session())?;
        let (context, streams) = EvalContext::with_subprocess_command(worker::command(&stdio)?)
            .map_err(|error| anyhow!("the engine does not start: {error}"))?;
        let mut engine = Engine {
            context: CommandContext::with_eval_context(context),
            relay: relay.clone(),
            answers,
            analyses: false,
            runs: 0,
        };
        // Cells do little, and somebody waits for them.
        let _ = engine.context.set_opt_level(LEVEL);
        // Text on standard output goes to the keeper, which tells us; what the engine takes from there
        // is its own.
        thread::spawn(move || relay.listen(&streams.stderr));
        // The engine has run a cell of its own to get going.
        engine.relay.settle(1);
        Ok(engine)
    }

    /// Does what is asked, in turn.
    fn serve(&mut self, todo: &Receiver<Request>) {
        loop {
            let request = match todo.recv_timeout(IDLE) {
                Ok(request) => request,
                Err(RecvTimeoutError::Timeout) => {
                    if spares::has_room() {
                        self.load_analyser();
                        // It takes as long again, so not if somebody waits by now.
                        if todo.is_empty() {
                            let _ = self.context.completions(FIRST, FIRST.len());
                        }
                    }
                    match todo.recv() {
                        Ok(request) => request,
                        Err(_) => return,
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let reply = match request {
                Request::Begin(folder) => {
                    // A folder that is gone shows as soon as a cell looks for something there.
                    let _ = env::set_current_dir(folder);
                    // The process for cells starts anew, in the new folder.
                    let _ = self.context.execute(":clear");
                    Reply::Ready
                }
                Request::Execute(code) => Reply::Done(self.execute(&code)),
                Request::Complete { code, position } => {
                    Reply::Completions(self.complete(&code, position).unwrap_or_default())
                }
                Request::Inspect { code, position } => {
                    Reply::Inspection(self.inspect(&code, position))
                }
                Request::Interrupt | Request::Answer(_) => continue,
            };
            self.relay.say(&reply);
        }
    }

    /// Has the analyser read the standard library and the dependencies: seconds, and half a gigabyte. It does
    /// so when the manifest changes.
    fn load_analyser(&mut self) {
        if !std::mem::replace(&mut self.analyses, true) {
            // To look at anything writes the manifest, with the level that somebody may have asked for.
            let _ = self.context.hover_at("0", 1);
            let level = tools::recipe::level_asked().unwrap_or_else(|| LEVEL.to_owned());
            let _ = Seed::show_sources(&session());
            let _ = self.context.set_opt_level(&format!("{level} # analysed"));
            let _ = self.context.hover_at("0", 1);
        }
    }

    /// Has the analyser read the library, and infer a first type, while nobody waits. What that defines
    /// is cleared; what the analyser knows stays.
    fn warm(&mut self, todo: &Receiver<Request>) {
        self.load_analyser();
        let library = env::var_os(ROOT_VARIABLE).unwrap_or_default();
        let library = Path::new(&library).join("crates/mantissa");
        let dependency = format!(
            ":dep mantissa = {{ path = {:?} }}",
            library.display().to_string()
        );
        let steps = [
            format!("{dependency}\nuse mantissa::prelude::*;"),
            "let warm = 1.0 / 3.0;\nlet warmer = tensor(warm, FP32);".to_owned(),
            "let warmest = warmer.item();".to_owned(),
        ];
        let waited = steps.iter().all(|step| {
            let idle = todo.is_empty();
            if idle {
                // If it fails, the learner's own cell will say why.
                let _ = self.context.execute(step);
            }
            idle
        });
        let _ = self.context.execute(":clear");
        self.relay.settle(usize::from(waited));
    }

    fn execute(&mut self, code: &str) -> Result<(), CellError> {
        if let Some(answer) = commands::own(code) {
            self.relay.show(answer);
            return Ok(());
        }
        let code = commands::of_engine(code);
        self.relay.begin();
        self.runs = 0;
        let result = self.run_typed(code);
        self.relay.end();
        result
    }

    /// Runs a cell, the types of whose variables come from the compiler if they cannot come from the analyser.
    fn run_typed(&mut self, code: &str) -> Result<(), CellError> {
        if commands::analyse(code) {
            self.load_analyser();
        }
        if self.analyses {
            return self.run(code);
        }
        let mut code = code;
        let (commands, rest) = types::without_commands(code);
        let definitions = types::Definitions::of(&rest);
        let mut typed = code.to_owned();
        if !definitions.is_empty() {
            if !commands.is_empty() {
                // They may bring the crates that types come from.
                let mut result = self.attempt(&commands);
                if let Ok(outputs) = &mut result {
                    // That of the cell comes after it.
                    outputs.timing = None;
                }
                self.outcome(&commands, &commands, result)?;
                code = &rest;
            }
            let types = self.check(&definitions.write(code, &types::Types::new()), code)?;
            typed = definitions.write(code, &types);
        }
        let result = self.attempt(&typed);
        let stopped = self.relay.course().stopped.is_some();
        let needs_analyser = match &result {
            // The cell itself was found to compile.
            Err(Error::CompilationErrors(_)) => typed != code,
            Err(error) => error.to_string().contains("automatically determine type"),
            Ok(_) => false,
        };
        if stopped || !needs_analyser {
            return self.outcome(code, &typed, result);
        }
        self.load_analyser();
        self.run(code)
    }

    /// The types of a cell's variables, if they can be found. What is wrong with it is told in the lines of
    /// `shown`.
    fn check(&mut self, code: &str, shown: &str) -> Result<types::Types, CellError> {
        let file = tools::types::file(&session());
        let _ = fs::remove_file(&file);
        let mut errors = self.context.check(code).unwrap_or_default();
        if let Some(why) = self.relay.course().stopped {
            return Err(CellError::of_stop(why, false));
        }
        errors.retain(|error| error.level() == "error");
        if errors.iter().any(CompilationError::is_from_user_code) {
            errors.retain(CompilationError::is_from_user_code);
        }
        if !errors.is_empty() {
            return Err(CellError::at_compile(&errors, shown));
        }
        let noted = fs::read_to_string(&file).unwrap_or_default();
        let types = serde_json::from_str(&noted).unwrap_or_default();
        match types::nameless(&types) {
            Some(name) => Err(CellError::of_nameless(name)),
            None => Ok(types),
        }
    }

    /// Runs a cell as it is.
    fn run(&mut self, code: &str) -> Result<(), CellError> {
        let result = self.attempt(code);
        self.outcome(code, code, result)
    }

    /// Has the engine run this, and waits for its output.
    fn attempt(&mut self, code: &str) -> Result<EvalOutputs, Error> {
        let (relay, answers) = (self.relay.clone(), self.answers.clone());
        let context = &mut self.context;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            context.execute_with_callbacks(
                code,
                &mut EvalCallbacks {
                    input_reader: &|request| relay.ask(request.is_password, &answers),
                },
            )
        }));
        let result = result.unwrap_or_else(|_| Err("the engine panicked".to_owned().into()));
        // A cell runs once for each time it was compiled to the end, and tells its end each time.
        let runs = match &result {
            Ok(outputs) => {
                let phases = outputs.phases.iter();
                phases.filter(|phase| phase.name == "Final compile").count()
            }
            Err(error) => usize::from(never_was(error)),
        };
        self.runs += runs;
        self.relay.settle(if runs == 0 { 0 } else { self.runs });
        result
    }

    /// What became of it: `code` is what the engine ran, `shown` what its writer knows of it, line by line.
    fn outcome(
        &self,
        shown: &str,
        code: &str,
        result: Result<EvalOutputs, Error>,
    ) -> Result<(), CellError> {
        let course = self.relay.course();
        if let Some(how) = course.end {
            return Err(match course.stopped {
                Some(why) => CellError::of_stop(why, true),
                None => CellError::of_end(&how, &course.stderr),
            });
        }
        if let Some(kind) = course.failed {
            let source = self.context.last_source().unwrap_or_default();
            return Err(CellError::at_run(
                kind,
                &course.stderr,
                &source,
                shown,
                code,
            ));
        }
        match (result, course.stopped) {
            (Ok(outputs), _) => {
                // The engine's own commands answer with text and tables.
                self.relay
                    .show(commands::readable(outputs.content_by_mime_type));
                if let Some(took) = outputs.timing {
                    self.relay.say(&Reply::Stdout(commands::timing(took)));
                }
                Ok(())
            }
            (Err(_), Some(why)) => Err(CellError::of_stop(why, false)),
            (Err(Error::CompilationErrors(errors)), _) => Err(CellError::at_compile(&errors, code)),
            (Err(error), _) => Err(CellError::of_engine(&error.to_string(), &course.stderr)),
        }
    }

    fn complete(&mut self, code: &str, position: usize) -> Option<Completions> {
        let (before, _) = code.split_at_checked(position)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        if !line.trim_start().starts_with(':') {
            self.load_analyser();
        }
        let found = self.context.completions(code, position).ok()?;
        let items = found.completions.into_iter().map(|item| Completion {
            text: item.code,
            kind: item.kind.to_owned(),
            label: item.label,
        });
        Some(Completions {
            start: found.start_offset,
            end: found.end_offset,
            items: items.collect(),
        })
    }

    fn inspect(&mut self, code: &str, position: usize) -> Option<(String, String)> {
        self.load_analyser();
        let (text, html) = self.context.hover_at(code, position).ok()?;
        (text != "No documentation found").then_some((text, html))
    }
}

/// The folder of this engine's session.
fn session() -> PathBuf {
    PathBuf::from(env::var_os(SESSION_VARIABLE).unwrap_or_default())
}

/// Whether the keeper told the engine to give up the cell.
fn never_was(error: &Error) -> bool {
    error.to_string().contains("valid UTF-8")
}
