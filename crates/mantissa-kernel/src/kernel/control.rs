//! Requests that count at once, while a cell runs.

use super::engine::Engine;
use super::info;
use super::wire::{Incoming, IoPub, Request, reply};
use anyhow::Result;
use jupyter_protocol::ReplyStatus;
use jupyter_protocol::messaging::{
    DebugReply, InterruptReply, JupyterMessageContent, ShutdownReply, UnknownMessage,
};
use jupyter_zmq_client::RouterSendConnection;
use serde_json::json;

/// Answers until the kernel is asked to end.
pub(super) async fn serve(
    (mut incoming, mut out): (Incoming, RouterSendConnection),
    engine: Engine,
    iopub: IoPub,
) -> Result<()> {
    loop {
        let request = incoming.next().await;
        iopub.busy(&request);
        let end = request.kind() == "shutdown_request";
        if let Some(content) = answer(&request, &engine) {
            if end {
                // Every front end of this kernel wants to know.
                iopub.tell(&request, content.clone());
            }
            reply(&mut out, &request, content).await;
        }
        iopub.idle(&request);
        if end {
            // What has been said is still on its way.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            return Ok(());
        }
    }
}

fn answer(request: &Request, engine: &Engine) -> Option<JupyterMessageContent> {
    Some(match request.kind() {
        "kernel_info_request" => info::kernel_info().into(),
        "interrupt_request" => {
            engine.interrupt();
            InterruptReply::new().into()
        }
        "shutdown_request" => ShutdownReply {
            restart: request.flag("restart", false),
            status: ReplyStatus::Ok,
            error: None,
        }
        .into(),
        "debug_request" => DebugReply {
            content: json!({
                "type": "response",
                "request_seq": request.number("seq"),
                "command": request.text("command"),
                "success": false,
                "message": "this kernel has no debugger",
            }),
        }
        .into(),
        kind => return unsupported(kind),
    })
}

/// A polite refusal of a request that we do not know; other messages want no answer.
pub(super) fn unsupported(kind: &str) -> Option<JupyterMessageContent> {
    let stem = kind.strip_suffix("_request")?;
    Some(JupyterMessageContent::UnknownMessage(UnknownMessage {
        msg_type: format!("{stem}_reply"),
        content: json!({
            "status": "error",
            "ename": "unsupported",
            "evalue": format!("this kernel does not answer {kind}"),
            "traceback": [],
        }),
    }))
}
