//! Replays the corpus of the fuzzers.

use crate::fuzzed;
use replay::replay;

#[path = "../../../../fuzz/replay.rs"]
mod replay;

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
