//! `profiled settings`

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::cli::SettingsQuery;
use crate::commands::context::Context;
use crate::error::{Failure, Kind};
use crate::output::Lines;
use crate::settings::{Reference, default_values, effective, near_key, reference, schema};

/// A setting as it is documented, and as it is.
#[derive(Serialize)]
struct Shown {
    key: &'static str,
    /// Secrets are masked.
    value: Value,
    /// `default`, a file, a variable or an option.
    source: String,
    default: Value,
    environment: String,
    meaning: &'static str,
}

/// Shows the settings that are asked for. What is wrong with any of them comes after that.
pub(super) fn run(
    context: &Context,
    query: &SettingsQuery,
    failures: Vec<Failure>,
) -> Result<(), Vec<Failure>> {
    show(context, query).map_err(|failure| vec![failure])?;
    if failures.is_empty() || query.schema {
        Ok(())
    } else {
        Err(failures)
    }
}

fn show(context: &Context, query: &SettingsQuery) -> Result<(), Failure> {
    if query.schema {
        let schema = schema()?;
        let text = serde_json::to_string_pretty(&schema);
        let text = text.map_err(|error| Failure::failed(error.to_string()))?;
        return context.write(&schema, |_| Lines::of_document(&text));
    }
    let mut all = all(context)?;
    let Some(wanted) = &query.key else {
        return context.write_list(all, line);
    };
    if let Some(at) = all.iter().position(|each| each.key == wanted) {
        return context.write(&all.swap_remove(at), page);
    }
    let section = format!("{wanted}.");
    all.retain(|each| each.key.starts_with(&section));
    if all.is_empty() {
        let near = near_key(wanted).map(|near| format!("did you mean {near}?"));
        let remedy = near.unwrap_or_else(|| "profiled settings shows all".to_owned());
        let text = format!("there is no setting {wanted}: {remedy}");
        return Err(Failure::new(Kind::Usage, text));
    }
    context.write_list(all, line)
}

fn all(context: &Context) -> Result<Vec<Shown>, Failure> {
    let mut values: BTreeMap<String, Value> = effective(&context.settings)?;
    let mut defaults = default_values()?;
    let shown = |known: &'static Reference| Shown {
        value: values.remove(&known.key).unwrap_or_default(),
        source: context
            .origins
            .source(&known.key)
            .unwrap_or("default")
            .to_owned(),
        default: defaults.remove(&known.key).unwrap_or_default(),
        environment: known.variable(),
        key: &known.key,
        meaning: &known.meaning,
    };
    Ok(reference().iter().map(shown).collect())
}

fn line(shown: &Shown) -> String {
    let Shown { key, value, .. } = shown;
    let default = if shown.source == "default" {
        String::new()
    } else {
        format!("; default {}", shown.default)
    };
    format!("{key} = {value}  # {}{default}", shown.source)
}

fn page(shown: &Shown) -> Vec<String> {
    vec![
        shown.key.to_owned(),
        format!("  {}", shown.meaning),
        format!("  value        {}", shown.value),
        format!("  source       {}", shown.source),
        format!("  default      {}", shown.default),
        format!("  environment  {}", shown.environment),
    ]
}
