//! What the fields of examples hold: a person as those of the recorded cases are.

use serde_json::{Value, json};

/// What a field of this name may hold, where its type does not tell enough.
pub(super) fn of_field(name: &str) -> Option<Value> {
    Some(match name {
        "username" => json!("amina"),
        "email" => json!("amina@example.com"),
        "first_name" => json!("Amina"),
        "last_name" => json!("Karimi"),
        "full_name" => json!("Amina Karimi"),
        "gender" => json!("female"),
        "mobile_number" | "number_phone" => json!("915550123"),
        "avatar" => json!("http://127.0.0.1:8000/media/avatars/amina.png"),
        "password" => json!("a long new password"),
        "current_password" => json!("the password until now"),
        "notes" => json!("Those who look after the service."),
        "name" => json!("Operations"),
        "label" => json!("laptop"),
        "prefix" => json!("9f3a"),
        "key" | "token" => json!("9f3a51c0c7f1a6f0d1f3c5b2e4a69788b0c1d2e3"),
        "access" | "refresh" => json!("eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxfQ.signature"),
        "next" | "previous" | "expires_at" | "last_used_at" => Value::Null,
        "is_superuser" | "is_staff" => json!(false),
        _ => return None,
    })
}
