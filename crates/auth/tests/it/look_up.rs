//! A service that can look holders up, and no more.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use profiled_auth::{
    Algorithm, AuthError, Authentication, BasicVerifier, BearerVerifier, Beyond, Identity,
    IssuerSettings, JwtSettings, LookUpError, PasswordHasher, PasswordLogin, PasswordSettings,
    TokenKey, TokenPolicy, TokenType, TokenVerifier, UserField, Verifier,
};
use profiled_domain::{
    Holder, HolderQuery, NewToken, ProfileRepository, TokenRepository, UserId, UserLookup,
};
use serde_json::json;

use crate::issuers::provider::Provider;
use crate::people::{access_token, attempt, hasher, login, now, throttle, user, verifier};
use crate::test_store::TestStore;

type Judged<E> = Result<Result<Identity, AuthError>, LookUpError<E>>;

/// Ada with a token and one who may not log in.
fn store(key: &TokenKey) -> TestStore {
    let store = TestStore::new();
    let ada = user(&store, "ada", true);
    user(&store, "idle", false);
    let token = NewToken {
        owner: ada.id,
        epoch: None,
        digest: key.digest(),
        prefix: key.prefix().to_owned(),
        label: String::new(),
        created_at: now(),
        expires_at: None,
        is_sliding: false,
        binding: None,
    };
    store.issue_token(&token).unwrap();
    store
}

fn claim(verifier: &dyn Verifier, header: &str) -> Authentication {
    verifier.claim(&attempt(header.as_bytes())).unwrap()
}

/// Runs a future that waits for nothing but one yield a look-up.
fn run<T>(future: impl Future<Output = T>) -> T {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    let mut polls = 0..100;
    let ready = polls.find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    });
    ready.unwrap()
}

/// Gives the thread away once.
async fn give_way() {
    let mut has_yielded = false;
    poll_fn(|_| {
        if std::mem::replace(&mut has_yielded, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Nobody is there.
fn nobody(claim: Authentication) -> Judged<Infallible> {
    claim.resolve_with(|_, _| Ok::<_, Infallible>(None))
}

fn word(judged: &Result<Identity, AuthError>) -> String {
    match judged {
        Ok(identity) => format!("user {}", identity.profile.user.id),
        Err(error) => error.reason().to_owned(),
    }
}

#[test]
fn look_ups_alone_give_the_verdicts_of_a_repository() {
    let key = TokenKey::generate();
    let store = store(&key);
    let jwt = Arc::new(verifier(&JwtSettings::default()));
    let bearer = BearerVerifier::new(Arc::clone(&jwt));
    let token = TokenVerifier::new(TokenPolicy {
        check_binding: true,
    });
    let jwt_of = |id| format!("Bearer {}", access_token(&jwt, UserId(id)));
    let attempts: [(&dyn Verifier, String, &str); 7] = [
        (&token, format!("Token {}", key.as_str()), "user 1"),
        (&token, "Token 0123".to_owned(), "unknown_token"),
        (&token, "Token a b".to_owned(), "header"),
        (&bearer, jwt_of(1), "user 1"),
        (&bearer, jwt_of(2), "inactive"),
        (&bearer, jwt_of(99), "unknown_user"),
        (&bearer, "Bearer a.b.c".to_owned(), "malformed"),
    ];
    for (verifier, header, expected) in attempts {
        let whole = claim(verifier, &header).resolve(&*store).unwrap();

        let alone = claim(verifier, &header)
            .resolve_with(|query, depth| store.find_holder(query, depth))
            .unwrap();
        let awaited = claim(verifier, &header).resolve_async(async |query, depth| {
            give_way().await;
            store.find_holder(query, depth)
        });

        let words = [&whole, &alone, &run(awaited).unwrap()].map(word);
        assert_eq!(words, [expected; 3], "{header}");
    }
}

#[test]
fn failed_look_up_is_no_refusal() {
    let token = TokenVerifier::new(TokenPolicy {
        check_binding: true,
    });
    let broken = |_: HolderQuery, _| Err::<Option<Holder>, _>(io::Error::other("no network"));

    let judged = claim(&token, "Token 0123").resolve_with(broken);

    let Err(LookUpError::Failed(error)) = judged else {
        panic!("the verdict is open");
    };
    assert_eq!(error.to_string(), "no network");
}

#[test]
fn old_hash_stays_where_nothing_can_be_stored() {
    let store = TestStore::new();
    user(&store, "ada", true);
    let stored = || {
        let ada = HolderQuery::Account(UserLookup::Id(UserId(1)));
        let found = store.find_holder(ada, attempt(b"").depth).unwrap();
        found.unwrap().password.unwrap()
    };
    let before = stored();
    let newer = PasswordHasher::new(&PasswordSettings {
        iterations: 3,
        ..PasswordSettings::default()
    });
    let newer = Arc::new(newer.unwrap());
    assert!(newer.must_update(&before) && !hasher().must_update(&before));
    let basic = BasicVerifier::new(PasswordLogin::new(newer, throttle("9/min")));

    let judged = claim(&basic, "Basic YWRhOnA6w6Rzcw==")
        .resolve_with(|query, depth| store.find_holder(query, depth));

    assert_eq!(word(&judged.unwrap()), "user 1");
    assert_eq!(stored(), before);
}

#[test]
fn password_is_not_hashed_on_the_thread_of_a_runtime() {
    let basic = BasicVerifier::new(login("9/min"));

    let judged =
        claim(&basic, "Basic YWRhOng=").resolve_async(async |_, _| Ok::<_, Infallible>(None));

    let Err(LookUpError::Beyond(needed)) = run(judged) else {
        panic!("nothing is hashed");
    };
    assert_eq!(needed, Beyond::Hash);
    assert_eq!(
        word(&nobody(claim(&basic, "Basic YWRhOng=")).unwrap()),
        "wrong_password"
    );
}

#[test]
fn blacklisted_sliding_token_is_not_taken_for_a_good_one() {
    let settings = JwtSettings {
        token_classes: vec![TokenType::Sliding],
        ..JwtSettings::default()
    };
    let jwt = Arc::new(verifier(&settings));
    let ada = crate::people::subject(UserId(1));
    let token = jwt.mint_sliding(ada, now()).unwrap();
    let bearer = BearerVerifier::new(jwt);

    let judged = nobody(claim(&bearer, &format!("Bearer {token}")));

    assert!(matches!(
        judged,
        Err(LookUpError::Beyond(Beyond::RefreshState))
    ));
}

#[test]
fn foreign_subject_that_would_have_to_be_bound_is_an_error() {
    let store = TestStore::new();
    user(&store, "ada", true);
    let provider = Provider::start(&[Algorithm::ES256]);
    let settings = IssuerSettings {
        user_claim: "login".to_owned(),
        user_field: Some(UserField::Username),
        ..provider.settings(&[Algorithm::ES256])
    };
    let bearer = BearerVerifier::new(Arc::new(crate::issuers::service(vec![settings])));
    let token = provider.sign(0, |_, claims| {
        (claims["sub"], claims["login"]) = (json!("s"), json!("ada"));
    });

    let judged = claim(&bearer, &format!("Bearer {token}"))
        .resolve_with(|query, depth| store.find_holder(query, depth));

    let error = judged.map(|_| ()).unwrap_err();
    assert!(matches!(error, LookUpError::Beyond(Beyond::Bind)));
    let text = "a subject of a foreign issuer has to be bound to its user, which a look-up alone cannot do";
    assert_eq!(error.to_string(), text);
}
