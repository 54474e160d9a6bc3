//! Dumps as `manage.py dumpdata` writes them.

use std::fmt::Write;

use serde_json::{Value, json};

/// A dump of these records.
pub fn dump(records: &[Value]) -> String {
    Value::from(records).to_string()
}

/// A record of any model; a key of null is left out.
pub fn record(model: &str, pk: &Value, fields: &Value) -> Value {
    match pk {
        Value::Null => json!({ "model": model, "fields": fields }),
        pk => json!({ "model": model, "pk": pk, "fields": fields }),
    }
}

/// A user with the fields that it must have, and others.
pub fn user(id: i64, fields: &Value) -> Value {
    let given = fields.as_object().into_iter().flatten();
    let usual = json!({
        "password": "!",
        "last_login": null,
        "username": format!("user{id}"),
        "date_joined": "2025-11-22T13:15:20.827Z",
    });
    let mut all = usual.as_object().cloned().unwrap_or_default();
    all.extend(given.map(|(name, value)| (name.clone(), value.clone())));
    json!({ "model": "accounts.user", "pk": id, "fields": all })
}

pub fn group(id: i64, name: &str) -> Value {
    json!({ "model": "auth.group", "pk": id, "fields": { "name": name, "permissions": [] } })
}

pub fn token(key: &str, user: &Value) -> Value {
    let fields = json!({ "user": user, "created": "2025-11-22T13:15:20.827Z" });
    json!({ "model": "authtoken.token", "pk": key, "fields": fields })
}

/// A dump of many users, each in two of 50 groups and with a token, about 700 bytes a user.
pub fn large(users: i64) -> String {
    let mut text = String::from("[\n");
    for id in 1..=50 {
        let _ = writeln!(text, "{},", group(id, &format!("group {id}")));
    }
    let padding = "x".repeat(150);
    for id in 1..=users {
        let user = user(
            id,
            &json!({
                "password": format!("pbkdf2_sha256$1000000${id:022}$R2jV2PfSF7g13ZJj+IYofegHzKAhznnlv3gezP2A3WU="),
                "email": format!("user{id}@example.com"),
                "mobile_number": format!("09{id:09}"),
                "first_name": format!("First {padding}"),
                "last_name": "Last",
                "gender": "other",
                "avatar": "",
                "is_active": true,
                "groups": [id % 50 + 1, (id + 1) % 50 + 1],
            }),
        );
        let comma = if id == users { "" } else { "," };
        let _ = writeln!(
            text,
            "{user},\n{}{comma}",
            token(&format!("{id:040x}"), &json!(id))
        );
    }
    text + "]\n"
}
