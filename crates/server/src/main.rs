//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    profiled::run(std::env::args_os())
}
