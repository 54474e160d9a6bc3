//! Groups with many members, and users in many groups.

use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    a_large_group_is_counted_exactly,
    a_user_in_many_groups_gets_all_in_order
);

const MEMBERS: i64 = 3_000;
const GROUPS: i64 = 100;

fn group(pk: i64) -> Value {
    let fields = json!({"name": format!("Group {pk}"), "notes": null,
        "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z"});
    json!({"model": "accounts.group", "pk": pk, "fields": fields})
}

fn user(pk: i64, groups: &[i64]) -> Value {
    let fields = json!({"password": "!", "last_login": null, "username": format!("user{pk}"),
        "mobile_number": null, "email": null, "avatar": "", "first_name": null, "last_name": null,
        "gender": null, "is_profile_completed": false, "is_active": pk % 2 == 1, "is_staff": true,
        "is_superuser": false, "created_at": "2025-01-01T00:00:00Z", "groups": groups});
    json!({"model": "accounts.user", "pk": pk, "fields": fields})
}

fn token(user: i64) -> Value {
    let fields = json!({"user": user, "created": "2025-01-01T00:00:00Z"});
    json!({"model": "authtoken.token", "pk": format!("{user:040x}"), "fields": fields})
}

/// Every user is in group 1, user 1 in all groups.
fn dump() -> String {
    let all: Vec<i64> = (1..=GROUPS).rev().collect();
    let mut objects: Vec<Value> = (1..=GROUPS).map(group).collect();
    objects.extend((1..=MEMBERS).map(|pk| user(pk, if pk == 1 { &all } else { &[1] })));
    objects.push(token(1));
    Value::from(objects).to_string()
}

fn groups_of_user_1(backend: Backend) -> Vec<Value> {
    let service = Service::start(backend, Data::Dump(&dump()), &[]);
    let key = format!("Token {:040x}", 1);
    let me = service.client().authorization(&key).get("/api/users/me/");
    assert_eq!(me.status, 200);
    me.json()["groups"].as_array().cloned().unwrap_or_default()
}

fn a_large_group_is_counted_exactly(backend: Backend) {
    let groups = groups_of_user_1(backend);

    let counts: Vec<_> = groups
        .iter()
        .map(|group| group["users_count"].clone())
        .collect();
    assert_eq!(counts.first(), Some(&json!(MEMBERS)));
    assert!(counts.iter().skip(1).all(|count| *count == 1));
}

fn a_user_in_many_groups_gets_all_in_order(backend: Backend) {
    let groups = groups_of_user_1(backend);

    let ids: Vec<_> = groups
        .iter()
        .filter_map(|group| group["id"].as_i64())
        .collect();
    assert_eq!(ids, (1..=GROUPS).collect::<Vec<_>>());
}
