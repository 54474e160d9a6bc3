//! Whom a foreign token stands for where users are named by what can be changed.

use std::sync::Arc;

use profiled_auth::{
    Algorithm, AuthError, BearerVerifier, IssuerSettings, JwtFault, JwtService, TokenType,
    UserField,
};
use profiled_domain::{
    AccountRepository, BindingRepository, CredentialRef, CredentialRepository, ForeignSubject,
    HolderQuery, NewUser, Patch, Person, Precondition, ProfileChange, ProfileDepth,
    ProfileRepository, UserId, UserRepository, WriteContext,
};
use serde_json::{Value, json};

use super::provider::Provider;
use super::service;
use crate::people::{ask, now};
use crate::test_store::TestStore;

struct Site {
    providers: Vec<Provider>,
    jwt: Arc<JwtService>,
    repository: TestStore,
}

impl Site {
    /// Providers that name users by a claim, after these settings.
    fn new(count: usize, change: impl Fn(&mut IssuerSettings)) -> Self {
        let start = |_| Provider::start(&[Algorithm::ES256]);
        let providers: Vec<_> = (0..count).map(start).collect();
        let settings = providers.iter().map(|provider| {
            let mut settings = provider.settings(&[Algorithm::ES256]);
            change(&mut settings);
            settings
        });
        Self {
            jwt: Arc::new(service(settings.collect())),
            providers,
            repository: TestStore::new(),
        }
    }

    fn by_email() -> Self {
        Self::new(1, names_by_email)
    }

    fn user(&self, name: &str) -> UserId {
        let new = NewUser {
            person: Person {
                username: Some(name.to_owned()),
                email: Some(address(name)),
                ..Person::default()
            },
            ..NewUser::default()
        };
        self.repository
            .create_user(&new, WriteContext::operator(now()))
            .unwrap()
            .id
    }

    /// Gives a user another address.
    fn move_to(&self, user: UserId, name: &str) {
        let change = ProfileChange {
            email: Patch::Set(address(name)),
            ..ProfileChange::default()
        };
        let changed = self.repository.update_profile(
            user,
            &change,
            &Precondition::None,
            WriteContext::operator(now()),
        );
        assert!(changed.unwrap().is_some());
    }

    fn token(&self, provider: usize, subject: &str, name: &str, change: &Value) -> String {
        self.providers[provider].sign(0, |_, claims| {
            claims["sub"] = json!(subject);
            claims["email"] = json!(address(name));
            claims["email_verified"] = json!(true);
            for (name, value) in change.as_object().unwrap() {
                claims[name] = value.clone();
            }
        })
    }

    fn judge(&self, token: &str) -> Result<UserId, AuthError> {
        let bearer = BearerVerifier::new(Arc::clone(&self.jwt));
        let header = format!("Bearer {token}");
        let judged = ask(&bearer, header.as_bytes(), &self.repository);
        Ok(judged.unwrap()?.profile.user.id)
    }

    fn ask(&self, subject: &str, name: &str) -> Result<UserId, AuthError> {
        self.judge(&self.token(0, subject, name, &json!({})))
    }

    fn subject(&self, subject: &str) -> ForeignSubject {
        ForeignSubject {
            issuer: self.providers[0].issuer(),
            subject: subject.to_owned(),
        }
    }

    fn bound(&self, subject: &str) -> Option<UserId> {
        let query = HolderQuery::Subject(self.subject(subject));
        let found = self.repository.find_holder(query, ProfileDepth::Account);
        found.unwrap().map(|holder| holder.profile.user.id)
    }
}

fn names_by_email(settings: &mut IssuerSettings) {
    "email".clone_into(&mut settings.user_claim);
    settings.user_field = Some(UserField::Email);
}

fn address(name: &str) -> String {
    format!("{name}@example.com")
}

fn fault<T>(outcome: &Result<T, AuthError>) -> Option<JwtFault> {
    match outcome {
        Err(AuthError::Jwt(fault)) => Some(*fault),
        _ => None,
    }
}

fn is_gone<T>(outcome: &Result<T, AuthError>) -> bool {
    matches!(outcome, Err(AuthError::UserGone))
}

#[test]
fn unverified_address_of_an_issuer_is_refused() {
    let site = Site::by_email();
    let ada = site.user("ada");
    let refused = [
        json!(false),
        json!("false"),
        json!(0),
        json!(1),
        json!(null),
        json!("TRUE"),
        json!(" true"),
        json!("yes"),
        json!(""),
        json!([true]),
        json!({}),
    ];
    let with = |value: &Value| site.token(0, "s", "ada", &json!({ "email_verified": value }));
    let absent = site.providers[0].sign(0, |_, claims| {
        (claims["sub"], claims["email"]) = (json!("s"), json!("ada@example.com"));
    });

    for value in &refused {
        let outcome = fault(&site.judge(&with(value)));
        assert_eq!(outcome, Some(JwtFault::UnverifiedEmail), "{value}");
    }
    assert_eq!(fault(&site.judge(&absent)), Some(JwtFault::UnverifiedEmail));
    assert_eq!(site.bound("s"), None);
    for value in [json!(true), json!("true")] {
        assert_eq!(site.judge(&with(&value)).unwrap(), ada, "{value}");
    }
    // Nor does it later.
    let later = fault(&site.judge(&with(&json!(false))));
    assert_eq!(later, Some(JwtFault::UnverifiedEmail));
}

#[test]
fn unverified_address_as_username_is_refused() {
    let site = Site::new(1, |settings| {
        "email".clone_into(&mut settings.user_claim);
        settings.user_field = Some(UserField::Username);
    });
    let new = NewUser {
        person: Person {
            username: Some("ada@example.com".to_owned()),
            ..Person::default()
        },
        ..NewUser::default()
    };
    let ada = site
        .repository
        .create_user(&new, WriteContext::operator(now()))
        .unwrap()
        .id;
    let unverified = site.token(0, "s", "ada", &json!({"email_verified": false}));

    let outcome = fault(&site.judge(&unverified));

    assert_eq!(outcome, Some(JwtFault::UnverifiedEmail));
    assert_eq!(site.ask("s", "ada").unwrap(), ada);
}

#[test]
fn unverified_address_of_a_trusted_issuer_is_accepted() {
    let site = Site::new(1, |settings| {
        names_by_email(settings);
        settings.trust_email = true;
    });
    let ada = site.user("ada");

    let token = site.token(0, "s", "ada", &json!({"email_verified": false}));

    assert_eq!(site.judge(&token).unwrap(), ada);
    assert_eq!(site.bound("s"), Some(ada));
}

#[test]
fn first_accepted_token_binds_its_subject_to_the_user() {
    let site = Site::by_email();
    let (ada, bob) = (site.user("ada"), site.user("bob"));
    assert_eq!(site.ask("a", "ada").unwrap(), ada);
    assert_eq!(site.ask("b", "bob").unwrap(), bob);

    // The provider gives the two each other's addresses.
    assert_eq!(site.ask("a", "bob").unwrap(), ada);
    assert_eq!(site.ask("b", "ada").unwrap(), bob);
    // No user here has it.
    assert_eq!(site.ask("a", "nobody").unwrap(), ada);
    assert_eq!(site.ask("a", "ADA").unwrap(), ada);
    // Another user here takes the address over.
    site.move_to(ada, "ada.new");
    let eve = site.user("eve");
    site.move_to(eve, "ada");
    assert_eq!(site.ask("a", "ada").unwrap(), ada);
    assert_eq!(site.bound("a"), Some(ada));
}

#[test]
fn other_subject_of_the_issuer_is_refused_for_a_bound_user() {
    let site = Site::by_email();
    let ada = site.user("ada");
    assert_eq!(site.ask("first", "ada").unwrap(), ada);

    for other in ["second", "FIRST", "first "] {
        let outcome = fault(&site.ask(other, "ada"));
        assert_eq!(outcome, Some(JwtFault::OtherSubject), "{other}");
        assert_eq!(site.bound(other), None);
    }
    assert!(site.repository.unbind(&site.subject("first")).unwrap());
    assert_eq!(site.ask("second", "ada").unwrap(), ada);
    assert_eq!(
        fault(&site.ask("first", "ada")),
        Some(JwtFault::OtherSubject)
    );
}

#[test]
fn bindings_of_two_issuers_are_independent() {
    let site = Site::new(2, names_by_email);
    let (ada, bob) = (site.user("ada"), site.user("bob"));
    let ask =
        |provider, subject, name| site.judge(&site.token(provider, subject, name, &json!({})));

    assert_eq!(ask(0, "s", "ada").unwrap(), ada);
    assert_eq!(ask(1, "s", "bob").unwrap(), bob);
    assert_eq!(ask(1, "t", "ada").unwrap(), ada);
    assert_eq!(ask(0, "s", "bob").unwrap(), ada);
    assert_eq!(ask(1, "s", "ada").unwrap(), bob);
}

#[test]
fn refused_name_binds_nothing() {
    let site = Site::by_email();
    let (idle, late) = (site.user("idle"), site.user("late"));
    site.repository.deactivate(idle).unwrap();
    let change = now() + chrono::Duration::seconds(1);
    site.repository
        .revoke_credentials(late, &CredentialRef::None, WriteContext::operator(change))
        .unwrap();

    let inactive = site.ask("i", "idle");
    let revoked = fault(&site.ask("l", "late"));
    let nobody = site.ask("n", "nobody");
    let with_case = site.ask("c", "LATE");

    assert!(matches!(inactive, Err(AuthError::UserInactive(_))));
    assert_eq!(revoked, Some(JwtFault::Revoked));
    assert!(is_gone(&nobody) && is_gone(&with_case));
    for subject in ["i", "l", "n", "c"] {
        assert_eq!(site.bound(subject), None, "{subject}");
    }
}

#[test]
fn subject_bound_to_a_deleted_user_is_refused() {
    let site = Site::by_email();
    let ada = site.user("ada");
    assert_eq!(site.ask("a", "ada").unwrap(), ada);

    site.repository
        .delete_account(ada, WriteContext::operator(now()))
        .unwrap();
    let heir = site.user("ada");

    assert!(is_gone(&site.ask("a", "ada")));
    assert_eq!(site.ask("b", "ada").unwrap(), heir);
    let erased = site.repository.erase_accounts(now(), 10).unwrap();
    assert_eq!(erased, [ada]);
    assert_eq!(site.bound("a"), None);
}

#[test]
fn token_without_a_subject_is_refused() {
    let site = Site::by_email();
    site.user("ada");
    let cases = [
        (json!({"sub": ""}), JwtFault::Invalid),
        (json!({"sub": "a\0b"}), JwtFault::Invalid),
        (json!({"sub": "s".repeat(256)}), JwtFault::Invalid),
        (json!({"sub": 7}), JwtFault::Invalid),
        (json!({"sub": null}), JwtFault::Invalid),
    ];
    let absent = site.providers[0].sign(0, |_, claims| {
        (claims["email"], claims["email_verified"]) = (json!("ada@example.com"), json!(true));
        claims.as_object_mut().unwrap().remove("sub");
    });

    assert_eq!(fault(&site.judge(&absent)), Some(JwtFault::NoUser));
    for (change, expected) in cases {
        let token = site.token(0, "s", "ada", &change);
        assert_eq!(fault(&site.judge(&token)), Some(expected), "{change}");
    }
    let longest = site.token(0, &"ß".repeat(255), "ada", &json!({}));
    assert!(site.judge(&longest).is_ok());
}

#[test]
fn user_named_by_id_is_not_bound() {
    let site = Site::new(1, |settings| "uid".clone_into(&mut settings.user_claim));
    let ada = site.user("ada");
    let with = |change: &Value| site.token(0, "s", "ada", change);
    let absent = site.providers[0].sign(0, |_, claims| {
        claims["uid"] = json!(ada.0);
        claims.as_object_mut().unwrap().remove("sub");
    });

    assert_eq!(site.judge(&with(&json!({ "uid": ada.0 }))).unwrap(), ada);
    assert_eq!(site.judge(&absent).unwrap(), ada);
    assert_eq!(site.bound("s"), None);
}

#[test]
fn introspection_accepts_and_binds_like_a_request() {
    let site = Site::by_email();
    let (ada, bob) = (site.user("ada"), site.user("bob"));
    let ask = |subject, name| {
        let token = site.token(0, subject, name, &json!({}));
        let introspected = site.jwt.introspect(&token, now());
        introspected.resolve(&*site.repository).unwrap()
    };

    let first = ask("a", "ada").unwrap();

    assert_eq!((first.user.id, first.subject()), (ada, Some("a")));
    assert_eq!(first.kind, TokenType::Access);
    assert_eq!(site.bound("a"), Some(ada));
    assert_eq!(ask("a", "bob").unwrap().user.id, ada);
    assert!(ask("other", "ada").is_none());
    assert_eq!(ask("b", "bob").unwrap().user.id, bob);
}

#[test]
fn first_token_is_not_accepted_while_the_database_refuses_writes() {
    let site = Site::by_email();
    let (ada, _) = (site.user("ada"), site.user("bob"));
    assert_eq!(site.ask("a", "ada").unwrap(), ada);

    site.repository.refuse_writes();

    assert!(matches!(
        site.ask("b", "bob"),
        Err(AuthError::Repository(_))
    ));
    assert_eq!(site.ask("a", "ada").unwrap(), ada);
}
