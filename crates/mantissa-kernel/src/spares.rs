//! Keeps one engine ready for the next kernel, as long as JupyterLab runs.
//!
//! An engine's analyser takes seconds to load, the same for every notebook, and whoever presses Tab waits for
//! it. So an engine is started ahead. A kernel that starts takes it; then the next is made.

use crate::engine::spare;
use crate::project::Project;
use crate::seed::Seed;
use crate::session::{Session, Spare};
use anyhow::Result;
use std::env;
use std::fs;
use std::os::unix::process::parent_id;
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
    let mut current: Option<(Spare, String)> = None;
    // Their processes are to be waited for.
    let mut taken: Vec<Spare> = Vec::new();
    let mut wait_until = Instant::now();
    while parent_id() == parent {
        match current.take() {
            Some((mut spare, of)) => match spare.waits(project) {
                true if of == seed.state() => current = Some((spare, of)),
                // It knows a library that has changed.
                true => wait_until = Instant::now() + PAUSE,
                false => {
                    taken.push(spare);
                    wait_until = Instant::now() + PAUSE;
                }
            },
            None if Instant::now() >= wait_until && has_room() => {
                Seed::prepare(project)?;
                spare::sweep(project);
                current = Some((Session::start_spare(project)?, seed.state()));
            }
            None => {}
        }
        taken.retain_mut(|spare| !spare.has_ended());
        thread::sleep(LOOK);
    }
    Ok(())
}

/// Whether there is memory for an analyser that nobody has asked for yet.
pub(crate) fn has_room() -> bool {
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
