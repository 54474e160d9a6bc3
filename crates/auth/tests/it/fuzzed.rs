//! What the fuzzers run, and the replay of their corpus: see `fuzz/` and `make fuzz`.

use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{
    Algorithm, AuthError, Authenticator, BasicVerifier, BearerVerifier, JwtService, JwtSettings,
    PasswordHasher, PasswordLogin, PasswordSettings, RequestCredentials, SigningKey, Throttle,
    TokenKey, TokenPolicy, TokenUser, TokenVerifier, UserClaim,
};
use profiled_domain::{
    NewToken, NewUser, PasswordHash, Person, ProfileDepth, TokenRepository, User, UserRepository,
    WriteContext,
};
use profiled_store::testing::{TestDatabase, defaults};
use profiled_store::{MemoryCounters, Store};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// The opaque token, and with a colon the name and password, of the only user.
const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000)
}

struct Site {
    jwt: Arc<JwtService>,
    chain: Authenticator,
    repository: Store,
    _database: TestDatabase,
    user: User,
    password: PasswordHash,
}

thread_local! {
    static SITE: Rc<Site> = Rc::new(Site::new());
}

impl Site {
    fn new() -> Self {
        let settings = JwtSettings {
            rotate_refresh_tokens: true,
            ..defaults("auth.jwt")
        };
        let key = SigningKey::new(&SECRET.to_owned().into(), Algorithm::HS256).unwrap();
        let jwt = Arc::new(JwtService::new(&settings, key));
        let hasher = PasswordHasher::new(&PasswordSettings {
            iterations: 1,
            ..defaults("auth.password")
        });
        let hasher = Arc::new(hasher.unwrap());
        let counters = Arc::new(MemoryCounters::default());
        let throttle = Throttle::new(&defaults("throttle"), counters, b"secret");
        let database = TestDatabase::sqlite().unwrap();
        let repository = database.store().unwrap();
        let password = hasher.encode("secret").unwrap();
        let new = NewUser {
            person: Person {
                username: Some("ada".to_owned()),
                ..Person::default()
            },
            password: Some(password.clone()),
            ..NewUser::default()
        };
        let user = repository
            .create_user(&new, WriteContext::operator(now()))
            .unwrap();
        let key = TokenKey::parse(KEY).unwrap();
        let token = NewToken {
            owner: user.id,
            epoch: None,
            digest: key.digest(),
            prefix: key.prefix().to_owned(),
            label: String::new(),
            created_at: now(),
            expires_at: None,
            is_sliding: false,
            binding: None,
        };
        repository.issue_token(&token).unwrap();
        let check_binding = true;
        Site {
            chain: Authenticator::new(vec![
                Box::new(TokenVerifier::new(TokenPolicy { check_binding })),
                Box::new(BearerVerifier::new(Arc::clone(&jwt))),
                Box::new(BasicVerifier::new(PasswordLogin::new(
                    hasher,
                    Arc::new(throttle),
                ))),
            ]),
            jwt,
            repository,
            _database: database,
            user,
            password,
        }
    }
}

/// Any bytes as an `Authorization` header: nothing panics, and no request is accepted without credentials that
/// are spelled out in the header.
pub fn authorization(header: &[u8]) {
    let site = SITE.with(Rc::clone);
    let attempt = RequestCredentials {
        authorization: Some(header),
        other_header: None,
        session: None,
        client_address: [127, 0, 0, 1].into(),
        user_agent: None,
        depth: ProfileDepth::Account,
        now: now(),
    };
    match site.chain.authenticate(&attempt, &site.repository) {
        Ok(identity) => {
            assert_eq!(identity.profile.user.id, site.user.id);
            let text = String::from_utf8_lossy(header);
            let is_known =
                text.contains(KEY) || text.contains("ey") || text.contains("YWRhOnNlY3JldA");
            assert!(is_known, "{text:?}");
        }
        Err(AuthError::Repository(error)) => panic!("{error}"),
        Err(_) => {}
    }
}

/// Any bytes as a token, and as header and payload (split at the first newline) under a good signature:
/// nothing panics, what is accepted names a user in the canonical form, and what it is exchanged for is
/// accepted in turn.
pub fn token(input: &[u8]) {
    let site = SITE.with(Rc::clone);
    assert!(site.jwt.verify(input, now()).is_err() || input.starts_with(b"ey"));
    let Some(at) = input.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (header, payload) = input.split_at(at);
    let token = signed(header, &payload[1..]);
    if let Ok(UserClaim::Username(_) | UserClaim::Email(_)) =
        site.jwt.verify(token.as_bytes(), now())
    {
        panic!("only foreign issuers name users so");
    }
    let verified = site.jwt.verify_any(&token, now());
    let _ = verified.resolve(&site.repository).unwrap();
    let _ = site
        .jwt
        .introspect(&token, now())
        .resolve(&site.repository)
        .unwrap();
    let refresh = |token: &str| {
        let refreshed = site.jwt.refresh(token, now());
        refreshed.resolve(&site.repository).unwrap()
    };
    let Ok(next) = refresh(&token) else {
        return;
    };
    assert!(refresh(&next.refresh.unwrap()).is_ok());
    let verified = site.jwt.verify_any(&next.access, now());
    assert!(verified.resolve(&site.repository).unwrap().is_ok());
}

/// A token that is right in everything but what the fuzzer chose.
fn signed(header: &[u8], payload: &[u8]) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = aws_lc_rs::hmac::sign(&key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Good tokens to begin with.
pub fn seeds() -> [String; 2] {
    let site = SITE.with(Rc::clone);
    let subject = TokenUser::new(&site.user, &site.password);
    let pair = site.jwt.mint_pair(subject, now()).unwrap();
    [pair.access, pair.refresh]
}
