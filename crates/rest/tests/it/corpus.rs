//! Replays the corpus of the fuzzer.

use crate::fuzzed;
use replay::replay;

#[path = "../../../../fuzz/replay.rs"]
mod replay;

#[test]
fn corpus_of_multipart_bodies_is_replayed() {
    replay("multipart", fuzzed::multipart);
}
