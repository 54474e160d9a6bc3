#![no_main]

#[path = "../../crates/auth/tests/it/fuzzed.rs"]
#[expect(dead_code, reason = "each target runs one of its functions")]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::token(input));
