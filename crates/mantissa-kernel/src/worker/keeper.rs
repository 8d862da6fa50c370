//! Stands between the engine and the runner: commands one way, output and news the other.

use super::output::{News, Parser};
use super::runner::{END, RESTORED, RUNNER};
use super::{DISPLAYS, Event, ROLE};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, WaitOptions, kill_process};
use std::convert::Infallible;
use std::env;
use std::io::{self, BufRead, Read, Write};
use std::os::fd::AsRawFd;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Tells the runner which descriptor its commands come from.
pub(super) const COMMANDS: &str = "MANTISSA_COMMANDS";

/// What the engine expects when a cell is through.
const COMPLETE: &str = "EVCXR_EXECUTION_COMPLETE";

/// Standard error ends a moment after standard output at most.
const MOMENT: Duration = Duration::from_millis(500);

/// Keeps a runner until the engine or the runner is gone.
pub(super) fn run() -> io::Result<Infallible> {
    // Snapshots that take over are children of a process that is gone. They become ours, which is how
    // their end is known. Without this, only the first runner's is.
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;

    let (commands, mut to_commands) = io::pipe()?;
    // The only descriptor that a child of ours inherits beside the usual three.
    fcntl_setfd(&commands, FdFlags::empty())?;
    let backtrace = env::var_os("MANTISSA_BACKTRACE").unwrap_or_else(|| "0".into());
    let mut runner = Command::new(env::current_exe()?)
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
    let (Some(mut input), Some(stdout), Some(stderr)) =
        (runner.stdin.take(), runner.stdout.take(), runner.stderr.take())
    else {
        return Err(io::Error::other("the runner has no pipes"));
    };

    let state = Arc::new(Mutex::new(State::default()));
    let (ended, errors_ended) = mpsc::channel();
    thread::spawn(move || errors(stderr, &ended));
    let watched = Arc::clone(&state);
    thread::spawn(move || {
        let end = outputs(stdout, &watched, &errors_ended);
        std::process::exit(end.map_or(1, |status| status.code().unwrap_or(1)));
    });
    for line in io::stdin().lock().lines() {
        let line = line? + "\n";
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.running {
            // The engine answers a question of the cell.
            input.write_all(line.as_bytes())?;
        } else {
            state.running = true;
            drop(state);
            tell(&Event::Running);
            to_commands.write_all(line.as_bytes())?;
        }
    }
    // The engine is gone. An idle runner ends when there are no commands any more, and a snapshot too.
    drop(to_commands);
    let state = state.lock().unwrap_or_else(PoisonError::into_inner);
    if let (true, Some(pid)) = (state.running, state.runner) {
        let _ = kill_process(pid, Signal::KILL);
    }
    drop(state);
    // Whoever reads what they print notices that they are gone, and ends this process.
    thread::sleep(2 * MOMENT);
    std::process::exit(0)
}

#[derive(Default)]
struct State {
    /// Whether a cell is running.
    running: bool,
    runner: Option<Pid>,
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
fn answer(line: &str) {
    println!("{line}");
}

/// Reads what cells print, until no process is left that could print; says how it ended.
fn outputs(
    mut from: impl Read,
    state: &Mutex<State>,
    errors_ended: &Receiver<()>,
) -> io::Result<ExitStatus> {
    let state = || state.lock().unwrap_or_else(PoisonError::into_inner);
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
            News::Answer(line) => answer(&line),
            News::Own(line) => {
                if let Some(pid) = line.strip_prefix(RUNNER) {
                    runs(&mut state(), pid);
                } else if let Some(pid) = line.strip_prefix(RESTORED) {
                    let how = last_end().map_or_else(|| "it ended".to_owned(), |end| end.to_string());
                    tell(&Event::Restored(how));
                    // The engine forgets what the cell would have defined, and nothing else.
                    answer("EVCXR_PANIC_NOTIFICATION");
                    runs(&mut state(), pid);
                } else if line == END {
                    let _ = errors_ended.recv_timeout(MOMENT);
                    tell(&Event::End);
                    state().running = false;
                    answer(COMPLETE);
                }
            }
        });
    }
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
