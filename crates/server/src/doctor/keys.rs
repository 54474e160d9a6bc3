//! The key that signs: whether it is there, and whether it could be guessed.

use std::collections::BTreeMap;

use profiled_auth::{AlgorithmFamily, Issuers};
use secrecy::ExposeSecret;

use super::finding::Finding;
use super::patient::Patient;
use crate::clock::now;
use crate::error::Failure;

/// Less randomness than that may be found by trying. Of random keys with 32 hexadecimal digits, which have twice as much, none
/// in millions looks like less.
const LEAST_BITS: f64 = 48.0;
const REMEDY: &str =
    "make one, as openssl rand -base64 48 does, and name its file in auth.jwt.signing_key_file";

pub(super) fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let settings = patient.settings;
    let issuers = Issuers::check(&settings.auth.jwt);
    let issuers = issuers.map_err(|error| Failure::settings(error.to_string()));
    let mut failures: Vec<Failure> = issuers.err().into_iter().collect();
    let is_made = settings.data_dir.join("signing.key").exists();
    if is_made || !settings.makes_signing_key() {
        let ring = settings.key_ring(now()).map(drop);
        let counting = settings.counting_secret().map(drop);
        // The same key is the reason for both.
        failures.extend(ring.and(counting).err());
    }
    let failures = failures.into_iter().map(Finding::error);
    failures.chain(guessable(patient)).collect()
}

/// A secret that others may know, or find by trying.
pub(super) fn guessable(patient: &Patient<'_>) -> Option<Finding> {
    let jwt = &patient.settings.auth.jwt;
    let secret = jwt.signing_key.expose_secret();
    if secret.is_empty() || jwt.algorithm.family() != AlgorithmFamily::Hmac {
        return None;
    }
    let fault = fault(secret)?;
    let failure = patient
        .origins
        .failure("auth.jwt.signing_key", &format!("{fault}: {REMEDY}"));
    Some(if patient.is_in_production() {
        Finding::error(failure)
    } else {
        Finding::warning(failure)
    })
}

fn fault(secret: &str) -> Option<String> {
    let examples = [
        "change-me",
        "changeme",
        "change_me",
        "your-256-bit-secret",
        "example",
        "your-secret",
        "your_secret",
        "secret-key",
        "secret_key",
        "random-bytes",
        "random_bytes",
        "placeholder",
        "replace-me",
        "replace_me",
        "insecure",
    ];
    let lower = secret.to_ascii_lowercase();
    let is_variable = lower.starts_with("${") || lower.starts_with("$(") || lower.starts_with("{{");
    if is_variable {
        let text = "is a variable that nobody has put a value in the place of";
        return Some(text.to_owned());
    }
    if lower.starts_with("django-insecure-") {
        let text = "begins with django-insecure-, as keys do that Django writes into a new project's files";
        return Some(text.to_owned());
    }
    if let Some(word) = examples.iter().find(|word| lower.contains(**word)) {
        return Some(format!("has {word:?} in it, as keys in examples do"));
    }
    let bits = randomness(secret.as_bytes());
    if bits < 1.0 {
        return Some("can be guessed, it has no randomness".to_owned());
    }
    (bits < LEAST_BITS).then(|| format!("can be guessed, it has some {bits:.0} bits of randomness"))
}

/// Bits of randomness in a text, as far as its characters tell: what repeats itself has that of one repetition, what goes
/// up or down an alphabet has none, and the rest has that of its distribution.
fn randomness(text: &[u8]) -> f64 {
    let once = period(text);
    let surprising = once.windows(2).filter(|pair| match pair {
        [before, after] => before.abs_diff(*after) > 1,
        _ => true,
    });
    let length = 1 + surprising.count();
    let mut counts: BTreeMap<u8, u32> = BTreeMap::new();
    for byte in once {
        *counts.entry(*byte).or_default() += 1;
    }
    let all: u32 = counts.values().sum();
    let each: f64 = counts
        .values()
        .map(|count| {
            let share = f64::from(*count) / f64::from(all.max(1));
            -share * share.log2()
        })
        .sum();
    each * f64::from(u32::try_from(length).unwrap_or(u32::MAX))
}

/// The shortest beginning that makes the whole by repetition.
fn period(text: &[u8]) -> &[u8] {
    let repeats = |length: &usize| {
        let rest = text.iter().skip(*length);
        text.iter().zip(rest).all(|(one, other)| one == other)
    };
    let shortest = (1..text.len()).find(repeats);
    shortest
        .and_then(|length| text.get(..length))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_can_be_guessed_are_told_from_random_ones() {
        for weak in [
            "a".repeat(40).as_str(),
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "passwordpasswordpasswordpassword",
            "django-insecure-x7!k2^w9q@m5$z8&b1*c4(d6)e3_f0+g",
            "change-me-x7k2w9qm5z8b1c4d6e3f0gh",
            "your-secret-key-goes-here-your-secret-key",
            "${SIGNING_KEY_FROM_VAULT_NOT_EXPANDED}",
            "AT-LEAST-32-RANDOM-BYTES-AT-LEAST-32",
        ] {
            let told = fault(weak).unwrap_or_default();
            assert!(!told.is_empty() && !told.contains("-0"), "{weak}: {told}");
        }
    }

    #[test]
    fn random_keys_are_never_blamed() {
        for _ in 0..2000 {
            let key = profiled_auth::TokenKey::generate();
            let hex = key.as_str().get(..32).unwrap();

            assert_eq!(fault(hex), None, "{hex}");
        }
    }
}
