//! A service below a path, which the proxy in front of it takes off. URLs and paths in answers are those that clients ask
//! for, as Django makes them with `FORCE_SCRIPT_NAME` (Django 5.2, `WSGIRequest.path`, `reverse`, `CommonMiddleware`).

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::Value;

const SETTING: &str = "http.public_url=https://API.example.org:443/People/";
const ROOT: &str = "https://api.example.org";
const BASE: &str = "https://api.example.org/People";

fn started(data: Data<'_>) -> Service {
    let small = ["dialects.drf.page_size=1", "dialects.tower.page_size=1"];
    Service::start(Backend::Sqlite, data, &[&[SETTING][..], &small].concat())
}

/// All texts in it that are paths or URLs.
fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("/api/") || text.contains("/media/") => {
            found.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| addresses(item, found)),
        Value::Object(members) => members.values().for_each(|member| addresses(member, found)),
        _ => {}
    }
}

#[test]
fn urls_of_drf_begin_with_the_public_url() {
    let service = started(Data::Staff);
    let staff = service.client().token("MasterAdmin");

    let me = staff.get("/api/users/me/").json();
    let list = staff.get("/api/users/?page=2").json();
    let redirect = staff.get("/api/users/me?a=b");

    assert_eq!(
        me["avatar"],
        format!("{BASE}/media/users/avatars/photo22132188258.jpg")
    );
    assert_eq!(list["next"], format!("{BASE}/api/users/?page=3"));
    assert_eq!(list["previous"], format!("{BASE}/api/users/"));
    let location = redirect.header("Location");
    assert_eq!(
        (redirect.status, location.as_deref()),
        (301, Some("/People/api/users/me/?a=b"))
    );
}

#[test]
fn the_path_of_an_avatar_in_jwt_begins_with_the_public_path() {
    let service = started(Data::Jwt);
    let stored = "UPDATE users SET avatar = 'avatars/x.png' WHERE id = 2";
    service.execute(stored);

    let profile = service.client().bearer(2).post("/api/profile/").json();

    assert_eq!(profile["avatar"], "/People/media/avatars/x.png");
}

#[test]
fn paths_of_tower_begin_with_the_public_path() {
    let service = started(Data::Tower);
    let admin = service.client().authorization("Basic YWRtaW46cHctYWRtaW4=");
    let mut found = Vec::new();

    for path in [
        "/api/",
        "/api/v1/",
        "/api/v1/me/",
        "/api/v1/users/",
        "/api/v1/organizations/",
        "/api/v1/teams/",
        "/api/v1/activity_stream/",
    ] {
        addresses(&admin.get(path).json(), &mut found);
    }
    let body = r#"{"name": "New", "description": ""}"#;
    let made = admin.send(Request::json("POST", "/api/v1/organizations/", body));
    addresses(&made.json(), &mut found);
    let redirect = admin.get("/api/v1/me");

    assert!(found.len() > 40, "{found:?}");
    for address in &found {
        assert!(address.starts_with("/People/api/"), "{address}");
        assert!(!address.contains("/People/People/"), "{address}");
    }
    assert_eq!(made.status, 201);
    let place = format!("{ROOT}{}", made.json()["url"].as_str().unwrap());
    assert_eq!(made.header("Location"), Some(place));
    assert_eq!(
        redirect.header("Location"),
        Some(format!("{BASE}/api/v1/me/"))
    );
}

#[test]
fn links_of_pages_lead_below_the_public_path() {
    let service = started(Data::Staff);
    let staff = service.client().token("MasterAdmin");

    let page = Request::new("GET", "/api/users/?page=2").header("Accept", "text/html");
    let html = staff.send(page).text();

    let links: Vec<&str> = html
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(links.len() > 6, "{links:?}");
    for link in links {
        let is_fine = ["/People/", "?", "#"]
            .iter()
            .any(|start| link.starts_with(start));
        assert!(is_fine || link.starts_with(&format!("{BASE}/")), "{link}");
    }
    assert!(html.contains("GET</b> /People/api/users/"), "{html}");
}

#[test]
fn a_log_in_leads_below_the_public_path_and_pages_of_its_origin_may_ask() {
    let service = started(Data::Tower);
    let log_in = |next: &str, origin: &str| {
        let form = format!("username=admin&password=pw-admin{next}");
        let request = Request::new("POST", "/api/login/")
            .header("Content-Type", "application/x-www-form-urlencoded");
        service
            .client()
            .anonymous()
            .send(request.header("Origin", origin).body(&form))
    };

    for (next, place) in [
        ("", "/People/api/"),
        ("&next=/People/api/v2/users/", "/People/api/v2/users/"),
        ("&next=//evil.example", "/People/api/"),
    ] {
        let answer = log_in(next, ROOT);
        let location = answer.header("Location");
        assert_eq!(
            (answer.status, location),
            (302, Some(format!("{ROOT}{place}"))),
            "{next}"
        );
    }
    for foreign in [BASE, "https://api.example.org:8443", "null"] {
        assert_eq!(log_in("", foreign).status, 403, "{foreign}");
    }
}
