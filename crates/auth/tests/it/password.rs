//! Django's encoding of passwords (contract `drf.md`, section 11; attack case D5).

use profiled_auth::{
    Argon2Settings, BcryptSettings, EncodeError, HasherName, LegacyHasher, PasswordHasher,
    PasswordSettings, ScryptSettings,
};
use profiled_domain::PasswordHash;
use profiled_store::testing::defaults;
use serde_json::Value;

use crate::people::hasher;

const FIXTURE: &str = include_str!("../../../../tests/contract/fixtures/password_hashes.json");
/// What Django 5.2 said: `golden/record.py`.
const GOLDEN: &str = include_str!("../golden/hashes.json");

/// What Django 4.2 said of hashes that later versions do not verify: `golden/record_legacy.py`.
const GOLDEN_LEGACY: &str = include_str!("../golden/legacy.json");

const LEGACY: [LegacyHasher; 4] = [
    LegacyHasher::Sha1,
    LegacyHasher::UnsaltedSha1,
    LegacyHasher::UnsaltedMd5,
    LegacyHasher::Crypt,
];

const HASHERS: [(HasherName, &str); 4] = [
    (HasherName::Pbkdf2Sha256, "pbkdf2_sha256"),
    (HasherName::Argon2, "argon2"),
    (HasherName::BcryptSha256, "bcrypt_sha256"),
    (HasherName::Scrypt, "scrypt"),
];

/// The costs of the golden hashes.
fn cheap(hasher: HasherName) -> PasswordSettings {
    PasswordSettings {
        hasher,
        iterations: 3,
        argon2: Argon2Settings {
            memory_cost: 64,
            time_cost: 2,
            parallelism: 2,
        },
        bcrypt: BcryptSettings { rounds: 4 },
        scrypt: ScryptSettings { n: 16, r: 2, p: 3 },
        allow_md5: true,
        ..defaults("auth.password")
    }
}

fn cheap_hasher(hasher: HasherName) -> PasswordHasher {
    PasswordHasher::new(&cheap(hasher)).unwrap()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn stored(value: &Value) -> PasswordHash {
    PasswordHash::from_encoded(value["encoded"].as_str().unwrap())
}

#[test]
fn every_recorded_hash_is_judged_as_recorded() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let samples = list(&fixture, "samples");
    assert!(samples.len() > 20);

    for sample in samples {
        // One for each: the costliest hash that came by sets the cost of all refusals.
        let hasher = cheap_hasher(HasherName::Pbkdf2Sha256);
        let password = sample["password"].as_str().unwrap();
        let verifies = hasher.verify(password, &stored(sample));
        assert_eq!(verifies, sample["verifies"] == true, "{sample}");
        assert!(!hasher.verify("another one", &stored(sample)), "{sample}");
    }
}

#[test]
fn recorded_hashes_of_the_default_costs_are_kept_and_others_replaced() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let mut judged = 0;

    for (hasher, name) in HASHERS {
        let settings = PasswordSettings {
            hasher,
            ..defaults("auth.password")
        };
        let hasher = PasswordHasher::new(&settings).unwrap();
        for sample in list(&fixture, "samples") {
            let must_update = hasher.must_update(&stored(sample));
            match (sample["algorithm"].as_str(), &sample["must_update"]) {
                (Some(algorithm), expected) if algorithm == name => {
                    assert_eq!(Value::Bool(must_update), *expected, "{sample}");
                    judged += 1;
                }
                // MD5 is off here: there is no log-in that could replace it.
                (Some(algorithm), _) => assert_eq!(must_update, algorithm != "md5", "{sample}"),
                (None, _) => assert!(!must_update, "{sample}"),
            }
        }
    }
    assert!(judged > 10);
}

#[test]
fn variants_of_hashes_are_judged_as_django_judges() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let hasher = cheap_hasher(HasherName::Pbkdf2Sha256);
    let vectors = list(&golden, "verified");
    assert!(vectors.len() > 100);

    for vector in vectors {
        let password = vector["password"].as_str().unwrap();
        let verifies = hasher.verify(password, &stored(vector));
        assert_eq!(Value::Bool(verifies), vector["verifies"], "{vector}");
    }
}

#[test]
fn hashes_are_replaced_as_django_replaces_them() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let vectors = list(&golden, "updated");
    assert!(vectors.len() > 30);

    for (hasher, name) in HASHERS {
        let hasher = cheap_hasher(hasher);
        for vector in vectors {
            let must_update = hasher.must_update(&stored(vector));
            let expected = &vector["must_update"][name];
            assert_eq!(Value::Bool(must_update), *expected, "{name}: {vector}");
        }
    }
}

#[test]
fn md5_counts_only_where_it_is_allowed() {
    let md5 = PasswordHash::from_encoded("md5$seasalt$e52954615348416470fe19b1bb26ba25");
    let allowing = cheap_hasher(HasherName::Pbkdf2Sha256);

    assert!(allowing.verify("Correct-Horse-9", &md5));
    assert!(allowing.must_update(&md5));
    assert!(!hasher().verify("Correct-Horse-9", &md5));
    assert!(!hasher().must_update(&md5));
}

fn hasher_that_allows(legacy_hashers: &[LegacyHasher]) -> PasswordHasher {
    let settings = PasswordSettings {
        legacy_hashers: legacy_hashers.to_vec(),
        ..cheap(HasherName::Pbkdf2Sha256)
    };
    PasswordHasher::new(&settings).unwrap()
}

#[test]
fn hashes_that_django_dropped_are_judged_and_replaced_as_it_did() {
    let golden: Value = serde_json::from_str(GOLDEN_LEGACY).unwrap();
    let hasher = hasher_that_allows(&LEGACY);
    let vectors = list(&golden, "verified");
    assert!(vectors.len() > 60);

    for vector in vectors {
        let (password, stored) = (vector["password"].as_str().unwrap(), stored(vector));
        let verifies = hasher.verify(password, &stored);
        assert_eq!(Value::Bool(verifies), vector["verifies"], "{vector}");
        let replaces = verifies && hasher.must_update(&stored);
        assert_eq!(Value::Bool(replaces), vector["must_update"], "{vector}");
        assert!(!hasher.verify("another one", &stored), "{vector}");
    }
}

#[test]
fn hash_that_django_dropped_counts_only_where_its_hasher_is_listed() {
    let cases = [
        (
            LegacyHasher::Sha1,
            "sha1$seasalt$74e5eb411f940a7427f9903bb7c54144e96b0abe",
        ),
        (
            LegacyHasher::UnsaltedSha1,
            "sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
        ),
        (
            LegacyHasher::UnsaltedMd5,
            "5ebe2294ecd0e0f08eab7690d2a6ee69",
        ),
        (
            LegacyHasher::UnsaltedMd5,
            "md5$$5ebe2294ecd0e0f08eab7690d2a6ee69",
        ),
        (LegacyHasher::Crypt, "crypt$$abNANd1rDfiNc"),
        (LegacyHasher::Crypt, "crypt$ab$abNANd1rDfiNc"),
    ];

    for (needed, encoded) in cases {
        let stored = PasswordHash::from_encoded(encoded);
        for listed in LEGACY {
            let hasher = hasher_that_allows(&[listed]);
            let counts = listed == needed;
            assert_eq!(hasher.verify("secret", &stored), counts, "{encoded}");
            assert_eq!(hasher.must_update(&stored), counts, "{encoded}");
        }
        assert!(!hasher().verify("secret", &stored), "{encoded}");
        assert!(!hasher().must_update(&stored), "{encoded}");
    }
}

#[test]
fn new_hash_is_in_djangos_form_and_salted() {
    let forms = [
        "pbkdf2_sha256$3$?$",
        "argon2$argon2id$v=19$m=64,t=2,p=2$?$",
        "bcrypt_sha256$$2b$04$?",
        "scrypt$16$?$2$3$",
    ];
    let password = "گذرواژه-é-🔑";

    for ((name, _), form) in HASHERS.into_iter().zip(forms) {
        let hasher = cheap_hasher(name);
        let (one, two) = (hasher.encode(password).unwrap(), hasher.encode(password));

        let (start, end) = form.split_once('?').unwrap();
        let encoded = one.as_encoded();
        assert!(
            encoded.starts_with(start) && encoded.contains(end),
            "{encoded}"
        );
        assert_ne!(Ok(&one), two.as_ref());
        assert!(hasher.verify(password, &one));
        assert!(!hasher.verify("گذرواژه-é-🔑 ", &one));
        assert!(!hasher.must_update(&one));
        // Django's column has 128 characters.
        assert!(encoded.len() <= 128, "{encoded}");
    }
}

#[test]
fn absurd_costs_are_refused_before_any_work() {
    let absurd = [
        "pbkdf2_sha256$10000001$salt$hash",
        "pbkdf2_sha256$4294967296$salt$hash",
        "pbkdf2_sha1$4294967295$salt$hash",
        "argon2$argon2id$v=19$m=1048577,t=1,p=1$c2FsdHNhbHQ$AAAAAAAA",
        "argon2$argon2id$v=19$m=1048576,t=5,p=1$c2FsdHNhbHQ$AAAAAAAA",
        "argon2$argon2id$v=19$m=8,t=65,p=1$c2FsdHNhbHQ$AAAAAAAA",
        "argon2$argon2id$v=19$m=1048576,t=1,p=65$c2FsdHNhbHQ$AAAAAAAA",
        "argon2$argon2id$v=19$m=4294967295,t=4294967295,p=16777215$c2FsdHNhbHQ$AAAAAAAA",
        "bcrypt_sha256$$2b$17$abcdefghijklmnopqrstuu5dC7HSz6YdPvhjxezEYbOPplzeB5f6i",
        "bcrypt$$2b$31$abcdefghijklmnopqrstuu5dC7HSz6YdPvhjxezEYbOPplzeB5f6i",
        "scrypt$4194304$salt$8$1$hash",
        "scrypt$16384$salt$8$65$hash",
        "scrypt$2$salt$4294967295$4294967295$hash",
        "scrypt$2147483648$salt$8$1$hash",
        "scrypt$1$salt$8$1$hash",
    ];

    for encoded in absurd {
        let stored = PasswordHash::from_encoded(encoded);
        assert!(!hasher().verify("secret", &stored), "{encoded}");
        assert!(!hasher().must_update(&stored), "{encoded}");
    }
}

#[test]
fn bytes_after_the_72nd_are_ignored_by_plain_bcrypt_only() {
    let long = "x".repeat(72);
    let longer = format!("{long}y");
    let bcrypt = "bcrypt$$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
    let bcrypt = PasswordHash::from_encoded(bcrypt);

    assert!(hasher().verify(&longer, &bcrypt));
    for (name, _) in HASHERS {
        let hasher = cheap_hasher(name);
        let stored = hasher.encode(&long).unwrap();
        assert!(!hasher.verify(&longer, &stored), "{name:?}");
    }
}

#[test]
fn overlong_password_is_refused() {
    let longest = "x".repeat(PasswordHasher::MAX_LENGTH);
    let huge = "x".repeat(10_000_000);
    let stored = hasher().encode(&longest).unwrap();

    assert!(hasher().verify(&longest, &stored));
    assert!(!hasher().verify(&huge, &stored));
    assert_eq!(hasher().encode(&huge), Err(EncodeError::TooLong));
}

#[test]
fn impossible_cost_is_refused_with_its_setting() {
    type Change = fn(&mut PasswordSettings);
    let cases: [(Change, &str); 9] = [
        (
            |s| s.iterations = 0,
            "auth.password.iterations is 0: it must be at least 1 and at most 10000000",
        ),
        (
            |s| s.argon2.memory_cost = 1_048_577,
            "auth.password.argon2.memory_cost is 1048577: it must be at least 8 and at most 1048576",
        ),
        (
            |s| s.argon2.memory_cost = 63,
            "auth.password.argon2.memory_cost is 63: it must be at least 8 times parallelism",
        ),
        (
            |s| s.argon2.time_cost = 64,
            "auth.password.argon2.memory_cost is 102400: times time_cost it must be at most 4194304",
        ),
        (
            |s| s.argon2.parallelism = 0,
            "auth.password.argon2.parallelism is 0: it must be at least 1 and at most 64",
        ),
        (
            |s| s.bcrypt.rounds = 17,
            "auth.password.bcrypt.rounds is 17: it must be at least 4 and at most 16",
        ),
        (
            |s| s.scrypt.n = 10_000,
            "auth.password.scrypt.n is 10000: it must be a power of two, as 16384",
        ),
        (
            |s| s.scrypt.n = 32_768,
            "auth.password.scrypt.n is 32768: with r = 8 and p = 5 it needs more than the 32 MiB that \
             Django takes",
        ),
        (
            |s| s.scrypt.r = 0,
            "auth.password.scrypt.n is 16384: with r = 0 and p = 5 it is none of scrypt's costs",
        ),
    ];

    for (change, expected) in cases {
        let mut settings = defaults("auth.password");
        change(&mut settings);
        let error = PasswordHasher::new(&settings).map(drop).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn hashes_are_not_shown() {
    let hash = hasher().encode("secret").unwrap();

    assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
}
