//! `cargo lab run`: notebooks executed without Jupyter.

use crate::check;
use crate::notebook;
use crate::progress::Task;
use crate::project::Project;
use crate::seed::Seed;
use crate::session::{CellError, Reply, Session};
use anyhow::{Context, Result, bail};
use nbformat::v4::{Cell, Notebook};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A cell with this tag may fail: Jupyter's own runner has the same rule.
const MAY_FAIL: &str = "raises-exception";

/// What becomes of an executed notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Nothing; that it ran is what counts.
    Nowhere,
    /// It replaces the one that was executed.
    InPlace,
    /// It is written to this file.
    File(PathBuf),
    /// It is compared with the one that was executed.
    Check,
}

/// Executes notebooks, all of the checkout if none are named. `Ok(false)` says that one failed, or
/// differed, and that the reader has been told how.
pub fn run(project: &Project, named: &[PathBuf], destination: &Destination) -> Result<bool> {
    let notebooks = match named {
        [] => all(project)?,
        _ => named
            .iter()
            .map(|name| find(project, name))
            .collect::<Result<_>>()?,
    };
    if notebooks.is_empty() {
        bail!("there are no notebooks yet; `cargo lab build` makes them from notebooks/src");
    }
    if let (Destination::File(_), [_, _, ..]) = (destination, notebooks.as_slice()) {
        bail!("--output names one file, so name one notebook");
    }
    Seed::prepare(project)?;
    let mut differing = Vec::new();
    for path in &notebooks {
        let title = project.display(path).to_string();
        let before = notebook::read(path)?;
        let folder = path.parent().context("a notebook is in a folder")?;
        let (after, ok) = execute(project, &before, folder, &title)?;
        match destination {
            Destination::File(file) => notebook::write(&after, file)?,
            Destination::InPlace if ok => notebook::write(&after, path)?,
            Destination::Check if ok && !check::same(&title, &before, &after)? => {
                differing.push(title);
            }
            _ => {}
        }
        if !ok {
            return Ok(false);
        }
    }
    if *destination == Destination::Check {
        println!("\n{}", check::verdict(notebooks.len(), &differing));
    }
    Ok(differing.is_empty())
}

/// Every notebook of the checkout, language by language.
pub fn all(project: &Project) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for language in crate::source::Language::ALL {
        let folder = project.notebooks().join(language.tag());
        let mut here = Vec::new();
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "ipynb") {
                here.push(path);
            }
        }
        here.sort();
        found.extend(here);
    }
    Ok(found)
}

/// The notebook that is meant: a path from here, or from the notebooks' folder.
fn find(project: &Project, name: &Path) -> Result<PathBuf> {
    let candidates = [name.to_owned(), project.notebooks().join(name)];
    if let Some(path) = candidates.iter().find(|path| path.is_file()) {
        return fs::canonicalize(path).with_context(|| format!("cannot read {}", name.display()));
    }
    let wanted = name.to_string_lossy();
    let mut near: Vec<(f64, String)> = all(project)?
        .iter()
        .map(|path| {
            let known = project.display(path).to_string();
            let file = Path::new(&known).file_name().unwrap_or_default();
            let alike = [
                &*wanted,
                &*name.file_name().unwrap_or_default().to_string_lossy(),
            ]
            .into_iter()
            .zip([&*known, &*file.to_string_lossy()])
            .map(|(a, b)| strsim::jaro_winkler(a, b))
            .fold(0.0, f64::max);
            (alike, known)
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let known: Vec<String> = near.into_iter().take(4).map(|(_, known)| known).collect();
    if known.is_empty() {
        bail!("there is no notebook {wanted}");
    }
    bail!(
        "there is no notebook {wanted}; there is {}",
        known.join(", ")
    );
}

/// Executes a notebook in `folder`, up to the first cell that fails. Gives it as far as it came, and
/// whether that was the end. The seed must be prepared.
pub fn execute(
    project: &Project,
    before: &Notebook,
    folder: &Path,
    title: &str,
) -> Result<(Notebook, bool)> {
    let mut notebook = notebook::without_outputs(before);
    let total = notebook.cells.iter().filter(|cell| is_code(cell)).count();
    let start = Instant::now();
    println!("{title}");
    let task = Task::start("starting");
    let mut session = Session::start(project, folder)?;
    session.ready()?;
    task.clear();
    println!("  {:>7}  {:5.2} s", "start", start.elapsed().as_secs_f64());
    let (mut said, mut results) = (Vec::new(), Vec::new());
    let mut ok = true;
    for cell in &notebook.cells {
        let Cell::Code {
            metadata, source, ..
        } = cell
        else {
            continue;
        };
        said.push(Vec::new());
        let count = said.len();
        let code = source.concat();
        let headline = headline(&code);
        let task = Task::start(&format!("{count}/{total} {headline}"));
        let start = Instant::now();
        let result = session.execute(&code, |reply| notebook::note(&mut said, reply))?;
        task.clear();
        report(count, total, start.elapsed(), headline);
        let tags = metadata.tags.iter().flatten();
        if let Err(error) = &result
            && !tags.into_iter().any(|tag| tag == MAY_FAIL)
        {
            explain(title, count, &code, &said[count - 1], error);
            ok = false;
        }
        results.push(result);
        if !ok {
            break;
        }
    }
    // A cell may have changed what an earlier one shows.
    let cells = notebook.cells.iter_mut().filter(|cell| is_code(cell));
    for (index, ((said, result), cell)) in said.iter().zip(&results).zip(cells).enumerate() {
        if let Cell::Code {
            execution_count,
            outputs,
            ..
        } = cell
        {
            *execution_count = Some(i32::try_from(index + 1)?);
            *outputs = notebook::outputs(said, result, index + 1)?;
        }
    }
    if ok {
        println!("  {:>7}  {:5.2} s", "total", start.elapsed().as_secs_f64());
    }
    Ok((notebook, ok))
}

fn is_code(cell: &Cell) -> bool {
    matches!(cell, Cell::Code { .. })
}

/// The first line that says something.
fn headline(code: &str) -> &str {
    let said = |line: &&str| !line.is_empty() && !line.starts_with("//");
    let lines = || code.lines().map(str::trim);
    lines().find(said).or(lines().next()).unwrap_or_default()
}

fn report(count: usize, total: usize, took: Duration, headline: &str) {
    let number = format!("{count}/{total}");
    let line = console::truncate_str(headline, 72, "...");
    println!("  {number:>7}  {:5.2} s  {line}", took.as_secs_f64());
}

/// Tells why a cell failed: which, its source, and the error.
fn explain(title: &str, count: usize, code: &str, said: &[Reply], error: &CellError) {
    eprintln!("\nerror: {title}, cell {count}: {error}\n");
    for (index, line) in code.lines().enumerate() {
        eprintln!("{:>4} | {line}", index + 1);
    }
    let printed: String = said
        .iter()
        .filter_map(|reply| match reply {
            Reply::Stdout(text) | Reply::Stderr(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    if !printed.is_empty() {
        eprintln!("\nit printed:\n{}", printed.trim_end());
    }
    let details = console::strip_ansi_codes(&error.details);
    eprintln!("\n{}", details.trim_end());
}
