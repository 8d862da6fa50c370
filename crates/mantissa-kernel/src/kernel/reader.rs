//! Whoever sits at the front end, and can be asked.

use super::wire::{Request, reply};
use jupyter_protocol::messaging::InputRequest;
use jupyter_zmq_client::RouterSendConnection;
use std::future::pending;
use tokio::sync::mpsc::UnboundedReceiver;

/// The stdin channel.
pub(super) struct Reader {
    to: RouterSendConnection,
    replies: UnboundedReceiver<Request>,
    /// Whether an answer is waited for.
    asked: bool,
}

impl Reader {
    pub(super) fn new(to: RouterSendConnection, replies: UnboundedReceiver<Request>) -> Reader {
        Reader {
            to,
            replies,
            asked: false,
        }
    }

    /// Asks the front end that sent a request, if it can be asked.
    pub(super) async fn ask(&mut self, request: &Request, prompt: String, password: bool) -> bool {
        if !request.flag("allow_stdin", false) {
            return false;
        }
        // Answers to a question of a cell that was stopped.
        while self.replies.try_recv().is_ok() {}
        reply(&mut self.to, request, InputRequest { prompt, password }).await;
        self.asked = true;
        true
    }

    /// The answer; never comes if nothing was asked.
    pub(super) async fn answer(&mut self) -> String {
        while self.asked {
            match self.replies.recv().await {
                Some(answer) if answer.kind() == "input_reply" => {
                    self.asked = false;
                    return answer.text("value").to_owned();
                }
                Some(_) => {}
                None => self.asked = false,
            }
        }
        pending().await
    }

    /// The question has become pointless.
    pub(super) fn forget(&mut self) {
        self.asked = false;
    }
}
