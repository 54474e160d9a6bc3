//! From each setting of simplejwt to ours of the same meaning, and a warning for what has none.

use serde_json::Value;

use super::algorithm;
use super::dump::Dump;
use super::duration;
use super::keys::Keys;
use super::translation::Translation;

/// Flags that mean the same.
const FLAGS: [(&str, &str); 4] = [
    ("ROTATE_REFRESH_TOKENS", "auth.jwt.rotate_refresh_tokens"),
    (
        "BLACKLIST_AFTER_ROTATION",
        "auth.jwt.blacklist_after_rotation",
    ),
    ("UPDATE_LAST_LOGIN", "auth.jwt.update_last_login"),
    ("CHECK_REVOKE_TOKEN", "auth.jwt.check_revoke_token"),
];
/// Lengths of time, with the least and the greatest that are taken.
const LENGTHS: [(&str, &str, f64, f64); 5] = [
    (
        "ACCESS_TOKEN_LIFETIME",
        "auth.jwt.access_lifetime",
        1.0,
        CENTURY,
    ),
    (
        "REFRESH_TOKEN_LIFETIME",
        "auth.jwt.refresh_lifetime",
        1.0,
        CENTURY,
    ),
    (
        "SLIDING_TOKEN_LIFETIME",
        "auth.jwt.sliding_lifetime",
        1.0,
        CENTURY,
    ),
    (
        "SLIDING_TOKEN_REFRESH_LIFETIME",
        "auth.jwt.sliding_refresh_lifetime",
        1.0,
        CENTURY,
    ),
    ("LEEWAY", "auth.jwt.leeway", 0.0, 3600.0),
];
const CENTURY: f64 = 100.0 * 365.0 * 86_400.0;
/// Names of claims, and whether there may be none.
const CLAIMS: [(&str, &str, bool); 5] = [
    ("USER_ID_CLAIM", "auth.jwt.user_id_claim", false),
    ("TOKEN_TYPE_CLAIM", "auth.jwt.token_type_claim", true),
    ("JTI_CLAIM", "auth.jwt.jti_claim", true),
    ("REVOKE_TOKEN_CLAIM", "auth.jwt.revoke_token_claim", false),
    (
        "SLIDING_TOKEN_REFRESH_EXP_CLAIM",
        "auth.jwt.sliding_refresh_exp_claim",
        false,
    ),
];
/// Code of one's own in place of simplejwt's: what the default ends with, and what to do about it.
const CODE: [(&str, &str, &str); 12] = [
    ("JSON_ENCODER", "", "claims are written as JSON has them"),
    (
        "USER_AUTHENTICATION_RULE",
        ".default_user_authentication_rule",
        "users who are active may log in, and no others",
    ),
    (
        "TOKEN_USER_CLASS",
        ".TokenUser",
        "users are always looked up",
    ),
    (
        "TOKEN_OBTAIN_SERIALIZER",
        ".TokenObtainPairSerializer",
        "claims that it adds can be listed in auth.jwt.claims; nothing else of it is done",
    ),
    (
        "TOKEN_REFRESH_SERIALIZER",
        ".TokenRefreshSerializer",
        "refreshes are simplejwt's own",
    ),
    (
        "TOKEN_VERIFY_SERIALIZER",
        ".TokenVerifySerializer",
        "tokens are judged as simplejwt's own does",
    ),
    (
        "TOKEN_BLACKLIST_SERIALIZER",
        ".TokenBlacklistSerializer",
        "tokens are blacklisted as simplejwt's own does",
    ),
    (
        "SLIDING_TOKEN_OBTAIN_SERIALIZER",
        ".TokenObtainSlidingSerializer",
        "claims that it adds can be listed in auth.jwt.claims; nothing else of it is done",
    ),
    (
        "SLIDING_TOKEN_REFRESH_SERIALIZER",
        ".TokenRefreshSlidingSerializer",
        "refreshes are simplejwt's own",
    ),
    (
        "ON_LOGIN_SUCCESS",
        ".default_on_login_success",
        "the audit trail tells log-ins (docs/OPERATIONS.md)",
    ),
    (
        "ON_LOGIN_FAILED",
        ".default_on_login_failed",
        "the audit trail tells failed log-ins (docs/OPERATIONS.md)",
    ),
    ("TOKEN_BACKEND_CLASS", "", "simplejwt itself has removed it"),
];

/// Our settings for those of a Django project.
pub(crate) fn translate(dump: &Dump) -> Translation {
    let mut found = Translation::default();
    if dump.is_changed {
        found.warn(
            "the file changes SIMPLE_JWT elsewhere, under a condition or in parts, which is not followed: let Django write \
             its settings as JSON (docs/dialects/jwt.md tells how)",
        );
    }
    for (key, value) in &dump.simple_jwt {
        match value {
            Ok(value) => one(key, value, &mut found),
            Err(text) => found.warn(format!(
                "{key} is computed ({text}), which only Python can do: let Django write its settings as JSON \
                 (docs/dialects/jwt.md tells how)"
            )),
        }
    }
    keys(dump, &mut found);
    users(dump, &mut found);
    if let Some(blacklist) = dump.blacklist {
        found.set("auth.jwt.blacklist", blacklist);
        if !blacklist && found.get("auth.jwt.blacklist_after_rotation") == Some(&Value::Bool(true))
        {
            found.warn("BLACKLIST_AFTER_ROTATION does nothing without the app of the blacklist, there and here");
        }
    }
    found
}

fn value<'a>(dump: &'a Dump, key: &str) -> Option<&'a Value> {
    let value = dump.simple_jwt.get(key)?.as_ref().ok()?;
    (!value.is_null()).then_some(value)
}

fn text<'a>(dump: &'a Dump, key: &str) -> Option<&'a str> {
    value(dump, key)?.as_str().filter(|text| !text.is_empty())
}

fn keys(dump: &Dump, found: &mut Translation) {
    let is_computed = |key| dump.simple_jwt.get(key).is_some_and(Result::is_err);
    if ["ALGORITHM", "SIGNING_KEY", "VERIFYING_KEY", "JWK_URL"]
        .into_iter()
        .any(is_computed)
    {
        found.warn("the keys are left out: not all of them are known");
        return;
    }
    let own = text(dump, "SIGNING_KEY");
    let keys = Keys {
        signing: own.or(dump.secret_key.as_deref()),
        is_secret_key: own.is_none(),
        verifying: text(dump, "VERIFYING_KEY"),
        url: text(dump, "JWK_URL"),
    };
    if let Some(algorithm) = algorithm::translate(value(dump, "ALGORITHM"), found) {
        keys.translate(algorithm, found);
    }
}

/// How users are named, in tokens and at log-ins.
fn users(dump: &Dump, found: &mut Translation) {
    let field = text(dump, "USER_ID_FIELD").unwrap_or("id");
    let (name, class) = match &dump.primary_key {
        Some([name, class]) => (name.as_str(), Some(class.as_str())),
        None => ("id", None),
    };
    let is_number =
        class.is_none_or(|class| class.ends_with("AutoField") || class.contains("Integer"));
    match field {
        "username" | "email" => found.set("auth.jwt.user_id_field", field),
        "id" | "pk" => {}
        field if field == name => {}
        other => {
            let text = format!(
                "USER_ID_FIELD {other:?} cannot be carried over: tokens name users by id, username, email or \
                                primary key (auth.jwt.user_id_field)"
            );
            return found.warn(text);
        }
    }
    if !["username", "email"].contains(&field) {
        found.set(
            "auth.jwt.user_id_field",
            if is_number { "id" } else { "external_id" },
        );
        if let Some(class) = class.filter(|class| !is_number && !is_text(class)) {
            found.warn(format!(
                "the primary key of users is a {class}, which may hold numbers: auth.jwt.user_id_field is \"external_id\" \
                 unless they are, and then \"id\""
            ));
        }
        if class.is_none() {
            found.warn(
                "the file does not tell the primary key of users: where it is no number, auth.jwt.user_id_field is \
                 \"external_id\"",
            );
        }
    }
    match dump.username_field.as_deref() {
        None => {}
        Some(field @ ("username" | "email")) => found.set("auth.username_field", field),
        Some(other) => found.warn(format!(
            "USERNAME_FIELD {other:?} cannot be carried over: users log in by username or email (auth.username_field)"
        )),
    }
}

/// Whether a class of Django holds texts that are no numbers.
fn is_text(class: &str) -> bool {
    [
        "UUIDField",
        "CharField",
        "TextField",
        "SlugField",
        "EmailField",
    ]
    .contains(&class)
}

fn one(key: &str, value: &Value, found: &mut Translation) {
    if let Some((_, ours)) = FLAGS.iter().find(|(theirs, _)| *theirs == key) {
        match value {
            Value::Bool(flag) => found.set(ours, *flag),
            _ => wrong(key, "is no flag", found),
        }
    } else if let Some((_, ours, least, most)) = LENGTHS.iter().find(|(theirs, ..)| *theirs == key)
    {
        length(key, value, (ours, *least, *most), found);
    } else if let Some((_, ours, may_lack)) = CLAIMS.iter().find(|(theirs, ..)| *theirs == key) {
        match value {
            Value::String(name) if !name.is_empty() => found.set(ours, name.as_str()),
            Value::Null if *may_lack => found.set(ours, ""),
            _ => wrong(key, "names no claim", found),
        }
    } else if let Some((_, default, remedy)) = CODE.iter().find(|(theirs, ..)| *theirs == key) {
        let is_default = value.as_str().is_some_and(|name| {
            !default.is_empty()
                && name.starts_with("rest_framework_simplejwt.")
                && name.ends_with(default)
        });
        if !value.is_null() && !is_default {
            found.warn(format!("{key} is code, and has no counterpart: {remedy}"));
        }
    } else {
        other(key, value, found);
    }
}

fn other(key: &str, value: &Value, found: &mut Translation) {
    match key {
        "AUTH_HEADER_TYPES" => match texts(value) {
            Some(words) if !words.is_empty() => found.set("auth.jwt.header_types", words),
            _ => wrong(key, "names no words", found),
        },
        "AUTH_HEADER_NAME" => match value.as_str().and_then(header) {
            Some(name) => found.set("auth.jwt.header_name", name),
            None => wrong(key, "is no header, as HTTP_X_ACCESS_TOKEN is", found),
        },
        "AUTH_TOKEN_CLASSES" => classes(value, found),
        "AUDIENCE" => match value {
            Value::Null => {}
            Value::String(name) if !name.is_empty() => {
                found.set("auth.jwt.audience", name.as_str());
            }
            Value::Array(_)
                if texts(value)
                    .is_some_and(|all| !all.is_empty() && !all.iter().any(String::is_empty)) =>
            {
                found.set("auth.jwt.audience", value.clone());
            }
            _ => wrong(
                key,
                "is nobody, so simplejwt takes no token; empty, it would not be looked at here",
                found,
            ),
        },
        "ISSUER" => match value {
            Value::Null => {}
            Value::String(name) if !name.is_empty() => found.set("auth.jwt.issuer", name.as_str()),
            _ => wrong(key, "is no text of one issuer", found),
        },
        "CHECK_USER_IS_ACTIVE" => {
            if *value != Value::Bool(true) {
                found.warn("CHECK_USER_IS_ACTIVE has no counterpart: users who are not active are never let in");
            }
        }
        // They depend on each other.
        "ALGORITHM" | "SIGNING_KEY" | "VERIFYING_KEY" | "JWK_URL" | "USER_ID_FIELD" => {}
        _ => found.warn(format!(
            "{key} is no setting of simplejwt that is known here, and is left out"
        )),
    }
}

fn wrong(key: &str, problem: &str, found: &mut Translation) {
    found.warn(format!("{key} {problem}, and is left out"));
}

fn length(
    key: &str,
    value: &Value,
    (ours, least, most): (&'static str, f64, f64),
    found: &mut Translation,
) {
    let Some(seconds) = duration::seconds(value) else {
        if !value.is_null() {
            wrong(key, "is no length of time", found);
        }
        return;
    };
    let whole = seconds.floor();
    if !(least..=most).contains(&whole) {
        let text = format!("is {seconds} seconds, which is not from {least} to {most}");
        return wrong(key, &text, found);
    }
    if whole < seconds {
        found.warn(format!(
            "{key} is {seconds} seconds, of which the fraction is left out"
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and within the bounds"
    )]
    found.set(ours, whole as i64);
}

/// A text, or a list of texts, as a list.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect()
        }
        _ => None,
    }
}

/// The header of a name of WSGI.
fn header(name: &str) -> Option<String> {
    let words = name.strip_prefix("HTTP_")?.split('_');
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + &rest.to_ascii_lowercase())
    };
    let words: Vec<String> = words.map(word).collect::<Option<_>>()?;
    Some(words.join("-"))
}

fn classes(value: &Value, found: &mut Translation) {
    let mut ours = Vec::new();
    for name in texts(value).unwrap_or_default() {
        match name.strip_prefix("rest_framework_simplejwt.tokens.") {
            Some("AccessToken") => ours.push("access"),
            Some("SlidingToken") => ours.push("sliding"),
            _ => found.warn(format!(
                "AUTH_TOKEN_CLASSES has {name:?}, which is not carried over: access and sliding tokens go with requests"
            )),
        }
    }
    if ours.is_empty() {
        wrong(
            "AUTH_TOKEN_CLASSES",
            "has no class that is known here",
            found,
        );
    } else {
        found.set("auth.jwt.token_classes", ours);
    }
}
