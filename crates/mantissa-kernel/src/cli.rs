//! The command line.

use crate::build;
use crate::doctor;
use crate::environment;
use crate::figures;
use crate::project::Project;
use crate::run::{self, Destination};
use crate::seed::{Seed, SessionDir};
use crate::session;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Hold a session for another process
    #[command(hide = true)]
    Session {
        input: PathBuf,
        output: PathBuf,
        #[arg(long)]
        title: String,
    },
}

#[derive(Args, Debug)]
struct OpenArgs {
    /// Do not open a browser; print the address
    #[arg(long)]
    no_browser: bool,
    /// The port, on this machine only; the next free one if it is taken [default: 8888]
    #[arg(long)]
    port: Option<u16>,
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
    let result = match session::hosted() {
        Some(dir) if is_kernel() => serve(dir),
        _ => dispatch(),
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

/// Whether Jupyter started this process: the kernelspec's command line.
fn is_kernel() -> bool {
    std::env::args().nth(1).as_deref() == Some("--control_file")
}

/// Serves Jupyter in this process, which has a session's environment.
fn serve(dir: PathBuf) -> Result<bool> {
    let _dir = SessionDir::adopt(dir);
    evcxr_jupyter::main()?;
    Ok(true)
}

/// Becomes a kernel: prepares a session and starts over in its environment.
fn become_kernel() -> Result<bool> {
    use std::os::unix::process::CommandExt;
    let project = Project::find()?;
    Seed::prepare(&project)?;
    let (mut command, dir) = session::host(&project)?;
    dir.leave();
    let error = command
        .args(std::env::args_os().skip(1))
        // The server refreshes an older `rust` kernel that it finds here. None is ours to touch.
        .env("JUPYTER_PATH", project.lab().join("no-kernels"))
        .exec();
    Err(error.into())
}

fn dispatch() -> Result<bool> {
    if is_kernel() {
        return become_kernel();
    }
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Open(cli.open)) {
        Command::Open(args) => {
            let environment = environment::setup(&Project::find()?)?;
            environment.serve(!args.no_browser, args.port)?;
            Ok(true)
        }
        Command::Setup => environment::setup(&Project::find()?).map(|_| true),
        Command::Figures { check: true } => figures::check(&Project::find()?),
        Command::Figures { check: false } => figures::write(&Project::find()?),
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
        Command::Session {
            input,
            output,
            title,
        } => run::execute_here(&input, &output, &title),
    }
}
