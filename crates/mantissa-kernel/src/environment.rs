//! JupyterLab and the kernelspec, in a virtual environment of the checkout.
//!
//! Nothing is written outside of it: settings, workspaces and the files of running servers have
//! folders of their own in there, and no server asks the network for news.

use crate::notebook::{KERNEL, KERNEL_TITLE};
use crate::progress::Task;
use crate::project::Project;
use crate::seed::Seed;
use crate::toolchain::output;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The JupyterLab that notebooks are tested with.
pub const JUPYTERLAB: &str = "4.6.6";

/// The oldest Python that it runs on.
const PYTHON: (u32, u32) = (3, 10);

/// What to do about a Python that will not do.
const ADVICE: &str = "install Python 3.10 or newer with its venv module (Debian, Ubuntu: apt \
                      install python3-venv; Fedora: dnf install python3; macOS: brew install python)";

/// The environment of a checkout.
#[derive(Clone, Debug)]
pub struct Environment {
    dir: PathBuf,
    notebooks: PathBuf,
}

impl Environment {
    /// The environment of a checkout, prepared or not.
    pub fn of(project: &Project) -> Environment {
        Environment {
            dir: project.environment(),
            notebooks: project.notebooks(),
        }
    }

    /// The version of the JupyterLab in it.
    pub fn jupyterlab(&self) -> Option<String> {
        let code = "import importlib.metadata as m; print(m.version('jupyterlab'))";
        output(self.python(), &["-c", code])
    }

    /// Where the kernelspec is, or would be.
    pub fn kernelspec(&self) -> PathBuf {
        let kernels = self.dir.join("share/jupyter/kernels");
        kernels.join(KERNEL).join("kernel.json")
    }

    /// Whether the kernelspec is there and starts this executable.
    pub fn has_kernelspec(&self) -> Result<bool> {
        let text = fs::read_to_string(self.kernelspec()).unwrap_or_default();
        Ok(serde_json::from_str::<Value>(&text).ok() == Some(kernelspec()?))
    }

    /// Makes what is missing: the environment, JupyterLab, settings, the kernelspec.
    pub fn prepare(&self) -> Result<()> {
        if !self.is_ready() {
            self.install()?;
        }
        let config = self.config().join("jupyter_server_config.json");
        let files = [
            (self.kernelspec(), kernelspec()?),
            (config, settings()),
            (
                self.dir.join("share/jupyter/lab/settings/overrides.json"),
                defaults(),
            ),
        ];
        for (path, content) in files {
            let text = format!("{content:#}\n");
            if fs::read_to_string(&path).is_ok_and(|old| old == text) {
                continue;
            }
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Becomes a JupyterLab server on the notebooks, or another folder; returns only if it cannot start.
    pub fn serve(&self, browser: bool, port: Option<u16>, folder: Option<&Path>) -> Result<()> {
        let mut command = Command::new(self.python());
        command.args(["-m", "jupyterlab"]);
        let folder = folder.unwrap_or(&self.notebooks);
        let folder = fs::canonicalize(folder)
            .with_context(|| format!("cannot open {}", folder.display()))?;
        let mut root = OsString::from("--ServerApp.root_dir=");
        root.push(&folder);
        command.arg(root);
        if !browser {
            command.arg("--no-browser");
        }
        if let Some(port) = port {
            command.arg(format!("--port={port}"));
        }
        let own = self.dir.join("jupyter");
        command
            .env("JUPYTER_CONFIG_DIR", self.config())
            .env("JUPYTER_DATA_DIR", own.join("data"))
            .env("JUPYTER_RUNTIME_DIR", own.join("runtime"))
            .env("JUPYTERLAB_SETTINGS_DIR", own.join("settings"))
            .env("JUPYTERLAB_WORKSPACES_DIR", own.join("workspaces"))
            .env("IPYTHONDIR", own.join("ipython"))
            .env("JUPYTER_PREFER_ENV_PATH", "1")
            .env_remove("JUPYTER_PATH")
            .env_remove("JUPYTER_CONFIG_PATH")
            .current_dir(folder);
        // It ends with the process that this one is about to be. Ctrl-C in a terminal must not end it
        // before it has cleaned up.
        Command::new(env::current_exe()?)
            .arg("spares")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start a spare engine")?;
        Err(command.exec()).context("cannot start JupyterLab")
    }

    fn python(&self) -> PathBuf {
        self.dir.join("bin/python")
    }

    fn config(&self) -> PathBuf {
        self.dir.join("jupyter/config")
    }

    /// Written last when installing; says what was installed, and where, since environments cannot
    /// be moved.
    fn stamp(&self) -> (PathBuf, String) {
        let content = format!("jupyterlab=={JUPYTERLAB} in {}\n", self.dir.display());
        (self.dir.join("prepared"), content)
    }

    fn is_ready(&self) -> bool {
        let (path, content) = self.stamp();
        // The Python that it was made of may have been removed.
        fs::read_to_string(path).is_ok_and(|old| old == content) && self.python().exists()
    }

    fn install(&self) -> Result<()> {
        let python = python()?;
        let task = Task::start("JupyterLab");
        task.detail("virtual environment");
        let mut venv = Command::new(python);
        venv.args(["-m", "venv", "--clear"]).arg(&self.dir);
        watched(&mut venv, &task, "the virtual environment cannot be made")?;
        let mut pip = Command::new(self.python());
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
            .args(["--no-input", "--progress-bar=off"])
            .arg(format!("jupyterlab=={JUPYTERLAB}"))
            .env("PIP_CACHE_DIR", self.dir.join("cache"));
        watched(&mut pip, &task, "JupyterLab cannot be installed")?;
        let (path, content) = self.stamp();
        fs::write(path, content)?;
        task.done();
        Ok(())
    }
}

/// Prepares all that opening a notebook needs.
pub fn setup(project: &Project) -> Result<Environment> {
    let environment = Environment::of(project);
    environment.prepare()?;
    Seed::prepare(project)?;
    Ok(environment)
}

/// A Python that can make environments, or what to do about it.
pub fn python() -> Result<PathBuf> {
    let path = ["python3", "python"]
        .into_iter()
        .find_map(|name| which::which(name).ok());
    let Some(path) = path else {
        bail!("there is no python3; {ADVICE}");
    };
    let version =
        python_version(&path).with_context(|| format!("{ADVICE}; python3 does not run"))?;
    if version < PYTHON {
        bail!("python3 is version {}.{}; {ADVICE}", version.0, version.1);
    }
    if output(&path, &["-c", "import venv, ensurepip"]).is_none() {
        bail!("python3 cannot make virtual environments; {ADVICE}");
    }
    Ok(path)
}

fn python_version(path: &Path) -> Option<(u32, u32)> {
    let code = "import sys; print(*sys.version_info[:2])";
    let text = output(path, &["-c", code])?;
    let (major, minor) = text.split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A local server for this kernel that asks nobody for news. In a container
/// its user is often root, which is all right for a server that only this machine can reach.
fn settings() -> Value {
    json!({
        "Application": { "log_level": "WARN" },
        "ServerApp": {
            "ip": "127.0.0.1",
            "allow_root": true,
            "answer_yes": true,
            // It looks for language servers with npm, which writes logs in the user's home.
            "jpserver_extensions": { "jupyter_lsp": false },
        },
        "LabApp": {
            "news_url": null,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
        },
        "KernelSpecManager": {
            "allowed_kernelspecs": [KERNEL],
            "ensure_native_kernel": false,
        },
        "MultiKernelManager": { "default_kernel_name": KERNEL },
    })
}

/// JupyterLab's own defaults, where they differ: it does not ask on the first start whether it may
/// fetch news, and waits longer than a second for completions, of which the first may take that long.
fn defaults() -> Value {
    json!({
        "@jupyterlab/apputils-extension:notification": {
            "checkForUpdates": false,
            "doNotDisturbMode": false,
            "fetchNews": "false",
        },
        "@jupyterlab/completer-extension:manager": { "providerTimeout": 30_000 },
    })
}

/// How Jupyter starts the kernel. An interrupt comes as a message: a signal would reach all processes of
/// the session.
pub fn kernelspec() -> Result<Value> {
    Ok(json!({
        "argv": [env::current_exe()?, "kernel", "--connection-file", "{connection_file}"],
        "display_name": KERNEL_TITLE,
        "language": "rust",
        "interrupt_mode": "message",
    }))
}

/// Runs a command whose lines tell how far it has come; if it fails, they tell why.
fn watched(command: &mut Command, task: &Task, failure: &str) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = command.spawn().context(failure.to_owned())?;
    // The command holds the pipe's other end; the lines end when it is dropped.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut last = VecDeque::new();
    for line in BufReader::new(reader).lines() {
        let line = line?;
        task.detail(line.trim());
        last.push_back(line);
        if last.len() > 30 {
            last.pop_front();
        }
    }
    if !child.wait()?.success() {
        let last: Vec<_> = last.into();
        bail!("{failure}:\n{}", last.join("\n"));
    }
    Ok(())
}
