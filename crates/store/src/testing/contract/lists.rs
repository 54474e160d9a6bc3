//! Lists by page number.

use profiled_domain::{
    NewUser, NumberedPage, Page, PageNumber, Person, ProfileFilter, Repository, TokenId, UserId,
    UserProfile,
};

use crate::testing::samples::people::{group, operator, person, token};

fn numbered(number: i64, size: i64) -> NumberedPage {
    NumberedPage {
        number: PageNumber::At(number),
        size,
    }
}

fn last(size: i64) -> NumberedPage {
    NumberedPage {
        number: PageNumber::Last,
        size,
    }
}

fn users(repository: &dyn Repository, names: &[&str]) -> Vec<UserId> {
    let create = |name: &&str| {
        repository
            .create_user(&person(name), operator(1))
            .unwrap()
            .id
    };
    names.iter().map(create).collect()
}

fn ids(page: &Page<UserProfile>) -> Vec<UserId> {
    page.items.iter().map(|profile| profile.user.id).collect()
}

pub(super) fn profiles_come_in_pages_by_id_with_their_groups(repository: &dyn Repository) {
    let all = users(repository, &["a", "b", "c", "d", "e"]);
    let sleeping = NewUser {
        is_active: false,
        ..person("f")
    };
    let sleeping = repository.create_user(&sleeping, operator(1)).unwrap().id;
    let late = repository
        .create_group(&group("late"), operator(1))
        .unwrap()
        .id;
    let none = repository
        .create_group(&group("none"), operator(1))
        .unwrap()
        .id;
    let early = repository
        .create_group(&group("early"), operator(1))
        .unwrap()
        .id;
    for (group, user) in [
        (early, all[0]),
        (early, all[2]),
        (late, all[2]),
        (none, all[1]),
    ] {
        repository.add_member(group, user, operator(0)).unwrap();
    }

    let first = repository
        .list_profiles(&ProfileFilter::default(), numbered(1, 3))
        .unwrap();
    let rest = repository
        .list_profiles(&ProfileFilter::default(), last(3))
        .unwrap();

    assert_eq!((first.total, rest.total), (6, 6));
    assert_eq!(ids(&first), all[..3]);
    assert_eq!(ids(&rest), [all[3], all[4], sleeping]);
    let groups: Vec<Vec<_>> = first
        .items
        .iter()
        .map(|profile| profile.groups.iter().map(|group| group.id).collect())
        .collect();
    assert_eq!(groups, [vec![early], vec![none], vec![late, early]]);
    assert_eq!(first.items[2].groups[1].users_count, 2);
    assert!(rest.items.iter().all(|profile| profile.groups.is_empty()));
}

pub(super) fn profiles_are_found_by_words_and_flags(repository: &dyn Repository) {
    let create = |name: &str, email: Option<&str>, names: [&str; 2], is_active, is_staff| {
        let [first_name, last_name] = names.map(|name| Some(name.to_owned()));
        let new = NewUser {
            person: Person {
                username: Some(name.to_owned()),
                email: email.map(str::to_owned),
                first_name,
                last_name,
                ..Person::default()
            },
            is_active,
            is_staff,
            ..NewUser::default()
        };
        repository.create_user(&new, operator(1)).unwrap().id
    };
    let ada = create(
        "ada",
        Some("countess@example.org"),
        ["Ada", "King"],
        true,
        true,
    );
    let grace = create("grace", None, ["Grace", "Hopper 100%"], true, false);
    let alan = create(
        "alan",
        Some("alan@example.org"),
        ["Alan_M", "Turing"],
        false,
        true,
    );
    let gone = create("ada-gone", None, ["Ada", "King"], true, true);
    repository.delete_account(gone, operator(2)).unwrap();
    let group = repository
        .create_group(&group("readers"), operator(1))
        .unwrap()
        .id;
    for user in [ada, grace, alan] {
        repository.add_member(group, user, operator(0)).unwrap();
    }
    let found = |words: &[&str], is_active, is_staff| {
        let filter = ProfileFilter {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            is_active,
            is_staff,
        };
        let page = repository.list_profiles(&filter, numbered(1, 9)).unwrap();
        assert!(page.items.iter().all(|profile| profile.groups.len() == 1));
        assert_eq!(usize::try_from(page.total).unwrap(), page.items.len());
        let one = repository.list_profiles(&filter, last(1)).unwrap();
        assert_eq!(
            (one.total, ids(&one).last()),
            (page.total, ids(&page).last())
        );
        ids(&page)
    };

    assert_eq!(found(&["ADA"], None, None), [ada]);
    assert_eq!(found(&["EXAMPLE.org"], None, None), [ada, alan]);
    assert_eq!(found(&["example", "king"], None, None), [ada]);
    assert_eq!(found(&["hopper 100%"], None, None), [grace]);
    assert_eq!(found(&["100%_"], None, None), []);
    assert_eq!(found(&["n_m"], None, None), [alan]);
    assert_eq!(found(&["a"], Some(true), None), [ada, grace]);
    assert_eq!(found(&[], Some(false), None), [alan]);
    assert_eq!(found(&[], None, Some(true)), [ada, alan]);
    assert_eq!(found(&[], Some(true), Some(false)), [grace]);
    assert_eq!(found(&["'"], Some(false), Some(false)), []);
}

pub(super) fn every_page_of_every_size_is_cut_as_counted(repository: &dyn Repository) {
    let empty = repository
        .list_profiles(&ProfileFilter::default(), numbered(1, 2))
        .unwrap();
    let all = users(repository, &["a", "b", "c", "d", "e", "f", "g"]);

    assert_eq!((empty.total, empty.items), (0, Vec::new()));
    for size in 1..=8 {
        let pages = all.chunks(size);
        let size = i64::try_from(size).unwrap();
        let count = i64::try_from(pages.len()).unwrap();
        for (number, expected) in (1..).zip(pages.clone()) {
            let page = repository
                .list_profiles(&ProfileFilter::default(), numbered(number, size))
                .unwrap();
            assert_eq!(ids(&page), expected, "{number} of {size}");
        }
        let last = repository
            .list_profiles(&ProfileFilter::default(), last(size))
            .unwrap();
        assert_eq!(Some(ids(&last).as_slice()), pages.last());
        for beyond in [count + 1, 0, -1, i64::MAX] {
            let page = repository
                .list_profiles(&ProfileFilter::default(), numbered(beyond, size))
                .unwrap();
            assert_eq!((page.total, page.items), (7, Vec::new()), "{beyond}");
        }
    }
}

pub(super) fn groups_come_in_pages_by_id(repository: &dyn Repository) {
    for name in ["z", "y", "x", "w", "v"] {
        repository.create_group(&group(name), operator(1)).unwrap();
    }

    let names = |page: NumberedPage| {
        let page = repository.list_groups(page).unwrap();
        let names: Vec<String> = page.items.into_iter().map(|group| group.name).collect();
        (names.join(""), page.total)
    };

    assert_eq!(names(numbered(1, 2)), ("zy".to_owned(), 5));
    assert_eq!(names(numbered(2, 2)), ("xw".to_owned(), 5));
    assert_eq!(names(last(2)), ("v".to_owned(), 5));
    assert_eq!(names(numbered(4, 2)), (String::new(), 5));
}

pub(super) fn tokens_of_one_user_come_in_pages(repository: &dyn Repository) {
    let [ada, bob] = users(repository, &["ada", "bob"])[..] else {
        panic!("two users");
    };
    let issue = |owner, number| repository.issue_token(&token(owner, number)).unwrap();
    let own: Vec<TokenId> = (1..=4).map(|number| issue(ada, number)).collect();
    issue(bob, 5);

    let ids = |page: NumberedPage| {
        let page = repository.list_tokens_page(ada, page).unwrap();
        let ids: Vec<TokenId> = page.items.iter().map(|token| token.state.id).collect();
        (ids, page.total)
    };

    assert_eq!(ids(numbered(1, 3)), (own[..3].to_vec(), 4));
    assert_eq!(ids(last(3)), (own[3..].to_vec(), 4));
    assert_eq!(ids(numbered(3, 3)), (Vec::new(), 4));
}
