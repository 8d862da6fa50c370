//! Rust as it is installed here.

use crate::progress::Task;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Cargo, past rustup's proxy, as the engine finds it.
pub fn cargo() -> &'static Path {
    static CARGO: OnceLock<PathBuf> = OnceLock::new();
    CARGO.get_or_init(|| tool("cargo"))
}

fn tool(name: &str) -> PathBuf {
    match output("rustup", &["which", name]) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(name),
    }
}

/// What rustc says of itself, asked once: a process a question adds up at the start of a kernel.
pub fn version() -> Result<&'static str> {
    static VERSION: OnceLock<Option<String>> = OnceLock::new();
    VERSION
        .get_or_init(|| output(rustc(), &["-vV"]))
        .as_deref()
        .context("cannot run rustc")
}

/// The compiler, past rustup's proxy.
pub fn rustc() -> &'static Path {
    static RUSTC: OnceLock<PathBuf> = OnceLock::new();
    RUSTC.get_or_init(|| tool("rustc"))
}

/// The target triple of this machine.
pub fn host() -> Result<String> {
    version()?
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("rustc -vV names no host")
}

/// Where the sources of the standard library are, or would be.
pub fn sources() -> Option<PathBuf> {
    let folder = |sysroot: &Path| sysroot.join("lib/rustlib/src/rust/library");
    // rustup's toolchains are sysroots, and looking is faster than asking.
    let near = rustc().parent().and_then(Path::parent).map(folder);
    if let Some(near) = near.filter(|near| near.join("core").is_dir()) {
        return Some(near);
    }
    let sysroot = output(rustc(), &["--print", "sysroot"])?;
    Some(folder(Path::new(&sysroot)))
}

/// Installs the sources of the standard library if they are missing.
///
/// The engine's analyser reads them: without, it knows little of types and their methods. It would install them
/// too, each time it loads, without a word.
pub fn add_sources() {
    if sources().is_none_or(|path| path.join("core").is_dir()) {
        return;
    }
    let task = Task::start("Sources of the standard library");
    task.detail("rustup component add rust-src");
    if output("rustup", &["component", "add", "rust-src"]).is_some() {
        task.done();
    } else {
        task.clear();
        eprintln!(
            "warning: the sources of Rust's standard library are missing, so completions are few, and \
             variables may need explicit types; `rustup component add rust-src` installs them"
        );
    }
}

/// What a command prints, without the last line's end; nothing if it fails.
pub(crate) fn output(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.trim_end().to_owned())
}
