//! Log-in by username and password, and the upgrade of old hashes.

use profiled_store::testing::defaults;
use std::sync::Arc;

use profiled_auth::{
    HasherName, LegacyHasher, LoginOutcome, PasswordCredentials, PasswordHasher, PasswordLogin,
    PasswordSettings, ThrottleError, UsernameField,
};
use profiled_domain::{
    CredentialRepository, PasswordHash, ProfileDepth, ProfileRepository, TokenRepository, User,
    UserLookup, UserRepository,
};
use profiled_store::Store;

use crate::people::{hasher, now, throttle, user};
use crate::test_store::TestStore;
use crate::token::issue;

fn login() -> PasswordLogin {
    PasswordLogin::new(Arc::new(hasher()), throttle(""))
}

fn check(
    login: &PasswordLogin,
    username: &str,
    password: &str,
    repository: &Store,
) -> Result<LoginOutcome, ThrottleError> {
    let attempt = PasswordCredentials {
        username,
        password,
        client_address: [127, 0, 0, 1].into(),
        now: now(),
    };
    login.check(&attempt, repository)
}

fn stored(repository: &Store, user: &User) -> String {
    let found = repository.find_password_by_id(user.id).unwrap();
    found.unwrap().as_encoded().to_owned()
}

/// Stores another hash, as an upgrade would, and returns the user as it is then.
fn set(repository: &Store, user: &User, encoded: &str) -> User {
    let texts = [stored(repository, user), encoded.to_owned()];
    let [old, new] = texts.map(PasswordHash::from_encoded);
    assert!(
        repository
            .replace_password_hash(user.id, &old, &new, "digest")
            .unwrap()
    );
    let after = repository.find_user(&UserLookup::Id(user.id));
    after.unwrap().unwrap()
}

fn older() -> String {
    let settings = PasswordSettings {
        iterations: 1,
        ..defaults("auth.password")
    };
    let hash = PasswordHasher::new(&settings).unwrap().encode("p:äss");
    hash.unwrap().as_encoded().to_owned()
}

#[test]
fn user_with_the_right_password_is_accepted_and_nothing_recorded() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let before = stored(&repository, &ada);

    let outcome = check(&login(), "ada", "p:äss", &repository).unwrap();

    assert_eq!(outcome, LoginOutcome::Accepted(ada.clone()));
    assert_eq!(stored(&repository, &ada), before);
    let after = repository
        .find_profile(ada.id, ProfileDepth::Account)
        .unwrap();
    assert_eq!(after.unwrap().user.last_login, None);
}

#[test]
fn every_other_log_in_is_wrong_or_inactive() {
    let repository = TestStore::new();
    user(&repository, "ada", true);
    let idle = user(&repository, "idle", false);
    let locked = user(&repository, "locked", true);
    set(&repository, &locked, "!");
    let wrong = [
        ("ada", "p:äss "),
        ("ada", ""),
        ("ADA", "p:äss"),
        ("ada\0", "p:äss"),
        ("nobody", "p:äss"),
        ("", ""),
        ("idle", "wrong"),
        ("locked", "!"),
        ("locked", ""),
    ];

    for (username, password) in wrong {
        let outcome = check(&login(), username, password, &repository).unwrap();
        assert_eq!(outcome, LoginOutcome::WrongCredentials, "{username:?}");
    }
    let inactive = check(&login(), "idle", "p:äss", &repository).unwrap();
    assert_eq!(inactive, LoginOutcome::Inactive(idle));
}

#[test]
fn old_hash_is_replaced_and_no_token_ends() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let ada = set(&repository, &ada, &older());
    issue(&repository, ada.id, |_| {});

    let outcome = check(&login(), "ada", "p:äss", &repository).unwrap();

    assert_eq!(outcome, LoginOutcome::Accepted(ada.clone()));
    let new = stored(&repository, &ada);
    assert!(new.starts_with("pbkdf2_sha256$2$"), "{new}");
    assert!(hasher().verify("p:äss", &PasswordHash::from_encoded(new)));
    assert_eq!(repository.list_tokens(ada.id).unwrap().len(), 1);
}

#[test]
fn hash_moves_to_another_algorithm() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let mut settings = PasswordSettings {
        hasher: HasherName::Argon2,
        ..defaults("auth.password")
    };
    (settings.argon2.memory_cost, settings.argon2.time_cost) = (64, 1);
    let argon2 = PasswordLogin::new(
        Arc::new(PasswordHasher::new(&settings).unwrap()),
        throttle(""),
    );

    check(&argon2, "ada", "p:äss", &repository).unwrap();

    let new = stored(&repository, &ada);
    assert!(
        new.starts_with("argon2$argon2id$v=19$m=64,t=1,p=8$"),
        "{new}"
    );
    assert!(matches!(
        check(&argon2, "ada", "p:äss", &repository),
        Ok(LoginOutcome::Accepted(_))
    ));
    assert_eq!(stored(&repository, &ada), new);
}

#[test]
fn hash_that_django_dropped_is_replaced_at_its_log_in() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let ada = set(&repository, &ada, "38ed4fbc8dbc1e1f23ecaf9e0ae7340f");
    let settings = PasswordSettings {
        iterations: 2,
        legacy_hashers: vec![LegacyHasher::UnsaltedMd5],
        ..defaults("auth.password")
    };
    let hasher = Arc::new(PasswordHasher::new(&settings).unwrap());
    let lenient = PasswordLogin::new(hasher, throttle(""));

    let strict = check(&login(), "ada", "p:äss", &repository).unwrap();
    assert_eq!(strict, LoginOutcome::WrongCredentials);
    let outcome = check(&lenient, "ada", "p:äss", &repository).unwrap();

    assert_eq!(outcome, LoginOutcome::Accepted(ada.clone()));
    let new = stored(&repository, &ada);
    assert!(new.starts_with("pbkdf2_sha256$2$"), "{new}");
}

#[test]
fn only_an_accepted_user_has_the_hash_replaced() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let idle = user(&repository, "idle", false);
    let old = older();
    set(&repository, &ada, &old);
    set(&repository, &idle, &old);

    check(&login(), "ada", "wrong", &repository).unwrap();
    check(&login(), "idle", "p:äss", &repository).unwrap();

    assert_eq!(
        (stored(&repository, &ada), stored(&repository, &idle)),
        (old.clone(), old)
    );
}

#[test]
fn log_in_succeeds_when_the_upgraded_hash_cannot_be_written() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let old = older();
    let ada = set(&repository, &ada, &old);
    repository.refuse_writes();

    let outcome = check(&login(), "ada", "p:äss", &repository).unwrap();

    assert_eq!(outcome, LoginOutcome::Accepted(ada.clone()));
    assert_eq!(stored(&repository, &ada), old);
}

#[test]
fn log_in_without_a_database_is_an_error() {
    let repository = TestStore::new();
    repository.go_down();

    assert!(check(&login(), "ada", "p:äss", &repository).is_err());
}

#[test]
fn every_refused_log_in_counts_until_no_password_is_verified() {
    let repository = TestStore::new();
    user(&repository, "ada", true);
    user(&repository, "idle", false);
    let login = crate::people::login("2/min");
    let ask = |name, password| check(&login, name, password, &repository);

    for _ in 0..3 {
        assert!(matches!(ask("ada", "p:äss"), Ok(LoginOutcome::Accepted(_))));
    }
    for (name, password) in [("idle", "p:äss"), ("ada", "wrong"), ("nobody", "p:äss")] {
        let outcomes = [ask(name, password), ask(name, password)];
        assert!(outcomes.iter().all(Result::is_ok), "{name}");
    }
    repository.go_down();

    for name in ["ada", "idle", "nobody"] {
        let outcome = ask(name, "p:äss");
        assert!(
            matches!(outcome, Err(ThrottleError::Throttled(_))),
            "{name}"
        );
    }
}

/// Gives a user an address, or one that another user holds, as an import does.
fn give_address(repository: &TestStore, user: &User, column: &str, address: &str) {
    let id = user.id;
    repository.execute(&format!(
        "UPDATE users SET {column} = '{address}' WHERE id = {id}"
    ));
}

#[test]
fn user_who_holds_an_address_logs_in_by_it_and_nobody_by_name() {
    let repository = TestStore::new();
    let [ada, eve] = ["ada", "eve@example.com"].map(|name| user(&repository, name, true));
    give_address(&repository, &ada, "email", "Ada@example.com");
    give_address(&repository, &eve, "shared_email", "Ada@example.com");
    let login = login().by(UsernameField::Email);

    let accepted = check(&login, "Ada@example.com", "p:äss", &repository).unwrap();

    let LoginOutcome::Accepted(user) = accepted else {
        panic!("{accepted:?}");
    };
    assert_eq!(user.id, ada.id);
    assert_eq!(login.account(&user), "Ada@example.com");
    assert_eq!(login.account(&ada), ada.id.to_string());
    for other in ["ada", "ada@example.com", "eve@example.com", "", "\0"] {
        let refused = check(&login, other, "p:äss", &repository).unwrap();
        assert_eq!(refused, LoginOutcome::WrongCredentials, "{other}");
    }
}

#[test]
fn failures_by_address_are_counted_under_it() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    give_address(&repository, &ada, "email", "ada@example.com");
    let login = crate::people::login("1/min").by(UsernameField::Email);
    check(&login, "ada@example.com", "wrong", &repository).unwrap();

    let limited = check(&login, "ada@example.com", "p:äss", &repository);
    let other = check(&login, "ada", "p:äss", &repository);

    assert!(matches!(limited, Err(ThrottleError::Throttled(_))));
    assert!(matches!(other, Ok(LoginOutcome::WrongCredentials)));
}
