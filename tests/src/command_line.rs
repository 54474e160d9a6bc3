//! The command line that is tested, as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    profiled::run(std::env::args_os())
}
