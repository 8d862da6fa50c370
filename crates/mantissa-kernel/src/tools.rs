//! Stands in for cargo, rustc and rustup where the engine would ask them the same thing over and over.
//!
//! The engine starts cargo for every cell, which takes as long again as the compiler to find that no
//! dependency has changed; and rust-analyzer asks a dozen questions at every start and every `:dep`, a
//! tenth of a second each, whose answers only change with a manifest or a toolchain. So the engine finds,
//! in a folder of ours, links to this program under those names. It
//!
//! - compiles a cell with the command that cargo itself used for the one before (`recipe`),
//! - checks a cell in the same way, and notes the types of its variables (`types`),
//! - remembers answers under a hash of all that they depend on (`memo`),
//! - and becomes the real tool for anything else.

use crate::project::Project;
use crate::seed::SESSION_VARIABLE;
use crate::toolchain;
use anyhow::{Context, Result};
use std::convert::Infallible;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

mod memo;
mod news;
pub mod recipe;
pub mod types;

/// The real tools, in the environment of an engine.
const CARGO: &str = "MANTISSA_CARGO";
const RUSTC: &str = "MANTISSA_RUSTC";
const RUSTUP: &str = "MANTISSA_RUSTUP";

/// Stands for the session's folder, which is another every time, in what is remembered.
const SESSION: &str = "@session@";

/// What `CARGO_HOME` was, if it was set.
const CARGO_HOME: &str = "MANTISSA_CARGO_HOME";

/// The socket in the folder of a session at which its engine hears what cargo is at.
pub const NEWS: &str = "news";

/// The environment in which the engine finds this program instead of the tools: rust-analyzer looks into
/// `CARGO_HOME`, the engine itself asks the first rustup there is.
pub fn environment(project: &Project) -> Result<Vec<(&'static str, OsString)>> {
    let folder = project.lab().join("tools");
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    let this = env::current_exe()?;
    for name in ["cargo", "rustc", "rustup"] {
        link(&this, &bin.join(name))?;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(bin).chain(env::split_paths(&path));
    let mut variables = vec![
        ("PATH", env::join_paths(paths)?),
        (CARGO, toolchain::cargo().into()),
        (RUSTC, toolchain::rustc().into()),
        ("CARGO_HOME", folder.into()),
    ];
    if let Ok(rustup) = which::which("rustup") {
        variables.push((RUSTUP, rustup.into()));
    }
    if let Some(home) = env::var_os("CARGO_HOME") {
        variables.push((CARGO_HOME, home));
    }
    Ok(variables)
}

/// Makes a symbolic link, unless it is there.
fn link(target: &Path, link: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|old| old == target) {
        return Ok(());
    }
    // Another kernel may be at it too: a new link takes the place of the old one in one step.
    let new = link.with_extension(std::process::id().to_string());
    std::os::unix::fs::symlink(target, &new)?;
    fs::rename(&new, link).with_context(|| format!("cannot link {}", link.display()))
}

/// Undoes [`environment`] for what a cell starts.
pub fn restore(command: &mut Command) {
    match env::var_os(CARGO_HOME) {
        Some(home) => command.env("CARGO_HOME", home),
        None => command.env_remove("CARGO_HOME"),
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let ours = |path: &PathBuf| path.ends_with("target/lab/tools/bin");
    if let Ok(path) = env::join_paths(env::split_paths(&path).filter(|path| !ours(path))) {
        command.env("PATH", path);
    }
    for name in [CARGO, RUSTC, RUSTUP, CARGO_HOME, "RUST_SRC_PATH"] {
        command.env_remove(name);
    }
}

/// Makes this process the tool whose name it was called by, if an engine called it.
pub fn hook() {
    let called = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let name = called
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let real = match name.as_str() {
        "cargo" => env::var_os(CARGO),
        "rustc" => env::var_os(RUSTC),
        // Without it, whoever asks looks elsewhere.
        "rustup" => env::var_os(RUSTUP).or_else(|| env::var_os(RUSTC).map(|_| "false".into())),
        _ => None,
    };
    let Some(real) = real else { return };
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Err(error) = stand_in(&called, &name, &real, &arguments);
    eprintln!("error: {name}: {error:#}");
    std::process::exit(1);
}

fn stand_in(
    called: &Path,
    name: &str,
    real: &OsString,
    arguments: &[String],
) -> Result<Infallible> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match (name, &words[..]) {
        ("rustup", ["which", "cargo"]) => say(&called.with_file_name("cargo")),
        ("rustup", ["which", "rustc"]) => {
            say(&PathBuf::from(env::var_os(RUSTC).unwrap_or_default()))
        }
        ("cargo", ["build", ..] | ["--offline", "build", ..]) if in_session() => {
            recipe::build(&tool(real), &words)
        }
        ("cargo", ["check", ..] | ["--offline", "check", ..]) if in_session() => {
            types::check(tool(real), &words)
        }
        ("cargo" | "rustc", _) if memo::is_question(&words) => memo::answer(tool(real), &words),
        // Cargo downloads what it is asked about.
        ("cargo", ["metadata", ..] | ["--offline", "metadata", ..]) => {
            std::process::exit(news::run(tool(real).args(arguments), |_| {})?)
        }
        _ => Err(tool(real).args(arguments).exec().into()),
    }
}

/// Whether this is where an engine compiles cells.
fn in_session() -> bool {
    let session = env::var_os(SESSION_VARIABLE).map(PathBuf::from);
    let here = env::current_dir().ok();
    session
        .zip(here)
        .is_some_and(|(session, here)| here.parent() == Some(&session))
}

/// The real tool, in the environment that it would have without us.
fn tool(real: &OsString) -> Command {
    let mut command = Command::new(real);
    restore(&mut command);
    command
}

fn say(path: &Path) -> ! {
    println!("{}", path.display());
    std::process::exit(0);
}
