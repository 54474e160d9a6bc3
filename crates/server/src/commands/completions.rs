//! `profiled completions`

use clap_complete::{Shell, generate};

use crate::cli::unfolded;
use crate::error::Failure;
use crate::output::print_line;

pub(super) fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(shell, &mut unfolded(), "profiled", &mut script);
    print_line(String::from_utf8_lossy(&script).trim_end())
}
