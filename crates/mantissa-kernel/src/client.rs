//! As much of a Jupyter client as measuring and testing need.

use crate::project::{Project, ROOT_VARIABLE};
use anyhow::{Result, bail};
use jupyter_protocol::connection_info::{ConnectionInfo, Transport};
use jupyter_protocol::messaging::{
    ExecuteRequest, ExecutionState, InputReply, InputRequest, JupyterMessage,
    JupyterMessageContent, KernelInfoRequest, ShutdownRequest,
};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, ClientStdinConnection,
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, create_client_stdin_connection_with_identity,
    peek_ports, peer_identity_for_session,
};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a request made the kernel say.
#[derive(Debug)]
pub struct Heard {
    /// On iopub, but for the last status.
    pub said: Vec<JupyterMessageContent>,
    /// To whoever asked.
    pub reply: JupyterMessageContent,
}

impl Heard {
    /// Whether something was shown as HTML.
    pub fn shows_html(&self) -> bool {
        let html = |data| serde_json::to_string(data).is_ok_and(|text| text.contains("text/html"));
        self.said.iter().any(|content| match content {
            JupyterMessageContent::ExecuteResult(result) => html(&result.data),
            JupyterMessageContent::DisplayData(display) => html(&display.data),
            _ => false,
        })
    }

    /// The name and the message of the error, if there was one.
    pub fn error(&self) -> Option<(&str, &str)> {
        self.said.iter().find_map(|content| match content {
            JupyterMessageContent::ErrorOutput(error) => Some((&*error.ename, &*error.evalue)),
            _ => None,
        })
    }

    /// What was printed to standard output, and the value as text.
    pub fn text(&self) -> String {
        let text = |content: &JupyterMessageContent| match content {
            JupyterMessageContent::StreamContent(stream) => Some(stream.text.clone()),
            JupyterMessageContent::ExecuteResult(result) => {
                let data = serde_json::to_value(&result.data).ok()?;
                Some(data["text/plain"].as_str()?.to_owned())
            }
            _ => None,
        };
        self.said.iter().filter_map(text).collect()
    }
}

/// A kernel, and what is connected to it.
pub struct Client {
    kernel: Child,
    /// The shell channel.
    pub shell: ClientShellConnection,
    /// How to connect.
    pub info: ConnectionInfo,
    control: ClientControlConnection,
    iopub: ClientIoPubConnection,
    stdin: ClientStdinConnection,
    folder: TempDir,
}

impl Client {
    /// Starts this executable as a kernel and waits until it answers.
    pub async fn start(
        executable: &Path,
        project: &Project,
        working: &Path,
        options: &[&str],
    ) -> Result<Client> {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let ports = peek_ports(here, 5).await?;
        let info = ConnectionInfo {
            ip: here.to_string(),
            transport: Transport::TCP,
            shell_port: ports[0],
            iopub_port: ports[1],
            stdin_port: ports[2],
            control_port: ports[3],
            hb_port: ports[4],
            key: uuid::Uuid::new_v4().to_string(),
            signature_scheme: "hmac-sha256".to_owned(),
            kernel_name: None,
        };
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("connection.json");
        fs::write(&file, serde_json::to_string(&info)?)?;
        let kernel = Command::new(executable)
            .args(["kernel", "--connection-file"])
            .arg(&file)
            .args(options)
            .env(ROOT_VARIABLE, project.root())
            .env("TMPDIR", folder.path())
            .current_dir(working)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let session = uuid::Uuid::new_v4().to_string();
        let identity = peer_identity_for_session(&session)?;
        let start = Instant::now();
        // Connecting does not wait for a kernel that is still about to bind.
        let shell = loop {
            let connected =
                create_client_shell_connection_with_identity(&info, &session, identity.clone());
            match timeout(Duration::from_millis(500), connected).await {
                Ok(Ok(shell)) => break shell,
                _ if start.elapsed() > PATIENCE => bail!("the kernel does not start"),
                _ => sleep(Duration::from_millis(5)).await,
            }
        };
        let mut client = Client {
            kernel,
            shell,
            info: info.clone(),
            control: create_client_control_connection(&info, &session).await?,
            stdin: create_client_stdin_connection_with_identity(&info, &session, identity).await?,
            iopub: create_client_iopub_connection(&info, "", &session).await?,
            folder,
        };
        client.shell.send(KernelInfoRequest {}.into()).await?;
        timeout(PATIENCE, client.shell.read()).await??;
        Ok(client)
    }

    /// Runs a cell to its end, and gives all that it made the kernel say.
    pub async fn execute(&mut self, code: &str) -> Result<Heard> {
        let request = ExecuteRequest {
            stop_on_error: false,
            ..ExecuteRequest::new(code.to_owned())
        };
        self.request(request.into()).await
    }

    /// Sends a request on the shell channel, and waits until the kernel is through with it.
    pub async fn request(&mut self, request: JupyterMessage) -> Result<Heard> {
        let id = request.header.msg_id.clone();
        self.shell.send(request).await?;
        self.hear(&id).await
    }

    /// Waits until the kernel is through with a request that was sent.
    pub async fn hear(&mut self, id: &str) -> Result<Heard> {
        let mut said = Vec::new();
        loop {
            let message = timeout(PATIENCE, self.iopub.read()).await??;
            if message
                .parent_header
                .as_ref()
                .is_none_or(|parent| parent.msg_id != id)
            {
                continue;
            }
            if let JupyterMessageContent::Status(status) = &message.content
                && status.execution_state == ExecutionState::Idle
            {
                break;
            }
            said.push(message.content);
        }
        let reply = timeout(PATIENCE, self.shell.read()).await??.content;
        Ok(Heard { said, reply })
    }

    /// Sends a request on the control channel and waits for the answer.
    pub async fn control(&mut self, request: JupyterMessage) -> Result<JupyterMessageContent> {
        self.control.send(request).await?;
        Ok(timeout(PATIENCE, self.control.read()).await??.content)
    }

    /// Begins a cell that may ask, and gives the name by which it can be heard.
    pub async fn begin(&mut self, code: &str) -> Result<String> {
        let request: JupyterMessage = ExecuteRequest {
            stop_on_error: false,
            allow_stdin: true,
            ..ExecuteRequest::new(code.to_owned())
        }
        .into();
        let id = request.header.msg_id.clone();
        self.shell.send(request).await?;
        Ok(id)
    }

    /// Waits for a question of a cell.
    pub async fn question(&mut self) -> Result<InputRequest> {
        loop {
            let message = timeout(PATIENCE, self.stdin.read()).await??;
            if let JupyterMessageContent::InputRequest(question) = message.content {
                return Ok(question);
            }
        }
    }

    /// Answers a question.
    pub async fn answer(&mut self, text: &str) -> Result<()> {
        let reply = InputReply {
            value: text.to_owned(),
            ..InputReply::default()
        };
        Ok(self.stdin.send(reply.into()).await?)
    }

    /// The kernel's process.
    pub fn kernel(&mut self) -> &mut Child {
        &mut self.kernel
    }

    /// Where its connection file and its temporary files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the kernel.
    pub async fn end(&mut self) -> Result<()> {
        self.control
            .send(ShutdownRequest { restart: false }.into())
            .await?;
        let start = Instant::now();
        while self.kernel.try_wait()?.is_none() && start.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.kernel.kill();
        let _ = self.kernel.wait();
    }
}
