//! Access tokens of a foreign issuer, over HTTP: whom they open, and whom they never do.

use std::sync::LazyLock;

use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{EncodingKey, Header};
use profiled_domain::{
    BindingRepository, ForeignSubject, HolderQuery, PageRequest, ProfileDepth, ProfileRepository,
    UserId,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::databases::on_both_databases;

on_both_databases!(
    only_verified_addresses_open_an_account,
    addresses_are_compared_as_mail_compares_them,
    the_first_accepted_token_binds_its_subject,
    new_owner_of_an_address_does_not_get_the_account,
    usernames_that_are_chosen_do_not_move_an_account,
    subject_of_a_deleted_user_is_refused,
    of_first_tokens_that_race_one_subject_gets_the_user,
    tokens_that_give_no_access_are_refused_everywhere,
    introspection_returns_the_subject_of_the_token,
);

const IDP: &str = "https://idp.example.com";
const SECRET: &str = "a secret that the issuer shares with us";

/// A folder with the secret, for as long as the tests run.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    folder
});

fn start(backend: Backend, more: &Value) -> Service {
    let mut issuer = json!({
        "issuer": IDP, "audience": "profile-api", "algorithms": ["HS256"],
        "secret_file": FOLDER.path().join("secret"), "user_claim": "email", "user_field": "email",
    });
    let members = more.as_object().unwrap().clone();
    issuer.as_object_mut().unwrap().extend(members);
    let issuers = format!("auth.jwt.issuers={}", json!([issuer]));
    let clients = r#"auth.introspection.clients=[{"id": "billing", "secret": "sample-introspection-secret-for-tests"}]"#;
    Service::start(backend, Data::Jwt, &[&issuers, clients])
}

/// A token of a subject with an address, and with these claims changed; null takes one away.
fn token(subject: &str, email: &str, changes: &Value) -> String {
    let mut claims = json!({
        "iss": IDP, "aud": "profile-api", "exp": 4_102_444_800_i64, "iat": 1_700_000_000,
        "sub": subject, "email": email, "email_verified": true,
    });
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        claims.insert(name.clone(), value.clone());
    }
    claims.retain(|_, value| !value.is_null());
    let key = EncodingKey::from_secret(SECRET.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}

fn ask(service: &Service, token: &str) -> Answer {
    let caller = service.client().authorization(&format!("Bearer {token}"));
    caller.post("/api/profile/")
}

/// The id of the user whom a token opens, or the status.
fn opened(service: &Service, token: &str) -> Result<i64, u16> {
    let answer = ask(service, token);
    match answer.status {
        200 => Ok(answer.json()["id"].as_i64().unwrap()),
        status => Err(status),
    }
}

fn with(service: &Service, subject: &str, email: &str) -> Result<i64, u16> {
    opened(service, &token(subject, email, &json!({})))
}

/// Changes a user's own profile, by a token of ours.
fn change(service: &Service, id: i64, body: &Value) {
    let path = format!("/api/profile/{id}/update/");
    let request = Request::json("PATCH", &path, &body.to_string());
    let answer = service.client().bearer(id).send(request);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn introspect(service: &Service, token: &str) -> Value {
    let pair = STANDARD.encode("billing:sample-introspection-secret-for-tests");
    let caller = service.client().authorization(&format!("Basic {pair}"));
    let request = Request::new("POST", "/oauth/introspect/");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    let answer = caller.send(request.body(&format!("token={token}")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn only_verified_addresses_open_an_account(backend: Backend) {
    let service = start(backend, &json!({}));
    let unverified = [
        json!(false),
        json!("false"),
        json!(0),
        json!(1),
        json!(null),
        json!("True"),
        json!([]),
    ];
    for value in &unverified {
        let changes = json!({ "email_verified": value });
        let answer = ask(&service, &token("s", "admin@example.com", &changes));
        assert_eq!(answer.status, 401, "{value}");
        assert_eq!(answer.json()["code"], "token_not_valid", "{value}");
        let told = introspect(&service, &token("s", "admin@example.com", &changes));
        assert_eq!(told, json!({"active": false}), "{value}");
    }
    let texts = token("s", "admin@example.com", &json!({"email_verified": "true"}));
    assert_eq!(opened(&service, &texts), Ok(1));

    let trusting = start(backend, &json!({"trust_email": true}));
    let bare = token("s", "admin@example.com", &json!({"email_verified": null}));
    assert_eq!(opened(&trusting, &bare), Ok(1));
}

fn addresses_are_compared_as_mail_compares_them(backend: Backend) {
    let exact = start(backend, &json!({}));
    assert_eq!(with(&exact, "a", "Alice@example.com"), Err(404));
    assert_eq!(with(&exact, "a", "alice@EXAMPLE.com"), Ok(2));
    assert_eq!(with(&exact, "a", "alice@example.com"), Ok(2), "bound");

    let any_case = start(backend, &json!({"email_local_part": "case_insensitive"}));
    assert_eq!(with(&any_case, "a", "ALICE@Example.Com"), Ok(2));
    // Two users whose addresses differ in case only: the one who has the very same text is meant, or none.
    change(&any_case, 1, &json!({"email": "Alice@example.com"}));
    assert_eq!(with(&any_case, "m", "Alice@example.com"), Ok(1));
    assert_eq!(with(&any_case, "x", "aLICE@example.com"), Err(404));
}

fn the_first_accepted_token_binds_its_subject(backend: Backend) {
    let service = start(backend, &json!({}));
    let sibling = service.sibling();
    assert_eq!(with(&service, "a", "alice@example.com"), Ok(2));
    assert_eq!(with(&service, "m", "admin@example.com"), Ok(1));

    // The issuer gives the two each other's addresses.
    for server in [&service, &sibling] {
        assert_eq!(with(server, "a", "admin@example.com"), Ok(2));
        assert_eq!(with(server, "m", "alice@example.com"), Ok(1));
        assert_eq!(with(server, "a", "new@example.com"), Ok(2));
    }
    // The two give each other theirs here.
    change(&service, 2, &json!({"email": "between@example.com"}));
    change(&service, 1, &json!({"email": "alice@example.com"}));
    change(&service, 2, &json!({"email": "admin@example.com"}));
    assert_eq!(with(&service, "a", "alice@example.com"), Ok(2));
    assert_eq!(with(&service, "m", "admin@example.com"), Ok(1));
}

fn new_owner_of_an_address_does_not_get_the_account(backend: Backend) {
    let service = start(backend, &json!({}));
    assert_eq!(with(&service, "first", "alice@example.com"), Ok(2));

    for other in ["second", "FIRST", "first "] {
        let answer = ask(&service, &token(other, "alice@example.com", &json!({})));
        assert_eq!(answer.status, 401, "{other}");
        assert_eq!(answer.json()["code"], "token_not_valid");
    }
    assert_eq!(with(&service, "third", "ALICE@example.com"), Err(404));
    let without = token("x", "alice@example.com", &json!({"sub": null}));
    assert_eq!(opened(&service, &without), Err(401));

    service.run(&["binding", "remove", IDP, "first"]);
    assert_eq!(with(&service, "second", "alice@example.com"), Ok(2));
    assert_eq!(with(&service, "first", "alice@example.com"), Err(401));
}

fn usernames_that_are_chosen_do_not_move_an_account(backend: Backend) {
    let settings = json!({"user_claim": "preferred_username", "user_field": "username"});
    let service = start(backend, &settings);
    let named = |subject: &str, name: &str| {
        let changes = json!({"preferred_username": name, "email_verified": false});
        opened(&service, &token(subject, "x@example.com", &changes))
    };
    assert_eq!(named("a", "alice"), Ok(2));
    assert_eq!(named("m", "admin"), Ok(1));

    assert_eq!(named("a", "admin"), Ok(2));
    assert_eq!(named("e", "admin"), Err(401));
    change(&service, 2, &json!({"username": "alicia"}));
    change(&service, 1, &json!({"username": "alice"}));
    assert_eq!(named("a", "alice"), Ok(2));
    assert_eq!(named("e", "alicia"), Err(401));
}

fn subject_of_a_deleted_user_is_refused(backend: Backend) {
    let service = start(backend, &json!({}));
    assert_eq!(with(&service, "a", "alice@example.com"), Ok(2));

    service.run(&["user", "delete", "alice", "--yes"]);
    assert_eq!(with(&service, "a", "alice@example.com"), Err(404));
    service.run(&[
        "user",
        "create",
        "--username",
        "heir",
        "--email",
        "alice@example.com",
    ]);
    assert_eq!(with(&service, "a", "alice@example.com"), Err(404));
    let heir = with(&service, "b", "alice@example.com").unwrap();
    assert!(heir > 2, "{heir}");

    let erasing = ["--set", "accounts.deletion_grace=0", "purge", "--yes"];
    service.run(&erasing);
    let all = PageRequest {
        offset: 0,
        limit: 10,
    };
    let left = service.store().list_bindings(None, all).unwrap();
    let users: Vec<UserId> = left.items.iter().map(|binding| binding.user).collect();
    assert_eq!(users, [UserId(heir)]);
}

fn of_first_tokens_that_race_one_subject_gets_the_user(backend: Backend) {
    let service = start(backend, &json!({}));
    let sibling = service.sibling();
    let subjects: Vec<String> = (0..8).map(|number| format!("s{number}")).collect();

    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let servers = [&service, &sibling].into_iter().cycle();
        let racers: Vec<_> = subjects
            .iter()
            .zip(servers)
            .map(|(subject, server)| {
                scope.spawn(move || with(server, subject, "alice@example.com"))
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    });

    let winners = subjects
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome.is_ok());
    let winners: Vec<_> = winners.map(|(subject, _)| subject).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(2) | Err(401)))
    );
    let bound = ForeignSubject {
        issuer: IDP.to_owned(),
        subject: winners[0].clone(),
    };
    let query = HolderQuery::Subject(bound);
    let found = service.store().find_holder(query, ProfileDepth::Account);
    assert_eq!(found.unwrap().unwrap().profile.user.id, UserId(2));
}

fn tokens_that_give_no_access_are_refused_everywhere(backend: Backend) {
    let service = start(backend, &json!({}));
    let cases = [
        json!({"typ": "ID"}),
        json!({"typ": "Refresh"}),
        json!({"typ": "Offline"}),
        json!({"typ": "Logout"}),
        json!({"token_use": "id"}),
        json!({"nonce": "n", "at_hash": "h"}),
        json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
        json!({"cnf": {"jkt": "x"}}),
        json!({"aud": "another-api"}),
    ];

    for changes in cases {
        let token = token("a", "alice@example.com", &changes);
        assert_eq!(opened(&service, &token), Err(401), "{changes}");
        assert_eq!(introspect(&service, &token), json!({"active": false}));
        let body = json!({ "token": token }).to_string();
        let verify = Request::json("POST", "/api/token/verify/", &body);
        let verified = service.client().anonymous().send(verify);
        assert_eq!(verified.status, 401, "{changes}");
    }
    assert_eq!(with(&service, "a", "alice@example.com"), Ok(2));
}

fn introspection_returns_the_subject_of_the_token(backend: Backend) {
    let service = start(backend, &json!({}));

    let told = introspect(&service, &token("a|1", "alice@example.com", &json!({})));

    let expected = json!({
        "active": true, "sub": "a|1", "user_id": "2", "username": "alice", "token_type": "Bearer",
        "exp": 4_102_444_800_i64, "iat": 1_700_000_000, "aud": "profile-api", "iss": IDP,
    });
    assert_eq!(told, expected);
    assert_eq!(with(&service, "a|1", "admin@example.com"), Ok(2), "bound");

    let by_id = start(backend, &json!({"user_claim": "uid", "user_field": "id"}));
    let told = |changes: Value| introspect(&by_id, &token("7", "x@example.com", &changes));
    let both = told(json!({"uid": 2}));
    assert_eq!((&both["sub"], &both["user_id"]), (&json!("7"), &json!("2")));
    let without = told(json!({"uid": 2, "sub": null}));
    assert_eq!(
        (without.get("sub"), &without["user_id"]),
        (None, &json!("2"))
    );
}
