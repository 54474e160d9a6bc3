//! The tokens that the data of a service bring along.

use std::collections::BTreeMap;

use serde_json::Value;

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The tokens of a dump of Django, by user name.
pub(crate) fn tokens_of_dump(dump: &Value) -> BTreeMap<String, String> {
    let name = |id: &Value| {
        let has_id = |record: &&Value| {
            record.get("pk") == Some(id) && record.pointer("/fields/password").is_some()
        };
        items(dump)
            .find(has_id)?
            .pointer("/fields/username")?
            .as_str()
    };
    let is_token =
        |record: &&Value| record.get("model").and_then(Value::as_str) == Some("authtoken.token");
    let owned = |token: &Value| {
        let owner = name(token.pointer("/fields/user")?)?.to_owned();
        Some((owner, token.get("pk")?.as_str()?.to_owned()))
    };
    items(dump).filter(is_token).filter_map(owned).collect()
}

/// The first token of each user.
pub(crate) fn tokens_of_people(people: &Value) -> BTreeMap<String, String> {
    let mut tokens = BTreeMap::new();
    for token in people.get("tokens").into_iter().flat_map(items) {
        let is_owner = |user: &&Value| user.get("id") == token.get("user");
        let owner = people
            .get("users")
            .into_iter()
            .flat_map(items)
            .find(is_owner);
        let name = owner.and_then(|user| user.get("username")?.as_str());
        if let (Some(name), Some(key)) = (name, token.get("token").and_then(Value::as_str)) {
            tokens
                .entry(name.to_owned())
                .or_insert_with(|| key.to_owned());
        }
    }
    tokens
}
