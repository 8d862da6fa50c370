//! What a cell shows while it waits for something to be compiled: one line, which is gone before anything
//! else is to be seen.

use super::engine::{Engine, Said};
use super::wire::{IoPub, Request};
use crate::session::Reply;
use jupyter_protocol::messaging::{
    ClearOutput, DisplayData, JupyterMessageContent, Transient, UpdateDisplayData,
};
use jupyter_protocol::{Media, MediaType};
use serde_json::Map;
use std::future::pending;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Who waits less sees nothing.
const NOTICEABLE: Duration = Duration::from_secs(2);

/// How often the line changes at most.
const AGAIN: Duration = Duration::from_secs(1);

/// A cell that waits, or something else that does so unseen.
pub(super) struct Waiting<'a> {
    cell: Option<(&'a IoPub, &'a Request)>,
    /// What the engine is at.
    work: Option<String>,
    since: Instant,
    next: Instant,
    shown: bool,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(cell: Option<(&'a IoPub, &'a Request)>) -> Waiting<'a> {
        let since = Instant::now();
        Waiting {
            cell,
            work: None,
            since,
            next: since + NOTICEABLE,
            shown: false,
        }
    }

    /// The next thing that the engine says, but for what it is at.
    pub(super) async fn next(&mut self, engine: &Engine) -> Said {
        loop {
            let time = async {
                match (self.cell, &self.work) {
                    (Some(_), Some(_)) => sleep_until(self.next).await,
                    _ => pending().await,
                }
            };
            tokio::select! {
                said = engine.next() => match said {
                    Said::Reply(Reply::Working(Some(work))) => self.work = Some(work),
                    Said::Reply(Reply::Working(None)) => self.clear(),
                    said => return said,
                },
                () = time => self.show(),
            }
        }
    }

    fn show(&mut self) {
        let (Some((iopub, request)), Some(work)) = (self.cell, &self.work) else {
            return;
        };
        let line = format!("{work} … {} s", self.since.elapsed().as_secs());
        let data = Media::new(vec![MediaType::Plain(line)]);
        let id = format!("waiting-{}", request.message.header.msg_id);
        let content: JupyterMessageContent = match self.shown {
            true => UpdateDisplayData::new(data, &id).into(),
            false => DisplayData {
                data,
                metadata: Map::new(),
                transient: Some(Transient {
                    display_id: Some(id),
                }),
            }
            .into(),
        };
        iopub.tell(request, content);
        self.shown = true;
        self.next = Instant::now() + AGAIN;
    }

    /// What was waited for is there.
    pub(super) fn clear(&mut self) {
        self.work = None;
        if let Some((iopub, request)) = self.cell
            && std::mem::take(&mut self.shown)
        {
            iopub.tell(request, ClearOutput { wait: false });
        }
    }

    /// The cell has something to show, which nothing must clear.
    pub(super) fn end(&mut self) {
        self.clear();
        self.cell = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
