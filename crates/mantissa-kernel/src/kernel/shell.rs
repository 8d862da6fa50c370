//! Requests that are answered one after the other.

use super::engine::{Engine, Said};
use super::history::History;
use super::reader::Reader;
use super::waiting::Waiting;
use super::wire::{IoPub, Request, reply};
use super::{complete, control, info, syntax};
use crate::notebook::bundle;
use crate::session::{CellError, ErrorKind, Reply, Request as Ask};
use crate::worker::{Display, DisplayKind};
use anyhow::Result;
use jupyter_protocol::messaging::{
    CommInfoReply, DisplayData, ErrorOutput, ExecuteInput, ExecuteReply, ExecuteResult,
    ExpressionResult, HistoryReply, JupyterMessageContent, ReplyError, StreamContent, Transient,
    UpdateDisplayData,
};
use jupyter_protocol::{ExecutionCount, Media, ReplyStatus};
use jupyter_zmq_client::RouterSendConnection;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// Requests that were sent with the one that failed have arrived after this.
const ARRIVAL: Duration = Duration::from_millis(20);

/// The sender and receiver of everything about cells.
pub(super) struct Shell {
    iopub: IoPub,
    reader: Reader,
    engine: Engine,
    history: History,
    count: usize,
    /// Whether the engine has told that it is ready.
    ready: bool,
}

impl Shell {
    pub(super) fn new(iopub: IoPub, reader: Reader, engine: Engine, history: History) -> Shell {
        Shell {
            iopub,
            reader,
            engine,
            history,
            count: 0,
            ready: false,
        }
    }

    /// Answers requests, as long as there are any.
    pub(super) async fn serve(
        mut self,
        mut requests: UnboundedReceiver<Request>,
        mut out: RouterSendConnection,
    ) -> Result<()> {
        let mut aborting = false;
        loop {
            let request = if aborting {
                requests.try_recv().ok()
            } else {
                requests.recv().await
            };
            let Some(request) = request else {
                if !aborting {
                    return Ok(());
                }
                aborting = false;
                continue;
            };
            self.iopub.busy(&request);
            let answer = match aborting && request.kind() == "execute_request" {
                true => Some(aborted().into()),
                false => self.answer(&request).await,
            };
            if let Some(content) = answer {
                if failed(&content) && request.flag("stop_on_error", true) {
                    aborting = true;
                    tokio::time::sleep(ARRIVAL).await;
                }
                reply(&mut out, &request, content).await;
            }
            self.iopub.idle(&request);
        }
    }

    async fn answer(&mut self, request: &Request) -> Option<JupyterMessageContent> {
        Some(match request.kind() {
            "kernel_info_request" => info::kernel_info().into(),
            "execute_request" => self.execute(request).await.into(),
            "is_complete_request" => syntax::is_complete(request.text("code")).into(),
            "complete_request" => self.complete(request).await,
            "inspect_request" => self.inspect(request).await,
            "history_request" => HistoryReply::new(self.history.find(request)).into(),
            "comm_info_request" => CommInfoReply::default().into(),
            kind => return control::unsupported(kind),
        })
    }

    async fn execute(&mut self, request: &Request) -> ExecuteReply {
        let code = request.text("code");
        let silent = request.flag("silent", false);
        let store = request.flag("store_history", !silent) && !silent;
        if store && !code.trim().is_empty() {
            self.count += 1;
            self.history.add(self.count, code);
        }
        if !silent {
            let input = ExecuteInput {
                code: code.to_owned(),
                execution_count: ExecutionCount::new(self.count),
            };
            self.iopub.tell(request, input);
        }
        let result = match code.trim().is_empty() {
            true => Ok(()),
            false => self.run(request, code, silent).await,
        };
        if let Err(error) = &result
            && !silent
        {
            self.iopub.tell(request, error_output(error));
        }
        let mut answer = ExecuteReply {
            execution_count: ExecutionCount::new(self.count),
            user_expressions: Some(HashMap::new()),
            ..ExecuteReply::default()
        };
        match result {
            Ok(()) => answer.user_expressions = Some(self.expressions(request).await),
            Err(error) => {
                answer.status = ReplyStatus::Error;
                answer.error = Some(Box::new(reply_error(&error)));
            }
        }
        answer
    }

    /// Runs a cell and tells what it says.
    async fn run(&mut self, request: &Request, code: &str, silent: bool) -> Result<(), CellError> {
        let iopub = self.iopub.clone();
        let mut waiting = Waiting::new((!silent).then_some((&iopub, request)));
        self.get_ready(&mut waiting).await?;
        self.engine.send(&Ask::Execute(code.to_owned()));
        self.reader.forget();
        loop {
            let said = tokio::select! {
                said = waiting.next(&self.engine) => said,
                answer = self.reader.answer() => {
                    self.engine.send(&Ask::Answer(Some(answer)));
                    continue;
                }
            };
            waiting.end();
            match said {
                Said::Reply(Reply::Done(result)) => return result,
                Said::Reply(Reply::Input { prompt, password }) => {
                    if !self.reader.ask(request, prompt, password).await {
                        self.engine.send(&Ask::Answer(None));
                    }
                }
                Said::Reply(_) if silent => {}
                Said::Reply(reply) => self.pass_on(request, reply),
                Said::Lost(reason) => return Err(self.lost(&reason)),
            }
        }
    }

    fn pass_on(&self, request: &Request, reply: Reply) {
        match reply {
            Reply::Stdout(text) => self.iopub.tell(request, StreamContent::stdout(&text)),
            Reply::Stderr(text) => self.iopub.tell(request, StreamContent::stderr(&text)),
            Reply::Display(display) => self.iopub.tell(request, self.display(display)),
            _ => {}
        }
    }

    fn display(&self, display: Display) -> JupyterMessageContent {
        let data = media(&display);
        match (display.kind, display.id) {
            (DisplayKind::Value, _) => {
                let mut result = ExecuteResult::new(ExecutionCount::new(self.count), data);
                // An object, says the schema that front ends are tested with.
                result.transient = Some(Transient::default());
                result.into()
            }
            (DisplayKind::Update, Some(id)) => UpdateDisplayData::new(data, &id).into(),
            (_, id) => DisplayData {
                data,
                metadata: Map::new(),
                transient: id.map(|id| Transient {
                    display_id: Some(id),
                }),
            }
            .into(),
        }
    }

    /// Waits for the engine; an engine that was lost is replaced.
    async fn get_ready(&mut self, waiting: &mut Waiting<'_>) -> Result<(), CellError> {
        while !self.ready {
            match waiting.next(&self.engine).await {
                Said::Reply(reply) => self.ready = reply == Reply::Ready,
                Said::Lost(reason) => return Err(self.lost(&reason)),
            }
        }
        waiting.clear();
        Ok(())
    }

    fn lost(&mut self, reason: &str) -> CellError {
        self.ready = false;
        self.engine.restart();
        CellError {
            kind: ErrorKind::Crash,
            message: "the engine ended".to_owned(),
            details: format!(
                "{reason}\nAll variables, definitions and imports are lost. A new engine starts; run \
                 the cells that you need again."
            ),
        }
    }

    /// The values of expressions that the front end wants beside the cell.
    async fn expressions(&mut self, request: &Request) -> HashMap<String, ExpressionResult> {
        let mut values = HashMap::new();
        let wanted = request.content.get("user_expressions");
        for (name, code) in wanted.and_then(Value::as_object).into_iter().flatten() {
            let code = code.as_str().unwrap_or_default();
            values.insert(name.clone(), self.expression(code).await);
        }
        values
    }

    async fn expression(&mut self, code: &str) -> ExpressionResult {
        let mut value = Display::default();
        let result = match self.get_ready(&mut Waiting::new(None)).await {
            Err(error) => Err(error),
            Ok(()) => {
                self.engine.send(&Ask::Execute(code.to_owned()));
                loop {
                    match self.engine.next().await {
                        Said::Reply(Reply::Done(result)) => break result,
                        Said::Reply(Reply::Display(display)) => value = display,
                        Said::Reply(Reply::Input { .. }) => {
                            self.engine.send(&Ask::Answer(None));
                        }
                        Said::Reply(_) => {}
                        Said::Lost(reason) => break Err(self.lost(&reason)),
                    }
                }
            }
        };
        match result {
            Ok(()) => ExpressionResult::Ok {
                data: media(&value),
                metadata: Map::new(),
            },
            Err(error) => {
                let error = reply_error(&error);
                ExpressionResult::Error {
                    ename: error.ename,
                    evalue: error.evalue,
                    traceback: error.traceback,
                }
            }
        }
    }

    async fn complete(&mut self, request: &Request) -> JupyterMessageContent {
        let (code, position) = complete::at_cursor(request);
        if let Some(found) = complete::without_engine(&code, position) {
            return complete::reply(&code, found).into();
        }
        let found = match self
            .work(Ask::Complete {
                code: code.clone(),
                position,
            })
            .await
        {
            Some(Reply::Completions(found)) => found,
            _ => complete::nothing(position),
        };
        complete::reply(&code, found).into()
    }

    async fn inspect(&mut self, request: &Request) -> JupyterMessageContent {
        let (code, position) = complete::at_cursor(request);
        let position = complete::end_of_word(&code, position);
        match self.work(Ask::Inspect { code, position }).await {
            Some(Reply::Inspection(found)) => complete::inspection(found).into(),
            _ => complete::inspection(None).into(),
        }
    }

    /// Has the engine do something that is no cell.
    async fn work(&mut self, ask: Ask) -> Option<Reply> {
        self.get_ready(&mut Waiting::new(None)).await.ok()?;
        self.engine.send(&ask);
        loop {
            match self.engine.next().await {
                Said::Reply(reply @ (Reply::Completions(_) | Reply::Inspection(_))) => {
                    return Some(reply);
                }
                Said::Reply(_) => {}
                Said::Lost(reason) => {
                    self.lost(&reason);
                    return None;
                }
            }
        }
    }
}

fn media(display: &Display) -> Media {
    serde_json::from_value(bundle(&display.data)).unwrap_or_default()
}

fn failed(content: &JupyterMessageContent) -> bool {
    matches!(content, JupyterMessageContent::ExecuteReply(reply) if reply.status == ReplyStatus::Error)
}

fn aborted() -> ExecuteReply {
    ExecuteReply {
        status: ReplyStatus::Aborted,
        ..ExecuteReply::default()
    }
}

/// An error as the reader of a notebook sees it: what happened in red, then what more is known.
fn traceback(error: &CellError) -> Vec<String> {
    let head = console::style(format!("{}: {}", error.kind.name(), error.message))
        .red()
        .bold()
        .force_styling(true);
    // The compiler's reports have heads of their own, which may be several.
    let head = (error.kind != ErrorKind::Compile || error.details == error.message)
        .then(|| head.to_string());
    let details = error.details.lines().filter(|line| *line != error.message);
    head.into_iter().chain(details.map(str::to_owned)).collect()
}

fn error_output(error: &CellError) -> ErrorOutput {
    ErrorOutput {
        ename: error.kind.name().to_owned(),
        evalue: error.message.clone(),
        traceback: traceback(error),
    }
}

fn reply_error(error: &CellError) -> ReplyError {
    ReplyError {
        ename: error.kind.name().to_owned(),
        evalue: error.message.clone(),
        traceback: traceback(error),
    }
}
