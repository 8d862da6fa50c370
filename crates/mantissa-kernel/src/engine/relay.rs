//! The way of a cell's output from the keeper to the session, and what is known of its course.

use super::stop;
use crate::session::{ErrorKind, Reply};
use crate::worker::{Display, DisplayKind, Event};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::collections::HashMap;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What a cell prints waits this long: more may come, and on standard error it may be the first part of a
/// failure.
const HOLD: Duration = Duration::from_millis(60);

/// How long to wait for the end of output that must come.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often an interrupt tries anew.
const AGAIN: Duration = Duration::from_millis(20);

/// What is known of the cell that is running.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// Whether the engine is at it.
    busy: bool,
    /// Whether somebody has been told what it waits for.
    waits: bool,
    /// Whether it has been compiled and runs.
    running: bool,
    /// How often it ran to an end.
    ends: usize,
    /// What it has asked.
    pub(super) question: Option<String>,
    /// Why it is to be stopped, if it is.
    pub(super) stopped: Option<Stop>,
    /// How it failed, if it did.
    pub(super) failed: Option<ErrorKind>,
    /// How its process ended, if it did and a snapshot took over.
    pub(super) end: Option<String>,
    /// What it said to standard error as it failed.
    pub(super) stderr: String,
}

/// Why a cell is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Somebody wants it.
    Interrupt,
    /// It has a question that nobody can be asked.
    Unanswered,
}

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Relay(Arc<Shared>);

struct Shared {
    /// Nobody listens to a spare engine.
    socket: Mutex<Option<UnixStream>>,
    course: Mutex<Course>,
    /// Told whenever the course changes.
    news: Condvar,
    /// The process that runs cells.
    runner: Mutex<Option<i32>>,
}

impl Relay {
    pub(super) fn new() -> Relay {
        Relay(Arc::new(Shared {
            socket: Mutex::default(),
            course: Mutex::default(),
            news: Condvar::new(),
            runner: Mutex::default(),
        }))
    }

    /// From now on this session listens.
    pub(super) fn attach(&self, socket: UnixStream) {
        *lock(&self.0.socket) = Some(socket);
    }

    /// Tells the session.
    pub(super) fn say(&self, reply: &Reply) {
        let Ok(mut line) = serde_json::to_string(reply) else {
            return;
        };
        line.push('\n');
        if let Some(socket) = &mut *lock(&self.0.socket) {
            // Whoever reads the socket tells when it is closed.
            let _ = socket.write_all(line.as_bytes());
        }
    }

    /// Shows a value of the engine's own.
    pub(super) fn show(&self, data: HashMap<String, String>) {
        if !data.is_empty() {
            self.say(&Reply::Display(Display {
                kind: DisplayKind::Value,
                id: None,
                data: data.into_iter().collect(),
            }));
        }
    }

    /// Tells what the cell waits for, if there is one.
    pub(super) fn work(&self, work: &str) {
        let mut course = lock(&self.0.course);
        if course.busy && !course.running {
            course.waits = true;
            self.say(&Reply::Working(Some(work.to_owned())));
        }
    }

    /// A cell begins.
    pub(super) fn begin(&self) {
        *lock(&self.0.course) = Course {
            busy: true,
            ..Course::default()
        };
    }

    /// What happened so far.
    pub(super) fn course(&self) -> Course {
        lock(&self.0.course).clone()
    }

    /// The cell is through.
    pub(super) fn end(&self) {
        lock(&self.0.course).busy = false;
    }

    /// Waits for the output that is still on its way when the engine is through with `runs` runs.
    pub(super) fn settle(&self, runs: usize) {
        drop(self.until(|course| course.ends >= runs));
        // Without an end to wait for, as after a crash, a short silence must do.
        if runs == 0 {
            thread::sleep(AGAIN);
        }
    }

    /// Waits for what must come.
    fn until(&self, there: impl Fn(&Course) -> bool) -> MutexGuard<'_, Course> {
        let course = lock(&self.0.course);
        let news = &self.0.news;
        let waited = news.wait_timeout_while(course, PATIENCE, |course| !there(course));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Asks for the cell, after what it has said before, and waits for the answer. Without one the cell is
    /// stopped.
    pub(super) fn ask(&self, password: bool, answers: &Receiver<Option<String>>) -> String {
        // There may be late answers to earlier questions.
        while answers.try_recv().is_ok() {}
        let asked = self
            .until(|course| course.question.is_some())
            .question
            .take();
        let Course { stopped, ends, .. } = self.course();
        if stopped.is_none() {
            let prompt = asked.unwrap_or_default();
            self.say(&Reply::Input { prompt, password });
            if let Ok(Some(answer)) = answers.recv() {
                // More lines would be commands.
                return answer.lines().next().unwrap_or_default().to_owned();
            }
            self.stop(Stop::Unanswered);
        }
        self.settle(ends + 1);
        String::new()
    }

    /// Stops the cell that is running, or about to: its process, or what compiles it.
    pub(super) fn stop(&self, why: Stop) {
        {
            let mut course = lock(&self.0.course);
            if !course.busy || course.stopped.is_some() {
                return;
            }
            course.stopped = Some(why);
        }
        let relay = self.clone();
        thread::spawn(move || {
            while relay.kill() {
                thread::sleep(AGAIN);
            }
        });
    }

    /// Kills what the stopped cell consists of now; says whether to try again.
    fn kill(&self) -> bool {
        // Held, so that the next cell does not begin meanwhile.
        let course = lock(&self.0.course);
        if !course.busy || course.stopped.is_none() || course.end.is_some() {
            return false;
        }
        match *lock(&self.0.runner) {
            Some(runner) if course.running => {
                stop::kill(runner);
                false
            }
            _ => {
                stop::kill_compilers();
                true
            }
        }
    }

    /// Hands on what the keeper tells, as long as there is one.
    pub(super) fn listen(&self, lines: &Receiver<String>) {
        let mut held = Held::default();
        loop {
            let wait = held.left().unwrap_or(PATIENCE);
            match lines.recv_timeout(wait) {
                // What is no event is an accident of the keeper's, worth reading.
                Ok(line) => match serde_json::from_str(&line) {
                    Ok(event) => self.hear(event, &mut held),
                    Err(_) => self.hear(Event::Stderr(line + "\n"), &mut held),
                },
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if held.left() == Some(Duration::ZERO) {
                self.release(&mut held, DisplayKind::Show);
            }
        }
    }

    fn hear(&self, event: Event, held: &mut Held) {
        // What is held may be part of what comes next, unless that has a place after it. Text on standard
        // error comes by another pipe, so it says nothing of a display before it.
        match event {
            Event::Panicked | Event::Returned | Event::Restored(_) => self.release_stdout(held),
            Event::Stderr(_) => self.release_stdout(held),
            Event::Stdout(_) if held.stderr.is_empty() && held.display.is_none() => {}
            Event::End => self.release(held, DisplayKind::Value),
            _ => self.release(held, DisplayKind::Show),
        }
        let mut course = lock(&self.0.course);
        match event {
            Event::Stdout(text) => held.stdout += &text,
            Event::Stderr(text) => held.stderr += &text,
            // What a statement gives, such as a loop.
            Event::Display(display) if is_unit(&display) => {}
            Event::Display(display) => match display.kind {
                DisplayKind::Bare | DisplayKind::Value => held.display = Some(display),
                _ => self.say(&Reply::Display(display)),
            },
            Event::Asks(prompt) => course.question = Some(prompt),
            Event::Runner(pid) => *lock(&self.0.runner) = Some(pid),
            Event::Running => {
                course.running = true;
                if std::mem::take(&mut course.waits) {
                    self.say(&Reply::Working(None));
                }
            }
            Event::Panicked => course.failed = Some(ErrorKind::Panic),
            Event::Returned => course.failed = Some(ErrorKind::Returned),
            Event::Restored(how) => course.end = Some(how),
            Event::End => {
                course.running = false;
                course.ends += 1;
            }
        }
        if course.failed.is_some() || course.end.is_some() {
            course.stderr += &std::mem::take(&mut held.stderr);
        }
        held.note();
        self.0.news.notify_all();
    }

    fn release_stdout(&self, held: &mut Held) {
        let text = std::mem::take(&mut held.stdout);
        if !text.is_empty() {
            self.say(&Reply::Stdout(text));
        }
    }

    fn release(&self, held: &mut Held, kind: DisplayKind) {
        self.release_stdout(held);
        let Held {
            stderr, display, ..
        } = std::mem::take(held);
        if !stderr.is_empty() {
            self.say(&Reply::Stderr(stderr));
        }
        if let Some(display) = display {
            self.say(&Reply::Display(Display { kind, ..display }));
        }
    }
}

/// What is not handed on before it is known what comes next.
#[derive(Default)]
struct Held {
    /// More of it may come at once: a loop that prints is one text, not a thousand.
    stdout: String,
    /// It may tell of a failure.
    stderr: String,
    /// It may be the cell's value.
    display: Option<Display>,
    /// Since when something is held that must not wait.
    since: Option<Instant>,
}

impl Held {
    /// Notes when waiting begins and ends. A display that says it may be the value waits as long as the
    /// cell runs.
    fn note(&mut self) {
        let bare = |display: &Display| display.kind == DisplayKind::Bare;
        let hurries = !self.stdout.is_empty()
            || !self.stderr.is_empty()
            || self.display.as_ref().is_some_and(bare);
        self.since = match self.since {
            Some(since) if hurries => Some(since),
            _ => hurries.then(Instant::now),
        };
    }

    /// How long it may still wait.
    fn left(&self) -> Option<Duration> {
        Some(HOLD.saturating_sub(self.since?.elapsed()))
    }
}

/// Whether a display says nothing: `()`, from the engine's own fallback.
fn is_unit(display: &Display) -> bool {
    let text = display.data.get("text/plain").map(String::as_str);
    display.kind == DisplayKind::Bare && display.data.len() == 1 && text == Some("()")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
