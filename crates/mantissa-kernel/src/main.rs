//! `cargo lab`. See [`mantissa_kernel`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    mantissa_kernel::tools::hook();
    mantissa_kernel::worker::hook();
    evcxr::runtime_hook();
    mantissa_kernel::cli::main()
}
