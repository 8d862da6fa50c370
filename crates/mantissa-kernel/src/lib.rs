//! The Jupyter kernel and the launcher of mantissa: `cargo lab`.
//!
//! ```text
//! cargo lab ──► cli ──► run, build ──► notebook (from source) ──► session ──► worker
//!                  ├──► environment (JupyterLab, kernelspec)           │
//!                  ├──► doctor                                         seed (compiled dependencies)
//!                  └──► figures
//! ```
//!
//! A *seed* is a cargo workspace whose dependencies are compiled; a *session* is a copy of it in
//! which the evcxr engine compiles cells; a *worker* is the process that runs them. One process
//! holds one session, because the engine takes its folders from the environment.

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
