//! `cargo lab` as a reader uses it: the executable, its output, the files it writes.

mod cells;
mod files;
mod kernel;
mod notebooks;
mod talk;

use nbformat::v4::{Cell, CellId, CellMetadata, Notebook, Output};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The checkout that is tested.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate is two folders down")
}

/// What a command gave.
struct Ran {
    ok: bool,
    stdout: String,
    stderr: String,
}

/// Runs `cargo lab` on a checkout.
fn lab(root: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_mantissa-kernel"))
        .args(arguments)
        .env("MANTISSA_ROOT", root)
        .output()
        .expect("the executable runs");
    Ran {
        ok: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A notebook of code cells, alone in a folder.
struct Draft {
    folder: TempDir,
    notebook: Notebook,
}

impl Draft {
    fn new(cells: &[&str]) -> Draft {
        let cell = |(index, code): (usize, &&str)| Cell::Code {
            id: CellId::new(&format!("cell-{index}")).expect("a valid id"),
            metadata: CellMetadata::default(),
            execution_count: None,
            source: vec![(*code).to_owned()],
            outputs: Vec::new(),
        };
        Draft {
            folder: tempfile::tempdir().expect("a temporary folder"),
            notebook: Notebook {
                metadata: Default::default(),
                nbformat: 4,
                nbformat_minor: 5,
                cells: cells.iter().enumerate().map(cell).collect(),
            },
        }
    }

    /// Lets a cell fail.
    fn may_fail(mut self, index: usize) -> Draft {
        if let Cell::Code { metadata, .. } = &mut self.notebook.cells[index] {
            metadata.tags = Some(vec!["raises-exception".into()]);
        }
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Executes it, and reads what became of it.
    fn run(&self) -> (Ran, Executed) {
        let (input, output) = (self.path("draft.ipynb"), self.path("executed.ipynb"));
        mantissa_kernel::notebook::write(&self.notebook, &input).expect("the draft is written");
        let paths = [
            input.to_str().unwrap(),
            "--output",
            output.to_str().unwrap(),
        ];
        let ran = lab(root(), &[&["run"], &paths[..]].concat());
        let read = mantissa_kernel::notebook::read(&output);
        let executed = read.unwrap_or_else(|error| panic!("{error}\n{}", ran.stderr));
        (ran, Executed(executed))
    }
}

/// An executed notebook of code cells.
struct Executed(Notebook);

impl Executed {
    /// The cells' counts; none for those that did not run.
    fn counts(&self) -> Vec<Option<i32>> {
        let count = |cell: &Cell| match cell {
            Cell::Code {
                execution_count, ..
            } => *execution_count,
            _ => None,
        };
        self.0.cells.iter().map(count).collect()
    }

    /// A cell's outputs as JSON, one text each.
    fn outputs(&self, index: usize) -> Vec<String> {
        let Cell::Code { outputs, .. } = &self.0.cells[index] else {
            panic!("cell {index} has no code");
        };
        let json = |output: &Output| serde_json::to_string(output).expect("outputs are JSON");
        outputs.iter().map(json).collect()
    }
}
