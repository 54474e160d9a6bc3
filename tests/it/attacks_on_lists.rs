//! Attack cases of Tower's lists: what a query must not find out, and what it must not break.

use acceptance::queries::escaped;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::Value;

use crate::databases::on_both_databases;

on_both_databases!(
    columns_that_are_not_listed_neither_filter_nor_order,
    hostile_text_is_plain_text,
    hostile_patterns_are_answered_at_once,
    pages_of_any_size_are_bounded,
    options_name_nobody,
    i3_a_query_without_end_is_ended_and_the_pool_goes_on,
    i5_look_alikes_are_refused_or_other_names,
);

const LISTS: [&str; 4] = [
    "/api/v1/users/",
    "/api/v1/organizations/",
    "/api/v1/teams/",
    "/api/v1/activity_stream/",
];

fn tower(backend: Backend) -> Service {
    Service::start(backend, Data::Tower, &["dialects.tower.bind_tokens=false"])
}

fn ids(page: &Value) -> Vec<i64> {
    let results = page["results"].as_array().into_iter().flatten();
    results.filter_map(|object| object["id"].as_i64()).collect()
}

/// E6
fn columns_that_are_not_listed_neither_filter_nor_order(backend: Backend) {
    let service = tower(backend);
    let admin = service.client().token("admin");
    let paths = [
        "users/?@password",
        "users/?not__@password",
        "users/?or__@auth_tokens",
        "users/?chain__not__@is_active",
        "users/?@is_staff",
        "users/1/?@password",
        "me/?@password",
        "users/?organizations__users__@password",
        "organizations/?users__@password",
        "organizations/1/users/?@password",
        "teams/?organization__admins__@password",
        "activity_stream/?actor__@password",
    ];

    for path in paths {
        let (before, name) = path.split_once('@').unwrap();
        let answers = ["", "__startswith", "__gt", "__regex", "__isnull", "__in"].map(|lookup| {
            let ask = |value: &str| {
                let path = format!("/api/v1/{before}{name}{lookup}={value}");
                let answer = admin.get(&path);
                assert_eq!(answer.status, 403, "{path}");
                answer.text()
            };
            let [right, wrong, odd] = ["pbkdf2", "zzz", "("].map(ask);
            assert_eq!([&right, &right], [&wrong, &odd], "{path}");
            right
        });
        let expected = format!("{{\"detail\": \"Filtering on {name} is not allowed.\"}}");
        assert!(answers.iter().all(|answer| *answer == expected), "{path}");
    }
    for (list, key) in [
        ("users/", "password"),
        ("users/", "-password"),
        ("users/", "is_active"),
        ("users/", "organizations__users__password"),
        ("organizations/", "created_by__password"),
        ("teams/", "-users__auth_tokens__key"),
        ("users/", "credentials_epoch"),
        ("users/", "password_hash"),
    ] {
        let answer = admin.get(&format!("/api/v1/{list}?order_by={key}"));
        assert_eq!(answer.status, 400, "{key}");
    }
    for column in ["mobile_number", "avatar", "version", "deleted_at", "groups"] {
        let answer = admin.get(&format!("/api/v1/users/?{column}=1"));
        assert_eq!(answer.status, 400, "{column}");
    }
}

/// I1
fn hostile_text_is_plain_text(backend: Backend) {
    let service = tower(backend);
    let admin = service.client().token("admin");
    let found = |parameter: &str, value: &str| {
        let path = format!("/api/v1/users/?{parameter}={}", escaped(value));
        let answer = admin.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        ids(&answer.json())
    };
    let long = "x".repeat(10_000);
    let texts: [(&str, &[i64]); 12] = [
        ("%", &[]),
        ("_", &[9]),
        ("\\", &[]),
        ("\\_", &[]),
        ("'", &[9]),
        ("' OR 1=1 --", &[]),
        ("\"", &[]),
        ("a\0", &[]),
        ("\0", &[]),
        ("<b>&", &[9]),
        ("\u{1f600}", &[9]),
        (&long, &[]),
    ];

    for (text, expected) in texts {
        assert_eq!(found("search", text), expected, "search {text:?}");
        for lookup in [
            "exact",
            "contains",
            "icontains",
            "startswith",
            "iendswith",
            "in",
        ] {
            let of_names: Vec<i64> = ["username", "first_name", "last_name", "email"]
                .iter()
                .flat_map(|field| found(&format!("{field}__{lookup}"), text))
                .filter(|id| !expected.contains(id))
                .collect();
            assert_eq!(of_names, Vec::<i64>::new(), "{lookup} {text:?}");
        }
    }
    assert_eq!(found("username__gt", "zo\0"), [9]);
    assert_eq!(found("username__lte", "admin\0"), [1]);
    let megabyte = "y".repeat(1 << 20);
    for parameter in ["search", "username__contains", "order_by", "page", "bogus"] {
        let answer = admin.get(&format!("/api/v1/users/?{parameter}={megabyte}"));
        assert!((400..500).contains(&answer.status), "{}", answer.status);
    }
    assert_eq!(found("search", "alice"), [3]);
}

/// I1
fn hostile_patterns_are_answered_at_once(backend: Backend) {
    let service = tower(backend);
    let admin = service.client().token("admin");
    let status = |pattern: &str| {
        let path = format!("/api/v1/users/?email__regex={}", escaped(pattern));
        admin.get(&path).status
    };

    for pattern in [
        "(a+)+$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.*a){12}",
        "(x+x+)+y",
        "",
    ] {
        assert_eq!(status(pattern), 200, "{pattern}");
    }
    for pattern in ["(", "a{1000}{1000}{1000}", "(?=a)", "\\1", "[z-a]", "\\"] {
        assert_eq!(status(pattern), 400, "{pattern}");
    }
    assert!([200, 400].contains(&status(&"(a|b)?".repeat(2_000))));
}

/// I2
fn pages_of_any_size_are_bounded(backend: Backend) {
    let service = tower(backend);
    let admin = service.client().token("admin");

    for list in LISTS.iter().chain(&["/api/v1/me/", "/api/v1/projects/"]) {
        for size in [
            "0",
            "-5",
            "abc",
            "",
            "1000000000",
            "99999999999999999999",
            "%00",
            "1e9",
        ] {
            let answer = admin.get(&format!("{list}?page_size={size}"));
            assert_eq!(answer.status, 200, "{list} {size}");
            assert!(ids(&answer.json()).len() <= 200, "{list} {size}");
        }
        for page in [
            "1000000000",
            "99999999999999999999",
            "-1",
            "0",
            "1.0",
            "%00",
            "1e9",
        ] {
            let answer = admin.get(&format!("{list}?page={page}&page_size=1000000000"));
            assert_eq!(answer.status, 404, "{list} {page}");
        }
    }
}

/// I8
fn options_name_nobody(backend: Backend) {
    let service = tower(backend);
    let alice = service.client().token("alice");
    let details = [
        "/api/v1/users/4/",
        "/api/v1/teams/1/",
        "/api/v1/organizations/1/users/",
    ];

    for path in LISTS.iter().chain(&details).chain(&["/api/v1/me/"]) {
        let answer = alice.send(Request::new("OPTIONS", path));
        assert_eq!(answer.status, 200, "{path}");
        let text = answer.text();
        for name in [
            "Org One", "Org Two", "Team A", "Team B", "carol", "bob", "example.",
        ] {
            assert!(!text.contains(name), "{path} tells of {name}");
        }
        assert!(answer.json()["actions"]["POST"]["organization"]["choices"].is_null());
    }
}

/// Everybody of twenty belongs to everything of twenty: an order along six relations has 20^6 ways from each.
fn i3_a_query_without_end_is_ended_and_the_pool_goes_on(backend: Backend) {
    let settings = [
        "dialects.tower.bind_tokens=false",
        "database.statement_timeout=1",
        "database.pool_size=5",
    ];
    let service = Service::start(backend, Data::Tower, &settings);
    let numbers = "WITH RECURSIVE numbers (id) AS \
                   (SELECT 101 UNION ALL SELECT id + 1 FROM numbers WHERE id < 120)";
    let now = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'";
    for sql in [
        format!(
            "{numbers} INSERT INTO users (id, is_active, is_staff, is_superuser, ldap_dn, password, date_joined) \
             SELECT id, TRUE, FALSE, FALSE, '', '!', '2026-01-01 00:00:00' FROM numbers"
        ),
        format!(
            "{numbers} INSERT INTO organizations (id, name, description, created, modified) \
             SELECT id, 'Org ' || id, '', {now} FROM numbers"
        ),
        format!(
            "{numbers} INSERT INTO teams (id, name, description, created, modified) \
             SELECT id, 'Team ' || id, '', {now} FROM numbers"
        ),
    ] {
        service.execute(&sql);
    }
    for (table, column, others) in [
        ("organization_users", "organization_id", "organizations"),
        ("organization_admins", "organization_id", "organizations"),
        ("team_users", "team_id", "teams"),
    ] {
        service.execute(&format!(
            "INSERT INTO {table} (user_id, {column}) SELECT users.id, {others}.id \
             FROM users CROSS JOIN {others} WHERE users.id > 100 AND {others}.id > 100"
        ));
    }
    let admin = service.client().token("admin");
    let path = "organizations__users__admin_of_organizations__admins__teams__users__username";

    for _ in 0..3 {
        let answer = admin.get(&format!("/api/v1/users/?order_by={path}"));
        let expected = (503, "{\"detail\": \"Service temporarily unavailable.\"}");
        assert_eq!((answer.status, answer.text().as_str()), expected);
    }
    let filters: Vec<String> = (0..10)
        .map(|n| format!("not__username__icontains={n}x"))
        .collect();
    let answer = admin.get(&format!("/api/v1/users/?{}", filters.join("&")));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["count"], 29);
}

fn i5_look_alikes_are_refused_or_other_names(backend: Backend) {
    let service = tower(backend);
    let admin = service.client().token("admin");
    let create = |body: &str| admin.send(Request::json("POST", "/api/v1/users/", body));

    // Full width, Cyrillic, zero width, right to left, half of a pair.
    for name in [
        "\u{ff41}dmin",
        "\u{430}dmin",
        "ad\u{200b}min",
        "admin\u{202e}",
        "admin\\ud800",
    ] {
        let answer = create(&format!(
            "{{\"username\": \"{name}\", \"password\": \"pw\"}}"
        ));
        let expected = (400, "{\"username\": [\"Enter a valid username.\"]}");
        assert_eq!((answer.status, answer.text().as_str()), expected, "{name}");
    }
    // Case counts, on every database.
    let other = r#"{"username": "ADMIN", "email": "ADMIN@example.com", "password": "pw"}"#;
    assert_eq!(create(other).status, 201);
    let again = r#"{"username": "Admin", "email": "ADMIN@example.com", "password": "pw"}"#;
    assert_eq!(
        create(again).text(),
        r#"{"email": ["User with this Email already exists."]}"#
    );
    let name = "\u{202e}\u{1f600}\u{200b}";
    let shown = create(&format!(
        "{{\"username\": \"rtl\", \"first_name\": \"{name}\", \"password\": \"pw\"}}"
    ));
    assert_eq!(shown.json()["first_name"], name);
    let found = admin.get(&format!("/api/v1/users/?first_name={}", escaped(name)));
    assert_eq!(ids(&found.json()), [shown.json()["id"].as_i64().unwrap()]);
}
