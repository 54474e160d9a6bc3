//! What memory `profiled import django` takes.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::fs::File;
use std::io::Write;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use wait4::Wait4;

use crate::dump::large;
use crate::import_django::tally;
use crate::sandbox::Sandbox;

/// Users of the large dump. Loading them takes a quarter of a minute without optimisation.
const MANY: i64 = 100_000;

/// Names a dump to a process of the tests that measures its import.
const MEASURED: &str = "PROFILED_TEST_MEASURED_DUMP";

/// Imports a dump and prints what the command reports, and the most bytes of memory that it had.
fn measure(dump: &str) {
    let sandbox = Sandbox::migrated();
    let out = sandbox.path().join("report.json");
    let mut command = sandbox.command(&["--json", "import", "django", dump]);
    let child = command.stdout(File::create(&out).unwrap()).spawn().unwrap();
    let ended = child.wait4().unwrap();
    assert!(ended.status.success(), "{}", ended.status);
    let report: Value = serde_json::from_reader(File::open(&out).unwrap()).unwrap();
    println!(
        "\n{}",
        json!({ "report": report, "most": ended.rusage.maxrss })
    );
}

/// The same, measured by a process of its own: a child begins with the most that its parent ever had.
fn measured(dump: &str) -> (Value, u64) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(dump.as_bytes()).unwrap();
    let test = "import_memory::a_large_dump_needs_less_memory_than_its_size";
    let mut command = Command::new(std::env::current_exe().unwrap());
    let command = command.args(["--exact", test, "--nocapture"]);
    let output = command.env(MEASURED, file.path()).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let line = out.lines().find(|line| line.starts_with('{')).unwrap();
    let told: Value = serde_json::from_str(line).unwrap();
    (told["report"].clone(), told["most"].as_u64().unwrap())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is no setting")]
fn a_large_dump_needs_less_memory_than_its_size() {
    if let Ok(dump) = std::env::var(MEASURED) {
        return measure(&dump);
    }
    let text = large(MANY);

    // What the program takes by itself.
    let (_, least) = measured(&large(1));
    let (report, most) = measured(&text);

    let size = u64::try_from(text.len()).unwrap();
    assert!(
        most < least + size / 4 * 3,
        "{most} after {least} for {size}"
    );
    assert_eq!(tally(&report, "users"), [MANY, 0, 0, 0]);
    assert_eq!(tally(&report, "memberships"), [2 * MANY, 0, 0, 0]);
    assert_eq!(tally(&report, "tokens"), [MANY, 0, 0, 0]);
}
