//! Settings of ours, as they are found one by one, and what is to be said about them.

use serde_json::Value;

/// Settings of ours, as they are found one by one, and what is to be said about them.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    settings: Vec<(&'static str, Value)>,
    warnings: Vec<String>,
}

impl Translation {
    /// Sets a key of ours, once more if need be.
    pub(super) fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.settings.retain(|(known, _)| *known != key);
        self.settings.push((key, value.into()));
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.settings.retain(|(known, _)| *known != key);
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let mut settings = self.settings.iter();
        settings
            .find(|(known, _)| *known == key)
            .map(|(_, value)| value)
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }

    pub(crate) fn settings(&self) -> &[(&'static str, Value)] {
        &self.settings
    }

    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// A file of settings, with the warnings as comments.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = String::new();
        for warning in &self.warnings {
            let line = warning.replace(['\n', '\r'], " ");
            text.push_str(&format!("# warning: {line}\n"));
        }
        for section in ["auth", "auth.jwt"] {
            let of_section = |key: &str| {
                key.rsplit_once('.')
                    .map(|(before, name)| (before == section, name.to_owned()))
            };
            let keys = self.settings.iter().filter_map(|(key, value)| {
                let (is_inside, name) = of_section(key)?;
                is_inside.then(|| format!("{name} = {}\n", toml(value)))
            });
            let keys: String = keys.collect();
            if !keys.is_empty() {
                text.push_str(&format!("[{section}]\n{keys}"));
            }
        }
        text
    }
}

/// A text, a number, a flag or a list. Texts in JSON are texts in TOML, but for one character.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string().replace('\u{7f}', "\\u007F"),
    }
}
