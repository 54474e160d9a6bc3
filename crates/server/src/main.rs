//! The command line.

use std::process::ExitCode;

/// What a burst has taken goes back to the system soon after it: that of glibc keeps most of it.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    profiled::run(std::env::args_os())
}
