//! The library `awxkit` over `/api/v1/`, with Basic.

use serde_json::json;

use super::site::{Site, lines, with_client};

with_client!(library, AWXKIT: awxkit_reads_and_writes);

fn awxkit_reads_and_writes(site: &Site) {
    let host = format!("http://{}", site.address());

    let done = site.python.run("awxkit_client.py", &json!({"host": host}));

    assert_eq!(done["me"], json!(["admin"]));
    assert_eq!(done["ping"], "2.3.0");
    assert_eq!(done["config"], "2.3.0");
    let first = json!(["admin", "alice"]);
    assert_eq!(done["pages"], json!([first, ["bob", "carol"], first]));
    assert_eq!(done["count"], 9);
    assert_eq!(done["all"].as_array().unwrap().len(), 9);
    assert_eq!(done["filtered"], json!(["bob"]));
    assert_eq!(done["found"], json!(["mia"]));
    assert_eq!(done["user"]["id"], 11);
    assert_eq!(done["user"]["username"], "nina");
    assert_eq!(done["options"], json!(["User Detail", ["GET", "PUT"]]));
    assert_eq!(done["teams"], json!(["Team A"]));
    let related = done["related"].as_object().unwrap();
    assert_eq!(related.len(), 7);
    assert!(related.values().all(|count| count == 0), "{related:?}");
    assert_raised(&done["raised"]);
    assert_sent(site);
}

fn assert_raised(raised: &serde_json::Value) {
    let not_found = json!({"detail": "Not found"});
    let expected = json!({
        "duplicate": {"username": ["User with this Username already exists."]},
        "invalid": {"username": ["Enter a valid username."]},
        "forbidden": {"detail": "You do not have permission to perform this action."},
        "method": {"detail": "Method 'POST' not allowed."},
        "unknown filter": {"detail": "User has no field named 'bogus'"},
        "page": not_found,
        "unauthorized": {"detail": "Invalid username/password"},
        "gone": not_found,
        "dead": {"detail": "Invalid username/password"},
    });
    assert_eq!(*raised, expected);
}

fn assert_sent(site: &Site) {
    let sent = site.sent();
    let writes = sent.iter().filter(|request| request.method != "GET");
    let writes: Vec<_> = writes.cloned().collect();
    let paths: Vec<_> = writes
        .iter()
        .map(|request| format!("{} {}", request.method, request.path))
        .collect();
    assert_eq!(
        paths,
        [
            "POST /api/v1/users/",
            "POST /api/v1/users/",
            "POST /api/v1/users/",
            "PATCH /api/v1/users/11/",
            "PATCH /api/v1/users/11/",
            "PUT /api/v1/users/11/",
            "OPTIONS /api/v1/users/11/",
            "POST /api/v1/users/",
            "POST /api/v1/me/",
            "DELETE /api/v1/users/11/",
        ]
    );
    let reads = lines(&sent, "");
    assert_eq!(
        reads.get(..10).unwrap_or_default(),
        [
            "GET /api/",
            "GET /api/v1/",
            "GET /api/v1/me/",
            "GET /api/v1/users/?page_size=2&order_by=username",
            "GET /api/v1/users/?page_size=2&order_by=username&page=2",
            "GET /api/v1/users/?page_size=2&order_by=username&page=1",
            "GET /api/v1/ping/",
            "GET /api/v1/config/",
            "GET /api/v1/users/?page_size=4",
            "GET /api/v1/users/?page_size=4&page=2",
        ]
    );
}
