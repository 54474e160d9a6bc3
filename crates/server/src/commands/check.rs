//! `profiled check`

use std::collections::BTreeMap;

use profiled_auth::{IssuerSettings, JwtSettings, UserField, without_secrets};
use profiled_store::{DatabaseUrl, Store};
use serde::Serialize;
use serde_json::Value;

use crate::application::issuers;
use crate::clock::now;
use crate::commands::context::Context;
use crate::error::{Failure, Kind};
use crate::exposure::exposed;
use crate::lanes;
use crate::schema;
use crate::settings::Settings;

#[derive(Serialize)]
struct CheckReport {
    settings: BTreeMap<String, Value>,
    findings: Vec<String>,
    warnings: Vec<String>,
}

/// Prints the settings in force, secrets masked, and what to be careful with, and fails if anything stands in the way of
/// serving, or if others on this machine may read what is stored.
pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let (findings, kind) = findings(&context.settings);
    let report = CheckReport {
        settings: effective(&context.settings)?,
        findings,
        warnings: warnings(&context.settings),
    };
    context.write(&report, |report| {
        let lines = report
            .settings
            .iter()
            .map(|(key, value)| format!("{key} = {value}"))
            .chain(
                report
                    .warnings
                    .iter()
                    .map(|text| format!("warning: {text}")),
            );
        lines.collect::<Vec<_>>().join("\n")
    })?;
    match report.findings.first() {
        None => Ok(()),
        Some(_) => Err(Failure::new(kind, report.findings.join("; "))),
    }
}

fn effective(settings: &Settings) -> Result<BTreeMap<String, Value>, Failure> {
    let mut shown = settings.clone();
    let database = &mut shown.database;
    for shown in [&mut database.url, &mut database.read_url] {
        if let Ok(url) = shown.parse::<DatabaseUrl>() {
            *shown = url.to_string();
        }
    }
    let jwt = &mut shown.auth.jwt;
    let urls = jwt.issuers.iter_mut().map(|issuer| &mut issuer.jwks_url);
    for url in urls.chain([&mut jwt.jwk_url]).filter(|url| !url.is_empty()) {
        *url = without_secrets(url);
    }
    let value = serde_json::to_value(&shown);
    let value = value.map_err(|error| Failure::failed(error.to_string()))?;
    let mut found = BTreeMap::new();
    flatten("", value, &mut found);
    Ok(found)
}

fn flatten(prefix: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{name}"), member, found);
            }
        }
        leaf => {
            found.insert(prefix.to_owned(), leaf);
        }
    }
}

fn findings(settings: &Settings) -> (Vec<String>, Kind) {
    // First: to look into a database makes files next to it.
    let exposed = exposed(settings);
    let (mut findings, kind) = hindrances(settings);
    findings.extend(exposed);
    (findings, kind)
}

/// What stands in the way of serving.
fn hindrances(settings: &Settings) -> (Vec<String>, Kind) {
    let mut made = issuers(settings).map(drop);
    if !settings.makes_signing_key() {
        made = made.and_then(|()| keys(settings));
    }
    if let Err(failure) = made {
        return (vec![failure.to_string()], failure.kind());
    }
    match database(settings) {
        Ok(findings) => (findings, Kind::Failed),
        Err(failure) => (vec![failure.to_string()], failure.kind()),
    }
}

/// Everything that is made of keys.
fn keys(settings: &Settings) -> Result<(), Failure> {
    settings.key_ring(now())?;
    settings.counting_secret()?;
    Ok(())
}

fn database(settings: &Settings) -> Result<Vec<String>, Failure> {
    schema::check(&settings.database)?;
    let wrong = Store::open(&settings.database)?.miscounted_groups()?;
    let line = |(id, stored, counted): &(i64, i64, i64)| {
        format!("group {id} has {counted} members, but users_count {stored}")
    };
    Ok(wrong.iter().map(line).collect())
}

fn warnings(settings: &Settings) -> Vec<String> {
    let schema = schema::check(&settings.database).ok();
    let later = schema.and_then(|schema| schema.note());
    later
        .into_iter()
        .chain(replica(settings))
        .chain(issuers_to_watch(settings))
        .chain(idle(&settings.auth.jwt))
        .collect()
}

/// A replica that is named and of no use at this moment.
fn replica(settings: &Settings) -> Option<String> {
    let store = Store::open(&settings.database).ok()?;
    let problem = lanes::replica(settings, &store).ok()??.examine()?;
    Some(format!("the replica is not asked: {problem}"))
}

/// Issuers whose users, or others, may choose whom a token stands for.
fn issuers_to_watch(settings: &Settings) -> Vec<String> {
    let line = |issuer: &IssuerSettings| {
        let risks = risks(issuer).join("; ");
        let name = &issuer.issuer;
        (!risks.is_empty()).then(|| format!("auth.jwt.issuers: {name:?} {risks}: see docs/KEYS.md"))
    };
    settings.auth.jwt.issuers.iter().filter_map(line).collect()
}

/// Settings of simplejwt's that do nothing together with the others.
fn idle(jwt: &JwtSettings) -> Vec<String> {
    let mut told = Vec::new();
    if jwt.blacklist_after_rotation && !jwt.blacklist {
        told.push(
            "auth.jwt.blacklist_after_rotation does nothing while auth.jwt.blacklist is false",
        );
    }
    if jwt.is_read_only() {
        told.push(
            "auth.jwt takes tokens and makes none, so /api/token/ and the paths that exchange tokens do not exist: see \
             verifying_key, jwk_url, token_type_claim and jti_claim",
        );
    }
    told.into_iter().map(str::to_owned).collect()
}

fn risks(issuer: &IssuerSettings) -> Vec<&'static str> {
    let by_name = match issuer.user_field {
        Some(UserField::Username) => Some(
            "names users by username (user_field = \"username\"): until a subject is bound, whoever may choose a name \
             there or here decides whose account its first token opens",
        ),
        Some(UserField::Email) => Some(
            "names users by e-mail address (user_field = \"email\"): until a subject is bound, whoever may choose an \
             address here decides whose account its first token opens",
        ),
        Some(UserField::Id | UserField::ExternalId) | None => None,
    };
    let any_audience = issuer
        .any_audience
        .then_some("takes tokens that were made for others (any_audience)");
    let trust_email = issuer
        .trust_email
        .then_some("believes addresses that nobody has verified (trust_email)");
    [any_audience, trust_email, by_name]
        .into_iter()
        .flatten()
        .collect()
}
