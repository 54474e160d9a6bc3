//! The process, under the names that Prometheus' own libraries use. What the system does not tell is absent.

use std::fmt;
use std::fs::{read_dir, read_to_string};
use std::time::{SystemTime, UNIX_EPOCH};

use super::families::{Families, number};

/// The process.
pub(super) struct Process {
    /// Seconds of Unix time.
    started: f64,
}

impl Process {
    /// One that has just been started.
    pub(super) fn started_now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            started: now.map_or(0.0, |now| now.as_secs_f64()),
        }
    }

    pub(super) fn write(&self, families: &mut Families<'_>) -> fmt::Result {
        let stat = Stat::read().unwrap_or_default();
        families.seconds_counter(
            "process_cpu_seconds",
            "Processor time that was used, in seconds",
            stat.processor_seconds,
        )?;
        let gauges = [
            (
                "process_resident_memory_bytes",
                "Memory that is used, in bytes",
                Some(stat.resident_bytes),
            ),
            ("process_threads", "Threads", Some(stat.threads)),
            (
                "process_open_fds",
                "Files and connections that are open",
                read_dir("/proc/self/fd")
                    .ok()
                    .map(|all| number(all.count())),
            ),
            ("process_max_fds", "How many may be open", most_files()),
            (
                "process_start_time_seconds",
                "When the process was started, in seconds of Unix time",
                Some(self.started),
            ),
        ];
        for (name, help, value) in gauges {
            families.gauges(name, help, value.map(|value| (Vec::new(), value)))?;
        }
        Ok(())
    }
}

/// What `/proc/self/stat` tells (proc(5)).
#[derive(Default)]
struct Stat {
    processor_seconds: f64,
    resident_bytes: f64,
    threads: f64,
}

impl Stat {
    fn read() -> Option<Self> {
        let line = read_to_string("/proc/self/stat").ok()?;
        // The name of the program may have blanks.
        let (_, rest) = line.rsplit_once(") ")?;
        let fields: Vec<u64> = rest
            .split(' ')
            .map(|field| field.trim().parse().unwrap_or_default())
            .collect();
        // The third field of the manual is the first one here.
        let field = |number: usize| fields.get(number - 3).copied();
        let ticks = rustix::param::clock_ticks_per_second();
        let page = u64::try_from(rustix::param::page_size()).unwrap_or_default();
        Some(Self {
            processor_seconds: number(field(14)? + field(15)?) / number(ticks),
            resident_bytes: number(field(24)?.saturating_mul(page)),
            threads: number(field(20)?),
        })
    }
}

fn most_files() -> Option<f64> {
    let limits = read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    soft.parse::<u64>().ok().map(number)
}
