//! Queries that are refused, and how.

use profiled_domain::Model;

use super::read;

const USER: Model = Model::User;

#[test]
fn filter_with_unknown_name_is_refused() {
    let unknown = [
        (USER, "bogus=1", "User", "bogus"),
        (USER, "username__bogus=1", "User", "bogus"),
        (USER, "=x", "User", ""),
        (USER, "__foo=1", "User", ""),
        (USER, "username__=x", "User", ""),
        (USER, "not__=1", "User", ""),
        (USER, "__int=1", "User", ""),
        (USER, "not__or__id=1", "User", "or"),
        (USER, "chain__or__id=1", "User", "or"),
        (USER, "or__chain__id=1", "User", "chain"),
        (USER, "not__not__id=1", "User", "not"),
        (USER, "exact=1", "User", "exact"),
        (USER, "page__int=1", "User", "page"),
        (USER, "id__range=1,2", "User", "range"),
        (USER, "date_joined__year=1", "User", "year"),
        (USER, "username__Exact=x", "User", "Exact"),
        (USER, "username__exact__exact=x", "User", "exact"),
        (USER, "profile=1", "User", "profile"),
        (USER, "profile__password=1", "Profile", "password"),
        (USER, "organizations__bogus=1", "Organization", "bogus"),
        (USER, "organizations__=1", "Organization", ""),
        (
            USER,
            "organizations__icontains=x",
            "Organization",
            "icontains",
        ),
        (
            USER,
            "teams__organization__password=x",
            "Organization",
            "password",
        ),
        (
            Model::Organization,
            "is_active=x",
            "Organization",
            "is_active",
        ),
        (Model::Team, "users__bogus__x=1", "User", "bogus"),
        (Model::ActivityEvent, "name=1", "ActivityStream", "name"),
    ];
    for (model, query, title, segment) in unknown {
        let expected = format!("400 {title} has no field named '{segment}'");
        assert_eq!(read(model, query), Err(expected), "{query}");
    }
}

#[test]
fn filter_with_text_in_place_of_an_integer_is_refused() {
    let no_integer = [
        ("id=abc", "abc"),
        ("id=", ""),
        ("id=1.5", "1.5"),
        ("id__in=3,x", "x"),
        ("id__contains=x", "x"),
        ("id=none", "none"),
        ("id=99999999999999999999", "99999999999999999999"),
        ("username__int=x", "x"),
        ("organizations=abc", "abc"),
        ("organizations__gt=none", "none"),
        ("organizations__in=1,", ""),
    ];
    for (query, value) in no_integer {
        let expected = format!("400 [\"'{value}' value must be an integer.\"]");
        assert_eq!(read(USER, query), Err(expected), "{query}");
    }
}

#[test]
fn filter_with_invalid_value_is_refused() {
    let others = [
        (
            "is_superuser=maybe",
            "400 Unable to convert \"maybe\" to boolean",
        ),
        (
            "username__isnull=x",
            "400 Unable to convert \"x\" to boolean",
        ),
        (
            "organizations__isnull=none",
            "400 Unable to convert \"none\" to boolean",
        ),
        (
            "is_superuser__int=2",
            "400 Unable to convert \"2\" to boolean",
        ),
        ("username__in=", "400 cannot provide empty value for __in"),
        (
            "organizations__in=",
            "400 cannot provide empty value for __in",
        ),
        ("bogus=1&password=x", "400 User has no field named 'bogus'"),
        (
            "password=x&bogus=1",
            "403 Filtering on password is not allowed.",
        ),
    ];
    for (query, expected) in others {
        assert_eq!(read(USER, query), Err(expected.to_owned()), "{query}");
    }
    assert!(read(USER, "date_joined__gt=x").is_err());
    assert!(read(USER, "username__regex=(").is_err());
}

#[test]
fn filter_on_a_secret_field_is_refused_on_every_path() {
    let cases = [
        (Model::User, "password__startswith=p", "password"),
        (Model::User, "password=", "password"),
        (Model::User, "not__is_active=1", "is_active"),
        (Model::User, "or__is_staff=1", "is_staff"),
        (Model::User, "chain__not__auth_tokens__key=1", "auth_tokens"),
        (Model::User, "password__int=1", "password"),
        (
            Model::Organization,
            "users__password__startswith=p",
            "password",
        ),
        (
            Model::Organization,
            "created_by__password__bogus=p",
            "password",
        ),
        (
            Model::Team,
            "organization__admins__auth_tokens=1",
            "auth_tokens",
        ),
        (Model::ActivityEvent, "actor__is_active=true", "is_active"),
        (
            Model::ActivityEvent,
            "user__organizations__users__password=x",
            "password",
        ),
    ];

    for (model, query, name) in cases {
        let expected = format!("403 Filtering on {name} is not allowed.");
        assert_eq!(read(model, query), Err(expected), "{query}");
    }
}

#[test]
fn filter_path_with_a_loop_is_refused() {
    let cases = [
        (
            Model::User,
            "organizations__users__organizations__name=x",
            "organizations",
        ),
        (Model::Team, "not__users__teams__users__id=1", "users"),
    ];

    for (model, query, name) in cases {
        let expected = format!("400 Loops not allowed in filters, detected on field {name}.");
        assert_eq!(read(model, query), Err(expected), "{query}");
    }
}

#[test]
fn filter_with_too_many_terms_is_refused() {
    let terms = |count: usize| "or__username=x&".repeat(count);
    let values = |count: usize| format!("id__in=1{}", ",1".repeat(count - 1));
    let words = |count: usize| format!("search={}", "a+".repeat(count));

    assert!(read(Model::User, &terms(100)).is_ok());
    assert!(read(Model::User, &terms(101)).is_err());
    let shared = |count: usize| {
        let terms = "teams__id=1&".repeat(count);
        format!("{terms}{}", "or__teams__id=1&".repeat(10))
    };
    assert!(read(Model::User, &shared(9)).is_ok());
    assert!(read(Model::User, &shared(10)).is_err());
    assert!(read(Model::User, &values(500)).is_ok());
    assert!(read(Model::User, &values(501)).is_err());
    assert!(read(Model::User, &words(100)).is_ok());
    assert!(read(Model::User, &words(101)).is_err());
    let joins = |count: usize| "chain__teams__organization__name=x&".repeat(count);
    assert!(read(Model::User, &joins(50)).is_ok());
    assert!(read(Model::User, &joins(51)).is_err());
    let patterns = |count: usize| "not__email__iregex=x&teams__name__regex=y&".repeat(count / 2);
    assert!(read(Model::User, &patterns(10)).is_ok());
    assert!(read(Model::User, &patterns(12)).is_err());
}
