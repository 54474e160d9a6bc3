//! The command line.

use std::process::ExitCode;

/// What a burst has taken goes back to the system soon after it: that of glibc keeps most of it.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    profiled::run(std::env::args_os())
}
