#![no_main]

#[path = "../../crates/rest/tests/it/fuzzed.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::multipart(input));
