//! `cargo lab bench`: this kernel against evcxr's own server, on the same machine with the same cells.
//!
//! Each kernel is started as Jupyter starts it and spoken to as Jupyter does. The stock server starts
//! without any cache of ours; this kernel once with an engine that waits for it, as JupyterLab's kernels
//! have, and once without.

use crate::client::Client;
use crate::notebook;
use crate::progress::Task;
use crate::project::Project;
use crate::seed::Seed;
use crate::session::{Session, Spare};
use crate::tools;
use anyhow::{Context, Result, bail, ensure};
use nbformat::v4::Cell;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// The notebook that is measured.
const NOTEBOOK: &str = "en/01_data_types.ipynb";

/// How often a short cell is run.
const TIMES: usize = 9;

/// What is measured, in seconds.
#[derive(Clone, Copy, Debug)]
struct Figures {
    ready: f64,
    picture: f64,
    notebook: f64,
    expression: f64,
    definition: f64,
    /// The compiler alone on the expression's crate; nothing for the stock server.
    rustc: f64,
}

/// Measures, and prints times and ratios.
pub fn bench(project: &Project) -> Result<()> {
    Seed::prepare(project)?;
    let cells = cells(project)?;
    let stock = measure(project, &cells, "evcxr_jupyter", &["--stock"])?;
    let cold = measure(project, &cells, "this kernel", &[])?;
    let spare = wait_for_spare(project)?;
    let warm = measure(project, &cells, "this kernel, engine waiting", &[])?;
    drop(spare);
    print(&stock, &cold, &warm);
    Ok(())
}

fn cells(project: &Project) -> Result<Vec<String>> {
    let notebook = notebook::read(&project.notebooks().join(NOTEBOOK))?;
    let code = |cell: &Cell| match cell {
        Cell::Code { source, .. } => Some(source.concat()),
        _ => None,
    };
    Ok(notebook.cells.iter().filter_map(code).collect())
}

/// Starts a kernel and runs the cells, then an expression and a definition several times each.
fn measure(project: &Project, cells: &[String], name: &str, options: &[&str]) -> Result<Figures> {
    let task = Task::start(name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let figures = runtime.block_on(async {
        let start = Instant::now();
        let since = || start.elapsed().as_secs_f64();
        let folder = project.notebooks().join("en");
        let mut client =
            Client::start(&std::env::current_exe()?, project, &folder, options).await?;
        let ready = since();
        let mut picture = None;
        for (index, cell) in cells.iter().enumerate() {
            task.detail(&format!("cell {} of {}", index + 1, cells.len()));
            let heard = client.execute(cell).await?;
            if let Some((_, message)) = heard.error() {
                bail!("{message}\n{cell}");
            }
            if heard.shows_html() && picture.is_none() {
                picture = Some(since());
            }
        }
        let notebook = since();
        task.detail("short cells");
        let expression = repeat(&mut client, "1 + 4").await?;
        let rustc = match options {
            [] => rustc(project)?,
            _ => f64::NAN,
        };
        let definition = repeat(&mut client, "let short = 1.5;").await?;
        client.end().await?;
        anyhow::Ok(Figures {
            ready,
            picture: picture.unwrap_or(f64::NAN),
            notebook,
            expression,
            definition,
            rustc,
        })
    })?;
    task.done();
    Ok(figures)
}

/// The median time of a cell.
async fn repeat(client: &mut Client, code: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        client.execute(code).await?;
        times.push(start.elapsed().as_secs_f64());
    }
    Ok(median(times))
}

/// The compiler alone on the crate of the cell that was run last, with the command that cargo used.
fn rustc(project: &Project) -> Result<f64> {
    let sessions = fs::read_dir(project.lab().join("sessions"))?;
    let written = |dir: &PathBuf| {
        let source = fs::metadata(dir.join("ctx/src/lib.rs"));
        source.and_then(|file| file.modified()).ok()
    };
    let dir = sessions
        .filter_map(|entry| Some(entry.ok()?.path()))
        .max_by_key(written)
        .context("no session is running")?;
    let mut compiler = tools::recipe::with_library(&dir)?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        let output = compiler.output()?;
        ensure!(output.status.success(), "rustc does not compile the cell");
        times.push(start.elapsed().as_secs_f64());
    }
    Ok(median(times))
}

/// Starts an engine that waits, and waits for it.
fn wait_for_spare(project: &Project) -> Result<Spare> {
    let task = Task::start("an engine that waits");
    let mut spare = Session::start_spare(project)?;
    while !Session::has_spare(project) {
        ensure!(!spare.has_ended(), "the engine that was to wait ended");
        thread::sleep(Duration::from_millis(100));
    }
    task.done();
    Ok(spare)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A line of the table: its name, and what it shows.
type Row = (&'static str, fn(&Figures) -> f64);

fn print(stock: &Figures, cold: &Figures, warm: &Figures) {
    println!(
        "{:<34}{:>10}{:>16}{:>24}",
        "seconds (times faster than stock)", "stock", "this kernel", "with an engine waiting"
    );
    let rows: [Row; 5] = [
        ("ready", |f| f.ready),
        ("first picture", |f| f.picture),
        ("notebook 01, start to last output", |f| f.notebook),
        ("an expression", |f| f.expression),
        ("a definition", |f| f.definition),
    ];
    for (name, of) in rows {
        let with = |figures: &Figures| {
            let (stock, ours) = (of(stock), of(figures));
            format!("{ours:.2} ({:.1})", stock / ours)
        };
        println!(
            "{name:<34}{:>10.2}{:>16}{:>24}",
            of(stock),
            with(cold),
            with(warm)
        );
    }
    println!(
        "an expression takes {:.2} times as long as rustc alone on its crate ({:.3} s)",
        warm.expression / warm.rustc,
        warm.rustc
    );
}
