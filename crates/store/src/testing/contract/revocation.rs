//! The end of all credentials of a user at once.

use chrono::Duration;
use profiled_domain::{
    CredentialRef, CredentialsEpoch, NewToken, ProfileDepth, Repository, RepositoryError, TokenId,
    UserId, UserLookup, WriteContext,
};

use crate::testing::samples::holders::token_holder;
use crate::testing::samples::people::{at, group, operator, person, token};

fn epoch(repository: &dyn Repository, id: UserId) -> CredentialsEpoch {
    let found = repository.find_profile(id, ProfileDepth::Account);
    found.unwrap().unwrap().user.credentials
}

fn tokens(repository: &dyn Repository, id: UserId) -> Vec<TokenId> {
    let tokens = repository.list_tokens(id).unwrap().into_iter();
    tokens.map(|token| token.state.id).collect()
}

pub(super) fn a_revocation_begins_an_epoch_and_deletes_the_tokens_of_its_user(
    repository: &dyn Repository,
) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let bob = repository.create_user(&person("bob"), operator(1)).unwrap();
    for (owner, number) in [(ada.id, 1), (ada.id, 2), (bob.id, 3)] {
        repository.issue_token(&token(owner, number)).unwrap();
    }

    let revoked = repository.revoke_credentials(ada.id, &CredentialRef::None, operator(5));

    assert!(revoked.unwrap());
    let expected = CredentialsEpoch {
        number: 1,
        changed_at: Some(at(5)),
        ..CredentialsEpoch::default()
    };
    assert_eq!(epoch(repository, ada.id), expected);
    assert_eq!(epoch(repository, bob.id), CredentialsEpoch::default());
    assert_eq!(tokens(repository, ada.id), []);
    assert_eq!(tokens(repository, bob.id).len(), 1);
    assert_eq!(token_holder(repository, 1, ProfileDepth::Account), None);
    let after = repository
        .find_user(&UserLookup::Id(ada.id))
        .unwrap()
        .unwrap();
    assert_eq!(after.version, ada.version);
}

pub(super) fn the_token_of_the_request_outlives_a_revocation(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let first = repository.issue_token(&token(ada, 1)).unwrap();
    repository.issue_token(&token(ada, 2)).unwrap();

    let keep = CredentialRef::Token(first);
    repository
        .revoke_credentials(ada, &keep, operator(5))
        .unwrap();
    let kept = (tokens(repository, ada), epoch(repository, ada).kept_jti);
    let keep = CredentialRef::Jwt("abc".to_owned());
    repository
        .revoke_credentials(ada, &keep, operator(6))
        .unwrap();
    let then = (tokens(repository, ada), epoch(repository, ada).kept_jti);
    let keep = CredentialRef::None;
    repository
        .revoke_credentials(ada, &keep, operator(7))
        .unwrap();

    assert_eq!(kept, (vec![first], None));
    assert_eq!(then, (vec![], Some("abc".to_owned())));
    let last = epoch(repository, ada);
    assert_eq!((last.number, last.kept_jti), (3, None));
}

pub(super) fn revoked_token_stays_revoked_after_the_clock_steps_back(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;

    for now in [at(500), at(500) - Duration::seconds(100)] {
        repository
            .revoke_credentials(ada, &CredentialRef::None, WriteContext::operator(now))
            .unwrap();
    }

    let epoch = epoch(repository, ada);
    assert_eq!((epoch.number, epoch.changed_at), (2, Some(at(500))));
}

pub(super) fn no_token_is_stored_for_an_epoch_that_has_ended(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let token_of = |epoch, number| NewToken {
        epoch: Some(epoch),
        ..token(ada, number)
    };
    let before = repository.issue_token(&token_of(0, 1));

    repository
        .revoke_credentials(ada, &CredentialRef::None, operator(5))
        .unwrap();
    let late = repository.issue_token(&token_of(0, 2)).unwrap_err();
    let present = repository.issue_token(&token_of(1, 3));

    assert!(before.is_ok() && present.is_ok());
    assert!(matches!(late, RepositoryError::Missing(_)), "{late:?}");
    assert_eq!(tokens(repository, ada).len(), 1);
}

pub(super) fn unknown_user_has_no_credentials(repository: &dyn Repository) {
    let revoked = repository.revoke_credentials(UserId(9), &CredentialRef::None, operator(1));

    assert!(!revoked.unwrap());
}

pub(super) fn an_account_is_found_by_each_of_its_names_with_the_password(
    repository: &dyn Repository,
) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap()
        .id;
    repository.add_member(team, ada.id, operator(0)).unwrap();
    let keys = [
        UserLookup::Id(ada.id),
        UserLookup::Username("ada".to_owned()),
        UserLookup::Email("ada@example.com".to_owned()),
    ];

    for key in keys {
        for detail in [ProfileDepth::Account, ProfileDepth::Groups] {
            let profile = repository.find_profile(ada.id, detail).unwrap().unwrap();
            let (found, password) = repository
                .find_profile_with_password(&key, detail)
                .unwrap()
                .unwrap();

            assert_eq!(found, profile, "{key:?}");
            assert_eq!(password.as_encoded(), "pbkdf2_sha256$1$salt$hash");
        }
    }
    let nobody = UserLookup::Username("Ada".to_owned());
    let found = repository
        .find_profile_with_password(&nobody, ProfileDepth::Groups)
        .unwrap();
    assert!(found.is_none());
}
