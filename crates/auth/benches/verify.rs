//! What a token costs: verifying and minting under each algorithm, and the front end alone.
//!
//! `cargo bench -p profiled-auth`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has failed"
)]

use profiled_store::testing::defaults;
use std::hint::black_box;

use chrono::{DateTime, Duration, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use profiled_auth::{Algorithm, JwtService, KeyFolder, KeyRing, SigningKey, TokenUser};
use profiled_domain::{PasswordHash, UserId};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000)
}

fn subject(password: &PasswordHash) -> TokenUser<'_> {
    TokenUser {
        id: UserId(1_234_567),
        epoch: 3,
        password,
        password_digest: None,
        name: None,
    }
}

/// As it is configured: one secret, and tokens that name no key.
fn configured() -> JwtService {
    let key = SigningKey::new(&SECRET.to_owned().into(), Algorithm::HS256);
    JwtService::new(&defaults("auth.jwt"), key.unwrap())
}

/// With a key of a folder, which tokens name.
fn named(algorithm: Algorithm) -> JwtService {
    let path = tempfile::tempdir().unwrap();
    let folder = KeyFolder::new(path.path());
    folder.add(algorithm, now(), now()).unwrap();
    let ring = KeyRing::open(None, folder, Duration::days(1)).unwrap();
    JwtService::new(&defaults("auth.jwt"), ring)
}

fn tokens(c: &mut Criterion) {
    let password = PasswordHash::from_encoded("!");
    let services = Algorithm::ALL.map(|algorithm| (format!("{algorithm:?}"), named(algorithm)));
    let all = [("configured HS256".to_owned(), configured())]
        .into_iter()
        .chain(services);
    let all: Vec<(String, JwtService)> = all.collect();

    let mut group = c.benchmark_group("verify");
    for (name, jwt) in &all {
        let token = jwt.mint_access(subject(&password), now()).unwrap();
        group.bench_function(name.as_str(), |b| {
            b.iter(|| {
                jwt.verify_access(black_box(token.as_bytes()), now())
                    .unwrap()
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("mint");
    for (name, jwt) in &all {
        group.bench_function(name.as_str(), |b| {
            b.iter(|| {
                jwt.mint_access(black_box(subject(&password)), now())
                    .unwrap()
            });
        });
    }
    group.finish();
}

/// What an attacker makes us do without a key.
fn refusals(c: &mut Criterion) {
    let jwt = configured();
    let password = PasswordHash::from_encoded("!");
    let good = jwt.mint_access(subject(&password), now()).unwrap();
    let cases = [
        ("no token", "x".to_owned()),
        (
            "forged",
            format!("{}AAAA", good.get(..good.len() - 4).unwrap()),
        ),
        ("16 KiB", format!("{}.x", "a".repeat(16 * 1024 - 2))),
        ("1 MiB", "a".repeat(1 << 20)),
    ];

    let mut group = c.benchmark_group("refuse");
    for (name, token) in cases {
        group.bench_function(name, |b| {
            b.iter(|| {
                jwt.verify_access(black_box(token.as_bytes()), now())
                    .is_err()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, tokens, refusals);
criterion_main!(benches);
