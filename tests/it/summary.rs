//! The last line of a test run adds up what happened.

use std::path::Path;
use std::process::Command;

const OUTPUT: &str = "running 33 tests\n\
    test result: ok. 31 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
    conformance staff_auth sqlite: 30 passed, 0 failed, 1 excepted\n\
    conformance sqlite: 30 passed, 0 failed, 1 excepted, 9 pending\n";

/// The last line for a run's output, and whether it counts as passed.
fn summary(output: &str, skips: &str, test_status: &str, broken_checks: &str) -> (String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let (log, skip_log) = (folder.path().join("output"), folder.path().join("skips"));
    std::fs::write(&log, output).unwrap();
    std::fs::write(&skip_log, skips).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/summarise");
    let mut command = Command::new(script);
    let run = command
        .args([&log, &skip_log])
        .args([test_status, broken_checks])
        .output()
        .unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    (
        text.lines().last().unwrap_or_default().to_owned(),
        run.status.success(),
    )
}

#[test]
fn tests_cases_and_skips_are_added_up() {
    let run = summary(OUTPUT, "no PostgreSQL\nno PostgreSQL\n", "0", "0");

    assert_eq!(run, ("61 passed, 0 failed, 14 skipped".to_owned(), true));
}

#[test]
fn a_failed_test_fails_the_run() {
    let failed =
        "test result: FAILED. 30 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";

    assert_eq!(
        summary(failed, "", "101", "0"),
        ("30 passed, 1 failed, 0 skipped".to_owned(), false)
    );
}

#[test]
fn a_build_that_breaks_fails_the_run() {
    assert_eq!(
        summary("error: could not compile\n", "", "101", "0").0,
        "0 passed, 1 failed, 0 skipped"
    );
}

#[test]
fn a_broken_check_fails_a_run_whose_tests_pass() {
    assert_eq!(
        summary(OUTPUT, "", "0", "1"),
        ("61 passed, 1 failed, 12 skipped".to_owned(), false)
    );
}
