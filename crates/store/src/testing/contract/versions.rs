//! Versions of users and groups, which tell one state of a representation from another.

use profiled_domain::{
    GroupId, Patch, Precondition, ProfileChange, ProfileDepth, Repository, TokenId, UserId,
    UserProfile,
};

use crate::testing::samples::people::{group, operator, person, token};

fn profile(repository: &dyn Repository, id: UserId) -> UserProfile {
    let found = repository.find_profile(id, ProfileDepth::Groups);
    found.unwrap().unwrap()
}

fn group_version(repository: &dyn Repository, id: GroupId, name: &str) -> i64 {
    let group = repository.find_group(name).unwrap().unwrap();
    assert_eq!(group.id, id);
    group.version
}

pub(super) fn new_users_and_groups_have_version_one(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap();

    assert_eq!((ada.version, team.version), (1, 1));
    assert_eq!(ada.credentials.number, 0);
    assert_eq!((ada.credentials.changed_at, ada.deleted_at), (None, None));
}

pub(super) fn a_change_of_a_profile_is_a_new_version(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let change = ProfileChange {
        first_name: Patch::Clear,
        ..ProfileChange::default()
    };

    let first = repository
        .update_profile(ada, &change, &Precondition::None, operator(0))
        .unwrap()
        .unwrap();
    let second = repository
        .update_profile(ada, &change, &Precondition::None, operator(0))
        .unwrap()
        .unwrap();
    let nothing = repository.update_profile(
        ada,
        &ProfileChange::default(),
        &Precondition::None,
        operator(0),
    );

    assert_eq!((first.user.version, second.user.version), (2, 3));
    assert_eq!(nothing.unwrap().unwrap().user.version, 3);
    assert_eq!(profile(repository, bob).user.version, 1);
}

pub(super) fn a_membership_changes_its_user_and_its_group(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap()
        .id;

    repository.add_member(team, ada, operator(0)).unwrap();
    repository.add_member(team, ada, operator(0)).unwrap();
    let joined = profile(repository, ada);
    repository.add_member(team, bob, operator(0)).unwrap();
    let seen_by_ada = profile(repository, ada);
    repository.remove_member(team, bob, operator(0)).unwrap();
    repository.remove_member(team, bob, operator(0)).unwrap();

    assert_eq!((joined.user.version, joined.groups[0].version), (2, 2));
    assert_eq!(
        (seen_by_ada.user.version, seen_by_ada.groups[0].version),
        (2, 3)
    );
    assert_eq!(profile(repository, bob).user.version, 3);
    assert_eq!(group_version(repository, team, "team"), 4);
}

pub(super) fn credentials_are_no_part_of_a_version(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;

    let id: TokenId = repository.issue_token(&token(ada, 1)).unwrap();
    repository.revoke_token(id).unwrap();

    assert_eq!(profile(repository, ada).user.version, 1);
}
