//! Groups, members and administrators.

use profiled_domain::{
    GroupChange, GroupId, NewUser, Patch, ProfileDepth, Repository, RepositoryError, UniqueKey,
    UserId,
};

use crate::testing::samples::holders::token_holder;
use crate::testing::samples::people::{at, group, operator, person, token};

pub(super) fn a_profile_has_its_groups_by_id_with_exact_counts(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let sleeping = NewUser {
        is_active: false,
        ..person("bob")
    };
    let bob = repository.create_user(&sleeping, operator(1)).unwrap();
    let first = repository
        .create_group(&group("first"), operator(2))
        .unwrap();
    let second = repository
        .create_group(&group("second"), operator(3))
        .unwrap();
    for (group, user) in [(second.id, ada.id), (first.id, ada.id), (first.id, bob.id)] {
        repository.add_member(group, user, operator(0)).unwrap();
    }

    let groups = repository
        .find_profile(ada.id, ProfileDepth::Groups)
        .unwrap()
        .unwrap()
        .groups;
    let account = repository
        .find_profile(ada.id, ProfileDepth::Account)
        .unwrap()
        .unwrap();

    let shown: Vec<_> = groups
        .iter()
        .map(|group| (group.id, group.users_count))
        .collect();
    assert_eq!(shown, [(first.id, 2), (second.id, 1)]);
    assert_eq!(
        (groups[0].created_at, groups[0].notes.as_deref()),
        (at(2), Some("notes"))
    );
    assert_eq!(account.groups, []);
}

pub(super) fn a_user_in_very_many_groups_has_all_of_them(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    repository.issue_token(&token(ada.id, 1)).unwrap();
    let mut joined = Vec::new();
    for number in 1..=20 {
        let group = repository
            .create_group(&group(&format!("group {number}")), operator(1))
            .unwrap();
        repository
            .add_member(group.id, ada.id, operator(0))
            .unwrap();
        joined.push(group.id);
        let by_id = repository
            .find_profile(ada.id, ProfileDepth::Groups)
            .unwrap()
            .unwrap();
        let by_token = token_holder(repository, 1, ProfileDepth::Groups);

        let ids: Vec<GroupId> = by_id.groups.iter().map(|group| group.id).collect();
        assert_eq!(ids, joined);
        assert_eq!(by_token.unwrap().profile, by_id);
    }
}

pub(super) fn repeated_addition_or_removal_of_a_member_changes_nothing(
    repository: &dyn Repository,
) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap()
        .id;

    let added = [
        repository.add_member(team, ada, operator(0)),
        repository.add_member(team, ada, operator(0)),
    ];
    let counted = repository.find_group("team").unwrap().unwrap().users_count;
    let removed = [
        repository.remove_member(team, ada, operator(0)),
        repository.remove_member(team, ada, operator(0)),
    ];
    let emptied = repository.find_group("team").unwrap().unwrap().users_count;

    assert_eq!(added.map(Result::unwrap), [true, false]);
    assert_eq!(removed.map(Result::unwrap), [true, false]);
    assert_eq!((counted, emptied), (1, 0));
}

pub(super) fn membership_needs_an_existing_user_and_group(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap()
        .id;

    let no_group = repository
        .add_member(GroupId(99), ada, operator(0))
        .unwrap_err();
    let no_user = repository
        .add_member(team, UserId(99), operator(0))
        .unwrap_err();

    assert!(
        matches!(no_group, RepositoryError::Missing("group")),
        "{no_group:?}"
    );
    assert!(
        matches!(no_user, RepositoryError::Missing("user")),
        "{no_user:?}"
    );
}

pub(super) fn a_group_is_found_by_name_and_by_id(repository: &dyn Repository) {
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap();

    let by_name = repository.find_group("team").unwrap();
    let by_id = repository.find_group_by_id(team.id).unwrap();

    assert_eq!((by_name, by_id), (Some(team.clone()), Some(team)));
    assert_eq!(repository.find_group("Team").unwrap(), None);
    assert_eq!(repository.find_group_by_id(GroupId(99)).unwrap(), None);
}

pub(super) fn a_change_of_a_group_moves_its_update(repository: &dyn Repository) {
    let before = repository
        .create_group(&group("team"), operator(1))
        .unwrap();
    let update = |change: &GroupChange, second| {
        let changed = repository.update_group(before.id, change, operator(second));
        changed.unwrap().unwrap()
    };
    let name = |name: &str| GroupChange {
        name: Some(name.to_owned()),
        notes: Patch::Keep,
    };
    let notes = |notes: Patch<String>| GroupChange { name: None, notes };

    let renamed = update(&name("crew"), 2);
    let cleared = update(&notes(Patch::Clear), 3);
    let blank = update(&notes(Patch::Set(String::new())), 4);
    let touched = update(&GroupChange::default(), 5);

    assert_eq!(
        (renamed.name.as_str(), renamed.notes.as_deref()),
        ("crew", Some("notes"))
    );
    assert_eq!((renamed.created_at, renamed.updated_at), (at(1), at(2)));
    assert_eq!((cleared.name.as_str(), cleared.notes), ("crew", None));
    assert_eq!(blank.notes.as_deref(), Some(""));
    assert_eq!((touched.updated_at, touched.version), (at(5), 5));
    assert_eq!(
        repository.find_group_by_id(before.id).unwrap(),
        Some(touched)
    );
    let nobody = repository.update_group(GroupId(99), &name("x"), operator(6));
    assert_eq!(nobody.unwrap(), None);
}

pub(super) fn a_taken_name_is_refused_and_one_s_own_is_not(repository: &dyn Repository) {
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap();
    repository
        .create_group(&group("crew"), operator(1))
        .unwrap();
    let name = |name: &str| GroupChange {
        name: Some(name.to_owned()),
        notes: Patch::Keep,
    };

    let again = repository
        .create_group(&group("team"), operator(2))
        .unwrap_err();
    let other = repository.update_group(team.id, &name("crew"), operator(2));

    assert!(
        matches!(again, RepositoryError::Conflict(UniqueKey::GroupName)),
        "{again:?}"
    );
    assert!(
        matches!(other, Err(RepositoryError::Conflict(UniqueKey::GroupName))),
        "{other:?}"
    );
    assert_eq!(
        repository.find_group_by_id(team.id).unwrap(),
        Some(team.clone())
    );
    let own = repository.update_group(team.id, &name("team"), operator(2));
    assert_eq!(own.unwrap().unwrap().name, "team");
}

pub(super) fn a_deleted_group_takes_its_memberships_along(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;
    let team = repository
        .create_group(&group("team"), operator(1))
        .unwrap()
        .id;
    let crew = repository
        .create_group(&group("crew"), operator(1))
        .unwrap()
        .id;
    for group in [team, crew] {
        repository.add_member(group, ada, operator(0)).unwrap();
    }
    let profile = || {
        let found = repository.find_profile(ada, ProfileDepth::Groups);
        found.unwrap().unwrap()
    };
    let before = profile().user.version;

    let deleted = [
        repository.delete_group(team, operator(0)),
        repository.delete_group(team, operator(0)),
    ];

    assert_eq!(deleted.map(Result::unwrap), [true, false]);
    assert_eq!(repository.find_group("team").unwrap(), None);
    let after = profile();
    let left: Vec<GroupId> = after.groups.iter().map(|group| group.id).collect();
    assert_eq!((left, after.user.version), (vec![crew], before + 1));
    repository
        .create_group(&group("team"), operator(2))
        .unwrap();
    assert_eq!(profile().groups.len(), 1);
}

pub(super) fn new_user_administers_no_organization(repository: &dyn Repository) {
    let ada = repository
        .create_user(&person("ada"), operator(1))
        .unwrap()
        .id;

    assert!(!repository.is_organization_admin(ada).unwrap());
}
