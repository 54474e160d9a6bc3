//! Several keys at once: turns of signing, changes under way, names of keys (attack case A4).

use std::fs;

use profiled_auth::{Algorithm, JwtFault, KeyState};

use super::{Keys, LIFE, Server, later, secret};
use crate::people::{SECRET, now};
use crate::signing::{claims_of, hmac};

/// Seconds from the publication of a key to its first use.
const LEAD: i64 = 600;

fn kid_of(token: &str) -> Option<String> {
    let (header, _) = claims_of(token);
    header["kid"].as_str().map(str::to_owned)
}

fn states(server: &Server, seconds: i64) -> Vec<&'static str> {
    let keys = server.keys.list(later(seconds)).into_iter();
    keys.map(|key| key.state.as_str()).collect()
}

#[test]
fn keys_take_turns_by_the_clock_alone() {
    let keys = Keys::new();
    let first = keys.add(Algorithm::ES256, 0);
    let second = keys.add(Algorithm::EdDSA, LEAD);
    let server = keys.server();

    let old = server.mint(later(LEAD - 1));
    let new = server.mint(later(LEAD));

    assert_eq!((kid_of(&old), kid_of(&new)), (Some(first), Some(second)));
    assert_eq!(states(&server, 0), ["signing", "published"]);
    assert_eq!(states(&server, LEAD), ["verifying", "signing"]);
    let end = LEAD + LIFE + 60;
    assert_eq!(states(&server, end - 1), ["verifying", "signing"]);
    assert_eq!(states(&server, end), ["retired", "signing"]);
    let retires_at = server.keys.list(now()).remove(0).retires_at;
    assert_eq!(retires_at, Some(later(end)));
}

#[test]
fn new_key_is_published_and_accepted_before_its_first_use() {
    let keys = Keys::new();
    keys.add(Algorithm::ES256, 0);
    let second = keys.add(Algorithm::ES256, LEAD);
    // A server whose clock is ahead signs with it already.
    let hasty = keys.server().mint(later(LEAD));
    let server = keys.server();

    let published = server.jwt.jwks(now());

    let published: Vec<_> = published
        .keys
        .into_iter()
        .map(|key| key.common.key_id)
        .collect();
    assert!(published.contains(&Some(second.clone())));
    assert_eq!(published.len(), 2);
    let stamped = later(LEAD);
    assert_eq!(server.verify(&hasty, stamped), Ok(()));
    assert_eq!(kid_of(&hasty), Some(second));
}

#[test]
fn no_token_is_refused_while_servers_learn_of_a_rotation_one_after_the_other() {
    let keys = Keys::new();
    keys.add(Algorithm::ES256, 0);
    let servers = [keys.server(), keys.server(), keys.server()];
    keys.add(Algorithm::EdDSA, LEAD);

    // Each reads the folder at a time of its own within the lead time.
    for second in (0..=LEAD + 300).step_by(50) {
        let at = later(second);
        for (number, server) in (0..).zip(&servers) {
            if second >= 100 * (number + 1) {
                server.keys.reload(at).unwrap();
            }
        }
        for minting in &servers {
            let token = minting.mint(at);
            for judging in &servers {
                assert_eq!(judging.verify(&token, at), Ok(()), "second {second}");
            }
        }
    }
}

#[test]
fn what_a_retired_key_has_signed_is_refused() {
    let keys = Keys::new();
    let first = keys.add(Algorithm::HS256, 0);
    keys.add(Algorithm::ES256, LEAD);
    let server = keys.server();
    let secret = fs::read_to_string(keys.folder.path().join(format!("{first}.secret"))).unwrap();
    let header = format!(r#"{{"alg":"HS256","kid":"{first}"}}"#);
    let claims = r#"{"token_type":"access","exp":1900000000,"jti":"x","user_id":"7"}"#;
    let token = hmac(secret.trim_end(), &header, claims);

    let before = server.verify(&token, later(LEAD + LIFE + 59));
    let after = server.verify(&token, later(LEAD + LIFE + 60));

    assert_eq!((before, after), (Ok(()), Err(JwtFault::Invalid)));
    assert_eq!(server.jwt.jwks(later(LEAD + LIFE + 60)).keys.len(), 1);
}

#[test]
fn secrets_are_never_published() {
    let keys = Keys::new();
    keys.add(Algorithm::HS256, 0);
    keys.add(Algorithm::HS512, LEAD);

    let server = keys.server_with(Some(secret()));

    assert_eq!(server.jwt.jwks(now()).keys, []);
    let text = serde_json::to_string(&server.jwt.jwks(now())).unwrap();
    assert_eq!(text, r#"{"keys":[]}"#);
}

#[test]
fn first_key_of_a_folder_replaces_the_configured_secret_for_signing() {
    let keys = Keys::new();
    let kid = keys.add(Algorithm::ES256, LEAD);
    let server = keys.server_with(Some(secret()));
    let alone = Server::new(secret().into());

    let before = server.mint(now());
    let after = server.mint(later(LEAD));

    assert_eq!((kid_of(&before), kid_of(&after)), (None, Some(kid)));
    assert_eq!(alone.verify(&before, now()), Ok(()));
    assert_eq!(server.verify(&before, now()), Ok(()));
    assert_eq!(states(&server, 0), ["signing", "published"]);
    assert_eq!(states(&server, LEAD), ["verifying", "signing"]);
}

#[test]
fn a4_kid_selects_a_loaded_key_and_never_a_file() {
    let keys = Keys::new();
    let kid = keys.add(Algorithm::HS256, 0);
    let both = keys.server_with(Some(secret()));
    let folder_only = keys.server();
    let claims = r#"{"token_type":"access","exp":1900000000,"jti":"x","user_id":"7"}"#;
    let by_configured = |header: &str| hmac(SECRET, header, claims);
    let unknown = [
        "../../../etc/passwd",
        "/etc/passwd",
        "' OR 1=1 --",
        "\\u0000",
        "",
        &"k".repeat(8 * 1024),
    ];

    for name in unknown {
        let token = by_configured(&format!(r#"{{"alg":"HS256","kid":"{name}"}}"#));
        assert_eq!(both.verify(&token, now()), Ok(()), "{name:.20}");
        let refused = folder_only.verify(&token, now());
        assert_eq!(refused, Err(JwtFault::Invalid), "{name:.20}");
    }
    let absent = by_configured(r#"{"alg":"HS256"}"#);
    assert_eq!(both.verify(&absent, now()), Ok(()));
    assert_eq!(folder_only.verify(&absent, now()), Err(JwtFault::Invalid));
    // The last of repeated names counts; one that is known leads to its key and no further.
    let known = by_configured(&format!(r#"{{"alg":"HS256","kid":"x","kid":"{kid}"}}"#));
    assert_eq!(both.verify(&known, now()), Err(JwtFault::Invalid));
    let huge = by_configured(&format!(
        r#"{{"alg":"HS256","kid":"{}"}}"#,
        "k".repeat(64 * 1024)
    ));
    assert_eq!(both.verify(&huge, now()), Err(JwtFault::Invalid));
}

#[test]
fn a3_key_verifies_its_own_algorithm_only() {
    let keys = Keys::new();
    let kid = keys.add(Algorithm::HS512, 0);
    let server = keys.server();
    let secret = fs::read_to_string(keys.folder.path().join(format!("{kid}.secret"))).unwrap();
    let claims = r#"{"token_type":"access","exp":1900000000,"jti":"x","user_id":"7"}"#;

    for name in ["HS256", "HS512", "none", "ES256"] {
        let header = format!(r#"{{"alg":"{name}","kid":"{kid}"}}"#);
        let token = hmac(secret.trim_end(), &header, claims);
        assert_eq!(
            server.verify(&token, now()),
            Err(JwtFault::Invalid),
            "{name}"
        );
    }
}

#[test]
fn a2_public_key_is_no_secret_whatever_its_form() {
    let keys = Keys::new();
    let kid = keys.add(Algorithm::RS256, 0);
    let server = keys.server();
    let jwk = serde_json::to_string(&server.jwt.jwks(now()).keys[0]).unwrap();
    let pem = fs::read_to_string(keys.folder.path().join(format!("{kid}.pem"))).unwrap();
    let claims = r#"{"token_type":"access","exp":1900000000,"jti":"x","user_id":"7"}"#;

    for secret in [jwk.as_str(), &pem, pem.trim_end(), &kid] {
        for algorithm in ["HS256", "RS256"] {
            let header = format!(r#"{{"alg":"{algorithm}","kid":"{kid}"}}"#);
            let token = hmac(secret, &header, claims);
            assert_eq!(server.verify(&token, now()), Err(JwtFault::Invalid));
        }
    }
}

#[test]
fn broken_folder_leaves_the_keys_in_use() {
    let keys = Keys::new();
    let kid = keys.add(Algorithm::ES256, 0);
    let server = keys.server();
    let record = keys.folder.path().join(format!("{kid}.json"));
    let good = fs::read(&record).unwrap();

    fs::write(&record, "{").unwrap();
    let broken = server.keys.reload(now());
    let again = server.keys.reload(now());
    let token = server.mint(now());
    fs::remove_file(&record).unwrap();
    let empty = server.keys.reload(now());
    fs::write(&record, good).unwrap();
    let repaired = server.keys.reload(now());

    assert!(broken.is_err() && !again.unwrap());
    let text = empty.unwrap_err().to_string();
    assert!(text.ends_with("no key signs at this moment: run profiled keys generate"));
    assert_eq!(server.verify(&token, now()), Ok(()));
    assert!(repaired.unwrap());
    assert_eq!(server.keys.list(now()).remove(0).state, KeyState::Signing);
}

#[test]
fn folder_that_did_not_change_is_not_read_again() {
    let keys = Keys::new();
    keys.add(Algorithm::ES256, 0);
    let server = keys.server();

    let unchanged = server.keys.reload(now()).unwrap();
    keys.add(Algorithm::ES256, LEAD);
    let changed = server.keys.reload(now()).unwrap();

    assert_eq!((unchanged, changed), (false, true));
    assert_eq!(server.keys.list(now()).len(), 2);
}
