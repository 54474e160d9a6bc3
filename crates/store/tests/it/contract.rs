//! What every implementation of the repositories does.

use chrono::Duration;
use profiled_domain::testing::MemoryRepository;
use profiled_domain::{
    Detail, EmailAddress, Gender, GroupId, NewToken, NewUser, PageRequest, Patch, ProfileChange,
    Repository, RepositoryError, TokenBinding, TokenDigest, TokenId, UniqueKey, UserId, UserKey,
    Username,
};
use profiled_store::testing::TestDatabase;

use crate::people::{at, group, person, token};

macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(
                #[test]
                fn $name() {
                    super::$name(&super::MemoryRepository::default());
                }
            )*
        }

        mod databases {
            use super::TestDatabase;

            $(
                fn $name(database: &TestDatabase) {
                    super::$name(&database.store().unwrap());
                }
            )*

            profiled_store::database_tests!($($name),*);
        }
    };
}

contract!(
    a_new_user_is_stored_as_it_is,
    null_and_empty_text_stay_what_they_are,
    users_are_found_by_each_of_their_names,
    names_are_compared_with_case,
    taken_values_are_refused_with_their_key,
    users_come_in_pages_by_id,
    a_change_touches_what_it_mentions,
    a_change_of_nobody_is_none,
    a_profile_has_its_groups_by_id_with_exact_counts,
    a_user_in_very_many_groups_has_all_of_them,
    memberships_are_told_apart_from_repetitions,
    a_membership_needs_both_ends,
    a_token_leads_to_its_holder_active_or_not,
    a_token_needs_an_owner_and_a_new_digest,
    tokens_are_listed_and_revoked,
    only_a_live_sliding_token_is_extended,
    a_password_is_found_by_username,
    nobody_administers_anything_at_first,
);

fn a_new_user_is_stored_as_it_is(repository: &dyn Repository) {
    let user = repository.create_user(&person("ada"), at(5)).unwrap();

    let profile = repository
        .find_profile(user.id, Detail::Account)
        .unwrap()
        .unwrap();

    assert_eq!(profile.user, user);
    assert_eq!(user.username.as_deref(), Some("ada"));
    assert_eq!(user.first_name.as_deref(), Some("Ünï \"quoted\" 😀"));
    assert_eq!(user.gender, Some(Gender::Female));
    assert_eq!(user.date_joined, at(5));
    assert_eq!(
        (user.is_active, user.is_staff, user.is_superuser),
        (true, true, false)
    );
}

fn null_and_empty_text_stay_what_they_are(repository: &dyn Repository) {
    let empty = NewUser {
        last_name: Some(String::new()),
        ..NewUser::default()
    };

    let user = repository.create_user(&empty, at(1)).unwrap();

    assert_eq!(
        (user.username, user.email, user.first_name),
        (None, None, None)
    );
    assert_eq!(user.last_name.as_deref(), Some(""));
}

fn users_are_found_by_each_of_their_names(repository: &dyn Repository) {
    let user = repository.create_user(&person("ada"), at(1)).unwrap();
    let keys = [
        UserKey::Id(user.id),
        UserKey::Username("ada".to_owned()),
        UserKey::Email("ada@example.com".to_owned()),
    ];

    for key in keys {
        assert_eq!(
            repository.find_user(&key).unwrap().as_ref(),
            Some(&user),
            "{key:?}"
        );
    }
    assert_eq!(repository.find_user(&UserKey::Id(UserId(0))).unwrap(), None);
}

fn names_are_compared_with_case(repository: &dyn Repository) {
    repository.create_user(&person("ada"), at(1)).unwrap();

    let upper = repository.create_user(&person("ADA"), at(1)).unwrap();
    let found = repository
        .find_user(&UserKey::Username("ADA".to_owned()))
        .unwrap();

    assert_eq!(found.map(|user| user.id), Some(upper.id));
    assert_eq!(
        repository
            .find_user(&UserKey::Username("Ada".to_owned()))
            .unwrap(),
        None
    );
}

fn taken_values_are_refused_with_their_key(repository: &dyn Repository) {
    repository.create_user(&person("ada"), at(1)).unwrap();
    let other = person("bob");
    let cases = [
        (
            UniqueKey::Username,
            NewUser {
                username: person("ada").username,
                ..other.clone()
            },
        ),
        (
            UniqueKey::Email,
            NewUser {
                email: person("ada").email,
                ..other.clone()
            },
        ),
        (
            UniqueKey::MobileNumber,
            NewUser {
                mobile_number: person("ada").mobile_number,
                ..other
            },
        ),
    ];

    for (expected, new) in cases {
        let error = repository.create_user(&new, at(1)).unwrap_err();
        assert!(
            matches!(error, RepositoryError::Conflict(key) if key == expected),
            "{error:?}"
        );
    }
    let page = PageRequest {
        offset: 0,
        limit: 10,
    };
    assert_eq!(repository.list_users(page).unwrap().total, 1);
}

fn users_come_in_pages_by_id(repository: &dyn Repository) {
    for name in ["a", "b", "c"] {
        repository.create_user(&person(name), at(1)).unwrap();
    }

    let page = repository
        .list_users(PageRequest {
            offset: 1,
            limit: 5,
        })
        .unwrap();

    let names: Vec<_> = page
        .items
        .iter()
        .filter_map(|user| user.username.clone())
        .collect();
    assert_eq!(
        (names, page.total),
        (vec!["b".to_owned(), "c".to_owned()], 3)
    );
}

fn a_change_touches_what_it_mentions(repository: &dyn Repository) {
    let before = repository.create_user(&person("ada"), at(1)).unwrap();
    let change = ProfileChange {
        email: Patch::Set(EmailAddress::parse("new@example.com").unwrap()),
        first_name: Patch::Clear,
        gender: Patch::Set(Gender::Other),
        ..ProfileChange::default()
    };

    let after = repository
        .update_profile(before.id, &change)
        .unwrap()
        .unwrap()
        .user;
    let unchanged = repository.update_profile(before.id, &ProfileChange::default());

    let mut expected = before;
    change.apply_to(&mut expected);
    assert_eq!(after, expected);
    assert_eq!(unchanged.unwrap().unwrap().user, expected);
}

fn a_change_of_nobody_is_none(repository: &dyn Repository) {
    let change = ProfileChange {
        first_name: Patch::Clear,
        ..ProfileChange::default()
    };

    assert_eq!(repository.update_profile(UserId(7), &change).unwrap(), None);
}

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

fn a_token_leads_to_its_holder_active_or_not(repository: &dyn Repository) {
    let sleeping = NewUser {
        is_active: false,
        ..person("ada")
    };
    let ada = repository.create_user(&sleeping, at(1)).unwrap();
    let binding = TokenBinding {
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

    for detail in [Detail::Account, Detail::Groups] {
        let holder = repository
            .find_token(&TokenDigest([1; 32]), detail)
            .unwrap()
            .unwrap();

        assert_eq!(holder.profile.user, ada);
        assert_eq!(
            (holder.token.id, holder.token.expires_at),
            (id, Some(at(100)))
        );
        assert_eq!(
            (holder.token.is_sliding, &holder.token.binding),
            (true, &Some(binding.clone()))
        );
        assert_eq!(
            repository
                .find_token(&TokenDigest([2; 32]), detail)
                .unwrap(),
            None
        );
    }
}

fn a_token_needs_an_owner_and_a_new_digest(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;
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

fn tokens_are_listed_and_revoked(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;
    let bob = repository.create_user(&person("bob"), at(1)).unwrap().id;
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
    assert_eq!(
        repository
            .find_token(&TokenDigest([1; 32]), Detail::Account)
            .unwrap(),
        None
    );
}

fn only_a_live_sliding_token_is_extended(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;
    let sliding = |number, is_sliding| NewToken {
        expires_at: Some(at(100)),
        is_sliding,
        ..token(ada, number)
    };
    let ids = [sliding(1, true), sliding(2, false), sliding(3, true)]
        .map(|token| repository.issue_token(&token).unwrap());
    let later = at(100) + Duration::seconds(50);

    repository.extend_token(ids[0], later, at(99)).unwrap();
    repository.extend_token(ids[1], later, at(99)).unwrap();
    repository.extend_token(ids[2], later, at(100)).unwrap();

    let ends: Vec<_> = repository
        .list_tokens(ada)
        .unwrap()
        .iter()
        .map(|t| t.state.expires_at)
        .collect();
    assert_eq!(ends, [Some(later), Some(at(100)), Some(at(100))]);
}

fn a_password_is_found_by_username(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap();
    let secretless = NewUser {
        username: Username::parse("bob").ok(),
        password: None,
        ..NewUser::default()
    };
    repository.create_user(&secretless, at(1)).unwrap();

    let (user, password) = repository.find_password("ada").unwrap().unwrap();
    let (_, unusable) = repository.find_password("bob").unwrap().unwrap();

    assert_eq!(
        (user, password.as_encoded()),
        (ada, "pbkdf2_sha256$1$salt$hash")
    );
    assert!(unusable.as_encoded().starts_with('!'));
    assert!(repository.find_password("ADA").unwrap().is_none());
}

fn nobody_administers_anything_at_first(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), at(1)).unwrap().id;

    assert!(!repository.is_organization_admin(ada).unwrap());
}
