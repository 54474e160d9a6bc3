//! Lists by page number.

use profiled_domain::{
    NewUser, NumberedPage, Page, PageNumber, Repository, TokenId, UserId, UserProfile,
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

    let first = repository.list_profiles(numbered(1, 3)).unwrap();
    let rest = repository.list_profiles(last(3)).unwrap();

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

pub(super) fn every_page_of_every_size_is_cut_as_counted(repository: &dyn Repository) {
    let empty = repository.list_profiles(numbered(1, 2)).unwrap();
    let all = users(repository, &["a", "b", "c", "d", "e", "f", "g"]);

    assert_eq!((empty.total, empty.items), (0, Vec::new()));
    for size in 1..=8 {
        let pages = all.chunks(size);
        let size = i64::try_from(size).unwrap();
        let count = i64::try_from(pages.len()).unwrap();
        for (number, expected) in (1..).zip(pages.clone()) {
            let page = repository.list_profiles(numbered(number, size)).unwrap();
            assert_eq!(ids(&page), expected, "{number} of {size}");
        }
        let last = repository.list_profiles(last(size)).unwrap();
        assert_eq!(Some(ids(&last).as_slice()), pages.last());
        for beyond in [count + 1, 0, -1, i64::MAX] {
            let page = repository.list_profiles(numbered(beyond, size)).unwrap();
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
