use chrono::DateTime;
use profiled_domain::{CredentialsEpoch, UserId};

use super::*;

fn zoe() -> User {
    let text = |text: &str| Some(text.to_owned());
    User {
        id: UserId(9),
        username: text("zoe"),
        email: None,
        mobile_number: None,
        number_phone: None,
        first_name: text("Zoë 50%"),
        last_name: text("O'Neil"),
        gender: None,
        avatar: None,
        is_active: true,
        is_staff: false,
        is_superuser: false,
        ldap_dn: String::new(),
        date_joined: "2016-02-29T23:59:59.127999Z"
            .parse::<DateTime<_>>()
            .unwrap(),
        last_login: None,
        version: 1,
        credentials: CredentialsEpoch::default(),
        deleted_at: None,
    }
}

fn outcome(query: &str) -> Result<bool, String> {
    selects(&zoe(), &Query::parse(query.as_bytes())).map_err(|error| match error {
        ApiError::BadRequest(Detail::Text(text)) => format!("400 {text}"),
        ApiError::BadRequest(Detail::List(texts)) => format!("400 {texts:?}"),
        ApiError::Forbidden(text) => format!("403 {text}"),
        other => other.to_string(),
    })
}

#[test]
fn terms_select_by_every_lookup() {
    let yes = [
        "",
        "page=7&page_size=x&format=json&order_by=id",
        "username=zoe",
        "username__iexact=ZOE",
        "username__contains=o",
        "username__icontains=OE",
        "username__startswith=z",
        "username__istartswith=Z",
        "username__endswith=e",
        "username__iendswith=OE",
        "username__regex=^z.e$",
        "username__iregex=^Z",
        "username__in=a,zoe",
        "username__gt=zod&username__lt=zof",
        "email=",
        "email__isnull=false",
        "id=9&pk=9&id__gte=9&id__lte=9&id__in=8,9",
        "id__int=9",
        "is_superuser=F",
        "is_superuser__int=0",
        "date_joined__gt=2016-02-29&created__lt=2016-03-01T00:00:00Z",
        "date_joined__gte=2016-02-29 23:59",
        "last_login__isnull=true",
        "profile__ldap_dn=&ldap_dn=",
        "not__username=bob",
        "chain__not__username=bob",
        "or__username=bob&or__id=9",
        "or__not__username=bob",
        "search=ZO%C3%8B,neil",
        "search=50%25",
        "search=",
        "type=team,user",
    ];
    let no = [
        "username=Zoe",
        "username=zoe&username=bob",
        "not__username=zoe",
        "or__username=bob&or__id=8",
        "or__id=9&username=bob",
        "email__isnull=1",
        "last_login__gt=2000-01-01",
        "search=bob",
        "search=zoe bob",
        "type=team",
        "type=",
    ];

    for query in yes {
        assert_eq!(outcome(query), Ok(true), "{query}");
    }
    for query in no {
        assert_eq!(outcome(query), Ok(false), "{query}");
    }
}

#[test]
fn what_makes_no_sense_is_told() {
    let cases = [
        ("bogus=1", "400 User has no field named 'bogus'"),
        ("username__bogus=1", "400 User has no field named 'bogus'"),
        ("=x", "400 User has no field named ''"),
        ("__foo=1", "400 User has no field named ''"),
        ("username__=x", "400 User has no field named ''"),
        ("not__=1", "400 User has no field named ''"),
        ("not__or__id=1", "400 User has no field named 'or'"),
        ("id__range=1,2", "400 User has no field named 'range'"),
        ("date_joined__year=1", "400 User has no field named 'year'"),
        ("username__Exact=x", "400 User has no field named 'Exact'"),
        ("id=abc", "400 [\"'abc' value must be an integer.\"]"),
        ("id=", "400 [\"'' value must be an integer.\"]"),
        ("id__in=3,x", "400 [\"'x' value must be an integer.\"]"),
        (
            "id=99999999999999999999",
            "400 [\"'99999999999999999999' value must be an integer.\"]",
        ),
        (
            "is_superuser=maybe",
            "400 Unable to convert \"maybe\" to boolean",
        ),
        (
            "username__isnull=x",
            "400 Unable to convert \"x\" to boolean",
        ),
        ("username__in=", "400 cannot provide empty value for __in"),
        (
            "password__startswith=p",
            "403 Filtering on password is not allowed.",
        ),
        (
            "not__is_active=1",
            "403 Filtering on is_active is not allowed.",
        ),
        (
            "organizations__name=x",
            "400 Filtering by organizations is not supported on this list.",
        ),
    ];

    for (query, expected) in cases {
        assert_eq!(outcome(query), Err(expected.to_owned()), "{query}");
    }
    let date = outcome("date_joined__gt=x").unwrap_err();
    assert!(
        date.starts_with("400 [\"'x' value has an invalid format."),
        "{date}"
    );
    assert!(
        outcome("username__regex=(")
            .unwrap_err()
            .starts_with("400 ")
    );
}
