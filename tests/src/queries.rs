//! Query strings of Tower's lists as nobody would write them: of good and of broken parts.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::select;

const RELATIONS: &[&str] = &[
    "organizations",
    "admin_of_organizations",
    "teams",
    "users",
    "admins",
    "created_by",
    "modified_by",
    "organization",
    "actor",
    "user",
    "team",
];

const FIELDS: &[&str] = &[
    "id",
    "pk",
    "username",
    "first_name",
    "last_name",
    "email",
    "is_superuser",
    "date_joined",
    "created",
    "modified",
    "last_login",
    "ldap_dn",
    "profile__ldap_dn",
    "name",
    "description",
    "timestamp",
    "operation",
    "object1",
    "object2",
];

const BROKEN: &[&str] = &[
    "",
    "bogus",
    "password",
    "is_active",
    "auth_tokens",
    "profile",
    "\u{e9}",
    "a'b",
    "or",
    "not",
    "chain",
    "exact",
    "%",
    "_",
];

const LOOKUPS: &[&str] = &[
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "regex",
    "iregex",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "isnull",
];

const PREFIXES: &[&str] = &[
    "not__",
    "or__",
    "or__not__",
    "chain__",
    "chain__not__",
    "not__or__",
];

const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "3",
    "-1",
    " 4 ",
    "10",
    "9223372036854775807",
    "99999999999999999999",
    "1,3,5",
    "none",
    "NULL",
    "true",
    "F",
    "2015-09-02",
    "2015-09-03T10:45:30.999999Z",
    "2015-09-03 12:00+02:00",
    "0001-01-01",
    "9999-12-31",
    "2015-13-45",
    "a",
    "ALI",
    "alice",
    "alice,bob, carol",
    "Org One",
    "org",
    "Team A",
    "example.org",
    "create",
    "zo\u{cb}",
    "\u{1f600}",
    "O'Neil",
    "<b>&",
    "%",
    "_",
    "\\",
    "\"",
    "\0",
    "a\0b",
    "(",
    "^a.*e$",
    "(a|b)+c?",
    "[[:alpha:]]",
    "\\d",
    "(?i)ORG",
    "$^",
];

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(values).prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    let relations = prop::collection::vec(select(RELATIONS), 0..3);
    let end = prop_oneof![
        8 => one_of(FIELDS),
        3 => one_of(RELATIONS),
        1 => one_of(BROKEN),
    ];
    (relations, end).prop_map(|(relations, end)| {
        let mut path = String::new();
        for relation in relations {
            path.push_str(relation);
            path.push_str("__");
        }
        path + &end
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![8 => one_of(VALUES), 1 => "\\PC{0,12}", 1 => any::<i64>().prop_map(|n| n.to_string())]
}

fn filter() -> impl Strategy<Value = (String, String)> {
    let prefix = prop_oneof![2 => Just(String::new()), 1 => one_of(PREFIXES)];
    let lookup = prop_oneof![
        4 => Just(String::new()),
        8 => select(LOOKUPS).prop_map(|name| format!("__{name}")),
        1 => select(BROKEN).prop_map(|name| format!("__{name}")),
    ];
    let suffix = prop_oneof![12 => Just(""), 1 => Just("__int")];
    (prefix, path(), lookup, suffix, value()).prop_map(|(prefix, path, lookup, suffix, value)| {
        (format!("{prefix}{path}{lookup}{suffix}"), value)
    })
}

fn order() -> impl Strategy<Value = String> {
    let key = (prop::bool::ANY, path()).prop_map(|(is_descending, path)| {
        let sign = if is_descending { "-" } else { "" };
        format!("{sign}{path}")
    });
    prop::collection::vec(key, 1..3).prop_map(|keys| keys.join(","))
}

fn parameter() -> impl Strategy<Value = (String, String)> {
    let named = |name: &'static str| move |value: String| (name.to_owned(), value);
    prop_oneof![
        10 => filter(),
        2 => order().prop_map(named("order_by")),
        1 => value().prop_map(named("search")),
        1 => one_of(&["user", "team,user", "organization", "", "activity_stream"])
            .prop_map(named("type")),
        1 => one_of(&["1", "2", "last", "0", "x", "99999999999999999999"]).prop_map(named("page")),
        1 => one_of(&["1", "2", "0", "-1", "x", "1000000000"]).prop_map(named("page_size")),
    ]
}

/// A list, and what is asked of it.
pub fn requests() -> impl Strategy<Value = String> {
    let lists = select(&["users", "organizations", "teams", "activity_stream"][..]);
    let parameters = prop::collection::vec(parameter(), 1..5);
    (lists, parameters).prop_map(|(list, parameters)| {
        let pairs: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        format!("/api/v1/{list}/?{}", pairs.join("&"))
    })
}

/// Text as it may stand in a URL, byte by byte.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
        url
    })
}
