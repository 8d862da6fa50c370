//! Messages on sockets.

use anyhow::{Result, bail};
use jupyter_protocol::messaging::{
    Header, IoPubWelcome, JupyterMessage, JupyterMessageContent, Status, UnknownMessage,
};
use jupyter_protocol::{ConnectionInfo, connection_info::Transport};
use jupyter_zmq_client::{
    KernelIoPubXPubConnection, RawMessage, RouterRecvConnection, RouterSendConnection,
    SubscriptionEvent,
};
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeromq::{RepSocket, Socket as _, SocketRecv as _, SocketSend as _};

/// The protocol that we speak: 5.4 has the welcome on iopub.
pub(super) const VERSION: &str = "5.4";

/// How many messages are remembered, to know one that comes again.
const REMEMBERED: usize = 4096;

/// All sockets of a kernel.
pub(super) struct Sockets {
    pub(super) shell_in: Incoming,
    pub(super) shell_out: RouterSendConnection,
    pub(super) control: (Incoming, RouterSendConnection),
    pub(super) stdin: (Incoming, RouterSendConnection),
    pub(super) heartbeat: RepSocket,
    pub(super) iopub: IoPub,
}

impl Sockets {
    /// Binds them, on this machine alone.
    pub(super) async fn bind(info: &ConnectionInfo) -> Result<Sockets> {
        if info.transport == Transport::TCP {
            match info.ip.parse::<IpAddr>() {
                Ok(address) if address.is_loopback() => {}
                _ => bail!(
                    "the connection file says {}, which is not this machine",
                    info.ip
                ),
            }
        }
        if info.signature_scheme != "hmac-sha256" {
            bail!(
                "messages are signed with hmac-sha256, not {}",
                info.signature_scheme
            );
        }
        let session = uuid::Uuid::new_v4().to_string();
        let mut heartbeat = RepSocket::new();
        heartbeat.bind(&info.hb_url()).await?;
        let shell = jupyter_zmq_client::create_kernel_shell_connection(info, &session).await?;
        let control = jupyter_zmq_client::create_kernel_control_connection(info, &session).await?;
        let stdin = jupyter_zmq_client::create_kernel_stdin_connection(info, &session).await?;
        let iopub = jupyter_zmq_client::create_kernel_iopub_xpub_connection(info, &session).await?;
        let (shell_out, shell_in) = shell.split();
        let (control_out, control_in) = control.split();
        let (stdin_out, stdin_in) = stdin.split();
        Ok(Sockets {
            shell_in: Incoming::new(shell_in),
            shell_out,
            control: (Incoming::new(control_in), control_out),
            stdin: (Incoming::new(stdin_in), stdin_out),
            heartbeat,
            iopub: IoPub::new(iopub),
        })
    }
}

/// A request: what it asks, and the message that replies refer to.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) message: JupyterMessage,
    pub(super) content: Value,
}

impl Request {
    pub(super) fn kind(&self) -> &str {
        &self.message.header.msg_type
    }

    /// A text of the content; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.content
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A switch of the content.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        self.content
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(default)
    }

    /// A number of the content.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.content.get(name).and_then(Value::as_i64)
    }
}

/// Requests from a socket, without those that are not signed, malformed, or came before.
pub(super) struct Incoming {
    connection: RouterRecvConnection,
    seen: HashSet<String>,
    order: VecDeque<String>,
}

impl Incoming {
    fn new(connection: RouterRecvConnection) -> Incoming {
        Incoming {
            connection,
            seen: HashSet::new(),
            order: VecDeque::new(),
        }
    }

    /// The next request. What cannot be one is dropped; who sent it has no right to an answer.
    pub(super) async fn next(&mut self) -> Request {
        loop {
            let Ok(parts) = self.connection.socket.recv().await else {
                // A peer that breaks off is no reason to stop, nor to spin.
                tokio::task::yield_now().await;
                continue;
            };
            let request = RawMessage::from_multipart(parts, &self.connection.mac)
                .ok()
                .and_then(parse);
            if let Some(request) = request
                && self.is_new(&request.message.header.msg_id)
            {
                return request;
            }
        }
    }

    fn is_new(&mut self, id: &str) -> bool {
        if !self.seen.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

fn parse(raw: RawMessage) -> Option<Request> {
    let header: Header = serde_json::from_slice(&raw.jparts[0]).ok()?;
    let content: Value = serde_json::from_slice(&raw.jparts[3]).ok()?;
    let mut message = JupyterMessage::new(
        UnknownMessage {
            msg_type: header.msg_type.clone(),
            content: Value::Null,
        },
        None,
    );
    message.header = header;
    message.zmq_identities = raw.zmq_identities;
    message.metadata = serde_json::from_slice(&raw.jparts[2]).ok()?;
    Some(Request { message, content })
}

/// Puts requests into a queue.
pub(super) async fn receive(mut from: Incoming, queue: UnboundedSender<Request>) -> Result<()> {
    loop {
        let request = from.next().await;
        if queue.send(request).is_err() {
            return Ok(());
        }
    }
}

/// Answers a request.
pub(super) async fn reply(
    to: &mut RouterSendConnection,
    request: &Request,
    content: impl Into<JupyterMessageContent>,
) {
    let message = child(content, &request.message);
    // Nobody waits for the answer if it cannot be delivered.
    let _ = to.send(message).await;
}

fn child(content: impl Into<JupyterMessageContent>, parent: &JupyterMessage) -> JupyterMessage {
    let mut message = JupyterMessage::new(content, Some(parent));
    message.header.version = VERSION.to_owned();
    message.header.username = "kernel".to_owned();
    message
}

/// Echoes heartbeats.
pub(super) async fn echo(mut socket: RepSocket) -> Result<()> {
    loop {
        match socket.recv().await {
            Ok(beat) => drop(socket.send(beat).await),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// Where everybody hears what happens. Cheap to clone.
#[derive(Clone)]
pub(super) struct IoPub(UnboundedSender<JupyterMessage>);

impl IoPub {
    fn new(connection: KernelIoPubXPubConnection) -> IoPub {
        let (sender, messages) = unbounded_channel();
        tokio::spawn(publish(connection, messages));
        IoPub(sender)
    }

    /// Tells everybody, as a consequence of a request.
    pub(super) fn tell(&self, parent: &Request, content: impl Into<JupyterMessageContent>) {
        let mut message = child(content, &parent.message);
        // The topic; those who subscribe to something subscribe to everything.
        message.zmq_identities = vec![message.header.msg_type.clone().into_bytes().into()];
        // The receiver lives as long as the process.
        let _ = self.0.send(message);
    }

    pub(super) fn busy(&self, parent: &Request) {
        self.tell(parent, Status::busy());
    }

    pub(super) fn idle(&self, parent: &Request) {
        self.tell(parent, Status::idle());
    }
}

async fn publish(
    mut connection: KernelIoPubXPubConnection,
    mut messages: UnboundedReceiver<JupyterMessage>,
) {
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                // A subscriber that is gone is no loss.
                Some(message) => drop(connection.send(message).await),
                None => return,
            },
            event = connection.recv_subscription() => {
                if let Ok(SubscriptionEvent::Subscribe(topic)) = event {
                    let welcome = JupyterMessage::new(IoPubWelcome::new(topic), None);
                    let _ = connection.send(welcome).await;
                }
            }
        }
    }
}
