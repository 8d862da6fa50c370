//! Keeps one engine ready for the next kernel, as long as JupyterLab runs.
//!
//! An engine takes seconds to start, nearly all of them rust-analyzer's, and they are the same for every
//! notebook. So one is started ahead. A kernel that starts takes it; then the next is made.

use crate::engine::spare;
use crate::project::Project;
use crate::seed::Seed;
use crate::session::Session;
use anyhow::Result;
use std::env;
use std::fs;
use std::os::unix::process::parent_id;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

/// Whoever sets this wants to keep the memory.
pub const NO_SPARE: &str = "MANTISSA_NO_SPARE";

/// What an engine may need, in kilobytes.
const MEMORY: u64 = 2 << 20;

/// How often to look.
const LOOK: Duration = Duration::from_secs(1);

/// A kernel that has just started needs the processors for itself; a library that has just changed may
/// change again.
const PAUSE: Duration = Duration::from_secs(8);

/// Keeps a spare engine until the process that started this one is gone.
pub fn keep(project: &Project) -> Result<()> {
    let parent = parent_id();
    let seed = Seed::of(project);
    let mut current: Option<(Child, String)> = None;
    let mut taken: Vec<Child> = Vec::new();
    let mut wait_until = Instant::now();
    while parent_id() == parent {
        let state = seed.state();
        if let Some((mut child, of)) = current.take() {
            let ended = child.try_wait()?.is_some();
            let waits = !spare::was_taken(project, child.id());
            if !ended && waits && of != state {
                child.kill()?;
                child.wait()?;
                wait_until = Instant::now() + PAUSE;
            } else if !ended && waits {
                current = Some((child, of));
            } else {
                taken.push(child);
                wait_until = Instant::now() + PAUSE;
            }
        } else if Instant::now() >= wait_until && has_room() {
            Seed::prepare(project)?;
            current = Some((Session::start_spare(project)?, seed.state()));
        }
        taken.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        thread::sleep(LOOK);
    }
    if let Some((mut child, _)) = current {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

fn has_room() -> bool {
    if env::var_os(NO_SPARE).is_some() {
        return false;
    }
    let Ok(text) = fs::read_to_string("/proc/meminfo") else {
        return true;
    };
    let available = text.lines().find_map(|line| {
        let rest = line.strip_prefix("MemAvailable:")?;
        rest.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    available.is_none_or(|kilobytes| kilobytes > MEMORY)
}
