//! Users.

use profiled_domain::{
    BindOutcome, ForeignSubject, Gender, HolderQuery, LocalPart, Mailbox, NewUser, PageRequest,
    Patch, Person, Precondition, ProfileChange, ProfileDepth, Repository, RepositoryError,
    UniqueKey, UniqueValues, UserId, UserLookup,
};

use crate::testing::samples::people::{at, operator, person};

pub(super) fn a_new_user_is_stored_as_it_is(repository: &dyn Repository) {
    let user = repository.create_user(&person("ada"), operator(5)).unwrap();

    let profile = repository
        .find_profile(user.id, ProfileDepth::Account)
        .unwrap()
        .unwrap();

    assert_eq!(*profile.user, user);
    assert_eq!(user.person.username.as_deref(), Some("ada"));
    assert_eq!(user.person.first_name.as_deref(), Some("Ünï \"quoted\" 😀"));
    assert_eq!(user.person.gender, Some(Gender::Female));
    assert_eq!(user.date_joined, at(5));
    assert_eq!(
        (user.is_active, user.is_staff, user.is_superuser),
        (true, true, false)
    );
}

pub(super) fn null_and_empty_text_are_stored_as_they_are(repository: &dyn Repository) {
    let empty = NewUser {
        person: Person {
            last_name: Some(String::new()),
            ..Person::default()
        },
        ..NewUser::default()
    };

    let user = repository.create_user(&empty, operator(1)).unwrap();

    assert_eq!(
        (
            user.person.username,
            user.person.email,
            user.person.first_name
        ),
        (None, None, None)
    );
    assert_eq!(user.person.last_name.as_deref(), Some(""));
}

pub(super) fn external_id_is_stored_once_and_finds_its_user(repository: &dyn Repository) {
    let user = repository.create_user(&person("ada"), operator(1)).unwrap();
    let ensure = |id, new: &str| repository.ensure_external_id(id, new).unwrap();

    let stored = [ensure(user.id, "first"), ensure(user.id, "second")];

    assert_eq!(stored, [Some("first".to_owned()), Some("first".to_owned())]);
    assert_eq!(ensure(UserId(4711), "third"), None);
    let key = UserLookup::ExternalId("first".to_owned());
    assert_eq!(repository.find_user(&key).unwrap(), Some(user));
    let other = repository.create_user(&person("bob"), operator(1)).unwrap();
    let taken = repository.ensure_external_id(other.id, "first");
    assert!(taken.is_err(), "{taken:?}");
}

pub(super) fn users_are_found_by_each_of_their_names(repository: &dyn Repository) {
    let user = repository.create_user(&person("ada"), operator(1)).unwrap();
    let keys = [
        UserLookup::Id(user.id),
        UserLookup::Username("ada".to_owned()),
        UserLookup::Email("ada@example.com".to_owned()),
    ];

    for key in keys {
        assert_eq!(
            repository.find_user(&key).unwrap().as_ref(),
            Some(&user),
            "{key:?}"
        );
    }
    assert_eq!(
        repository.find_user(&UserLookup::Id(UserId(0))).unwrap(),
        None
    );
}

pub(super) fn names_are_compared_with_case(repository: &dyn Repository) {
    repository.create_user(&person("ada"), operator(1)).unwrap();

    let upper = repository.create_user(&person("ADA"), operator(1)).unwrap();
    let found = repository
        .find_user(&UserLookup::Username("ADA".to_owned()))
        .unwrap();

    assert_eq!(found.map(|user| user.id), Some(upper.id));
    assert_eq!(
        repository
            .find_user(&UserLookup::Username("Ada".to_owned()))
            .unwrap(),
        None
    );
}

pub(super) fn mailbox_is_found_as_mail_compares_addresses(repository: &dyn Repository) {
    let add = |name: &str, email: &str| {
        let mut new = person(name);
        new.person.email = Some(email.to_owned());
        repository.create_user(&new, operator(1)).unwrap()
    };
    let ada = add("ada", "Ada@Example.COM");
    add("bob", "bob@example.com");
    let low = add("low", "twice@example.com");
    add("high", "Twice@example.com");
    let find = |address: &str, local_part: LocalPart| {
        let key = UserLookup::Mailbox(Mailbox::new(address.to_owned(), local_part));
        let found = repository.find_user(&key).unwrap().map(|user| user.id);
        let held = repository.find_holder(HolderQuery::Account(key), ProfileDepth::Groups);
        let held = held.unwrap().map(|holder| holder.profile.user.id);
        assert_eq!(found, held, "{address}");
        found
    };

    assert_eq!(find("Ada@example.com", LocalPart::Exact), Some(ada.id));
    assert_eq!(find("ada@example.com", LocalPart::Exact), None);
    let any_case = LocalPart::CaseInsensitive;
    assert_eq!(find("ADA@EXAMPLE.com", any_case), Some(ada.id));
    assert_eq!(find("twice@example.com", any_case), Some(low.id));
    assert_eq!(
        find("TWICE@example.com", any_case),
        None,
        "two users have it"
    );
    assert_eq!(find("a_a@example.com", any_case), None);

    let subject = ForeignSubject {
        issuer: "idp".to_owned(),
        subject: "s".to_owned(),
    };
    let bind = |address: &str| {
        let key = UserLookup::Mailbox(Mailbox::new(address.to_owned(), any_case));
        repository.bind(&subject, &ada, &key, at(2)).unwrap()
    };
    assert_eq!(bind("bob@example.com"), BindOutcome::Changed);
    assert_eq!(bind("ada@example.com"), BindOutcome::To(ada.id));
}

pub(super) fn taken_values_are_refused_with_their_key(repository: &dyn Repository) {
    repository.create_user(&person("ada"), operator(1)).unwrap();
    let other = person("bob");
    let cases = [
        (
            UniqueKey::Username,
            NewUser {
                person: Person {
                    username: person("ada").person.username,
                    ..other.person.clone()
                },
                ..other.clone()
            },
        ),
        (
            UniqueKey::Email,
            NewUser {
                person: Person {
                    email: person("ada").person.email,
                    ..other.person.clone()
                },
                ..other.clone()
            },
        ),
        (
            UniqueKey::MobileNumber,
            NewUser {
                person: Person {
                    mobile_number: person("ada").person.mobile_number,
                    ..other.person.clone()
                },
                ..other
            },
        ),
    ];

    for (expected, new) in cases {
        let error = repository.create_user(&new, operator(1)).unwrap_err();
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

pub(super) fn taken_values_are_found_and_one_s_own_are_not(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let bob = repository.create_user(&person("bob"), operator(1)).unwrap();
    let wanted = UniqueValues {
        username: Some("ada".to_owned()),
        email: Some("Ada@example.com".to_owned()),
        mobile_number: bob.person.mobile_number.clone(),
    };

    let nothing = repository.find_taken(ada.id, &UniqueValues::default());

    assert_eq!(nothing.unwrap(), Vec::new());
    let own = repository.find_taken(ada.id, &wanted).unwrap();
    assert_eq!(own, [UniqueKey::MobileNumber]);
    let others = repository.find_taken(bob.id, &wanted).unwrap();
    assert_eq!(others, [UniqueKey::Username]);
}

pub(super) fn users_come_in_pages_by_id(repository: &dyn Repository) {
    for name in ["a", "b", "c"] {
        repository.create_user(&person(name), operator(1)).unwrap();
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
        .filter_map(|user| user.person.username.clone())
        .collect();
    assert_eq!(
        (names, page.total),
        (vec!["b".to_owned(), "c".to_owned()], 3)
    );
}

pub(super) fn change_writes_only_its_own_fields(repository: &dyn Repository) {
    let before = repository.create_user(&person("ada"), operator(1)).unwrap();
    let change = ProfileChange {
        email: Patch::Set("new@example.com".to_owned()),
        first_name: Patch::Clear,
        gender: Patch::Set(Gender::Other),
        ..ProfileChange::default()
    };

    let after = repository
        .update_profile(before.id, &change, &Precondition::None, operator(0))
        .unwrap()
        .unwrap()
        .user;
    let unchanged = repository.update_profile(
        before.id,
        &ProfileChange::default(),
        &Precondition::None,
        operator(0),
    );

    let mut expected = before;
    change.apply_to(&mut expected.person);
    expected.version += 1;
    assert_eq!(*after, expected);
    assert_eq!(*unchanged.unwrap().unwrap().user, expected);
}

pub(super) fn change_of_an_unknown_user_is_none(repository: &dyn Repository) {
    let change = ProfileChange {
        first_name: Patch::Clear,
        ..ProfileChange::default()
    };

    let changed = repository.update_profile(UserId(7), &change, &Precondition::None, operator(0));

    assert_eq!(changed.unwrap(), None);
}

pub(super) fn a_change_of_another_version_is_refused(repository: &dyn Repository) {
    let ada = repository.create_user(&person("ada"), operator(1)).unwrap();
    let write = |change: &ProfileChange, version: i64| {
        let precondition = Precondition::VersionIn(vec![version]);
        repository.update_profile(ada.id, change, &precondition, operator(0))
    };
    let change = ProfileChange {
        first_name: Patch::Clear,
        ..ProfileChange::default()
    };

    let written = write(&change, ada.version).unwrap().unwrap().user;

    assert!(written.version > ada.version);
    let again = write(&change, ada.version);
    assert!(matches!(again, Err(RepositoryError::Stale)), "{again:?}");
    let empty = write(&ProfileChange::default(), ada.version);
    assert!(matches!(empty, Err(RepositoryError::Stale)), "{empty:?}");
    let present = write(&ProfileChange::default(), written.version).unwrap();
    assert_eq!(present.unwrap().user, written);
}
