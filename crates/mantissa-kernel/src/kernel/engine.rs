//! The session behind the kernel. It is started at once, started again if it is lost, and talked to
//! while it works.

use crate::progress;
use crate::project::Project;
use crate::seed::Seed;
use crate::session::{Process, Receiver, Reply, Request, Sender, Session};
use anyhow::{Result, bail};
use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Front ends give a kernel five seconds to end.
const GRACE: Duration = Duration::from_secs(2);

/// What comes from the engine.
#[derive(Debug)]
pub(super) enum Said {
    /// A reply.
    Reply(Reply),
    /// It ended, or did not start, for this reason.
    Lost(String),
}

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Engine(Arc<Shared>);

struct Shared {
    project: Project,
    running: Mutex<Option<(Sender, Process)>>,
    /// Held while a session is made, which must not be cut off half-way.
    starting: Mutex<()>,
    ended: AtomicBool,
    replies: AsyncMutex<UnboundedReceiver<Said>>,
    ears: UnboundedSender<Said>,
}

impl Engine {
    /// Starts one behind the caller's back.
    pub(super) fn start(project: &Project) -> Engine {
        let (ears, replies) = unbounded_channel();
        let engine = Engine(Arc::new(Shared {
            project: project.clone(),
            running: Mutex::default(),
            starting: Mutex::default(),
            ended: AtomicBool::new(false),
            replies: AsyncMutex::new(replies),
            ears: ears.clone(),
        }));
        progress::listen(move |work| drop(ears.send(Said::Reply(Reply::Working(Some(work))))));
        engine.launch();
        engine
    }

    fn launch(&self) {
        let engine = self.clone();
        thread::spawn(move || {
            let lost = engine.run().err();
            let reason = lost.map_or_else(String::new, |error| format!("{error:#}"));
            drop(engine.running().take());
            let _ = engine.0.ears.send(Said::Lost(reason));
        });
    }

    /// Starts a session and hands on what it says, until it ends.
    fn run(&self) -> Result<()> {
        let mut receiver = self.begin()?;
        loop {
            let reply = receiver.hear()?;
            if self.0.ears.send(Said::Reply(reply)).is_err() {
                return Ok(());
            }
        }
    }

    fn begin(&self) -> Result<Receiver> {
        let _starting = self.0.starting.lock();
        if self.0.ended.load(Ordering::SeqCst) {
            bail!("the kernel ends");
        }
        let (project, folder) = (&self.0.project, env::current_dir()?);
        let session = match Session::take_spare(project, &folder) {
            Some(session) => session,
            None => {
                Seed::prepare(project)?;
                let work = Some("Starting the engine".to_owned());
                let _ = self.0.ears.send(Said::Reply(Reply::Working(work)));
                Session::start(project, &folder)?
            }
        };
        let (sender, receiver, process) = session.split();
        *self.running() = Some((sender, process));
        Ok(receiver)
    }

    fn running(&self) -> MutexGuard<'_, Option<(Sender, Process)>> {
        self.0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a new one in the place of one that is lost.
    pub(super) fn restart(&self) {
        self.launch();
    }

    /// Asks the engine.
    pub(super) fn send(&self, request: &Request) {
        if let Some((sender, _)) = &mut *self.running() {
            // If it is gone, whoever waits for its reply is told.
            let _ = sender.send(request);
        }
    }

    /// The next thing it says.
    pub(super) async fn next(&self) -> Said {
        let said = self.0.replies.lock().await.recv().await;
        said.unwrap_or_else(|| Said::Lost("the kernel ends".to_owned()))
    }

    /// Stops the cell that is running, if one is.
    pub(super) fn interrupt(&self) {
        self.send(&Request::Interrupt);
    }

    /// Ends it, with its processes and its folder.
    pub(super) fn end(&self) {
        self.0.ended.store(true, Ordering::SeqCst);
        // A session that is being made is ended when it is. A library that is being compiled is not
        // waited for.
        let start = Instant::now();
        while self.0.starting.try_lock().is_err() && start.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(10));
        }
        drop(self.running().take());
    }
}
