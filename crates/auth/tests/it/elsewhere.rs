//! A service that keeps its users elsewhere: no repository is at hand, only maps.

use std::collections::HashMap;
use std::sync::Arc;

use profiled_auth::{
    Algorithm, AuthError, BasicVerifier, BearerVerifier, IssuerSettings, JwtFault, JwtService,
    JwtSettings, Progress, Scheme, TokenType, UserField, Verifier, VerifyError,
};
use profiled_domain::{
    BindOutcome, CredentialRef, ForeignSubject, Holder, HolderQuery, RefreshTokenState, User,
    UserId, UserLookup, UserProfile,
};
use profiled_store::testing::defaults;
use serde_json::json;

use crate::issuers::provider::Provider;
use crate::people::{access_token, attempt, hasher, login, now, subject, user, verifier};
use crate::test_store::TestStore;

struct Elsewhere {
    users: Vec<User>,
    bound: HashMap<ForeignSubject, UserId>,
    refresh_tokens: HashMap<String, RefreshTokenState>,
}

impl Elsewhere {
    /// Ada, and one who may not log in.
    fn new() -> Self {
        let repository = TestStore::new();
        let users = [("ada", true), ("idle", false)];
        Self {
            users: Vec::from(users.map(|(name, is_active)| user(&repository, name, is_active))),
            bound: HashMap::new(),
            refresh_tokens: HashMap::new(),
        }
    }

    fn carry_on<T>(&mut self, claim: Progress<T>) -> T {
        let mut progress = claim;
        loop {
            progress = match progress {
                Progress::Done(outcome) => return outcome,
                Progress::Find(look_up) => {
                    let holder = self.holder(&look_up.query().0);
                    look_up.answer(holder)
                }
                Progress::RefreshState(look_up) => {
                    let state = self.refresh_tokens.get(look_up.query()).copied();
                    look_up.answer(state)
                }
                Progress::Bind(request) => {
                    let (subject, user) = (request.query().subject.clone(), &request.query().user);
                    let bound = *self.bound.entry(subject).or_insert(user.id);
                    request.answer(BindOutcome::To(bound))
                }
                Progress::Hash(_, work) => work(),
                Progress::Wait(wait) => wait.block(),
                Progress::ReplaceHash(_) | Progress::Write(_) => panic!("no repository is needed"),
            };
        }
    }

    fn holder(&self, query: &HolderQuery) -> Option<Holder> {
        let name = |user: &User| user.person.username.clone();
        let is_meant = |user: &&User| match query {
            HolderQuery::User(id) | HolderQuery::Account(UserLookup::Id(id)) => user.id == *id,
            HolderQuery::Account(UserLookup::Username(wanted)) => {
                name(user).as_ref() == Some(wanted)
            }
            HolderQuery::Subject(subject) => self.bound.get(subject) == Some(&user.id),
            other => panic!("{other:?}"),
        };
        let user = self.users.iter().find(is_meant)?.clone();
        Some(Holder {
            profile: UserProfile {
                user: Box::new(user),
                groups: Vec::new(),
            },
            token: None,
            password: hasher().encode("p:äss").ok(),
        })
    }

    fn bearer(&mut self, jwt: &Arc<JwtService>, token: &str) -> Result<UserId, AuthError> {
        let header = format!("Bearer {token}");
        let claim = BearerVerifier::new(Arc::clone(jwt)).claim(&attempt(header.as_bytes()));
        Ok(self.carry_on(claim.unwrap())?.profile.user.id)
    }
}

#[test]
fn access_token_asks_for_its_user() {
    let mut elsewhere = Elsewhere::new();
    let jwt = Arc::new(verifier(&defaults("auth.jwt")));
    let mut judge = |id| elsewhere.bearer(&jwt, &access_token(&jwt, UserId(id)));

    assert_eq!(judge(1).unwrap(), UserId(1));
    assert!(matches!(
        judge(2),
        Err(AuthError::UserInactive(Scheme::Bearer))
    ));
    assert!(matches!(judge(99), Err(AuthError::UserGone)));
}

#[test]
fn first_token_of_a_foreign_subject_is_bound_without_a_repository() {
    let mut elsewhere = Elsewhere::new();
    let provider = Provider::start(&[Algorithm::ES256]);
    let settings = IssuerSettings {
        user_claim: "login".to_owned(),
        user_field: Some(UserField::Username),
        ..provider.settings(&[Algorithm::ES256])
    };
    let jwt = Arc::new(crate::issuers::service(vec![settings]));
    let token = |name: &str| {
        provider.sign(0, |_, claims| {
            (claims["sub"], claims["login"]) = (json!("s"), json!(name));
        })
    };

    assert!(elsewhere.bearer(&jwt, &token("nobody")).is_err());
    assert!(elsewhere.bound.is_empty());
    assert_eq!(elsewhere.bearer(&jwt, &token("ada")).unwrap(), UserId(1));
    // From now on the subject alone decides.
    assert_eq!(elsewhere.bearer(&jwt, &token("idle")).unwrap(), UserId(1));
    assert_eq!(elsewhere.bound.len(), 1);
}

#[test]
fn refresh_token_is_judged_by_what_has_become_of_it() {
    let mut elsewhere = Elsewhere::new();
    let settings = JwtSettings {
        blacklist_after_rotation: true,
        ..defaults("auth.jwt")
    };
    let jwt = Arc::new(verifier(&settings));
    let token = jwt.mint_pair(subject(UserId(1)), now()).unwrap().refresh;
    let id = jwt.name(&token, now()).unwrap().jti;

    let active = elsewhere.carry_on(jwt.introspect(&token, now()));
    let verified = elsewhere.carry_on(jwt.verify_any(&token, now()));
    let refreshed = elsewhere.carry_on(jwt.refresh(&token, now()));
    let state = RefreshTokenState {
        is_blacklisted: true,
        rotated_at: None,
    };
    elsewhere.refresh_tokens.insert(id, state);

    assert_eq!(active.unwrap().kind, TokenType::Refresh);
    assert!(verified.is_ok() && refreshed.is_ok());
    let over = elsewhere.carry_on(jwt.introspect(&token, now()));
    assert!(over.is_none());
    let over = elsewhere.carry_on(jwt.verify_any(&token, now()));
    assert!(matches!(over, Err(VerifyError::Blacklisted)));
    let over = elsewhere.carry_on(jwt.refresh(&token, now()));
    assert!(matches!(
        over,
        Err(profiled_auth::RefreshError::Token(JwtFault::Blacklisted))
    ));
}

/// First the user, then the hash, and nothing after it.
#[test]
fn password_is_hashed_between_look_up_and_judgement() {
    let mut elsewhere = Elsewhere::new();
    let basic = BasicVerifier::new(login("9/min"));
    for (credentials, is_good) in [("YWRhOnA6w6Rzcw==", true), ("YWRhOng=", false)] {
        let header = format!("Basic {credentials}");
        let claim = basic.claim(&attempt(header.as_bytes())).unwrap();

        let Progress::Find(look_up) = claim else {
            panic!("the user is looked up first");
        };
        let holder = elsewhere.holder(&look_up.query().0);
        let Progress::Hash(_, work) = look_up.answer(holder) else {
            panic!("the password is hashed next");
        };
        let Progress::Done(judged) = work() else {
            panic!("nothing is written");
        };

        assert_eq!(judged.is_ok(), is_good);
        if let Ok(identity) = judged {
            assert_eq!(identity.profile.user.id, UserId(1));
            assert!(matches!(identity.keep, CredentialRef::None));
        }
    }
    let unknown = basic.claim(&attempt(b"Basic bm9ib2R5Ong=")).unwrap();
    let refused = elsewhere.carry_on(unknown);
    assert!(matches!(refused, Err(AuthError::InvalidPassword)));
}

/// The user is looked up each time, and hashed is what was not right lately.
#[test]
fn pair_that_was_right_is_not_hashed_again() {
    let elsewhere = Elsewhere::new();
    let basic = BasicVerifier::new(login("9/min"));
    let ada = elsewhere.holder(&HolderQuery::User(UserId(1))).unwrap();
    let answer = |header: &[u8], holder: &Holder| {
        let Some(Progress::Find(look_up)) = basic.claim(&attempt(header)) else {
            panic!("the user is looked up first");
        };
        look_up.answer(Some(holder.clone()))
    };
    let (right, wrong) = (b"Basic YWRhOnA6w6Rzcw==", b"Basic YWRhOng=");
    let Progress::Hash(_, work) = answer(right, &ada) else {
        panic!("the password is hashed");
    };
    assert!(matches!(work(), Progress::Done(Ok(_))));

    assert!(matches!(answer(right, &ada), Progress::Done(Ok(_))));
    let change = |change: fn(&mut Holder)| {
        let mut changed = ada.clone();
        change(&mut changed);
        changed
    };
    let other_hash = hasher().encode("p:äss").ok();
    let changed = [
        change(|ada| ada.profile.user.credentials.number += 1),
        change(|ada| ada.profile.user.is_active = false),
        change(|ada| ada.profile.user.id = UserId(3)),
        Holder {
            password: other_hash,
            ..ada.clone()
        },
    ];
    for changed in changed {
        assert!(matches!(answer(right, &changed), Progress::Hash(..)));
    }
    assert!(matches!(answer(wrong, &ada), Progress::Hash(..)));
}
