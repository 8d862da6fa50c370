//! A running notebook, from the outside: an engine in a process of its own, and what it answers.
//!
//! The engine takes three things from its process: the working directory (relative paths in `:dep`),
//! and two variables that name its folders. So every session has a process for it, and whoever wants
//! to talk while a cell runs (to stop it, to answer it) can.

use crate::project::Project;
use crate::seed::{Seed, SessionDir};
use crate::tools;
use anyhow::{Context, Result, bail};
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
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

/// The engine's process and its folder.
#[derive(Debug)]
pub struct Process {
    child: Child,
    socket: UnixStream,
    _dir: SessionDir,
}

impl Session {
    /// Starts an engine in this working directory; it tells when it is [`Reply::Ready`]. The seed must
    /// be prepared.
    pub fn start(project: &Project, folder: &Path) -> Result<Session> {
        let dir = Seed::of(project).copy()?;
        let (ours, theirs) = UnixStream::pair()?;
        let child = Command::new(env::current_exe()?)
            .arg(ENGINE)
            .envs(Seed::environment(project, &dir))
            .envs(tools::environment(project)?)
            .current_dir(folder)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start an engine")?;
        Ok(Session {
            sender: Sender(ours.try_clone()?),
            receiver: Receiver(BufReader::new(ours.try_clone()?)),
            process: Process {
                child,
                socket: ours,
                _dir: dir,
            },
        })
    }

    /// For those who talk and listen at the same time.
    pub fn split(self) -> (Sender, Receiver, Process) {
        (self.sender, self.receiver, self.process)
    }

    /// Waits until the engine is ready.
    pub fn ready(&mut self) -> Result<()> {
        // Getting going, the engine runs a cell of its own.
        while self.receiver.next()? != Reply::Ready {}
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
            match self.receiver.next()? {
                Reply::Done(result) => return Ok(result),
                // Nobody is there to be asked.
                Reply::Input { .. } => self.sender.send(&Request::Answer(String::new()))?,
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
    pub fn next(&mut self) -> Result<Reply> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            bail!("the engine ended");
        }
        serde_json::from_str(&line).context("the engine does not speak our language")
    }
}

impl Process {
    /// The engine's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The engine ends, with whatever runs in it, when nobody listens any more.
        let _ = self.socket.shutdown(Shutdown::Both);
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
