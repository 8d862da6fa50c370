//! Notebooks as files: made from a source, read, written, compared.
//!
//! A file is what Jupyter would write (keys sorted, one space of indent), and the same source and
//! outputs always give the same bytes: cells are numbered, and nothing tells the time.

use crate::session::{CellError, Reply};
use crate::source::{Language, Source, Text};
use crate::worker::{Display, DisplayKind};
use anyhow::{Context, Result, bail};
use jupyter_protocol::{ExecutionCount, Media};
use nbformat::v4::{
    Cell, CellId, CellMetadata, CodemirrorMode, DisplayData, ErrorOutput, ExecuteResult,
    KernelSpec, LanguageInfo, Metadata, MultilineString, Notebook, Output,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The kernel's name, which notebooks ask for.
pub const KERNEL: &str = "mantissa";

/// The kernel's name for readers.
pub const KERNEL_TITLE: &str = "Rust (mantissa)";

/// A notebook in one language, without outputs.
pub fn from_source(source: &Source, language: Language) -> Notebook {
    let cells = source.cells(language).into_iter().enumerate();
    let cell = |(index, text): (usize, Text)| {
        let id = CellId::new(&format!("cell-{:02}", index + 1)).expect("digits make a valid id");
        let metadata = CellMetadata::default();
        match text {
            Text::Markdown(text) => Cell::Markdown {
                id,
                metadata,
                source: lines(&text),
                attachments: None,
            },
            Text::Code(text) => Cell::Code {
                id,
                metadata,
                execution_count: None,
                source: lines(&text),
                outputs: Vec::new(),
            },
        }
    };
    Notebook {
        metadata: metadata(),
        nbformat: 4,
        nbformat_minor: 5,
        cells: cells.map(cell).collect(),
    }
}

fn metadata() -> Metadata {
    let language: Map<String, Value> = Map::from_iter([
        ("file_extension".to_owned(), json!(".rs")),
        ("mimetype".to_owned(), json!("text/x-rustsrc")),
        ("pygments_lexer".to_owned(), json!("rust")),
    ]);
    Metadata {
        kernelspec: Some(KernelSpec {
            display_name: KERNEL_TITLE.to_owned(),
            name: KERNEL.to_owned(),
            language: Some("rust".to_owned()),
            additional: Default::default(),
        }),
        language_info: Some(LanguageInfo {
            name: "rust".to_owned(),
            version: None,
            codemirror_mode: Some(CodemirrorMode::String("rust".to_owned())),
            additional: language.into_iter().collect(),
        }),
        authors: None,
        additional: Default::default(),
    }
}

/// Text as notebooks keep it: a list of lines, each but the last with its end.
fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// Reads a notebook, of any version that can be brought to the current one. Its sources become lists
/// of lines, which Jupyter accepts in other shapes too.
pub fn read(path: &Path) -> Result<Notebook> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let parsed = nbformat::parse_notebook(&text)
        .with_context(|| format!("{} is not a notebook", path.display()))?;
    let mut notebook = match parsed {
        nbformat::Notebook::V4(notebook) => notebook,
        nbformat::Notebook::V4QuirksMode(notebook) => notebook.repair(),
        nbformat::Notebook::Legacy(notebook) => nbformat::upgrade_legacy_notebook(notebook)?,
        _ => bail!(
            "{} is a notebook of an old version; open and save it in JupyterLab",
            path.display()
        ),
    };
    for cell in &mut notebook.cells {
        let (Cell::Markdown { source, .. } | Cell::Code { source, .. } | Cell::Raw { source, .. }) =
            cell;
        *source = lines(&source.concat());
    }
    Ok(notebook)
}

/// A notebook as the text of its file.
pub fn to_text(notebook: &Notebook) -> Result<String> {
    let notebook = nbformat::Notebook::V4(notebook.clone());
    Ok(nbformat::serialize_notebook(&notebook)?)
}

/// Writes a notebook; a file that is right already is not touched.
pub fn write(notebook: &Notebook, path: &Path) -> Result<()> {
    let text = to_text(notebook)?;
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Notes what the last of these cells says. An update goes to what it is an update of, in whichever cell.
pub fn note(cells: &mut [Vec<Reply>], reply: Reply) {
    match reply {
        Reply::Display(Display {
            kind: DisplayKind::Update,
            id: Some(id),
            data,
        }) => {
            for earlier in cells.iter_mut().flatten() {
                if let Reply::Display(display) = earlier
                    && display.id.as_ref() == Some(&id)
                {
                    display.data.clone_from(&data);
                }
            }
        }
        reply => {
            if let Some(cell) = cells.last_mut() {
                cell.push(reply);
            }
        }
    }
}

/// What a code cell gave, as a notebook keeps it: in order, texts that follow each other as one.
pub fn outputs(
    said: &[Reply],
    result: &Result<(), CellError>,
    count: usize,
) -> anyhow::Result<Vec<Output>> {
    let mut outputs: Vec<Output> = Vec::new();
    let print = |outputs: &mut Vec<Output>, stream: &str, more: &str| match outputs.last_mut() {
        Some(Output::Stream { name, text }) if name == stream => text.0 += more,
        _ => outputs.push(Output::Stream {
            name: stream.to_owned(),
            text: MultilineString(more.to_owned()),
        }),
    };
    for reply in said {
        match reply {
            Reply::Stdout(text) => print(&mut outputs, "stdout", text),
            Reply::Stderr(text) => print(&mut outputs, "stderr", text),
            Reply::Display(display) => show(&mut outputs, display, count)?,
            _ => {}
        }
    }
    if let Err(error) = result {
        outputs.push(Output::Error(ErrorOutput {
            ename: error.kind.name().to_owned(),
            evalue: error.message.clone(),
            traceback: console::strip_ansi_codes(&error.details)
                .lines()
                .map(str::to_owned)
                .collect(),
        }));
    }
    Ok(outputs)
}

/// Adds a display.
fn show(outputs: &mut Vec<Output>, display: &Display, count: usize) -> anyhow::Result<()> {
    let data: Media = serde_json::from_value(bundle(&display.data))
        .context("a display that no notebook can hold")?;
    outputs.push(match display.kind {
        DisplayKind::Value => Output::ExecuteResult(ExecuteResult {
            execution_count: ExecutionCount::new(count),
            data,
            metadata: Map::new(),
        }),
        DisplayKind::Bare | DisplayKind::Show | DisplayKind::Update => {
            Output::DisplayData(DisplayData {
                data,
                metadata: Map::new(),
            })
        }
    });
    Ok(())
}

/// A display's texts as JSON; only JSON types hold anything but text.
pub fn bundle(data: &BTreeMap<String, String>) -> Value {
    let entries = data.iter().map(|(mime, text)| {
        let parsed = mime.contains("json").then(|| serde_json::from_str(text));
        let value = parsed.and_then(|parsed| parsed.ok());
        (mime.clone(), value.unwrap_or_else(|| json!(text)))
    });
    Value::Object(entries.collect())
}

/// The notebook without what running it adds.
pub fn without_outputs(notebook: &Notebook) -> Notebook {
    let mut notebook = notebook.clone();
    for cell in &mut notebook.cells {
        if let Cell::Code {
            execution_count,
            outputs,
            ..
        } = cell
        {
            *execution_count = None;
            outputs.clear();
        }
    }
    notebook
}

/// Takes outputs over from an earlier version, up to the first code cell that differs: what comes
/// after it may depend on it.
pub fn keep_outputs(notebook: &mut Notebook, earlier: &Notebook) {
    let code = |cell: &Cell| matches!(cell, Cell::Code { .. });
    let new = notebook.cells.iter_mut().filter(|cell| code(cell));
    let old = earlier.cells.iter().filter(|cell| code(cell));
    for (new, old) in new.zip(old) {
        match (new, old) {
            (
                Cell::Code {
                    source,
                    execution_count,
                    outputs,
                    ..
                },
                Cell::Code {
                    source: old_source,
                    execution_count: old_count,
                    outputs: old_outputs,
                    ..
                },
            ) if source.concat() == old_source.concat() => {
                *execution_count = *old_count;
                outputs.clone_from(old_outputs);
            }
            _ => return,
        }
    }
}
