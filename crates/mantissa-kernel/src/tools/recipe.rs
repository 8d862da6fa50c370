//! Compiling a cell as the one before it was compiled.

use super::{SESSION, memo, news};
use crate::project::ROOT_VARIABLE;
use crate::seed::{RECIPES, SESSION_VARIABLE, Seed, newest};
use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::env;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, exit};

/// Compiles the cell in the working directory.
pub(super) fn build(cargo: &Command, words: &[&str]) -> Result<Infallible> {
    let session = PathBuf::from(env::var_os(SESSION_VARIABLE).context("no session")?);
    match current(words, &session)? {
        Some(recipe) => follow(&recipe, &session),
        None => exit(ask_cargo(cargo, words, &session, Stdio::inherit())?),
    }
}

/// The command that compiles a cell as things are, if cargo has told. `words` are cargo's arguments.
pub(super) fn current(words: &[&str], session: &Path) -> Result<Option<Vec<String>>> {
    let Ok(recipe) = fs::read_to_string(file(session, &state(words)?)) else {
        return Ok(None);
    };
    let recipe = recipe.replace(SESSION, &session.to_string_lossy());
    Ok(serde_json::from_str(&recipe).ok())
}

/// The command that compiles the cell of a session with the library.
pub fn with_library(session: &Path) -> Result<Command> {
    let recipes = fs::read_dir(session.join(RECIPES))?.flatten();
    let text = recipes
        .filter_map(|recipe| fs::read_to_string(recipe.path()).ok())
        .find(|text| text.contains("mantissa="))
        .context("the session has compiled nothing with the library")?;
    let text = text.replace(SESSION, &session.to_string_lossy());
    let recipe: Vec<String> = serde_json::from_str(&text)?;
    Ok(compiler(&recipe, session))
}

/// Where the recipe for a state of things is, in a session or in the seed.
fn file(folder: &Path, state: &str) -> PathBuf {
    let name = hex::encode(&Sha256::digest(state)[..16]);
    folder.join(RECIPES).join(name).with_extension("json")
}

/// Notes a recipe for this session, and for those to come if it needs nothing but what is in the seed.
fn note(recipe: &[String], state: &str, session: &Path) -> Result<()> {
    let text = serde_json::to_string(recipe)?.replace(&*session.to_string_lossy(), SESSION);
    fs::create_dir_all(session.join(RECIPES))?;
    fs::write(file(session, state), &text)?;
    if memo::is_ours(Path::new("Cargo.toml")) {
        Seed::keep(session, &file(session, state));
    }
    Ok(())
}

/// Manifests, flags, and the library as it is on disk.
fn state(words: &[&str]) -> Result<String> {
    let root = PathBuf::from(env::var_os(ROOT_VARIABLE).unwrap_or_default());
    let manifest = fs::read_to_string("Cargo.toml")?;
    let dependencies = manifest.lines().filter(|line| level(line).is_none());
    let manifest: Vec<&str> = dependencies.collect();
    let newest = newest(&root.join("crates/mantissa/src"));
    let flags = env::var_os("RUSTFLAGS");
    // Building and checking need the same.
    let options: Vec<_> = words
        .iter()
        .filter(|word| !matches!(**word, "build" | "check"))
        .collect();
    Ok(format!("{options:?} {flags:?} {newest:?} {manifest:?}"))
}

/// The optimization level that a line of a cell's manifest asks for. Cargo reads only that of the workspace.
fn level(line: &str) -> Option<&str> {
    line.strip_prefix("opt-level = ")?.split_whitespace().next()
}

/// The optimization level that the cells of this session are to have, once the engine has written it down.
pub fn level_asked() -> Option<String> {
    let manifest = fs::read_to_string(memo::cell()).ok()?;
    manifest.lines().find_map(level).map(str::to_owned)
}

/// The compiler as cargo ran it.
pub(super) fn compiler(recipe: &[String], session: &Path) -> Command {
    let mut words = recipe.iter();
    let mut command = Command::new(words.next().map_or("", String::as_str));
    command
        .args(words)
        .current_dir(session)
        .env("CARGO_PKG_NAME", "ctx")
        .env("CARGO_CRATE_NAME", "ctx")
        .env("CARGO_MANIFEST_DIR", session.join("ctx"))
        .stdin(Stdio::null());
    command
}

/// Runs the compiler as cargo did, and tells what cargo would.
fn follow(recipe: &[String], session: &Path) -> Result<Infallible> {
    let mut compiler = compiler(recipe, session);
    if let Some(level) = level_asked() {
        compiler.arg(format!("-Copt-level={level}"));
    }
    if !compiler.status()?.success() {
        exit(101);
    }
    let mut arguments = recipe.iter();
    let folder = arguments
        .find(|word| *word == "--out-dir")
        .and(arguments.next());
    let name = format!("{DLL_PREFIX}ctx{DLL_SUFFIX}");
    let library = Path::new(folder.map_or("", String::as_str)).join(name);
    let message = json!({
        "reason": "compiler-artifact",
        "target": { "name": "ctx" },
        "filenames": [library],
    });
    println!("{message}");
    exit(0)
}

/// Has cargo do it, and notes how; gives its exit code.
pub(super) fn ask_cargo(
    cargo: &Command,
    words: &[&str],
    session: &Path,
    messages: Stdio,
) -> Result<i32> {
    let state = state(words)?;
    let mut child = Command::new(cargo.get_program());
    for (name, value) in cargo.get_envs() {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let mut used = None;
    let code = news::run(child.args(words).arg("-v").stdout(messages), |command| {
        let command = shlex::split(command).unwrap_or_default();
        let of_cell = ["--crate-name".to_owned(), "ctx".to_owned()];
        if command.windows(2).any(|pair| pair == of_cell) {
            used = Some(command);
        }
    })?;
    if let Some(command) = used {
        note(&command, &state, session)?;
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_asks_for_a_level() {
        // The second as when the analyser has been loaded.
        for (line, expected) in [
            ("opt-level = 2", Some("2")),
            ("opt-level = 0 # analysed", Some("0")),
            ("debug = false", None),
        ] {
            assert_eq!(level(line), expected);
        }
    }

    #[test]
    fn the_compiler_runs_in_the_session_as_for_cargo() {
        let recipe = ["rustc", "--crate-name", "ctx"].map(str::to_owned);
        let command = compiler(&recipe, Path::new("/session"));
        assert_eq!(command.get_program(), "rustc");
        assert_eq!(
            command.get_args().collect::<Vec<_>>(),
            ["--crate-name", "ctx"]
        );
        assert_eq!(command.get_current_dir(), Some(Path::new("/session")));
    }
}
