//! Groups, members and administrators.

use profiled_domain::{Detail, GroupId, NewUser, Repository, RepositoryError, TokenDigest, UserId};

use crate::people::{at, group, person, token};

contract!(
    a_profile_has_its_groups_by_id_with_exact_counts,
    a_user_in_very_many_groups_has_all_of_them,
    memberships_are_told_apart_from_repetitions,
    a_membership_needs_both_ends,
    nobody_administers_anything_at_first,
);

fn a_profile_has_its_groups_by_id_with_exact_counts(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap();
    let sleeping = NewUser {
        is_active: false,
        ..person("bob")
    };
    let bob = repository.create_user(&sleeping, at(1)).unwrap();
    let first = repository.create_group(&group("first"), at(2)).unwrap();
    let second = repository.create_group(&group("second"), at(3)).unwrap();
    for (group, user) in [(second.id, ada.id), (first.id, ada.id), (first.id, bob.id)] {
        repository.add_member(group, user).unwrap();
    }

    let groups = repository
        .find_profile(ada.id, Detail::Groups)
        .unwrap()
        .unwrap()
        .groups;
    let account = repository
        .find_profile(ada.id, Detail::Account)
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

fn a_user_in_very_many_groups_has_all_of_them(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap();
    repository.issue_token(&token(ada.id, 1)).unwrap();
    let mut joined = Vec::new();
    for number in 1..=20 {
        let group = repository
            .create_group(&group(&format!("group {number}")), at(1))
            .unwrap();
        repository.add_member(group.id, ada.id).unwrap();
        joined.push(group.id);
        let by_id = repository
            .find_profile(ada.id, Detail::Groups)
            .unwrap()
            .unwrap();
        let by_token = repository.find_token(&TokenDigest([1; 32]), Detail::Groups);

        let ids: Vec<GroupId> = by_id.groups.iter().map(|group| group.id).collect();
        assert_eq!(ids, joined);
        assert_eq!(by_token.unwrap().unwrap().profile, by_id);
    }
}

fn memberships_are_told_apart_from_repetitions(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;
    let team = repository.create_group(&group("team"), at(1)).unwrap().id;

    let added = [
        repository.add_member(team, ada),
        repository.add_member(team, ada),
    ];
    let counted = repository.find_group("team").unwrap().unwrap().users_count;
    let removed = [
        repository.remove_member(team, ada),
        repository.remove_member(team, ada),
    ];
    let emptied = repository.find_group("team").unwrap().unwrap().users_count;

    assert_eq!(added.map(Result::unwrap), [true, false]);
    assert_eq!(removed.map(Result::unwrap), [true, false]);
    assert_eq!((counted, emptied), (1, 0));
}

fn a_membership_needs_both_ends(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;
    let team = repository.create_group(&group("team"), at(1)).unwrap().id;

    let no_group = repository.add_member(GroupId(99), ada).unwrap_err();
    let no_user = repository.add_member(team, UserId(99)).unwrap_err();

    assert!(
        matches!(no_group, RepositoryError::Missing("group")),
        "{no_group:?}"
    );
    assert!(
        matches!(no_user, RepositoryError::Missing("user")),
        "{no_user:?}"
    );
}

fn nobody_administers_anything_at_first(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;

    assert!(!repository.is_organization_admin(ada).unwrap());
}
