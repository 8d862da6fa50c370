//! The Jupyter kernel and the launcher of mantissa: `cargo lab`.
//!
//! ```text
//! front end ──► kernel ─────────┐
//! cargo lab ──► run, build ─────┴─► session ──► engine ──► worker (keeper, runner, snapshot)
//!          ├──► environment (JupyterLab)  │         └──► tools (in the place of cargo and rustup)
//!          ├──► doctor, bench, install    seed (compiled dependencies)
//!          └──► figures
//! ```
//!
//! A *seed* is a cargo workspace whose dependencies are compiled; a *session* is an engine in a process of
//! its own, in a copy of the seed, where evcxr compiles cells; a *worker* is what runs them. All processes
//! are this one program, under the hooks that come first in `main`.

#![deny(unsafe_code)]

pub mod bench;
pub mod build;
pub mod check;
pub mod cli;
pub mod client;
pub mod doctor;
pub mod engine;
pub mod environment;
pub mod figures;
pub mod install;
pub mod kernel;
pub mod notebook;
pub mod project;
pub mod run;
pub mod seed;
pub mod session;
pub mod source;
pub mod spares;
pub mod toolchain;
pub mod tools;
pub mod worker;

mod progress;
