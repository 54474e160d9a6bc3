//! The layers of settings, and where each value comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, FileFormat, Format, Value, ValueKind};

use crate::error::Failure;
use crate::settings::Settings;

const BASE: &str = include_str!("../../../../config/base.toml");
const DEVELOPMENT: &str = include_str!("../../../../config/development.toml");
const PRODUCTION: &str = include_str!("../../../../config/production.toml");

/// Keys whose value is a list of tables.
const TABLES: [&str; 2] = ["auth.jwt.issuers", "auth.introspection.clients"];
/// A key whose value is a text or a list of texts.
const TEXT_OR_LIST: &str = "auth.jwt.audience";
/// What messages call the built-in defaults.
const DEFAULTS: &str = "config/base.toml";
const VARIABLE: &str = "environment variable ";

/// Where settings are looked for, in addition to the built-in defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Name of the profile; else that of the other sources, else development.
    pub profile: Option<String>,
    /// Files, later ones win.
    pub files: Vec<PathBuf>,
    /// `PROFILED__SECTION__KEY` variables; others are left alone.
    pub environment: Vec<(String, String)>,
    /// `key=value`, later ones win.
    pub overrides: Vec<String>,
}

impl Sources {
    /// What the names of environment variables begin with.
    pub(crate) const PREFIX: &str = "PROFILED__";
}

/// Where the value of each key comes from.
#[derive(Debug, Default)]
pub(super) struct Origins(BTreeMap<String, String>);

impl Origins {
    /// Whether the value is not the default.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|origin| origin != DEFAULTS)
    }

    /// The key for a message, with the place where it is set.
    pub(super) fn name(&self, key: &str) -> String {
        match self.0.get(key).filter(|origin| *origin != DEFAULTS) {
            Some(origin) => format!("{key} in {origin}"),
            None => key.to_owned(),
        }
    }
}

/// One value.
#[derive(Clone)]
struct Leaf {
    key: String,
    kind: ValueKind,
    origin: String,
}

impl Leaf {
    /// Whether it is a variable of a shell that says nothing, as `${HOSTS:-}` may.
    fn is_unset(&self) -> bool {
        let is_blank = matches!(&self.kind, ValueKind::String(text) if text.trim().is_empty());
        is_blank && self.origin.starts_with(VARIABLE)
    }
}

/// Reads all layers into one structure.
pub(super) fn read(sources: &Sources) -> Result<(Settings, Origins), Failure> {
    let defaults = parse(DEFAULTS, BASE)?;
    let files = sources.files.iter().map(|file| settings_file(file));
    let files = files.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
    let given = files.chain(given(sources)?).collect::<Vec<_>>();
    let profile = profile(&defaults, &given)?;
    let given = profile_file(&profile)?.into_iter().chain(given);
    let given = given.filter_map(|leaf| fitting(leaf, &defaults).transpose());
    let given = given.collect::<Result<Vec<_>, _>>()?;
    let leaves = [defaults, given].concat();
    let merged = merged(&leaves).map_err(|error| Failure::settings(error.to_string()))?;
    let origins = leaves.into_iter().map(|leaf| (leaf.key, leaf.origin));
    let origins = Origins(origins.collect());
    // By way of JSON, because its messages tell which values are known.
    let settings = serde_path_to_error::deserialize(merged);
    let settings = settings.map_err(|error| blame(&error, &origins))?;
    Ok((settings, origins))
}

/// The profile decides which file is the second layer, so it is looked for ahead of all others.
fn profile(defaults: &[Leaf], given: &[Leaf]) -> Result<Leaf, Failure> {
    let mut all = defaults.iter().chain(given).rev();
    let last = all.find(|leaf| leaf.key == "profile" && !leaf.is_unset());
    let last = last.cloned();
    last.ok_or_else(|| Failure::settings("profile is not set"))
}

/// `config/<profile>.toml` of the working directory, or the built-in one.
fn profile_file(profile: &Leaf) -> Result<Vec<Leaf>, Failure> {
    let (name, built_in) = match profile.kind.to_string().as_str() {
        "development" => ("config/development.toml", DEVELOPMENT),
        "production" => ("config/production.toml", PRODUCTION),
        other => {
            let origin = &profile.origin;
            let text = format!("profile in {origin} is {other:?}: use development or production");
            return Err(Failure::settings(text));
        }
    };
    if Path::new(name).exists() {
        settings_file(Path::new(name))
    } else {
        parse(name, built_in)
    }
}

fn settings_file(path: &Path) -> Result<Vec<Leaf>, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Failure::settings(format!("{name}: {error}")))?;
    parse(&name, &text)
}

fn parse(name: &str, text: &str) -> Result<Vec<Leaf>, Failure> {
    let parsed = FileFormat::Toml.parse(None, text);
    let members = parsed.map_err(|error| {
        // The lines between quote the file, which may hold secrets.
        let text = error.to_string();
        let is_quote = |line: &&str| {
            line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit())
                .starts_with('|')
        };
        let lines: Vec<&str> = text.lines().filter(|line| !is_quote(line)).collect();
        Failure::settings(format!("{name}: {}", lines.join(": ")))
    })?;
    let mut leaves = Vec::new();
    flatten("", members, name, &mut leaves);
    Ok(leaves)
}

/// Values by their dotted keys. An empty table is kept, so that a mistyped section does not go unseen.
fn flatten(prefix: &str, table: config::Map<String, Value>, origin: &str, leaves: &mut Vec<Leaf>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value.kind {
            ValueKind::Table(members) if !members.is_empty() => {
                flatten(&format!("{key}."), members, origin, leaves);
            }
            kind => leaves.push(Leaf {
                key,
                kind,
                origin: origin.to_owned(),
            }),
        }
    }
}

/// Values of the environment and of the command line, in the order in which they win.
fn given(sources: &Sources) -> Result<Vec<Leaf>, Failure> {
    let mut all = Vec::new();
    let mut add = |key: String, text: &str, origin: String| {
        let kind = ValueKind::String(text.to_owned());
        all.push(Leaf { key, kind, origin });
    };
    for (name, text) in &sources.environment {
        if let Some(rest) = name.strip_prefix(Sources::PREFIX) {
            let key = rest.to_ascii_lowercase().replace("__", ".");
            add(key, text, format!("{VARIABLE}{name}"));
        }
    }
    for pair in &sources.overrides {
        let (key, text) = pair.split_once('=').ok_or_else(|| {
            let text = "--set needs a key and a value, as log.level=debug";
            Failure::new(crate::Kind::Usage, text)
        })?;
        add(key.trim().to_owned(), text, "--set".to_owned());
    }
    if let Some(profile) = &sources.profile {
        add("profile".to_owned(), profile, "--profile".to_owned());
    }
    Ok(all)
}

/// The value in the kind of the default, if it is one of that kind or text of one. `None` for a variable that
/// is not set: its name may still be wrong.
fn fitting(leaf: Leaf, known: &[Leaf]) -> Result<Option<Leaf>, Failure> {
    let is_unset = leaf.is_unset();
    let Leaf { key, kind, origin } = leaf;
    let is_section = |prefix: &str| known.iter().any(|known| known.key.starts_with(prefix));
    let Some(Leaf { kind: expected, .. }) = known.iter().find(|known| known.key == key) else {
        return Err(Failure::settings(if is_section(&format!("{key}.")) {
            format!("{key} in {origin} is a section: set its keys")
        } else {
            format!("unknown setting {key} in {origin}: docs/CONFIGURATION.md lists all settings")
        }));
    };
    if is_unset {
        return Ok(None);
    }
    let kind = if TABLES.contains(&key.as_str()) {
        tables(kind)
    } else if key == TEXT_OR_LIST {
        text_or_list(kind)
    } else {
        coerced(expected, kind)
    };
    let kind =
        kind.map_err(|wanted| Failure::settings(format!("{key} in {origin}: must be {wanted}")))?;
    Ok(Some(Leaf { key, kind, origin }))
}

/// A value in the kind of the default, or what it should be. The value itself may be a secret.
fn coerced(expected: &ValueKind, given: ValueKind) -> Result<ValueKind, &'static str> {
    let is_text = |item: &Value| matches!(item.kind, ValueKind::String(_));
    match (expected, given) {
        (ValueKind::Array(_), ValueKind::String(text)) => Ok(ValueKind::Array(list(&text))),
        (ValueKind::Array(_), ValueKind::Array(items)) if items.iter().all(is_text) => {
            Ok(ValueKind::Array(items))
        }
        (ValueKind::Array(_), _) => Err("a list of texts"),
        (ValueKind::Boolean(_), ValueKind::Boolean(flag)) => Ok(ValueKind::Boolean(flag)),
        (ValueKind::Boolean(_), ValueKind::String(text)) => {
            let flag = text.parse().map(ValueKind::Boolean);
            flag.ok().ok_or("true or false")
        }
        (ValueKind::Boolean(_), _) => Err("true or false"),
        (ValueKind::I64(_), ValueKind::I64(number)) if number >= 0 => Ok(ValueKind::I64(number)),
        (ValueKind::I64(_), ValueKind::String(text)) => {
            let number = text.parse().ok().filter(|number| *number >= 0);
            number.map(ValueKind::I64).ok_or("a whole number")
        }
        (ValueKind::I64(_), _) => Err("a whole number"),
        (ValueKind::Float(_), given) => float(&given).ok_or("a number"),
        (_, ValueKind::String(text)) => Ok(ValueKind::String(text)),
        _ => Err("text"),
    }
}

/// A text, or a list as it is or as JSON.
fn text_or_list(given: ValueKind) -> Result<ValueKind, &'static str> {
    let given = match given {
        ValueKind::String(text) if text.trim_start().starts_with('[') => {
            let value = serde_json::from_str(&text);
            value.map_or(ValueKind::Nil, from_json)
        }
        other => other,
    };
    let is_text = |item: &Value| matches!(item.kind, ValueKind::String(_));
    match given {
        ValueKind::Array(items) if items.iter().all(is_text) => Ok(ValueKind::Array(items)),
        ValueKind::String(text) => Ok(ValueKind::String(text)),
        _ => Err("a text, or a list of texts (elsewhere than in a file: JSON)"),
    }
}

fn float(given: &ValueKind) -> Option<ValueKind> {
    let number = match given {
        ValueKind::Float(number) => *number,
        ValueKind::I64(number) => f64::from(i32::try_from(*number).ok()?),
        ValueKind::String(text) => text.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(ValueKind::Float(number))
}

/// Tables as they are, or as JSON where there is only text.
fn tables(given: ValueKind) -> Result<ValueKind, &'static str> {
    let is_table = |item: &Value| matches!(item.kind, ValueKind::Table(_));
    let given = match given {
        ValueKind::String(text) if text.trim().is_empty() => ValueKind::Array(Vec::new()),
        // TOML's inline tables would do as well, but they are unusual in an environment.
        ValueKind::String(text) => match serde_json::from_str(&text) {
            Ok(value) => from_json(value),
            Err(_) => ValueKind::Nil,
        },
        other => other,
    };
    match given {
        ValueKind::Array(items) if items.iter().all(is_table) => Ok(ValueKind::Array(items)),
        _ => Err("a list of tables, or JSON of one"),
    }
}

fn from_json(value: serde_json::Value) -> ValueKind {
    match value {
        serde_json::Value::Null => ValueKind::Nil,
        serde_json::Value::Bool(flag) => ValueKind::Boolean(flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => ValueKind::I64(number),
            None => ValueKind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => ValueKind::String(text),
        serde_json::Value::Array(items) => {
            let items = items.into_iter().map(|item| Value::from(from_json(item)));
            ValueKind::Array(items.collect())
        }
        serde_json::Value::Object(members) => {
            let members = members.into_iter();
            let members = members.map(|(name, value)| (name, Value::from(from_json(value))));
            ValueKind::Table(members.collect())
        }
    }
}

fn list(text: &str) -> Vec<Value> {
    let parts = text.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(|part| Value::from(part.to_owned())).collect()
}

/// All layers in one structure; later values win.
fn merged(leaves: &[Leaf]) -> Result<serde_json::Value, ConfigError> {
    let mut builder = Config::builder();
    for leaf in leaves {
        builder = builder.set_override(&leaf.key, leaf.kind.clone())?;
    }
    builder.build()?.try_deserialize()
}

/// Names the invalid value.
fn blame(error: &serde_path_to_error::Error<serde_json::Error>, origins: &Origins) -> Failure {
    let path = error.path().to_string();
    // Of a list, that is its item.
    let key = path.split('[').next().unwrap_or(&path);
    let text = error.inner().to_string();
    // What our rules say continues the key.
    let continues = ["is ", "has ", "must "]
        .iter()
        .any(|verb| text.starts_with(verb));
    let colon = if continues { "" } else { ":" };
    Failure::settings(format!("{}{colon} {text}", origins.name(key)))
}
