//! `cargo lab doctor`: what is installed, what is missing, what to do.

use crate::environment::{self, Environment, JUPYTERLAB};
use crate::project::Project;
use crate::seed::Seed;
use crate::toolchain::{self, output};
use anyhow::Result;

/// The oldest Rust that the engine compiles with.
const RUST: (u32, u32) = (1, 95);

/// What prepares everything that is ours to prepare.
const SETUP: &str = "cargo lab setup";

/// One thing that must be there.
struct Check {
    name: &'static str,
    /// What is there, or what is wrong.
    found: Result<String, String>,
    /// What to do if it is wrong.
    advice: &'static str,
}

/// Looks at everything and says what to do. `Ok(false)` says that something is missing.
pub fn doctor(project: &Project) -> Result<bool> {
    let mut good = true;
    for check in checks(project)? {
        match &check.found {
            Ok(found) => println!("ok       {:<12} {found}", check.name),
            Err(wrong) => {
                good = false;
                println!("missing  {:<12} {wrong}", check.name);
                println!("         {:<12} -> {}", "", check.advice);
            }
        }
    }
    println!(
        "{}",
        if good {
            "all is ready: cargo lab"
        } else {
            "when that is done, start again: cargo lab doctor"
        }
    );
    Ok(good)
}

fn checks(project: &Project) -> Result<Vec<Check>> {
    let environment = Environment::of(project);
    let seed = Seed::of(project);
    let prepared = |there: bool, what: &str| match there {
        true => Ok(what.to_owned()),
        false => Err("not prepared yet".to_owned()),
    };
    Ok(vec![
        Check {
            name: "rustc",
            found: rustc(),
            advice: "rustup update stable (https://rustup.rs installs rustup)",
        },
        Check {
            name: "cargo",
            found: output("cargo", &["--version"]).ok_or_else(|| "not found".to_owned()),
            advice: "https://rustup.rs installs it",
        },
        Check {
            name: "linker",
            found: output("cc", &["--version"])
                .and_then(|text| text.lines().next().map(str::to_owned))
                .ok_or_else(|| "no cc".to_owned()),
            advice: "Debian, Ubuntu: apt install gcc; Fedora: dnf install gcc; macOS: xcode-select --install",
        },
        Check {
            name: "rust-src",
            found: match toolchain::sources() {
                Some(path) if path.join("core").is_dir() => Ok("types of variables".to_owned()),
                _ => Err("sources of the standard library".to_owned()),
            },
            advice: "rustup component add rust-src",
        },
        Check {
            name: "python",
            found: environment::python()
                .map(|path| path.display().to_string())
                .map_err(|error| error.to_string()),
            advice: "only JupyterLab needs it; `cargo lab run` works without",
        },
        Check {
            name: "jupyterlab",
            found: match environment.jupyterlab() {
                Some(version) if version == JUPYTERLAB => Ok(version),
                Some(version) => Err(format!("{version}, not {JUPYTERLAB}")),
                None => Err("not prepared yet".to_owned()),
            },
            advice: SETUP,
        },
        Check {
            name: "kernelspec",
            found: prepared(environment.has_kernelspec()?, "in .venv"),
            advice: SETUP,
        },
        Check {
            name: "library",
            found: prepared(seed.exists(), "compiled for notebooks"),
            advice: SETUP,
        },
    ])
}

fn rustc() -> Result<String, String> {
    let version = output("rustc", &["--version"]).ok_or("not found")?;
    let mut numbers = version
        .split([' ', '.'])
        .skip(1)
        .map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= RUST => Ok(version),
        _ => Err(format!("{version}, older than {}.{}", RUST.0, RUST.1)),
    }
}
