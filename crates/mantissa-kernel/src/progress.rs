//! What a reader sees of work that takes time: one line a task, alive on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

type Ear = Box<dyn Fn(String) + Send + Sync>;

/// Who hears of tasks beside the terminal.
static EAR: OnceLock<Ear> = OnceLock::new();

/// From now on this is told what is being done. Only the first counts.
pub(crate) fn listen(ear: impl Fn(String) + Send + Sync + 'static) {
    let _ = EAR.set(Box::new(ear));
}

/// A task under way. Says nothing, if not on a terminal, unless it takes a noticeable time.
pub(crate) struct Task {
    name: String,
    bar: ProgressBar,
    start: Instant,
    said: std::cell::Cell<bool>,
}

/// Shorter tasks leave no trace.
const NOTICEABLE: Duration = Duration::from_millis(900);

impl Task {
    /// Begins.
    pub(crate) fn start(name: &str) -> Task {
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner:.cyan} {prefix} {elapsed:.dim} {wide_msg:.dim}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Task {
            name: name.to_owned(),
            bar,
            start: Instant::now(),
            said: false.into(),
        }
    }

    /// What is being done right now.
    pub(crate) fn detail(&self, detail: &str) {
        if self.bar.is_hidden() && !self.said.replace(true) {
            eprintln!("{} ...", self.name);
        }
        self.bar.set_message(detail.to_owned());
        if let Some(ear) = EAR.get() {
            ear(format!("{}: {detail}", self.name));
        }
    }

    /// Ends well.
    pub(crate) fn done(self) {
        self.bar.finish_and_clear();
        let took = self.start.elapsed();
        if took >= NOTICEABLE || self.said.get() {
            eprintln!("{}: {:.1} s", self.name, took.as_secs_f64());
        }
    }

    /// Ends without a line of its own.
    pub(crate) fn clear(self) {
        self.bar.finish_and_clear();
    }
}
