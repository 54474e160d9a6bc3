//! Tokens and passwords.

use profiled_domain::{
    CredentialRef, NewToken, NewUser, PasswordHash, Person, ProfileDepth, Repository,
    RepositoryError, TokenClient, TokenId, UniqueKey, UserId, UserLookup,
};

use crate::testing::samples::holders::token_holder;
use crate::testing::samples::people::{at, operator, person, token};

/// A user's name, to look the user up by.
fn name(username: &str) -> UserLookup {
    UserLookup::Username(username.to_owned())
}

pub(super) fn a_token_leads_to_its_holder_active_or_not(repository: &dyn Repository) {
    let sleeping = NewUser {
        is_active: false,
        ..person("ada")
    };
    let ada = repository.create_user(&sleeping, operator(1)).unwrap();
    let binding = TokenClient {
        address: "127.0.0.1".to_owned(),
        user_agent: None,
    };
    let bound = NewToken {
        expires_at: Some(at(100)),
        is_sliding: true,
        binding: Some(binding.clone()),
        ..token(ada.id, 1)
    };
    let id = repository.issue_token(&bound).unwrap();

    for detail in [ProfileDepth::Account, ProfileDepth::Groups] {
        let holder = token_holder(repository, 1, detail).unwrap();

        assert_eq!(*holder.profile.user, ada);
        assert_eq!(
            (holder.token.id, holder.token.expires_at),
            (id, Some(at(100)))
        );
        assert_eq!(
            (holder.token.is_sliding, &holder.token.binding),
            (true, &Some(binding.clone()))
        );
        assert_eq!(token_holder(repository, 2, detail), None);
    }
}

pub(super) fn a_token_needs_an_owner_and_a_new_digest(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    repository.issue_token(&token(ada, 1)).unwrap();

    let again = repository.issue_token(&token(ada, 1)).unwrap_err();
    let nobody = repository.issue_token(&token(UserId(99), 2)).unwrap_err();

    assert!(
        matches!(again, RepositoryError::Conflict(UniqueKey::Token)),
        "{again:?}"
    );
    assert!(
        matches!(nobody, RepositoryError::Missing("user")),
        "{nobody:?}"
    );
}

pub(super) fn tokens_are_listed_and_revoked(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let first = repository.issue_token(&token(ada, 1)).unwrap();
    let second = repository.issue_token(&token(ada, 2)).unwrap();
    repository.issue_token(&token(bob, 3)).unwrap();

    let listed: Vec<TokenId> = repository
        .list_tokens(ada)
        .unwrap()
        .iter()
        .map(|token| token.state.id)
        .collect();
    let revoked = [
        repository.revoke_token(first),
        repository.revoke_token(first),
    ];
    let left = repository.list_tokens(ada).unwrap();

    assert_eq!(listed, [first, second]);
    assert_eq!(revoked.map(Result::unwrap), [true, false]);
    assert_eq!((left.len(), left[0].label.as_str()), (1, "laptop"));
    assert_eq!(token_holder(repository, 1, ProfileDepth::Account), None);
}

pub(super) fn a_password_is_found_by_each_name_of_its_user(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    repository.ensure_external_id(ada.id, "uuid").unwrap();
    let keys = [
        UserLookup::Id(ada.id),
        UserLookup::Email("ada@example.com".to_owned()),
        UserLookup::ExternalId("uuid".to_owned()),
    ];

    for key in keys {
        let found = repository.find_profile_with_password(&key, ProfileDepth::Account);
        let found = found.unwrap().map(|(profile, _)| profile.user.id);
        assert_eq!(found, Some(ada.id), "{key:?}");
    }
    let other = UserLookup::Email("Ada@example.com".to_owned());
    let found = repository.find_profile_with_password(&other, ProfileDepth::Account);
    assert_eq!(found.unwrap(), None);
}

pub(super) fn a_password_is_found_by_username(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let secretless = NewUser {
        person: Person {
            username: Some("bob".to_owned()),
            ..Person::default()
        },
        password: None,
        ..NewUser::default()
    };
    repository.create_user(&secretless, operator(1)).unwrap();

    let find = |username| {
        let found = repository.find_profile_with_password(&name(username), ProfileDepth::Account);
        found.unwrap()
    };
    let (profile, password) = find("ada").unwrap();
    let (_, unusable) = find("bob").unwrap();

    assert_eq!(
        (*profile.user, password.as_encoded()),
        (ada, "pbkdf2_sha256$1$salt$hash")
    );
    assert!(unusable.as_encoded().starts_with('!'));
    assert_eq!(find("ADA"), None);
}

fn hash(encoded: &str) -> PasswordHash {
    PasswordHash::from_encoded(encoded)
}

fn stored_password(repository: &dyn Repository, user: UserId) -> PasswordHash {
    repository.find_password_by_id(user).unwrap().unwrap()
}

fn token_ids(repository: &dyn Repository, user: UserId) -> Vec<TokenId> {
    let tokens = repository.list_tokens(user).unwrap();
    tokens.iter().map(|token| token.state.id).collect()
}

pub(super) fn a_password_is_found_by_id(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;

    let stored = stored_password(repository, ada);

    assert_eq!(stored.as_encoded(), "pbkdf2_sha256$1$salt$hash");
    let nobody = repository.find_password_by_id(UserId(99)).unwrap();
    assert_eq!(nobody, None);
}

pub(super) fn a_hash_is_replaced_only_while_it_is_the_stored_one(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let held = repository.issue_token(&token(ada, 1)).unwrap();
    let (old, new) = (stored_password(repository, ada), hash("new"));

    let replaced = [
        repository.replace_password_hash(ada, &old, &new, "D1"),
        repository.replace_password_hash(ada, &old, &hash("late"), "D1"),
        repository.replace_password_hash(UserId(99), &old, &new, "D1"),
    ];

    assert_eq!(replaced.map(Result::unwrap), [true, false, false]);
    assert_eq!(stored_password(repository, ada), new);
    assert_eq!(stored_password(repository, bob), old);
    assert_eq!(token_ids(repository, ada), [held]);
}

pub(super) fn a_new_password_ends_every_other_token_of_its_user(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let issue = |owner, number| repository.issue_token(&token(owner, number)).unwrap();
    let (first, second) = (issue(ada, 1), issue(ada, 2));
    let others = [issue(bob, 3)];

    let changed = repository.set_password(ada, &hash("one"), &CredentialRef::Token(second), at(2));
    let (kept, of_bob) = (token_ids(repository, ada), token_ids(repository, bob));
    let again = repository.set_password(ada, &hash("two"), &CredentialRef::None, at(3));

    assert!(changed.unwrap() && again.unwrap());
    assert_eq!((kept, of_bob), (vec![second], others.to_vec()));
    assert_eq!(token_ids(repository, ada), []);
    assert_eq!(token_ids(repository, bob), others);
    assert_eq!(stored_password(repository, ada), hash("two"));
    assert!(!repository.revoke_token(first).unwrap());
}

pub(super) fn a_new_password_begins_an_epoch_and_a_new_hash_does_not(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let epoch = |user| {
        let profile = repository
            .find_profile(user, ProfileDepth::Account)
            .unwrap();
        let credentials = profile.unwrap().user.credentials;
        (credentials.number, credentials.changed_at)
    };
    let old = stored_password(repository, ada);

    repository
        .replace_password_hash(ada, &old, &hash("new"), "D1")
        .unwrap();
    let before = epoch(ada);
    for second in [2, 3] {
        repository
            .set_password(ada, &hash("one"), &CredentialRef::None, at(second))
            .unwrap();
    }

    assert_eq!(before, (0, None));
    assert_eq!(epoch(ada), (2, Some(at(3))));
    assert_eq!(epoch(bob), (0, None));
}

pub(super) fn the_digest_of_the_first_hash_stays_until_the_epoch_ends(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let digest = || {
        let profile = repository.find_profile(ada, ProfileDepth::Account).unwrap();
        profile.unwrap().user.credentials.password_digest
    };
    let replace = |new: &str, digest| {
        let old = stored_password(repository, ada);
        let replaced = repository.replace_password_hash(ada, &old, &hash(new), digest);
        assert!(replaced.unwrap());
    };

    let before = digest();
    replace("second", "D1");
    let upgraded = digest();
    replace("third", "D2");
    let lost = repository.replace_password_hash(ada, &hash("second"), &hash("late"), "D3");
    let again = digest();
    repository
        .set_password(ada, &hash("one"), &CredentialRef::None, at(2))
        .unwrap();
    let changed = digest();
    replace("two", "D4");
    let of_new = digest();
    repository
        .revoke_credentials(ada, &CredentialRef::None, operator(3))
        .unwrap();

    assert!(!lost.unwrap());
    let some = |text: &str| Some(text.to_owned());
    assert_eq!([before, upgraded, again], [None, some("D1"), some("D1")]);
    assert_eq!([changed, of_new, digest()], [None, some("D4"), None]);
}

pub(super) fn new_password_of_an_unknown_user_revokes_nothing(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let held = repository.issue_token(&token(ada, 1)).unwrap();

    let changed = repository.set_password(UserId(99), &hash("one"), &CredentialRef::None, at(2));

    assert!(!changed.unwrap());
    assert_eq!(token_ids(repository, ada), [held]);
}

pub(super) fn a_login_is_recorded_to_the_microsecond(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let bob = repository.create_user(&person("bob"), operator(1)).unwrap();

    repository.record_login(ada.id, at(7)).unwrap();
    repository.record_login(UserId(99), at(7)).unwrap();

    let last_login = |id| {
        let profile = repository.find_profile(id, ProfileDepth::Account).unwrap();
        profile.unwrap().user.last_login
    };
    assert_eq!(
        (last_login(ada.id), last_login(bob.id)),
        (Some(at(7)), None)
    );
}
