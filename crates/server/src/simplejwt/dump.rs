//! Settings of a Django project: JSON that the project wrote, or the text of its settings file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::python::Names;

/// The app that remembers refresh tokens.
const BLACKLIST: &str = "rest_framework_simplejwt.token_blacklist";

/// Settings of a Django project, as far as tokens are concerned.
#[derive(Debug, Default)]
pub(crate) struct Dump {
    /// `SIMPLE_JWT`: values, or texts of what is computed.
    pub(super) simple_jwt: BTreeMap<String, Result<Value, String>>,
    pub(super) secret_key: Option<String>,
    pub(super) username_field: Option<String>,
    /// Name and class of the primary key of users.
    pub(super) primary_key: Option<[String; 2]>,
    /// Whether the app of the blacklist is installed, if that is known.
    pub(super) blacklist: Option<bool>,
    /// Whether the file changes `SIMPLE_JWT` where it is not followed.
    pub(super) is_changed: bool,
}

impl Dump {
    /// Reads JSON or Python.
    ///
    /// # Errors
    /// A text, for what is neither or has no `SIMPLE_JWT`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('{') {
            let value = serde_json::from_str(text);
            return value
                .map(Self::from_json)
                .map_err(|error| format!("is no JSON: {error}"));
        }
        Self::from_python(text)
    }

    /// The dict itself, or an object that has it among others.
    fn from_json(mut object: Map<String, Value>) -> Self {
        let text =
            |object: &Map<String, Value>, name: &str| object.get(name)?.as_str().map(str::to_owned);
        let Some(Value::Object(members)) = object.remove("SIMPLE_JWT") else {
            return Self {
                simple_jwt: object
                    .into_iter()
                    .map(|(key, value)| (key, Ok(value)))
                    .collect(),
                ..Self::default()
            };
        };
        let name = text(&object, "PRIMARY_KEY");
        let class = text(&object, "PRIMARY_KEY_CLASS");
        Self {
            simple_jwt: members
                .into_iter()
                .map(|(key, value)| (key, Ok(value)))
                .collect(),
            secret_key: text(&object, "SECRET_KEY"),
            username_field: text(&object, "USERNAME_FIELD"),
            primary_key: name.zip(class).map(|(name, class)| [name, class]),
            blacklist: object.get("INSTALLED_APPS").map(has_blacklist),
            is_changed: false,
        }
    }

    fn from_python(text: &str) -> Result<Self, String> {
        let names = Names::read(text);
        let members = names.members("SIMPLE_JWT").ok_or(
            "has no SIMPLE_JWT = {…} at the left margin: let Django write it as JSON (docs/dialects/jwt.md tells how)",
        )?;
        let secret_key = names.value("SECRET_KEY");
        Ok(Self {
            simple_jwt: members.into_iter().collect(),
            secret_key: secret_key.and_then(|key| key.as_str().map(str::to_owned)),
            blacklist: names.value("INSTALLED_APPS").as_ref().map(has_blacklist),
            is_changed: names.is_changed("SIMPLE_JWT"),
            ..Self::default()
        })
    }
}

fn has_blacklist(apps: &Value) -> bool {
    let is_app = |app: &Value| app.as_str().is_some_and(|app| app.starts_with(BLACKLIST));
    apps.as_array().is_some_and(|apps| apps.iter().any(is_app))
}
