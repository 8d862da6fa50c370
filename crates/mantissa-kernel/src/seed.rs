//! Compiled dependencies for sessions, made once and copied often.
//!
//! The engine compiles every cell as a crate `ctx` in a folder of its own, and there it would first
//! compile the library and all that it depends on: 20 s a session. Its own remedy, `:cache`, keeps
//! artifacts in the user's home and still takes 3 s. A seed is that folder, already compiled:
//!
//! ```text
//! target/lab/seed/
//!   Cargo.toml  Cargo.lock     a workspace, with the versions of our own Cargo.lock
//!   seed/                      a member that depends on the library and does nothing
//!   stdio/                     a member for the standard streams of cells
//!   ctx/                       the member that the engine rewrites, with the target folder
//! ```
//!
//! It is a workspace for two reasons. The engine writes manifests without dependencies between
//! those with them, and cargo would drop the versions from a lock file of `ctx` alone, and look for
//! newer ones on the network; the member `seed` holds them. And profiles count at the root only, so
//! cells can be compiled fast and the library well, where the engine knows one level for both.
//!
//! Cargo knows whether the seed is up to date, and is asked whenever anything that it depends on has changed:
//! asking takes a third of a second at every start of a kernel.

use crate::progress::Task;
use crate::project::{Project, ROOT_VARIABLE};
use crate::toolchain;
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) use files::newest;
use files::write_if_changed;
pub use session_dir::SessionDir;

mod files;
mod session_dir;
mod sources;

/// The folder in which the engine works, within a seed and within a session.
const ENGINE: &str = "ctx";

/// Cells change all the time and do little; the library does the work and is compiled once, with a
/// learner waiting. (A level for `package."*"` would also optimize the macros' own dependencies, for a
/// minute.) The rest is what the engine itself asks for in its manifest.
const WORKSPACE: &str = r#"[workspace]
members = ["ctx", "seed", "stdio"]
resolver = "3"

[profile.dev]
opt-level = 1
debug = false
strip = "debuginfo"
rpath = true
incremental = false

[profile.dev.package.ctx]
opt-level = 0
"#;

/// The library for the standard streams that all cells share.
const STDIO: &str = include_str!("seed/stdio.rs");

/// The session's folder, in the environment of its engine.
pub const SESSION_VARIABLE: &str = "MANTISSA_SESSION";

/// The folder of commands that compile cells, in a session and in the seed, from which sessions have it.
pub(crate) const RECIPES: &str = "recipes";

/// Says what the seed was compiled from.
const STAMP: &str = "compiled";

/// Compiled dependencies.
#[derive(Debug)]
pub struct Seed {
    dir: PathBuf,
    sessions: PathBuf,
    lock: PathBuf,
    library: PathBuf,
}

impl Seed {
    /// The seed of a checkout, compiled or not.
    pub fn of(project: &Project) -> Seed {
        let lab = project.lab();
        Seed {
            dir: lab.join("seed"),
            sessions: lab.join("sessions"),
            lock: lab.join("seed.lock"),
            library: project.library(),
        }
    }

    /// Whether it has been compiled, for whatever state of the library.
    pub fn exists(&self) -> bool {
        self.dir.join("ctx/target").is_dir()
    }

    /// Compiles what is missing or out of date, and sees to what else a session needs.
    pub fn prepare(project: &Project) -> Result<Seed> {
        let seed = Seed::of(project);
        fs::create_dir_all(&seed.sessions)
            .with_context(|| format!("cannot create {}", seed.sessions.display()))?;
        // Cells, history, sockets: nobody else's business.
        fs::set_permissions(project.lab(), fs::Permissions::from_mode(0o700))?;
        let lock = File::create(&seed.lock)?;
        lock.lock()?;
        toolchain::add_sources();
        sources::prepare(&project.lab())?;
        seed.write(project)?;
        let (stamp, made_of) = (seed.dir.join(STAMP), seed.made_of(project)?);
        if !seed.exists() || !fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == made_of) {
            // Not there while it is not true.
            let _ = fs::remove_file(&stamp);
            let _ = fs::remove_dir_all(seed.dir.join(RECIPES));
            let task = Task::start("Library for notebooks");
            seed.compile(&task)?;
            task.done();
            fs::write(stamp, made_of)?;
        }
        Ok(seed)
    }

    /// All that the compiled seed depends on.
    fn made_of(&self, project: &Project) -> Result<String> {
        let files = [
            self.dir.join("Cargo.toml"),
            self.dir.join("Cargo.lock.of"),
            self.dir.join("stdio/src/lib.rs"),
            self.library.join("Cargo.toml"),
            project.root().join("Cargo.toml"),
        ];
        let mut hash = Sha256::new();
        for file in files {
            hash.update(fs::read(&file).unwrap_or_default());
            hash.update([0]);
        }
        let compiler = fs::metadata(toolchain::rustc()).and_then(|file| file.modified());
        let library = newest(&self.library.join("src"));
        hash.update(format!(
            "{compiler:?} {library:?} {:?}",
            toolchain::version()?
        ));
        Ok(hex::encode(hash.finalize()))
    }

    /// Writes the workspace, leaving alone what is right.
    fn write(&self, project: &Project) -> Result<()> {
        let library = toml_string(&project.library());
        let package = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{rest}")
        };
        let files = [
            ("Cargo.toml", WORKSPACE.to_owned()),
            (
                "seed/Cargo.toml",
                package(
                    "seed",
                    &format!("\n[dependencies]\nmantissa = {{ path = {library} }}\n"),
                ),
            ),
            ("seed/src/lib.rs", String::new()),
            (
                "stdio/Cargo.toml",
                package("stdio", "\n[lib]\ncrate-type = [\"cdylib\"]\n"),
            ),
            ("stdio/src/lib.rs", STDIO.to_owned()),
            (
                "ctx/Cargo.toml",
                package(ENGINE, "\n[lib]\ncrate-type = [\"cdylib\"]\n"),
            ),
            ("ctx/src/lib.rs", String::new()),
        ];
        for (name, content) in files {
            write_if_changed(&self.dir.join(name), &content)?;
        }
        // Cargo drops what the seed does not need from this copy, so remember which lock it is of.
        let ours = fs::read_to_string(project.root().join("Cargo.lock"))
            .context("cannot read Cargo.lock")?;
        let copied = self.dir.join("Cargo.lock.of");
        if fs::read_to_string(&copied).is_ok_and(|copy| copy == ours) {
            return Ok(());
        }
        fs::write(self.dir.join("Cargo.lock"), &ours)?;
        Ok(fs::write(copied, ours)?)
    }

    /// Runs cargo as the engine will, so that it finds everything fresh: building runs cells, checking
    /// explains what does not compile.
    fn compile(&self, task: &Task) -> Result<()> {
        for (verb, packages) in [("build", &["seed", "stdio"][..]), ("check", &["seed"])] {
            let mut command = cargo();
            command.arg(verb).arg("--target").arg(toolchain::host()?);
            for package in packages {
                command.args(["--package", package]);
            }
            self.watch(&mut command, task)?;
        }
        Ok(())
    }

    fn watch(&self, command: &mut Command, task: &Task) -> Result<()> {
        let mut child = command
            .current_dir(self.dir.join(ENGINE))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot run cargo")?;
        let mut last = VecDeque::new();
        let messages = child.stderr.take().context("cargo has no stderr")?;
        for line in BufReader::new(messages).lines() {
            let line = line?;
            let words = line.trim_start().split_once(' ');
            if let Some(("Compiling" | "Checking", name)) = words
                && !name.starts_with("seed ")
            {
                task.detail(name.split(" (").next().unwrap_or(name));
            }
            last.push_back(line);
            if last.len() > 60 {
                last.pop_front();
            }
        }
        if !child.wait()?.success() {
            let last: Vec<_> = last.into();
            bail!("the library does not compile:\n{}", last.join("\n"));
        }
        Ok(())
    }

    /// A copy to run a session in.
    pub fn copy(&self) -> Result<SessionDir> {
        let lock = File::open(&self.lock)?;
        // Of those who copy, one at a time: sweeping, they would take each other's for left over.
        lock.lock()?;
        SessionDir::sweep(&self.sessions);
        let dir = SessionDir::copy(&self.dir, &self.sessions)?;
        sources::hide(dir.path())?;
        Ok(dir)
    }

    /// Keeps a recipe of a session for those to come, if they will have the same seed.
    pub fn keep(session: &Path, recipe: &Path) {
        let root = PathBuf::from(std::env::var_os(ROOT_VARIABLE).unwrap_or_default());
        let seed = root.join("target/lab/seed");
        let stamp = |folder: &Path| fs::read_to_string(folder.join(STAMP)).ok();
        let Some(name) = recipe
            .file_name()
            .filter(|_| stamp(&seed) == stamp(session))
        else {
            return;
        };
        // It is there as a whole or not at all; without it, cargo is asked again.
        let new = seed.join(format!("{RECIPES}.{}", std::process::id()));
        let _ = fs::create_dir_all(seed.join(RECIPES))
            .and_then(|()| fs::copy(recipe, &new))
            .and_then(|_| fs::rename(&new, seed.join(RECIPES).join(name)));
    }

    /// Lets the analyser of a session find the standard library and the dependencies of cells, when it loads
    /// them next.
    pub fn show_sources(session: &Path) -> Result<()> {
        sources::show(session)
    }

    /// Whether it finds them.
    pub fn are_sources_shown(session: &Path) -> bool {
        sources::are_shown(session)
    }

    /// A word for what the seed is made of: the library's sources as they are now, the toolchain's folder,
    /// this program.
    pub fn state(&self) -> String {
        let mut hash = Sha256::new();
        let this = std::env::current_exe().and_then(fs::metadata);
        hash.update(format!("{:?}", this.and_then(|file| file.modified()).ok()));
        hash.update(toolchain::rustc().as_os_str().as_encoded_bytes());
        hash.update(format!("{:?}", newest(&self.library.join("src"))));
        hex::encode(&hash.finalize()[..8])
    }

    /// What the engine needs in its environment: its folders, and the sources it infers types from.
    pub fn environment(project: &Project, session: &SessionDir) -> Vec<(&'static str, PathBuf)> {
        let lab = project.lab();
        vec![
            (ROOT_VARIABLE, project.root().to_owned()),
            (SESSION_VARIABLE, session.path().to_owned()),
            ("EVCXR_TMPDIR", session.engine()),
            ("EVCXR_CONFIG_DIR", lab.join("engine")),
            ("RUST_SRC_PATH", sources::link(session.path())),
        ]
    }

    /// The library for the streams of cells, in the folder of a session.
    pub fn stdio(session: &Path) -> Result<PathBuf> {
        let name = format!("{DLL_PREFIX}stdio{DLL_SUFFIX}");
        let target = session.join(ENGINE).join("target");
        Ok(target.join(toolchain::host()?).join("debug").join(name))
    }
}

/// Cargo with the environment that the engine gives it.
fn cargo() -> Command {
    let path = toolchain::cargo();
    let installed = |linker: &str| which::which(linker).is_ok() && cfg!(not(target_os = "macos"));
    let mut flags = "-Cprefer-dynamic".to_owned();
    let mut command = if installed("mold") {
        let mut command = Command::new("mold");
        command.arg("-run").arg(path);
        command
    } else {
        if installed("lld") {
            flags += " -Clink-arg=-fuse-ld=lld";
        }
        Command::new(path)
    };
    command
        .env("CARGO_TARGET_DIR", "target")
        .env("CARGO_BUILD_BUILD_DIR", "target")
        .env("RUSTC", toolchain::rustc())
        .env("RUSTFLAGS", flags);
    command
}

/// A path as a TOML string.
fn toml_string(path: &Path) -> String {
    let text = path.to_string_lossy();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
