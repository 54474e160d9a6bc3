//! The layers of settings, and where each value comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, FileFormat, Format, Value, ValueKind};

use super::coerce::{coerced, tables, text_or_list};
use super::near::near_key;
use super::plain_file::{self, Unread};
use super::reference::{BASE, reference};
use crate::error::{Failure, Setting};
use crate::settings::Settings;

const DEVELOPMENT: &str = include_str!("../../config/development.toml");
const PRODUCTION: &str = include_str!("../../config/production.toml");

/// Keys whose value is a list of tables.
pub(super) const TABLES: [&str; 2] = ["auth.jwt.issuers", "auth.introspection.clients"];
/// A key whose value is a text or a list of texts.
pub(super) const TEXT_OR_LIST: &str = "auth.jwt.audience";
/// What messages call the built-in defaults.
pub(super) const DEFAULTS: &str = "config/base.toml";
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(BTreeMap<String, String>);

impl Origins {
    /// Whether the value is not the default.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.source(key).is_some()
    }

    /// Where the value comes from, unless it is the default.
    pub(crate) fn source(&self, key: &str) -> Option<&str> {
        let origin = self.0.get(key).map(String::as_str);
        origin.filter(|origin| *origin != DEFAULTS)
    }

    /// Takes note of the file that holds the value.
    pub(super) fn note(&mut self, key: &str, file: &str) {
        self.0.insert(key.to_owned(), file.to_owned());
    }

    /// The file that the value stands in.
    pub(crate) fn file(&self, key: &str) -> Option<&Path> {
        let source = self.source(key)?;
        let is_none = source.starts_with(VARIABLE) || source.starts_with("--");
        (!is_none).then_some(Path::new(source))
    }

    /// The key for a message, with the place where it is set.
    pub(crate) fn name(&self, key: &str) -> String {
        match self.source(key) {
            Some(origin) => format!("{key} in {origin}"),
            None => key.to_owned(),
        }
    }

    /// A failure whose text begins with a key, with the place where that is set.
    pub(crate) fn placed(&self, failure: Failure) -> Failure {
        let text = failure.to_string();
        let rest = |key: &str| {
            let rest = text.strip_prefix(key)?;
            rest.starts_with([' ', ':'])
                .then(|| rest.trim_start().to_owned())
        };
        let found = reference()
            .iter()
            .find_map(|known| Some((&known.key, rest(&known.key)?)));
        match found {
            Some((key, rest)) if failure.setting().is_none() => {
                let told = self.failure(key, &rest);
                failure.told_as(told)
            }
            _ => failure,
        }
    }

    /// What is wrong with a value, as a text that continues its key. What stands after its last colon is the remedy.
    pub(crate) fn failure(&self, key: &str, text: &str) -> Failure {
        let space = if text.starts_with(':') { "" } else { " " };
        let remedy = text.rsplit_once(": ").map(|(_, remedy)| remedy.to_owned());
        Failure::settings(format!("{}{space}{text}", self.name(key))).about(Setting {
            key: key.to_owned(),
            source: self.source(key).map(str::to_owned),
            remedy,
        })
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

/// What the layers come to.
pub(super) struct Layers {
    /// With the value of a lower layer where one is wrong.
    pub(super) settings: Settings,
    pub(super) origins: Origins,
    /// Everything that is wrong, in the order in which it was found.
    pub(super) problems: Vec<Failure>,
}

/// Reads all layers into one structure.
///
/// # Errors
/// [`Failure`] if not even the built-in defaults are left.
pub(super) fn read(sources: &Sources) -> Result<Layers, Failure> {
    let mut problems = Vec::new();
    let defaults = parse(DEFAULTS, BASE)?;
    let files = sources.files.iter().map(|file| settings_file(file));
    let mut given: Vec<Leaf> = fine(files, &mut problems).flatten().collect();
    given.extend(from_environment(&sources.environment));
    given.extend(fine(from_command_line(sources), &mut problems));
    let of_profile = match profile(&defaults, &given) {
        Ok((name, built_in)) => fine([profile_file(name, built_in)], &mut problems).next(),
        Err(failure) => {
            problems.push(failure);
            given.retain(|leaf| leaf.key != "profile");
            None
        }
    };
    let given = of_profile.into_iter().flatten().chain(given);
    let fitting = given.map(|leaf| fitting(leaf, &defaults));
    let mut given: Vec<Leaf> = fine(fitting, &mut problems).flatten().collect();
    loop {
        let leaves = [&defaults[..], &given].concat();
        let merged = merged(&leaves).map_err(|error| Failure::settings(error.to_string()))?;
        let origins = leaves.into_iter().map(|leaf| (leaf.key, leaf.origin));
        let origins = Origins(origins.collect());
        // By way of JSON, because its messages tell which values are known.
        let read: Result<Settings, _> = serde_path_to_error::deserialize(merged);
        let (key, failure) = match read {
            Ok(settings) => {
                return Ok(Layers {
                    settings,
                    origins,
                    problems,
                });
            }
            Err(error) => blame(&error, &origins),
        };
        let count = given.len();
        given.retain(|leaf| leaf.key != key);
        if given.len() == count {
            return Err(failure);
        }
        problems.push(failure);
    }
}

/// Those that are fine; the others are problems.
fn fine<'a, T: 'a>(
    outcomes: impl IntoIterator<Item = Result<T, Failure>, IntoIter: 'a>,
    problems: &'a mut Vec<Failure>,
) -> impl Iterator<Item = T> + 'a {
    let outcomes = outcomes.into_iter();
    outcomes.filter_map(|outcome| outcome.map_err(|failure| problems.push(failure)).ok())
}

/// The file of the profile, and what is built in for it. It is the second layer, so the profile is looked for ahead of all
/// others.
fn profile(defaults: &[Leaf], given: &[Leaf]) -> Result<(&'static str, &'static str), Failure> {
    let mut all = defaults.iter().chain(given).rev();
    let last = all.find(|leaf| leaf.key == "profile" && !leaf.is_unset());
    let last = last.ok_or_else(|| Failure::settings("profile is not set"))?;
    match last.kind.to_string().as_str() {
        "development" => Ok(("config/development.toml", DEVELOPMENT)),
        "production" => Ok(("config/production.toml", PRODUCTION)),
        other => {
            let text = format!("is {other:?}: use development or production");
            Err(wrong("profile", &last.origin, &text))
        }
    }
}

/// That of the working directory, or the built-in one.
fn profile_file(name: &str, built_in: &str) -> Result<Vec<Leaf>, Failure> {
    if Path::new(name).exists() {
        settings_file(Path::new(name))
    } else {
        parse(name, built_in)
    }
}

/// The built-in defaults.
pub(super) fn defaults() -> Result<serde_json::Value, Failure> {
    let defaults = merged(&parse(DEFAULTS, BASE)?);
    defaults.map_err(|error| Failure::settings(error.to_string()))
}

/// A value of a layer that cannot be.
fn wrong(key: &str, origin: &str, text: &str) -> Failure {
    let mut origins = Origins::default();
    origins.0.insert(key.to_owned(), origin.to_owned());
    origins.failure(key, text)
}

fn settings_file(path: &Path) -> Result<Vec<Leaf>, Failure> {
    let name = path.display().to_string();
    let refused = |text: &str| Failure::settings(format!("{name}{text}"));
    let bytes = plain_file::read(path).map_err(|unread| match unread {
        Unread::Io(error) => {
            let remedy = "correct the path after --config, or the rights of the file";
            refused(&format!(": {error}: {remedy}"))
        }
        other => refused(&format!(" {}", other.told())),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        refused(&format!(
            ": {error}: settings are TOML, which is text in UTF-8"
        ))
    })?;
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

fn from_environment(variables: &[(String, String)]) -> impl Iterator<Item = Leaf> {
    variables.iter().filter_map(|(name, text)| {
        let rest = name.strip_prefix(Sources::PREFIX)?;
        Some(Leaf {
            key: rest.to_ascii_lowercase().replace("__", "."),
            kind: ValueKind::String(text.clone()),
            origin: format!("{VARIABLE}{name}"),
        })
    })
}

fn from_command_line(sources: &Sources) -> impl Iterator<Item = Result<Leaf, Failure>> {
    let leaf = |key: &str, text: &str, origin: &str| Leaf {
        key: key.trim().to_owned(),
        kind: ValueKind::String(text.to_owned()),
        origin: origin.to_owned(),
    };
    let pairs = sources.overrides.iter().map(move |pair| {
        let (key, text) = pair.split_once('=').ok_or_else(|| {
            let text = "--set needs a key and a value, as log.level=debug";
            Failure::new(crate::Kind::Usage, text)
        })?;
        Ok(leaf(key, text, "--set"))
    });
    let profile = sources.profile.iter();
    pairs.chain(profile.map(move |profile| Ok(leaf("profile", profile, "--profile"))))
}

/// The value in the kind of the default, if it is one of that kind or text of one. `None` for a variable that
/// is not set: its name may still be wrong.
fn fitting(leaf: Leaf, known: &[Leaf]) -> Result<Option<Leaf>, Failure> {
    let is_unset = leaf.is_unset();
    let Leaf { key, kind, origin } = leaf;
    let is_section = |prefix: &str| known.iter().any(|known| known.key.starts_with(prefix));
    let Some(Leaf { kind: expected, .. }) = known.iter().find(|known| known.key == key) else {
        let is_section = is_section(&format!("{key}."));
        if is_section && matches!(&kind, ValueKind::Table(members) if members.is_empty()) {
            // Its keys are comments.
            return Ok(None);
        }
        let text = if is_section {
            format!("{key} in {origin} is a section: set its keys")
        } else {
            let near = near_key(&key).map(|near| format!("did you mean {near}? "));
            let near = near.unwrap_or_default();
            format!(
                "unknown setting {key} in {origin}: {near}docs/CONFIGURATION.md lists all settings"
            )
        };
        return Err(Failure::settings(text));
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
    let kind = kind.map_err(|wanted| wrong(&key, &origin, &format!(": must be {wanted}")))?;
    Ok(Some(Leaf { key, kind, origin }))
}

/// All layers in one structure; later values win.
fn merged(leaves: &[Leaf]) -> Result<serde_json::Value, ConfigError> {
    let mut builder = Config::builder();
    for leaf in leaves {
        builder = builder.set_override(&leaf.key, leaf.kind.clone())?;
    }
    builder.build()?.try_deserialize()
}

/// The key of the invalid value, and what is wrong.
fn blame(
    error: &serde_path_to_error::Error<serde_json::Error>,
    origins: &Origins,
) -> (String, Failure) {
    let path = error.path().to_string();
    // Of a list, that is its item.
    let key = path.split('[').next().unwrap_or(&path);
    let text = error.inner().to_string();
    // What our rules say continues the key.
    let continues = ["is ", "has ", "must "]
        .iter()
        .any(|verb| text.starts_with(verb));
    let text = if continues { text } else { format!(": {text}") };
    (key.to_owned(), origins.failure(key, &text))
}
