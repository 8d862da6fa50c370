//! `cargo lab build`: notebooks from their sources, in both languages, with their outputs.

use crate::check;
use crate::notebook;
use crate::project::Project;
use crate::run;
use crate::seed::Seed;
use crate::source::{Language, Source};
use anyhow::{Context, Result, anyhow, bail};
use nbformat::v4::Notebook;
use std::fs;
use std::path::{Path, PathBuf};

/// What to build, and what for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only sources whose name contains one of these; all if there are none.
    pub only: Vec<String>,
    /// Compare with what is there instead of writing it.
    pub check: bool,
    /// Do not execute: outputs stay as far as the code before them is the same.
    pub no_run: bool,
}

/// Builds notebooks. `Ok(false)` says that one failed, or differed, and that the reader has been
/// told how.
pub fn build(project: &Project, options: &Options) -> Result<bool> {
    let sources = sources(project, &options.only)?;
    if !options.no_run {
        Seed::prepare(project)?;
    }
    let mut good = true;
    for path in &sources {
        let source = read(project, path)?;
        let stem = path.file_stem().context("a source has a name")?;
        for language in Language::ALL {
            let folder = project.notebooks().join(language.tag());
            fs::create_dir_all(&folder)?;
            let target = folder.join(stem).with_extension("ipynb");
            let fresh = notebook::from_source(&source, language);
            good &= one(project, fresh, &folder, &target, options)?;
        }
    }
    if options.only.is_empty() {
        good &= no_orphans(project, &sources)?;
    }
    Ok(good)
}

/// Builds one notebook in one language.
fn one(
    project: &Project,
    mut fresh: Notebook,
    folder: &Path,
    target: &Path,
    options: &Options,
) -> Result<bool> {
    let title = project.display(target).to_string();
    let old = target
        .is_file()
        .then(|| notebook::read(target))
        .transpose()?;
    if options.no_run {
        if let Some(old) = &old {
            notebook::keep_outputs(&mut fresh, old);
        }
    } else {
        let (executed, ok) = run::execute(project, &fresh, folder, &title)?;
        if !ok {
            return Ok(false);
        }
        fresh = executed;
    }
    if !options.check {
        notebook::write(&fresh, target)?;
        return Ok(true);
    }
    let Some(mut old) = old else {
        eprintln!("error: {title} is missing; `cargo lab build` makes it");
        return Ok(false);
    };
    if options.no_run {
        old = notebook::without_outputs(&old);
        fresh = notebook::without_outputs(&fresh);
    }
    let same = check::same(&title, &old, &fresh)?;
    if !same {
        eprintln!("`cargo lab build` brings it up to date");
    }
    Ok(same)
}

/// The sources that are meant, in order.
fn sources(project: &Project, only: &[String]) -> Result<Vec<PathBuf>> {
    let folder = project.notebooks().join("src");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| project.display(&folder).to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found.sort();
    let name = |path: &PathBuf| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    if !only.is_empty() {
        let all: Vec<String> = found.iter().filter_map(name).collect();
        if let Some(wrong) = only
            .iter()
            .find(|part| !all.iter().any(|name| name.contains(part.as_str())))
        {
            bail!("there is no source {wrong}; there is {}", all.join(", "));
        }
        found.retain(|path| {
            name(path).is_some_and(|name| only.iter().any(|part| name.contains(part.as_str())))
        });
    }
    if found.is_empty() {
        bail!("there are no sources in {}", project.display(&folder));
    }
    Ok(found)
}

fn read(project: &Project, path: &Path) -> Result<Source> {
    let shown = project.display(path);
    fs::read_to_string(path)
        .with_context(|| format!("cannot read {shown}"))?
        .parse()
        .map_err(|error| anyhow!("{shown}, {error}"))
}

/// Whether every notebook has a source; names those that do not.
fn no_orphans(project: &Project, sources: &[PathBuf]) -> Result<bool> {
    let mut good = true;
    for path in run::all(project)? {
        if !sources
            .iter()
            .any(|source| source.file_stem() == path.file_stem())
        {
            eprintln!("error: {} has no source", project.display(&path));
            good = false;
        }
    }
    Ok(good)
}
