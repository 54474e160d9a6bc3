//! Cookies of log-ins.

use chrono::Duration;
use profiled_auth::{
    AuthError, Identity, RequestCredentials, Scheme, SessionVerifier, TokenKey, TokenPolicy,
    TokenVerifier,
};
use profiled_domain::{CredentialRef, NewToken, TokenClient, UserId};
use profiled_store::Store;

use crate::people::{attempt, now, user};
use crate::test_store::TestStore;
use crate::token::issue;

const POLICY: TokenPolicy = TokenPolicy {
    check_binding: true,
};

fn log_in(repository: &Store, owner: UserId, change: impl FnOnce(&mut NewToken)) -> TokenKey {
    let key = TokenKey::generate();
    issue(repository, owner, |token| {
        token.digest = key.session_digest();
        change(token);
    });
    key
}

/// What is said of a cookie in addition to a header: `None` for as good as no cookie.
fn ask(
    cookie: &str,
    authorization: Option<&[u8]>,
    repository: &Store,
) -> Option<Result<Identity, AuthError>> {
    let attempt = RequestCredentials {
        authorization,
        other_header: None,
        session: Some(cookie),
        ..attempt(b"")
    };
    match crate::people::verify(&SessionVerifier::new(POLICY), &attempt, repository) {
        Some(Err(AuthError::NotProvided)) => None,
        judged => judged,
    }
}

#[test]
fn cookie_of_a_user_outlives_the_password_change_it_requested() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let key = log_in(&repository, ada.id, |_| ());

    let identity = ask(key.as_str(), None, &repository).unwrap().unwrap();

    assert_eq!(
        (identity.profile.user.id, identity.scheme),
        (ada.id, Scheme::Session)
    );
    assert!(matches!(identity.keep, CredentialRef::Token(_)));
}

#[test]
fn cookie_is_no_token_and_a_token_no_cookie() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let cookie = log_in(&repository, ada.id, |_| ());
    let token = issue(&repository, ada.id, |_| ());
    let tokens = TokenVerifier::new(POLICY).also_named("Bearer");

    assert!(ask(&token, None, &repository).is_none());
    let spellings = [
        format!("Token {}", cookie.as_str()).into_bytes(),
        format!("Bearer {}", cookie.as_str()).into_bytes(),
        format!("Token session{}", cookie.as_str()).into_bytes(),
        [b"Token session\xff", cookie.as_str().as_bytes()].concat(),
        format!("Token session\u{ff}{}", cookie.as_str()).into_bytes(),
    ];
    for header in spellings {
        assert!(
            crate::people::ask(&tokens, &header, &repository)
                .unwrap()
                .is_err()
        );
        assert_ne!(
            tokens.key(&header).map(TokenKey::digest_of),
            Some(cookie.session_digest())
        );
    }
}

#[test]
fn authorization_header_takes_precedence_over_a_cookie() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let key = log_in(&repository, ada.id, |_| ());

    for header in [b"Token x".as_slice(), b"Unknown x", b""] {
        assert!(ask(key.as_str(), Some(header), &repository).is_none());
    }
}

#[test]
fn ended_cookie_counts_as_none() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let idle = user(&repository, "idle", false);
    let expired = log_in(&repository, ada.id, |token| token.expires_at = Some(now()));
    let elsewhere = log_in(&repository, ada.id, |token| {
        token.binding = Some(TokenClient {
            address: "127.0.0.1".to_owned(),
            user_agent: Some("agent/2".to_owned()),
        });
    });
    let alive = log_in(&repository, ada.id, |token| {
        token.expires_at = Some(now() + Duration::seconds(1));
    });
    let inactive = log_in(&repository, idle.id, |_| ());

    for cookie in [expired.as_str(), elsewhere.as_str(), "", "x", "\u{ff}"] {
        assert!(ask(cookie, None, &repository).is_none(), "{cookie}");
    }
    assert!(ask(alive.as_str(), None, &repository).unwrap().is_ok());
    assert!(matches!(
        ask(inactive.as_str(), None, &repository),
        Some(Err(AuthError::UserInactive(Scheme::Session)))
    ));
}

#[test]
fn second_word_for_the_scheme_is_taken_in_any_case() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let key = issue(&repository, ada.id, |_| ());
    let one = TokenVerifier::new(POLICY);

    for word in ["Bearer", "bearer", "BEARER", "Token"] {
        let header = format!("{word} {key}");
        let both = crate::people::ask(&one.also_named("Bearer"), header.as_bytes(), &repository);

        assert!(both.unwrap().is_ok(), "{word}");
    }
    let header = format!("Bearer {key}");
    assert!(crate::people::ask(&one, header.as_bytes(), &repository).is_none());
}
