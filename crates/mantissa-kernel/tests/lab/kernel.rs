//! The kernel as its front ends see it, friendly and other ones.

use crate::root;
use jupyter_protocol::messaging::{
    ExecuteReply, ExecuteRequest, InterruptRequest, JupyterMessage, JupyterMessageContent,
    KernelInfoRequest,
};
use jupyter_protocol::{ExecutionCount, ReplyStatus};
use mantissa_kernel::client::Client;
use mantissa_kernel::project::Project;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Longer than anything takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = runtime.expect("a runtime").block_on(future);
    result.unwrap_or_else(|error| panic!("{error:?}"))
}

pub(crate) async fn kernel() -> anyhow::Result<Client> {
    let project = Project::around(root()).expect("a checkout");
    let executable = Path::new(env!("CARGO_BIN_EXE_mantissa-kernel"));
    Client::start(executable, &project, &std::env::temp_dir(), &[]).await
}

fn reply(content: &JupyterMessageContent) -> &ExecuteReply {
    match content {
        JupyterMessageContent::ExecuteReply(reply) => reply,
        other => panic!("no reply to a cell: {other:?}"),
    }
}

#[test]
fn a_session_with_failures_and_an_interrupt() {
    block_on(async {
        let mut client = kernel().await?;
        let heard = client
            .execute("let mut v = vec![1, 2, 3]; print!(\"no newline\")")
            .await?;
        assert_eq!(reply(&heard.reply).execution_count, ExecutionCount::new(1));
        assert_eq!(heard.text(), "no newline");

        let heard = client
            .execute("v.push(4);\nlet w = v;\npanic!(\"with {}\", w.len())")
            .await?;
        assert_eq!(heard.error(), Some(("panic", "with 4")));
        assert_eq!(reply(&heard.reply).status, ReplyStatus::Error);

        let heard = client.execute("v.len()").await?;
        assert_eq!(heard.text(), "3");
        assert_eq!(reply(&heard.reply).execution_count, ExecutionCount::new(3));

        let endless = "v.clear(); let mut n = 0_u64; loop { n = n.wrapping_add(1); if n == 1 { println!(\"in\"); } }";
        let request: JupyterMessage = ExecuteRequest::new(endless.to_owned()).into();
        let id = request.header.msg_id.clone();
        client.shell.send(request).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        client.control(InterruptRequest {}.into()).await?;
        let heard = client.hear(&id).await?;
        assert_eq!(heard.error(), Some(("interrupt", "the cell was stopped")));
        assert_eq!(client.execute("v.len()").await?.text(), "3");

        // What was sent with a cell that fails is not run.
        let cells = ["panic!(\"first\")", "println!(\"second\")"];
        let requests = cells.map(|cell| JupyterMessage::from(ExecuteRequest::new(cell.to_owned())));
        let ids = requests.clone().map(|request| request.header.msg_id);
        for request in requests {
            client.shell.send(request).await?;
        }
        assert_eq!(
            client.hear(&ids[0]).await?.error(),
            Some(("panic", "first"))
        );
        let heard = client.hear(&ids[1]).await?;
        assert_eq!(reply(&heard.reply).status, ReplyStatus::Aborted);
        assert_eq!(heard.text(), "");
        client.end().await
    });
}

#[test]
fn strangers_and_garbage_change_nothing() {
    block_on(async {
        let mut client = kernel().await?;
        let info = client.info.clone();
        for port in [
            info.shell_port,
            info.control_port,
            info.iopub_port,
            info.stdin_port,
            info.hb_port,
        ] {
            let greeting = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL";
            for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 100], greeting, b""] {
                let mut stream = TcpStream::connect((info.ip.as_str(), port)).await?;
                // It may be thrown out at any time.
                let _ = stream.write_all(bytes).await;
            }
            // A frame that says it is enormous.
            let mut stream = TcpStream::connect((info.ip.as_str(), port)).await?;
            let mut frame = vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0];
            frame.extend_from_slice(b"NULL");
            frame.resize(64, 0);
            frame.extend_from_slice(&[2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
            let _ = stream.write_all(&frame).await;
        }
        // Signed with another key, and one that came before.
        let mut forged = info.clone();
        forged.key = "guess".to_owned();
        let session = jupyter_zmq_client::peer_identity_for_session("stranger")?;
        let mut stranger = jupyter_zmq_client::create_client_shell_connection_with_identity(
            &forged, "stranger", session,
        )
        .await?;
        stranger
            .send(ExecuteRequest::new("let stolen = 1;".to_owned()).into())
            .await?;
        let request: JupyterMessage = ExecuteRequest::new("println!(\"once\")".to_owned()).into();
        let first = client.request(request.clone()).await?;
        assert_eq!(first.text(), "once\n");
        client.shell.send(request).await?;
        // The kernel is as it was: the next cell is the second.
        let heard = client.execute("stolen").await?;
        assert_eq!(heard.error().map(|(name, _)| name), Some("compile error"));
        assert_eq!(reply(&heard.reply).execution_count, ExecutionCount::new(2));
        let heard = client.request(KernelInfoRequest {}.into()).await?;
        assert!(matches!(
            heard.reply,
            JupyterMessageContent::KernelInfoReply(_)
        ));
        client.end().await
    });
}

/// The processes that have this kernel's connection file, or its engine's socket, among their own.
#[cfg(target_os = "linux")]
fn descendants(of: u32) -> Vec<u32> {
    let mut found = vec![of];
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .expect("processes")
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The state and the parent come after the name, which may hold anything.
            let mut rest = stat.rsplit_once(')')?.1.split_whitespace();
            let state = rest.next()?;
            (state != "Z").then_some((pid, rest.next()?.parse().ok()?))
        })
        .collect();
    let mut index = 0;
    while let Some(&parent) = found.get(index) {
        found.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _)| *pid),
        );
        index += 1;
    }
    found.remove(0);
    found
}

/// Whether a process runs, as far as it can be known here.
pub(crate) fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit_once(')')
            .is_some_and(|(_, rest)| rest.starts_with(" Z"))
    })
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_left_of_a_kernel_that_is_killed() {
    use std::process::Command;
    let kill = |pid: u32| {
        let status = Command::new("kill").args(["-9", &pid.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()));
    };
    block_on(async {
        let mut client = kernel().await?;
        client.execute("let v = 1;").await?;
        let kernel = client.kernel().id();
        let all = descendants(kernel);
        assert!(all.len() >= 3, "engine, keeper, runner: {all:?}");

        // The process that runs cells, in the middle of one.
        let sleep = "std::thread::sleep(std::time::Duration::from_secs(60))";
        let request: JupyterMessage = ExecuteRequest::new(sleep.to_owned()).into();
        let id = request.header.msg_id.clone();
        client.shell.send(request).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        // Before a cell there is no snapshot, so the youngest process is the one that runs cells.
        let runner = *all.iter().max().expect("a runner");
        kill(runner);
        let heard = client.hear(&id).await?;
        assert_eq!(heard.error().map(|(name, _)| name), Some("crash"));
        assert_eq!(client.execute("v").await?.text(), "1");

        // The engine: the kernel says so, and starts another.
        kill(descendants(kernel)[0]);
        let heard = client.execute("v").await?;
        let (name, message) = heard.error().expect("an error");
        assert_eq!((name, message), ("crash", "the engine ended"));
        assert_eq!(client.execute("2 + 2").await?.text(), "4");

        // The kernel itself, with a cell running.
        let all = descendants(kernel);
        client
            .shell
            .send(ExecuteRequest::new(sleep.to_owned()).into())
            .await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        kill(kernel);
        let start = Instant::now();
        while all.iter().any(|pid| is_running(*pid)) {
            assert!(start.elapsed() < PATIENCE, "{all:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn fifty_kernels_that_come_and_go_leave_nothing() {
    let sessions = root().join("target/lab/sessions");
    let mut ids = Vec::new();
    block_on(async {
        for turn in 0..50 {
            let mut client = kernel().await?;
            let id = client.kernel().id();
            ids.push(format!("{id}-0"));
            if turn % 10 == 0 {
                assert_eq!(client.execute("1 + 1").await?.text(), "2");
            }
            // Some are ended at once, some in the middle of their start.
            tokio::time::sleep(Duration::from_millis(80 * (turn % 13))).await;
            let processes = descendants(id);
            // The last one sweeps what those have left that were killed.
            let is_killed = turn % 2 == 0;
            match is_killed {
                true => client.kernel().kill()?,
                false => client.end().await?,
            }
            // A process that has been told to end may take a moment.
            let start = Instant::now();
            while client.kernel().try_wait()?.is_none()
                || processes.iter().any(|pid| is_running(*pid))
            {
                assert!(
                    start.elapsed() < PATIENCE,
                    "of kernel {turn}: {processes:?}"
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let folder = sessions.join(format!("{id}-0"));
            assert!(is_killed || !folder.exists(), "{}", folder.display());
            let files = std::fs::read_dir(client.folder())?.flatten();
            let names: Vec<_> = files.map(|file| file.file_name()).collect();
            assert_eq!(names, ["connection.json"], "of kernel {turn}");
            for port in [client.info.shell_port, client.info.iopub_port] {
                let connected = TcpStream::connect((client.info.ip.as_str(), port)).await;
                assert!(connected.is_err(), "kernel {turn} still listens");
            }
        }
        for id in &ids {
            assert!(!sessions.join(id).exists(), "{id}");
        }
        Ok(())
    });
}
