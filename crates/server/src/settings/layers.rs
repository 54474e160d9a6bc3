//! The layers of settings, and where each value comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use config::{Config, ConfigError, File, FileFormat, Value, ValueKind};

use crate::error::Failure;
use crate::settings::Settings;

const BASE: &str = include_str!("../../../../config/base.toml");
const DEVELOPMENT: &str = include_str!("../../../../config/development.toml");
const PRODUCTION: &str = include_str!("../../../../config/production.toml");

/// What the names of environment variables begin with.
const PREFIX: &str = "PROFILED__";

/// Where settings are looked for, beside the built-in defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Name of the profile; else that of the environment, else development.
    pub profile: Option<String>,
    /// Files, later ones win.
    pub files: Vec<PathBuf>,
    /// `PROFILED__SECTION__KEY` variables; others are left alone.
    pub environment: Vec<(String, String)>,
    /// `key=value`, later ones win.
    pub overrides: Vec<String>,
}

/// One value from the environment or the command line: its key, its text, and where it comes from.
type Given = (String, String, String);

/// Reads all layers into one structure.
pub(super) fn read(sources: &Sources) -> Result<Settings, Failure> {
    let known = leaves(&built(
        Config::builder().add_source(text("config/base.toml", BASE)),
    )?);
    let given = given(sources)?;
    let named = |name: &Given| name.0 == "profile";
    let chosen = given
        .iter()
        .rev()
        .find(|name| named(name))
        .map(|(_, value, _)| value.clone());
    let profile = sources.profile.clone().or(chosen);
    let profile = profile.unwrap_or_else(|| "development".to_owned());
    let mut builder = Config::builder()
        .add_source(text("config/base.toml", BASE))
        .add_source(profile_file(&profile)?);
    for file in &sources.files {
        if !file.is_file() {
            return Err(Failure::settings(format!(
                "--config {}: no such file",
                file.display()
            )));
        }
        builder = builder.add_source(File::from(file.as_path()).format(FileFormat::Toml));
    }
    let profile = (String::from("profile"), profile, String::from("--profile"));
    for (key, value, origin) in given.into_iter().chain([profile]) {
        let expected = known.get(&key).ok_or_else(|| unknown(&key, &origin))?;
        let value = Value::new(Some(&origin), convert(value, &expected.kind));
        builder = builder.set_override(&key, value).map_err(failure)?;
    }
    let config = built(builder)?;
    for (key, value) in leaves(&config) {
        if !known.contains_key(&key) {
            return Err(unknown(&key, value.origin().unwrap_or("the settings")));
        }
    }
    config.try_deserialize().map_err(failure)
}

fn built(builder: config::ConfigBuilder<config::builder::DefaultState>) -> Result<Config, Failure> {
    builder.build().map_err(failure)
}

fn text(name: &str, content: &str) -> impl config::Source + Send + Sync + 'static {
    Named {
        name: name.to_owned(),
        content: content.to_owned(),
    }
}

/// A built-in file, under the name that messages call it.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    content: String,
}

impl config::Source for Named {
    fn clone_into_box(&self) -> Box<dyn config::Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<config::Map<String, Value>, ConfigError> {
        use config::Format;
        let parsed = FileFormat::Toml.parse(Some(&self.name), &self.content);
        parsed.map_err(|cause| ConfigError::FileParse {
            uri: Some(self.name.clone()),
            cause,
        })
    }
}

/// `config/<profile>.toml` of the working directory, or the built-in one.
fn profile_file(profile: &str) -> Result<Named, Failure> {
    let built_in = match profile {
        "development" => DEVELOPMENT,
        "production" => PRODUCTION,
        other => {
            let text = format!("profile {other:?}: there are development and production");
            return Err(Failure::settings(text));
        }
    };
    let name = format!("config/{profile}.toml");
    let content = std::fs::read_to_string(&name).unwrap_or_else(|_| built_in.to_owned());
    Ok(Named { name, content })
}

/// Values of the environment and of the command line, in the order in which they win.
fn given(sources: &Sources) -> Result<Vec<Given>, Failure> {
    let mut all = Vec::new();
    for (name, value) in &sources.environment {
        if let Some(rest) = name.strip_prefix(PREFIX) {
            let key = rest.to_ascii_lowercase().replace("__", ".");
            all.push((key, value.clone(), format!("environment variable {name}")));
        }
    }
    for pair in &sources.overrides {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::settings(format!("--set {pair}: write it as section.key=value"))
        })?;
        all.push((
            key.trim().to_owned(),
            value.to_owned(),
            format!("--set {key}"),
        ));
    }
    Ok(all)
}

/// Text in the kind of the default; what does not fit is left for the type check, which names it.
fn convert(text: String, expected: &ValueKind) -> ValueKind {
    match expected {
        ValueKind::Array(_) => {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            ValueKind::Array(parts.map(|part| Value::from(part.to_owned())).collect())
        }
        ValueKind::Boolean(_) => text
            .parse()
            .map_or(ValueKind::String(text), ValueKind::Boolean),
        ValueKind::I64(_) => text.parse().map_or(ValueKind::String(text), ValueKind::I64),
        _ => ValueKind::String(text),
    }
}

/// All values that are no tables, by their dotted keys.
fn leaves(config: &Config) -> BTreeMap<String, Value> {
    fn walk(prefix: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
        match &value.kind {
            ValueKind::Table(members) if !members.is_empty() => {
                for (name, member) in members {
                    let dot = if prefix.is_empty() { "" } else { "." };
                    walk(&format!("{prefix}{dot}{name}"), member, found);
                }
            }
            _ => {
                found.insert(prefix.to_owned(), value.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk("", &config.cache, &mut found);
    found
}

fn unknown(key: &str, origin: &str) -> Failure {
    Failure::settings(format!(
        "unknown setting {key} in {origin}: docs/CONFIGURATION.md lists all settings"
    ))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failure(error: ConfigError) -> Failure {
    Failure::settings(error.to_string())
}
