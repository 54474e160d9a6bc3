//! Replays the corpus of the fuzzers: inputs that led somewhere once.

use std::fs;
use std::path::Path;

use crate::fuzzed;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut replayed = 0;
    for entry in fs::read_dir(folder.join(target)).unwrap() {
        run(&fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 10, "{replayed}");
}

#[test]
fn corpus_of_authorization_headers_is_replayed() {
    replay("authorization", fuzzed::authorization);
}

#[test]
fn corpus_of_tokens_is_replayed() {
    replay("token", fuzzed::token);
}

#[test]
fn good_tokens_pass_the_fuzzers_own_checks() {
    for token in fuzzed::seeds() {
        fuzzed::token(token.as_bytes());
        fuzzed::authorization(format!("Bearer {token}").as_bytes());
    }
}
