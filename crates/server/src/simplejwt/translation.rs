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
        let warnings = self.warnings.iter();
        let warnings = warnings.map(|text| text.replace(['\n', '\r'], " "));
        let warnings = warnings.map(|line| format!("# warning: {line}\n"));
        let sections = ["auth", "auth.jwt"].map(|section| self.section(section));
        warnings.chain(sections).collect()
    }

    fn section(&self, section: &str) -> String {
        let keys = self.settings.iter().filter_map(|(key, value)| {
            let (before, name) = key.rsplit_once('.')?;
            (before == section).then(|| format!("{name} = {}\n", toml(value)))
        });
        let keys: String = keys.collect();
        if keys.is_empty() {
            keys
        } else {
            format!("[{section}]\n{keys}")
        }
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
