//! Who is there at the start of a service, and its tokens.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use crate::contract;
use crate::known_tokens::{tokens_of_dump, tokens_of_people};
use crate::service::command::run;

/// Who is there at the start.
#[derive(Clone, Copy, Debug)]
pub enum Data<'a> {
    /// `fixtures/staff.json`
    Staff,
    /// `fixtures/jwt.json`
    Jwt,
    /// `fixtures/tower.json`
    Tower,
    /// The text of a dump.
    Dump(&'a str),
    /// No user.
    Nothing,
}

/// Brings the data in as an operator would, and returns its tokens by user name.
pub(super) fn load(
    data: Data<'_>,
    folder: &Path,
    overrides: &[String],
) -> Result<BTreeMap<String, String>, String> {
    let (kind, file) = match data {
        Data::Staff => ("django", contract("fixtures/staff.json")),
        Data::Jwt => ("django", contract("fixtures/jwt.json")),
        Data::Tower => ("people", contract("fixtures/tower.json")),
        Data::Dump(text) => {
            let file = folder.join("dump.json");
            std::fs::write(&file, text).map_err(|error| error.to_string())?;
            ("django", file)
        }
        Data::Nothing => return Ok(BTreeMap::new()),
    };
    let file_name = file.display().to_string();
    if run(overrides, &["import", kind, &file_name]) != ExitCode::SUCCESS {
        return Err(format!("{file_name} is not imported"));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(if kind == "people" {
        tokens_of_people(&value)
    } else {
        tokens_of_dump(&value)
    })
}
