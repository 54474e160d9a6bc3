//! `profiled user export`: all that is stored of a person.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::audit::{Object, Reason};
use profiled_store::PersonalRows;
use serde::Serialize;

use crate::clock::now;
use crate::commands::context::{Context, find_deleted, find_user};
use crate::commands::destination::{Output, failed};
use crate::error::Failure;
use crate::media::open_media;
use crate::trail::Line;

/// What the file has.
#[derive(Serialize)]
struct PersonalData {
    format: &'static str,
    version: u32,
    exported_at: String,
    user: i64,
    /// Rows that tell of the person, by table.
    tables: PersonalRows,
    /// The picture.
    files: Vec<PersonalFile>,
}

#[derive(Serialize)]
struct PersonalFile {
    key: String,
    size: usize,
    /// In base64; `null` if the file is missing.
    content: Option<String>,
}

pub(super) fn run(
    context: &Context,
    name: &str,
    file: &Path,
    replaces: bool,
    line: &mut Line,
) -> Result<(), Failure> {
    let output = Output::of(file, replaces)?;
    let store = context.open()?;
    let media = open_media(&context.settings)?;
    let user = match find_user(&store, name) {
        Ok(user) => user.id,
        Err(failure) => match find_deleted(&store, name)? {
            Some(deleted) => deleted.id,
            None => return Err(failure),
        },
    };
    let tables = store.export(|session| session.personal_rows(user).map_err(Failure::from))?;
    let Some(row) = tables.get("users").and_then(|users| users.first()) else {
        let text = format!("there is no user {name:?}: profiled user list shows all");
        return Err(Failure::failed(text).because(Reason::Missing));
    };
    line.on(Object::User(user));
    let mut files = Vec::new();
    let key = row.get("avatar").and_then(|avatar| avatar.as_str());
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        let bytes = media.read_and_wait(key)?;
        files.push(PersonalFile {
            key: key.to_owned(),
            size: bytes.as_ref().map_or(0, Vec::len),
            content: bytes.map(|bytes| STANDARD.encode(bytes)),
        });
    }
    let data = PersonalData {
        format: "profiled user",
        version: 1,
        exported_at: now().to_rfc3339(),
        user: user.0,
        tables,
        files,
    };
    output.write(|out| {
        serde_json::to_writer_pretty(&mut *out, &data).map_err(|error| failed(&error.into()))?;
        out.write_all(b"\n").map_err(|error| failed(&error))
    })?;
    if output.is_final() {
        return Ok(());
    }
    let rows: usize = data.tables.values().map(Vec::len).sum();
    let report = serde_json::json!({ "user": user.0, "rows": rows, "files": data.files.len() });
    context.write(&report, |_| {
        format!("wrote {rows} rows of user {user}: {}", file.display())
    })
}
