//! A running notebook, from the outside: an engine in a process of its own, and what it answers.
//!
//! The engine takes three things from its process: the working directory (relative paths in `:dep`),
//! and two variables that name its folders. So every session has a process for it, and whoever wants
//! to talk while a cell runs (to stop it, to answer it) can.

use crate::engine::spare;
use crate::project::Project;
use crate::seed::{Seed, SessionDir};
use crate::tools;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub use protocol::{CellError, Completion, Completions, ErrorKind, Reply, Request};

pub(crate) mod protocol;

/// The hidden subcommand that is an engine.
pub const ENGINE: &str = "engine";

/// How long an engine may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// A running engine. It ends, and its folder goes, when this is dropped.
#[derive(Debug)]
pub struct Session {
    sender: Sender,
    receiver: Receiver,
    process: Process,
}

/// Asks.
#[derive(Debug)]
pub struct Sender(UnixStream);

/// Hears the answers.
#[derive(Debug)]
pub struct Receiver(BufReader<UnixStream>);

/// The end of the engine, when it is dropped.
#[derive(Debug)]
pub struct Process {
    socket: UnixStream,
    own: Option<Own>,
}

/// What there is of an engine that this process has started.
#[derive(Debug)]
struct Own {
    child: Child,
    _dir: SessionDir,
}

/// An engine that waits for a session. It ends, and its folder goes, when this is dropped before one
/// comes.
#[derive(Debug)]
pub struct Spare {
    child: Child,
    socket: PathBuf,
    /// Until it is taken.
    own: Option<SessionDir>,
}

impl Spare {
    /// Whether it is still to be had; a session that comes has it for itself from then on.
    pub fn waits(&mut self, project: &Project) -> bool {
        if spare::was_taken(project, self.child.id())
            && let Some(dir) = self.own.take()
        {
            dir.leave();
        }
        self.own.is_some() && !self.has_ended()
    }

    /// Whether its process is gone.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if self.own.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            let _ = fs::remove_file(&self.socket);
        }
    }
}

/// The command of an engine that works in a folder.
fn engine(project: &Project, dir: &SessionDir) -> Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command
        .arg(ENGINE)
        .envs(Seed::environment(project, dir))
        .envs(tools::environment(project)?)
        .stdout(Stdio::null());
    Ok(command)
}

impl Session {
    /// Starts an engine in this working directory; it tells when it is [`Reply::Ready`]. The seed must
    /// be prepared.
    pub fn start(project: &Project, folder: &Path) -> Result<Session> {
        let dir = Seed::of(project).copy()?;
        let (ours, theirs) = UnixStream::pair()?;
        let child = engine(project, &dir)?
            .current_dir(folder)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()
            .context("cannot start an engine")?;
        Session::over(ours, Some(Own { child, _dir: dir }))
    }

    /// Takes over an engine that waits, if there is one that knows the library as it is now.
    pub fn take_spare(project: &Project, folder: &Path) -> Option<Session> {
        let state = Seed::of(project).state();
        for entry in fs::read_dir(spare::folder(project)).ok()?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.split('-').next() != Some(&state) || name.ends_with(".new") {
                continue;
            }
            // Whoever connects first has it; a socket that nobody listens at is a rest.
            let Ok(socket) = UnixStream::connect(entry.path()) else {
                let _ = fs::remove_file(entry.path());
                continue;
            };
            let mut session = Session::over(socket, None).ok()?;
            session
                .sender
                .send(&Request::Begin(folder.to_owned()))
                .ok()?;
            return Some(session);
        }
        None
    }

    /// Whether an engine waits.
    pub fn has_spare(project: &Project) -> bool {
        let state = Seed::of(project).state() + "-";
        let sockets = fs::read_dir(spare::folder(project)).into_iter().flatten();
        sockets.flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(&state) && !name.ends_with(".new")
        })
    }

    /// Starts an engine that waits for a session, as long as this process lives. The seed must be
    /// prepared.
    pub fn start_spare(project: &Project) -> Result<Spare> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let seed = Seed::of(project);
        let (state, dir) = (seed.state(), seed.copy()?);
        let folder = spare::folder(project);
        fs::create_dir_all(&folder)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let socket = folder.join(format!("{state}-{}-{number}", process::id()));
        let child = engine(project, &dir)?
            .env(spare::SOCKET, &socket)
            .stdin(Stdio::null())
            .spawn()
            .context("cannot start an engine")?;
        Ok(Spare {
            child,
            socket,
            own: Some(dir),
        })
    }

    fn over(socket: UnixStream, own: Option<Own>) -> Result<Session> {
        Ok(Session {
            sender: Sender(socket.try_clone()?),
            receiver: Receiver(BufReader::new(socket.try_clone()?)),
            process: Process { socket, own },
        })
    }

    /// For those who talk and listen at the same time.
    pub fn split(self) -> (Sender, Receiver, Process) {
        (self.sender, self.receiver, self.process)
    }

    /// Waits until the engine is ready.
    pub fn ready(&mut self) -> Result<()> {
        // Getting going, the engine runs a cell of its own.
        while self.receiver.hear()? != Reply::Ready {}
        Ok(())
    }

    /// Runs a cell to its end, and hands on what it shows.
    pub fn execute(
        &mut self,
        code: &str,
        mut tell: impl FnMut(Reply),
    ) -> Result<Result<(), CellError>> {
        self.sender.send(&Request::Execute(code.to_owned()))?;
        loop {
            match self.receiver.hear()? {
                Reply::Done(result) => return Ok(result),
                // Nobody is there to be asked.
                Reply::Input { .. } => self.sender.send(&Request::Answer(None))?,
                reply => tell(reply),
            }
        }
    }
}

impl Sender {
    /// Sends a request.
    pub fn send(&mut self, request: &Request) -> Result<()> {
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        self.0
            .write_all(line.as_bytes())
            .context("the engine is gone")
    }
}

impl Receiver {
    /// Waits for the next reply. An error says that the engine is gone.
    pub fn hear(&mut self) -> Result<Reply> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            bail!("the engine ended");
        }
        serde_json::from_str(&line).context("the engine does not speak our language")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The engine ends, with whatever runs in it, when nobody listens any more.
        let _ = self.socket.shutdown(Shutdown::Both);
        let Some(Own { child, .. }) = &mut self.own else {
            return;
        };
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}
