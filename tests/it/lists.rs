//! `/api/users/`: everybody, for staff and admins.

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    every_user_is_on_exactly_one_page,
    sizes_have_a_default_and_a_limit,
    users_in_lists_are_shown_as_to_themselves,
    users_are_searched_and_filtered,
    the_deleted_are_gone_from_lists,
    lists_can_be_switched_off,
    links_use_the_public_url_and_keep_the_query,
    only_staff_and_admins_read_lists_and_writes_are_refused,
);

const USERS: &str = "/api/users/";

fn staff(backend: Backend, settings: &[&str]) -> Service {
    Service::start(backend, Data::Staff, settings)
}

fn ids(page: &Value) -> Vec<i64> {
    let results = page["results"].as_array().into_iter().flatten();
    results.filter_map(|user| user["id"].as_i64()).collect()
}

fn user(pk: i64, groups: &[i64]) -> Value {
    let fields = json!({"password": "!", "last_login": null, "username": format!("user{pk}"),
        "mobile_number": null, "email": null, "avatar": "", "first_name": null, "last_name": null,
        "gender": null, "is_profile_completed": false, "is_active": pk % 2 == 1, "is_staff": true,
        "is_superuser": false, "created_at": "2025-01-01T00:00:00Z", "groups": groups});
    json!({"model": "accounts.user", "pk": pk, "fields": fields})
}

fn group(pk: i64) -> Value {
    let fields = json!({"name": format!("Group {pk}"), "notes": null,
        "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z"});
    json!({"model": "accounts.group", "pk": pk, "fields": fields})
}

/// Users with gaps between their ids, each in two of three groups.
fn crowd(count: i64) -> String {
    let token = json!({"model": "authtoken.token", "pk": format!("{:040x}", 1),
        "fields": {"user": 3, "created": "2025-01-01T00:00:00Z"}});
    let mut objects: Vec<Value> = (1..=3).map(group).collect();
    objects.extend((1..=count).map(|n| user(n * 3, &[n % 3 + 1, (n + 1) % 3 + 1])));
    objects.push(token);
    Value::from(objects).to_string()
}

fn every_user_is_on_exactly_one_page(backend: Backend) {
    const COUNT: i64 = 1_205;
    let service = Service::start(backend, Data::Dump(&crowd(COUNT)), &[]);
    let key = format!("Token {:040x}", 1);
    let caller = service.client().authorization(&key);
    let mut seen = Vec::new();

    for number in 1..=13 {
        let page = caller.get(&format!("{USERS}?page={number}")).json();
        assert_eq!(page["count"], COUNT);
        assert_eq!(page["next"].is_null(), number == 13);
        assert_eq!(page["previous"].is_null(), number == 1);
        let results = page["results"].as_array().cloned().unwrap_or_default();
        for user in &results {
            let n = user["id"].as_i64().unwrap_or_default() / 3;
            let mut expected = [n % 3 + 1, (n + 1) % 3 + 1];
            expected.sort_unstable();
            let groups = user["groups"].as_array().into_iter().flatten();
            let groups: Vec<_> = groups.filter_map(|group| group["id"].as_i64()).collect();
            assert_eq!(groups, expected, "{n}");
        }
        seen.extend(ids(&page));
    }

    assert_eq!(seen, (1..=COUNT).map(|n| n * 3).collect::<Vec<_>>());
    let last = caller.get(&format!("{USERS}?page=last")).json();
    assert_eq!(ids(&last), seen[1_200..]);
    assert_eq!(caller.get(&format!("{USERS}?page=14")).status, 404);
}

fn sizes_have_a_default_and_a_limit(backend: Backend) {
    let service = Service::start(backend, Data::Dump(&crowd(1_100)), &[]);
    let key = format!("Token {:040x}", 1);
    let caller = service.client().authorization(&key);
    let size = |query: &str| ids(&caller.get(&format!("{USERS}{query}")).json()).len();

    assert_eq!(size(""), 100);
    assert_eq!(size("?page_size=7"), 7);
    assert_eq!(size("?page_size=1000"), 1000);
    assert_eq!(size("?page_size=1000000000"), 1000);
    assert_eq!(size("?page_size=1000&page=2"), 100);
    for odd in ["0", "-5", "x", "", "1.5", "99999999999999999999x"] {
        assert_eq!(size(&format!("?page_size={odd}")), 100, "{odd}");
    }
    for bad in [
        "0",
        "-1",
        "x",
        "1.0",
        "12",
        "1000000000",
        "99999999999999999999",
        "%00",
    ] {
        let answer = caller.get(&format!("{USERS}?page={bad}"));
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, r#"{"detail":"Invalid page."}"#)
        );
    }
    for first in ["", "1", "%201%20", "+1", "%2B1", "001"] {
        let page = caller.get(&format!("{USERS}?page={first}")).json();
        assert_eq!(ids(&page).first(), Some(&3), "{first}");
    }
}

fn users_are_searched_and_filtered(backend: Backend) {
    let service = Service::start(backend, Data::Dump(&crowd(50)), &[]);
    let key = format!("Token {:040x}", 1);
    let caller = service.client().authorization(&key);
    let found = |query: &str| ids(&caller.get(&format!("{USERS}?{query}")).json());

    let all: Vec<i64> = (1..=50).map(|n| n * 3).collect();
    let inactive: Vec<i64> = all.iter().copied().filter(|id| id % 2 == 0).collect();
    assert_eq!(found("search=USER12"), [12, 120, 123, 126, 129]);
    assert_eq!(found("search=user,12+9"), [129]);
    assert_eq!(found("search=%22ser12%22&is_active=false"), [12, 120, 126]);
    assert_eq!(found("search=%22user+12%22"), Vec::<i64>::new());
    assert_eq!(found("is_active=False"), inactive);
    assert_eq!(found("is_staff=0"), Vec::<i64>::new());
    // As with django-filter, what is no flag does not count.
    assert_eq!(found("is_active=maybe&is_staff=&search="), all);
    let page = caller.get(&format!(
        "{USERS}?search=user&is_active=false&page_size=2&page=2"
    ));
    let page = page.json();
    assert_eq!((&page["count"], ids(&page)), (&json!(25), vec![18, 24]));
    let links = [&page["next"], &page["previous"]].map(|link| {
        let (_, query) = link.as_str().unwrap().split_once('?').unwrap();
        query.to_owned()
    });
    assert_eq!(
        links,
        [
            "is_active=false&page=3&page_size=2&search=user",
            "is_active=false&page_size=2&search=user",
        ]
    );
    let refused = caller.get(&format!("{USERS}?search=a%00"));
    assert_eq!(
        (refused.status, refused.text().as_str()),
        (400, r#"{"search":["Null characters are not allowed."]}"#)
    );
    let many = "a+".repeat(33);
    assert_eq!(caller.get(&format!("{USERS}?search={many}")).status, 400);
}

fn users_in_lists_are_shown_as_to_themselves(backend: Backend) {
    let service = staff(backend, &[]);
    let caller = service.client().token("MasterAdmin");
    let me = service
        .client()
        .token("unicode.کاربر")
        .get("/api/users/me/");

    let one = caller.get("/api/users/6/");
    let all = caller.get(USERS).json();
    let with_zeros = caller.get("/api/users/0006/");
    let short = caller.get("/api/users/6/?groups=ids").json();
    let head = caller.send(Request::new("HEAD", "/api/users/6/"));

    assert_eq!(one.text(), me.text());
    assert_eq!(all["results"][5], me.json());
    assert_eq!(with_zeros.text(), me.text());
    assert_eq!(short["groups"], json!([2, 3]));
    assert_eq!((head.status, head.text().as_str()), (200, ""));
    let page = Request::new("GET", USERS).header("Accept", "text/html");
    assert!(caller.send(page).text().contains("User List"));
}

fn the_deleted_are_gone_from_lists(backend: Backend) {
    let service = staff(backend, &[]);
    let caller = service.client().token("MasterAdmin");
    service.execute("UPDATE users SET deleted_at = '2025-11-30 00:00:00' WHERE id = 2");

    let list = caller.get(USERS).json();
    let one = caller.get("/api/users/2/");
    let joined = caller.post("/api/groups/3/users/2/");

    assert_eq!(
        (list["count"].clone(), ids(&list)),
        (json!(7), vec![1, 3, 4, 5, 6, 7, 8])
    );
    let expected = r#"{"detail":"No User matches the given query."}"#;
    assert_eq!((one.status, one.text().as_str()), (404, expected));
    assert_eq!((joined.status, joined.text().as_str()), (404, expected));
}

fn lists_can_be_switched_off(backend: Backend) {
    let service = staff(backend, &["dialects.drf.lists=false"]);
    let caller = service.client().token("MasterAdmin");

    for path in [
        USERS,
        "/api/users/2/",
        "/api/groups/",
        "/api/groups/1/",
        "/api/groups/1/users/1/",
        "/api/users",
    ] {
        let answer = caller.get(path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, r#"{"detail":"Not found."}"#),
            "{path}"
        );
    }
    for path in ["/api/users/me/", "/api/auth/tokens/"] {
        assert_eq!(caller.get(path).status, 200, "{path}");
    }
}

fn links_use_the_public_url_and_keep_the_query(backend: Backend) {
    let service = staff(
        backend,
        &[
            "http.public_url=https://people.example.org",
            "dialects.drf.page_size=3",
        ],
    );
    let caller = service.client().token("MasterAdmin");
    let query = "?groups=ids&%C3%BC=a%26b+c&x&page=2&x=%zz&page=2&format=json";

    let page = caller.get(&format!("{USERS}{query}")).json();

    let base = "https://people.example.org/api/users/";
    let rest = "&x=&x=%25zz&%C3%BC=a%26b+c";
    assert_eq!(
        page["next"],
        format!("{base}?format=json&groups=ids&page=3{rest}")
    );
    assert_eq!(
        page["previous"],
        format!("{base}?format=json&groups=ids{rest}")
    );
    assert_eq!(page["results"][0]["groups"], json!([]));
}

fn only_staff_and_admins_read_lists_and_writes_are_refused(backend: Backend) {
    let service = staff(backend, &[]);
    let client = service.client();

    for user in ["minimal", "superonly"] {
        assert_eq!(client.token(user).get(USERS).status, 200, "{user}");
        assert_eq!(
            client.token(user).get("/api/users/1/").status,
            200,
            "{user}"
        );
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for path in [USERS, "/api/users/2/"] {
            let body = r#"{"username": "x", "is_superuser": true}"#;
            let answer = client
                .token("MasterAdmin")
                .send(Request::json(method, path, body));
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
}
