//! The command line.

use crate::bench;
use crate::build;
use crate::doctor;
use crate::engine;
use crate::environment;
use crate::figures;
use crate::install;
use crate::kernel;
use crate::project::Project;
use crate::run::{self, Destination};
use crate::seed::Seed;
use crate::spares;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

/// Number formats and quantization you can see, in notebooks
///
/// Without a command: prepare what is missing and open JupyterLab on the notebooks.
#[derive(Parser, Debug)]
#[command(name = "cargo lab", bin_name = "cargo lab", version)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: OpenArgs,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Prepare what is missing and open JupyterLab on the notebooks
    Open(OpenArgs),
    /// Prepare what is missing: JupyterLab and the kernel in .venv, the library for notebooks
    Setup,
    /// Execute notebooks without Jupyter, up to the first cell that fails
    Run(RunArgs),
    /// Make the notebooks from notebooks/src, in both languages, with their outputs
    Build(BuildArgs),
    /// Write the tutorial's pictures into img, as SVG and PNG
    Figures {
        /// Write nothing; say whether the files are up to date
        #[arg(long)]
        check: bool,
    },
    /// Say what is installed, what is missing, and what to do
    Doctor,
    /// Measure this kernel against evcxr's own server
    Bench,
    /// Register the kernel for all notebooks of this user
    Install {
        /// For this user; there is no other way, and nothing is written elsewhere
        #[arg(long, required = true)]
        user: bool,
    },
    /// Remove what `install` has registered
    Uninstall,
    /// Serve Jupyter; its front ends call this
    Kernel {
        /// What Jupyter tells the kernel: ports, and a key
        #[arg(long, short = 'f', value_name = "FILE")]
        connection_file: PathBuf,
        /// Serve with evcxr's own server, unchanged
        #[arg(long)]
        stock: bool,
    },
    /// Run cells for another process
    #[command(hide = true)]
    Engine,
    /// Keep an engine ready for the next kernel
    #[command(hide = true)]
    Spares,
}

#[derive(Args, Debug)]
struct OpenArgs {
    /// Do not open a browser; print the address
    #[arg(long)]
    no_browser: bool,
    /// The port, on this machine only; the next free one if it is taken [default: 8888]
    #[arg(long)]
    port: Option<u16>,
    /// A folder to open in place of the notebooks
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct RunArgs {
    /// Notebooks; all in notebooks/zh and notebooks/en if none are named
    notebooks: Vec<PathBuf>,
    /// Write the executed notebook to this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["in_place", "check"])]
    output: Option<PathBuf>,
    /// Replace each notebook by the executed one
    #[arg(long, conflicts_with = "check")]
    in_place: bool,
    /// Compare with the outputs in the notebooks, and show what differs
    #[arg(long)]
    check: bool,
}

#[derive(Args, Debug)]
struct BuildArgs {
    /// Only the sources whose name contains one of these
    only: Vec<String>,
    /// Write nothing; compare, and show what differs
    #[arg(long)]
    check: bool,
    /// Execute nothing; outputs stay as far as the code before them is the same
    #[arg(long)]
    no_run: bool,
}

/// What `main` does once this process is known to be no worker.
pub fn main() -> ExitCode {
    let result = match is_stock() {
        true => evcxr_jupyter::main().map(|()| true),
        false => dispatch(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The stock server's own option.
const STOCK: &str = "--control_file";

/// Whether [`become_stock`] started this process.
fn is_stock() -> bool {
    std::env::args().nth(1).as_deref() == Some(STOCK)
}

/// Becomes evcxr's own server, unchanged but for its settings, which stay in the checkout.
fn become_stock(connection_file: &Path) -> Result<bool> {
    use std::os::unix::process::CommandExt;
    let project = Project::find()?;
    let error = process::Command::new(std::env::current_exe()?)
        .arg(STOCK)
        .arg(connection_file)
        .env("EVCXR_CONFIG_DIR", project.lab().join("engine"))
        // The server refreshes an older `rust` kernel that it finds here. None is ours to touch.
        .env("JUPYTER_PATH", project.lab().join("no-kernels"))
        .exec();
    Err(error.into())
}

fn dispatch() -> Result<bool> {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Open(cli.open)) {
        Command::Open(args) => {
            let environment = environment::setup(&Project::find()?)?;
            environment.serve(!args.no_browser, args.port, args.folder.as_deref())?;
            Ok(true)
        }
        Command::Setup => environment::setup(&Project::find()?).map(|_| true),
        Command::Figures { check: true } => figures::check(&Project::find()?),
        Command::Figures { check: false } => figures::write(&Project::find()?),
        Command::Bench => bench::bench(&Project::find()?).map(|()| true),
        Command::Install { .. } => {
            let project = Project::find()?;
            Seed::prepare(&project)?;
            install::install(&project).map(|()| true)
        }
        Command::Uninstall => install::uninstall().map(|()| true),
        Command::Doctor => doctor::doctor(&Project::find()?),
        Command::Run(args) => {
            let destination = match args {
                RunArgs { check: true, .. } => Destination::Check,
                RunArgs { in_place: true, .. } => Destination::InPlace,
                RunArgs {
                    output: Some(file), ..
                } => Destination::File(file),
                _ => Destination::Nowhere,
            };
            run::run(&Project::find()?, &args.notebooks, &destination)
        }
        Command::Build(args) => {
            let options = build::Options {
                only: args.only,
                check: args.check,
                no_run: args.no_run,
            };
            build::build(&Project::find()?, &options)
        }
        Command::Kernel {
            connection_file,
            stock: true,
        } => become_stock(&connection_file),
        Command::Kernel {
            connection_file,
            stock: false,
        } => kernel::serve(&Project::find()?, &connection_file).map(|()| true),
        Command::Engine => engine::main().map(|()| true),
        Command::Spares => spares::keep(&Project::find()?).map(|()| true),
    }
}
