//! The life of accounts.

use chrono::Duration;
use profiled_domain::{
    AccountChangeOutcome, CredentialRef, NewUser, PasswordChange, PasswordHash, Patch,
    ProfileChange, ProfileDepth, Repository, RepositoryError, UserId, UserLookup,
};

use crate::testing::samples::people::{at, group, operator, person, token};

fn superuser(name: &str) -> NewUser {
    NewUser {
        is_superuser: true,
        password: Some(PasswordHash::from_encoded("hash")),
        ..person(name)
    }
}

pub(super) fn a_deactivated_user_comes_back_without_old_credentials(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    repository.issue_token(&token(ada, 1)).unwrap();

    assert_eq!(
        repository.deactivate(ada).unwrap(),
        AccountChangeOutcome::Done
    );
    assert_eq!(
        repository.deactivate(ada).unwrap(),
        AccountChangeOutcome::Unchanged
    );
    let user = repository.find_user(&UserLookup::Id(ada)).unwrap().unwrap();
    assert!(!user.is_active);
    assert_eq!(
        repository.activate(ada, at(2)).unwrap(),
        AccountChangeOutcome::Done
    );
    assert_eq!(
        repository.activate(ada, at(2)).unwrap(),
        AccountChangeOutcome::Unchanged
    );

    let user = repository.find_user(&UserLookup::Id(ada)).unwrap().unwrap();
    assert!(user.is_active);
    assert_eq!(user.credentials.number, 1);
    assert_eq!(repository.list_tokens(ada).unwrap(), []);
    let nobody = repository.deactivate(UserId(99)).unwrap();
    assert_eq!(nobody, AccountChangeOutcome::Missing);
}

pub(super) fn a_deleted_user_frees_its_names_and_leaves_its_groups(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let staff = repository
        .create_group(&group("Staff"), operator(1))
        .unwrap()
        .id;
    repository.add_member(staff, ada, operator(0)).unwrap();

    let deleted = repository.delete_account(ada, operator(5)).unwrap();

    assert_eq!(deleted, AccountChangeOutcome::Done);
    let again = repository.delete_account(ada, operator(6)).unwrap();
    assert_eq!(again, AccountChangeOutcome::Missing);
    let gone = repository
        .find_profile(ada, ProfileDepth::Groups)
        .unwrap()
        .unwrap();
    assert_eq!(
        (gone.user.person.username, gone.user.is_active),
        (None, false)
    );
    assert_eq!(gone.user.deleted_at, Some(at(5)));
    assert_eq!(gone.groups, []);
    let group = repository.find_group("Staff").unwrap().unwrap();
    assert_eq!(group.users_count, 0);
    let name = UserLookup::Username("ada".to_owned());
    assert_eq!(repository.find_user(&name).unwrap(), None);
    repository.create_user(&person("ada"), operator(7)).unwrap();
}

pub(super) fn restored_user_gets_names_and_groups_back_and_no_credential(
    repository: &dyn Repository,
) {
    let before = repository.create_user(&person("ada"), operator(1)).unwrap();
    let staff = repository
        .create_group(&group("Staff"), operator(1))
        .unwrap()
        .id;
    repository
        .add_member(staff, before.id, operator(0))
        .unwrap();
    repository.issue_token(&token(before.id, 1)).unwrap();
    repository.delete_account(before.id, operator(5)).unwrap();

    let restored = repository.restore_account(before.id, at(6)).unwrap();

    assert_eq!(restored, AccountChangeOutcome::Done);
    let profile = repository.find_profile(before.id, ProfileDepth::Groups);
    let profile = profile.unwrap().unwrap();
    assert_eq!(profile.user.person.username, before.person.username);
    assert_eq!(profile.user.person.email, before.person.email);
    assert_eq!(
        profile.user.person.mobile_number,
        before.person.mobile_number
    );
    assert!(profile.user.is_active && profile.user.deleted_at.is_none());
    assert_eq!(profile.groups.len(), 1);
    assert_eq!(profile.groups[0].users_count, 1);
    assert_eq!(repository.list_tokens(before.id).unwrap(), []);
    let again = repository.restore_account(before.id, at(7)).unwrap();
    assert_eq!(again, AccountChangeOutcome::Missing);
}

pub(super) fn a_user_whose_name_was_taken_stays_deleted(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    repository.delete_account(ada, operator(5)).unwrap();
    repository.create_user(&person("ada"), operator(6)).unwrap();

    let refused = repository.restore_account(ada, at(7));

    let is_taken = matches!(refused, Err(RepositoryError::Conflict(_)));
    assert!(is_taken, "{refused:?}");
    let still = repository.find_user(&UserLookup::Id(ada)).unwrap().unwrap();
    assert!(still.deleted_at.is_some());
}

pub(super) fn the_last_superuser_stays(repository: &dyn Repository) {
    let one = repository
        .create_user(&superuser("one"), operator(1))
        .unwrap()
        .id;
    let other = repository
        .create_user(&superuser("other"), operator(1))
        .unwrap()
        .id;

    assert_eq!(
        repository.deactivate(one).unwrap(),
        AccountChangeOutcome::Done
    );
    let last = AccountChangeOutcome::LastSuperuser;
    assert_eq!(repository.deactivate(other).unwrap(), last);
    assert_eq!(repository.delete_account(other, operator(2)).unwrap(), last);
    assert_eq!(
        repository.delete_account(one, operator(2)).unwrap(),
        AccountChangeOutcome::Done
    );
}

pub(super) fn users_are_erased_after_the_deletion_grace(repository: &dyn Repository) {
    let names = ["ada", "bob", "eve"];
    let ids = names.map(|name| {
        repository
            .create_user(&person(name), operator(1))
            .unwrap()
            .id
    });
    repository.delete_account(ids[1], operator(5)).unwrap();
    repository.delete_account(ids[0], operator(6)).unwrap();

    let first = repository.erase_accounts(at(6), 1).unwrap();
    let none = repository.erase_accounts(at(6) - Duration::microseconds(1), 10);
    let second = repository.erase_accounts(at(6), 10).unwrap();

    assert_eq!((first, none.unwrap()), (vec![ids[1]], Vec::new()));
    assert_eq!(second, [ids[0]]);
    assert_eq!(repository.find_user(&UserLookup::Id(ids[0])).unwrap(), None);
    assert!(
        repository
            .find_user(&UserLookup::Id(ids[2]))
            .unwrap()
            .is_some()
    );
}

fn renamed(name: &str) -> ProfileChange {
    ProfileChange {
        username: Patch::Set(name.to_owned()),
        password: Some(PasswordChange {
            password: PasswordHash::from_encoded("new"),
            keep: CredentialRef::None,
        }),
        ..ProfileChange::default()
    }
}

pub(super) fn profile_flag_and_password_change_together_or_not_at_all(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    repository.create_user(&person("bob"), operator(1)).unwrap();
    repository.issue_token(&token(ada, 1)).unwrap();
    let find = || repository.find_user(&UserLookup::Id(ada)).unwrap().unwrap();
    let before = find();

    let refused = repository.change_account(ada, &renamed("bob"), Some(true), operator(0));
    assert!(matches!(refused, Err(RepositoryError::Conflict(_))));
    assert_eq!(find(), before);
    let done = repository.change_account(ada, &renamed("eve"), Some(true), operator(2));

    assert_eq!(done.unwrap(), AccountChangeOutcome::Done);
    let after = find();
    assert_eq!(after.person.username.as_deref(), Some("eve"));
    assert!(after.is_superuser);
    assert_eq!(after.version, before.version + 1);
    assert_eq!(after.credentials.number, 1);
    assert_eq!(repository.list_tokens(ada).unwrap(), []);
    let password = repository.find_password_by_id(ada).unwrap().unwrap();
    assert_eq!(password.as_encoded(), "new");
    let same = repository.change_account(ada, &ProfileChange::default(), None, operator(0));
    assert_eq!(same.unwrap(), AccountChangeOutcome::Done);
    assert_eq!(find(), after);
}

pub(super) fn the_last_superuser_keeps_the_flag(repository: &dyn Repository) {
    let one = repository
        .create_user(&superuser("one"), operator(1))
        .unwrap()
        .id;
    let other = repository
        .create_user(&superuser("other"), operator(1))
        .unwrap()
        .id;
    let resign = |id| repository.change_account(id, &renamed("gone"), Some(false), operator(0));

    assert_eq!(resign(one).unwrap(), AccountChangeOutcome::Done);
    assert_eq!(resign(other).unwrap(), AccountChangeOutcome::LastSuperuser);

    let user = repository
        .find_user(&UserLookup::Id(other))
        .unwrap()
        .unwrap();
    assert_eq!(user.person.username.as_deref(), Some("other"));
    assert!(user.is_superuser);
}

pub(super) fn accounts_that_may_not_log_in_are_not_changed(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    repository.deactivate(ada).unwrap();
    repository.delete_account(bob, operator(1)).unwrap();

    for id in [ada, bob, UserId(99)] {
        let outcome = repository.change_account(id, &renamed("eve"), Some(true), operator(0));
        assert_eq!(outcome.unwrap(), AccountChangeOutcome::Missing);
    }
}
