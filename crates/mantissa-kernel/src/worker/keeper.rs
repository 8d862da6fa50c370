//! Stands between the engine and the runner: commands one way, output and news the other.

use super::output::{News, Parser};
use super::runner::{BACK, END, ON, READS, RESTORED, RUNNER, STAYED};
use super::{DISPLAYS, Event, ROLE};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, WaitOptions, kill_process};
use std::convert::Infallible;
use std::env;
use std::io::{self, BufRead, PipeWriter, Read, Write};
use std::os::fd::AsRawFd;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Tells the runner which descriptor its commands come from.
pub(super) const COMMANDS: &str = "MANTISSA_COMMANDS";

/// What the engine takes for a question of the cell.
const QUESTION: &str = "EVCXR_INPUT_REQUEST";

/// What the engine expects when a cell is through.
const COMPLETE: &[u8] = b"EVCXR_EXECUTION_COMPLETE";

/// A line that is no text, on which the engine gives up the cell, and all that it would have changed:
/// just what a snapshot means.
const NEVER_WAS: &[u8] = &[0xff];

/// Standard error ends a moment after standard output at most.
const MOMENT: Duration = Duration::from_millis(500);

/// Keeps a runner until the engine or the runner is gone.
pub(super) fn run() -> io::Result<Infallible> {
    // Snapshots that take over are children of a process that is gone. They become ours, which is how
    // their end is known. Without this, only the first runner's is.
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;

    let (commands, to_commands) = io::pipe()?;
    // The only descriptor that a child of ours inherits beside the usual three.
    fcntl_setfd(&commands, FdFlags::empty())?;
    let backtrace = env::var_os("MANTISSA_BACKTRACE").unwrap_or_else(|| "0".into());
    let mut command = Command::new(env::current_exe()?);
    crate::tools::restore(&mut command);
    let mut runner = command
        .args(env::args_os().skip(1))
        .env(ROLE, "runner")
        .env(COMMANDS, commands.as_raw_fd().to_string())
        .env(DISPLAYS, "1")
        // The engine sets it in every child: a learner's panic has one line that matters.
        .env("RUST_BACKTRACE", backtrace)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(commands);
    let (Some(mut input), Some(stdout), Some(stderr)) = (
        runner.stdin.take(),
        runner.stdout.take(),
        runner.stderr.take(),
    ) else {
        return Err(io::Error::other("the runner has no pipes"));
    };

    let keeper = Arc::new(Keeper {
        state: Mutex::default(),
        commands: Mutex::new(Some(to_commands)),
    });
    let (ended, errors_ended) = mpsc::channel();
    thread::spawn(move || errors(stderr, &ended));
    let watching = Arc::clone(&keeper);
    thread::spawn(move || {
        let end = watching.outputs(stdout, &errors_ended);
        std::process::exit(end.map_or(1, |status| status.code().unwrap_or(1)));
    });
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut state = keeper.state();
        if state.questions > 0 {
            state.questions -= 1;
            // A cell that has been stopped meanwhile wants no answer.
            if state.running {
                input.write_all((line + "\n").as_bytes())?;
            }
        } else {
            state.begin();
            drop(state);
            tell(&Event::Running);
            keeper.command(&line);
        }
    }
    // The engine is gone. An idle runner ends when there are no commands any more, and a snapshot too.
    lock(&keeper.commands).take();
    let (running, runner) = (keeper.state().running, keeper.state().runner);
    if let (true, Some(pid)) = (running, runner) {
        let _ = kill_process(pid, Signal::KILL);
    }
    // Whoever reads what they print notices that they are gone, and ends this process.
    thread::sleep(2 * MOMENT);
    std::process::exit(0)
}

struct Keeper {
    state: Mutex<State>,
    /// Where the runner, whichever it is, takes its commands from; nowhere once the engine is gone.
    commands: Mutex<Option<PipeWriter>>,
}

#[derive(Default)]
struct State {
    /// Whether a cell is running.
    running: bool,
    runner: Option<Pid>,
    /// How many questions the engine has not answered yet.
    questions: usize,
    /// Whether the cell has asked with words, and not begun to read the answer.
    asked: bool,
    /// What is to be told to the engine of a cell that failed, if its process stays.
    failure: Vec<String>,
    /// Whether the cell has failed and its process was told to let the snapshot go on.
    going_back: bool,
}

impl State {
    fn begin(&mut self) {
        *self = State {
            running: true,
            runner: self.runner,
            ..State::default()
        };
    }
}

/// Tells the session of an event.
fn tell(event: &Event) {
    let Ok(mut line) = serde_json::to_string(event) else {
        return;
    };
    line.push('\n');
    // If nobody listens, this process is about to end.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Answers the engine.
fn answer(line: &[u8]) {
    let mut out = io::stdout().lock();
    // Without a reader, this process is about to end.
    let _ = out.write_all(line).and_then(|()| out.write_all(b"\n"));
    let _ = out.flush();
}

impl Keeper {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Tells the runner.
    fn command(&self, line: &str) {
        if let Some(commands) = &mut *lock(&self.commands) {
            // A runner that is gone is noticed by whoever reads what it prints.
            let _ = commands.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// Reads what cells print, until no process is left that could print; says how it ended.
    fn outputs(&self, mut from: impl Read, errors_ended: &Receiver<()>) -> io::Result<ExitStatus> {
        let mut parser = Parser::default();
        let mut buffer = [0; 1 << 16];
        loop {
            let count = from.read(&mut buffer)?;
            if count == 0 {
                parser.finish(&mut |news| {
                    if let News::Event(event) = news {
                        tell(&event);
                    }
                });
                let _ = errors_ended.recv_timeout(MOMENT);
                return Ok(last_end().unwrap_or_default());
            }
            parser.feed(&buffer[..count], &mut |news| match news {
                News::Event(event) => tell(&event),
                News::Answer(line) if is_failure(&line) => self.state().failure.push(line),
                News::Answer(line) if line.starts_with(QUESTION) => {
                    self.state().asked = true;
                    self.ask(&line);
                }
                News::Answer(line) => answer(line.as_bytes()),
                News::Own(line) => self.runner_says(&line, errors_ended),
            });
        }
    }

    fn runner_says(&self, line: &str, errors_ended: &Receiver<()>) {
        if let Some(pid) = line.strip_prefix(RUNNER) {
            runs(&mut self.state(), pid);
        } else if let Some(pid) = line.strip_prefix(RESTORED) {
            let end = last_end();
            runs(&mut self.state(), pid);
            if !self.state().going_back {
                let how = end.map_or_else(|| "it ended".to_owned(), |end| end.to_string());
                tell(&Event::Restored(how));
            }
            self.through(&[NEVER_WAS]);
        } else if line == READS {
            if !std::mem::take(&mut self.state().asked) {
                self.ask(QUESTION);
            }
        } else if line == STAYED {
            let failure = std::mem::take(&mut self.state().failure);
            let mut lines: Vec<&[u8]> = failure.iter().map(|line| line.as_bytes()).collect();
            lines.push(COMPLETE);
            self.through(&lines);
        } else if line == END {
            let _ = errors_ended.recv_timeout(MOMENT);
            if self.state().failure.is_empty() {
                self.command(ON);
                self.through(&[COMPLETE]);
            } else {
                self.state().going_back = true;
                self.command(BACK);
            }
        }
    }

    /// Has the engine ask; the next line that comes from it is the answer.
    fn ask(&self, line: &str) {
        let prompt = line.split_once(':').map_or("", |(_, prompt)| prompt);
        tell(&Event::Asks(prompt.to_owned()));
        self.state().questions += 1;
        answer(line.as_bytes());
    }

    /// The cell is through: tells everybody.
    fn through(&self, answers: &[&[u8]]) {
        tell(&Event::End);
        self.state().running = false;
        answers.iter().for_each(|line| answer(line));
    }
}

/// Whether this news is of a cell that failed.
fn is_failure(line: &str) -> bool {
    matches!(line, "EVCXR_PANIC_NOTIFICATION" | "EVCXR_ERROR_OCCURRED")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn runs(state: &mut State, pid: &str) {
    let Ok(number) = pid.parse() else { return };
    state.runner = Pid::from_raw(number);
    tell(&Event::Runner(number));
}

/// How the child that ended last did so.
fn last_end() -> Option<ExitStatus> {
    use std::os::unix::process::ExitStatusExt;
    // A pipe closes a moment before its process can be waited for.
    for _ in 0..100 {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((_, status))) => return Some(ExitStatus::from_raw(status.as_raw())),
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Err(_) => return None,
        }
    }
    None
}

/// Reads what cells print to standard error.
fn errors(mut from: impl Read, ended: &Sender<()>) {
    let mut parser = Parser::plain();
    let mut buffer = [0; 1 << 16];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 {
            break;
        }
        parser.feed(&buffer[..count], &mut |news| match news {
            News::Event(Event::Stdout(text)) => tell(&Event::Stderr(text)),
            News::Own(line) if line == END => {
                let _ = ended.send(());
            }
            _ => {}
        });
    }
}
