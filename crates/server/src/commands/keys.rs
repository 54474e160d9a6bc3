//! `profiled keys …`

use chrono::{DateTime, TimeDelta, Utc};
use profiled_auth::audit::{Action, Object};
use profiled_auth::{Algorithm, KeyFolder, KeyFolderError, KeyInfo, KeyRing, KeyState};
use serde::Serialize;

use crate::cli::Keys;
use crate::clock::now;
use crate::commands::context::Context;
use crate::error::{Failure, Kind};
use crate::settings::Settings;
use crate::trail::{Line, audited};

#[derive(Serialize)]
struct Made {
    kid: String,
    algorithm: Algorithm,
    signs_from: String,
    removed: Vec<String>,
}

#[derive(Serialize)]
struct KeyOutput {
    kid: Option<String>,
    algorithm: Algorithm,
    state: &'static str,
    created: Option<String>,
    signs_from: Option<String>,
    retires_at: Option<String>,
}

pub(super) fn run(context: &Context, command: Keys) -> Result<(), Failure> {
    let now = now();
    match command {
        Keys::Generate { algorithm, at_once } => {
            let algorithm = parse(&algorithm)?;
            audited(Action::KeyCreate, |line| {
                let folder = folder(&context.settings)?;
                let begin = begin(&context.settings, &context.settings.keys()?, at_once, now);
                let kid = folder.add(algorithm, begin, now).map_err(failed)?;
                line.done(Object::Key(kid.clone()));
                report(context, kid, algorithm, begin, Vec::new())
            })
        }
        Keys::List => list(context, now),
        Keys::Rotate { algorithm, at_once } => {
            let algorithm = algorithm.as_deref().map(parse).transpose()?;
            audited(Action::KeyCreate, |line| {
                rotate(context, algorithm, at_once, now, line)
            })
        }
    }
}

fn parse(text: &str) -> Result<Algorithm, Failure> {
    text.parse().ok().ok_or_else(|| {
        let known: Vec<_> = Algorithm::ALL.map(Algorithm::as_str).to_vec();
        let known = known.join(", ");
        let problem = format!("--algorithm {text}: the algorithm must be one of {known}");
        Failure::new(Kind::Usage, problem)
    })
}

fn folder(settings: &Settings) -> Result<KeyFolder, Failure> {
    let path = &settings.auth.jwt.keys_dir;
    if path.is_empty() {
        return Err(Failure::settings(
            "auth.jwt.keys_dir is not set: name the folder of the keys, as {data_dir}/keys",
        ));
    }
    Ok(KeyFolder::new(path))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: KeyFolderError) -> Failure {
    Failure::failed(format!("auth.jwt.keys_dir: {error}"))
}

/// When a new key begins to sign: at once if no other one does, else when all servers know it.
fn begin(settings: &Settings, ring: &KeyRing, at_once: bool, now: DateTime<Utc>) -> DateTime<Utc> {
    if at_once || !ring.can_sign(now) {
        return now;
    }
    now + TimeDelta::seconds(settings.auth.jwt.keys_lead_time.into())
}

fn rotate(
    context: &Context,
    algorithm: Option<Algorithm>,
    at_once: bool,
    now: DateTime<Utc>,
    line: &mut Line,
) -> Result<(), Failure> {
    let folder = folder(&context.settings)?;
    let ring = context.settings.keys()?;
    let keys = ring.list(now);
    let with = |state| keys.iter().filter(move |key: &&KeyInfo| key.state == state);
    if let Some(waiting) = with(KeyState::Published).next()
        && !at_once
    {
        let name = waiting.kid.as_deref().unwrap_or_default();
        let begin = waiting.signs_from.map(|at| at.to_rfc3339());
        let text = format!(
            "key {name} is waiting to sign from {}: rotate again after that",
            begin.unwrap_or_default()
        );
        return Err(Failure::new(Kind::Refused, text));
    }
    let present = with(KeyState::Signing).next_back().map(|key| key.algorithm);
    let none = || Failure::failed("no key signs yet: run profiled keys generate");
    let algorithm = algorithm.or(present).ok_or_else(none)?;
    let begin = begin(&context.settings, &ring, at_once, now);
    let kid = folder.add(algorithm, begin, now).map_err(failed)?;
    line.done(Object::Key(kid.clone()));
    let retired = with(KeyState::Retired).filter_map(|key| key.kid.clone());
    let removed: Vec<String> = retired.collect();
    for kid in &removed {
        audited(Action::KeyRemove, |line| {
            line.on(Object::Key(kid.clone()));
            folder.remove(kid).map_err(failed)
        })?;
    }
    report(context, kid, algorithm, begin, removed)
}

fn report(
    context: &Context,
    kid: String,
    algorithm: Algorithm,
    begin: DateTime<Utc>,
    removed: Vec<String>,
) -> Result<(), Failure> {
    let made = Made {
        kid,
        algorithm,
        signs_from: begin.to_rfc3339(),
        removed,
    };
    context.write(&made, |made| {
        let Made {
            kid,
            algorithm,
            signs_from,
            ..
        } = made;
        let mut lines = vec![format!(
            "made {kid} {algorithm:?} signing from {signs_from}"
        )];
        lines.extend(made.removed.iter().map(|kid| format!("removed {kid}")));
        lines
    })
}

fn list(context: &Context, now: DateTime<Utc>) -> Result<(), Failure> {
    let text = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339());
    let keys = context.settings.keys()?.list(now).into_iter();
    let shown = keys.map(|key| KeyOutput {
        kid: key.kid,
        algorithm: key.algorithm,
        state: key.state.as_str(),
        created: text(key.created),
        signs_from: text(key.signs_from),
        retires_at: text(key.retires_at),
    });
    context.write_list(shown, |key: &KeyOutput| {
        let name = key.kid.as_deref().unwrap_or("(configured)");
        let times = [("from", &key.signs_from), ("until", &key.retires_at)];
        let times = times.iter().filter_map(|(word, at)| {
            let at = at.as_deref()?;
            Some(format!(" {word} {at}"))
        });
        let head = format!("{name} {:?} {}", key.algorithm, key.state);
        times.fold(head, |line, time| line + &time)
    })
}
