//! `profiled check` with a bucket that is there.

use std::process::Command;

use acceptance::s3::S3Server;
use serde_json::Value;

/// What it finds with these settings, in a folder without a database.
fn findings(settings: &[String]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_profiled-of-acceptance");
    let mut command = Command::new(program);
    command.args(["check", "--json", "--set", "http.bind=127.0.0.1:0"]);
    command.args(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = command.current_dir(folder.path()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_bucket_that_takes_files_is_fine_and_one_that_is_not_there_is_not() {
    let test = "examination::a_bucket_that_takes_files_is_fine";
    let Some(server) = S3Server::start(test) else {
        return;
    };
    let settings = server.settings("examined");

    let fine = findings(&settings);
    let other = [settings, vec!["media.s3.bucket=nowhere".to_owned()]].concat();
    let missing = findings(&other);

    assert_eq!(fine["ok"], true, "{fine}");
    assert_eq!(missing["ok"], false, "{missing}");
    let line = missing["findings"][0]["text"].as_str().unwrap();
    let begin = "media.storage in --set: nothing can be stored in the bucket \"nowhere\" of ";
    assert!(line.starts_with(begin), "{missing}");
}
