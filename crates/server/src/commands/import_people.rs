//! `profiled import people`: users with plain passwords, organizations, teams and tokens.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use indicatif::ProgressBar;
use profiled_auth::audit::Action;
use profiled_auth::{PasswordHasher, TokenKey, token_digest};
use profiled_domain::{
    Membership, OrganizationId, PasswordHash, Person, TeamId, TokenClient, UserId,
};
use profiled_store::{
    ImportOutcome, ImportSession, ImportedOrganization, ImportedTeam, ImportedToken, ImportedUser,
};
use serde::{Deserialize, Serialize};

use crate::clock::now;
use crate::commands::context::Context;
use crate::commands::progress;
use crate::error::Failure;
use crate::trail::{Line, audited};

/// How long a token of the file lives whose expiry is `future`, in days.
const FAR_AHEAD: i64 = 36_500;

/// A JSON file of people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    /// Explains the file to its readers.
    #[serde(default)]
    #[expect(dead_code, reason = "a comment, which JSON has no other place for")]
    about: Vec<String>,
    #[serde(default)]
    users: Vec<UserEntry>,
    #[serde(default)]
    organizations: Vec<Organization>,
    #[serde(default)]
    teams: Vec<Team>,
    #[serde(default)]
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    id: i64,
    username: String,
    password: String,
    first_name: String,
    last_name: String,
    email: Option<String>,
    is_superuser: bool,
    is_active: bool,
    ldap_dn: String,
    created: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    id: i64,
    name: String,
    description: String,
    created_by: Option<i64>,
    created: DateTime<Utc>,
    modified: DateTime<Utc>,
    users: Vec<i64>,
    admins: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Team {
    id: i64,
    name: String,
    description: String,
    organization: Option<i64>,
    created_by: Option<i64>,
    created: DateTime<Utc>,
    modified: DateTime<Utc>,
    users: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    #[serde(rename = "token")]
    key: String,
    user: i64,
    expires: Expiry,
    address: Option<String>,
    user_agent: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expiry {
    Future,
    Past,
}

/// What the import did.
#[derive(Debug, Default, Serialize)]
struct PeopleReport {
    created: u64,
    updated: u64,
    unchanged: u64,
    skipped: Vec<String>,
}

impl PeopleReport {
    fn count(&mut self, name: impl FnOnce() -> String, outcome: &ImportOutcome) {
        match outcome {
            ImportOutcome::Created => self.created += 1,
            ImportOutcome::Updated => self.updated += 1,
            ImportOutcome::Unchanged => self.unchanged += 1,
            ImportOutcome::Refused(refusal) => self.skipped.push(format!("{}: {refusal}", name())),
        }
    }

    fn lines(&self) -> Vec<String> {
        let first = format!(
            "{} created, {} updated, {} unchanged, {} skipped",
            self.created,
            self.updated,
            self.unchanged,
            self.skipped.len()
        );
        let skipped = self.skipped.iter();
        let skipped = skipped.map(|reason| format!("skipped: {reason}"));
        std::iter::once(first).chain(skipped).collect()
    }
}

pub(super) fn run(context: &Context, file: &Path) -> Result<(), Failure> {
    audited(Action::Import, |line| import(context, file, line))
}

fn import(context: &Context, file: &Path, line: &mut Line) -> Result<(), Failure> {
    let people = parse(file)?;
    let hasher = context.hasher()?;
    let store = context.open()?;
    // Their passwords take the time.
    let progress = progress::of_steps(context, people.users.len());
    let report = store.import(false, now(), token_digest, |session| {
        let mut report = PeopleReport::default();
        fill(session, &people, &hasher, &mut report, &progress)?;
        Ok::<_, Failure>(report)
    });
    progress.finish_and_clear();
    let report = report?;
    let skipped = u64::try_from(report.skipped.len()).unwrap_or(u64::MAX);
    line.imported([report.created, report.updated, skipped], 0);
    context.write(&report, PeopleReport::lines)
}

fn parse(file: &Path) -> Result<People, Failure> {
    let to_failure = |error: String| {
        Failure::failed(format!("{}: {error}; nothing is imported", file.display()))
    };
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).map_err(|error| to_failure(error.to_string()))?)
    };
    serde_json::from_reader(BufReader::new(source)).map_err(|error| to_failure(error.to_string()))
}

fn fill(
    session: &mut ImportSession<'_>,
    people: &People,
    hasher: &PasswordHasher,
    report: &mut PeopleReport,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    for person in &people.users {
        let user = imported_user(session, person, hasher)?;
        for stored in session.users(&[user])? {
            report.count(|| format!("user {}", person.id), &stored.outcome);
        }
        progress.inc(1);
    }
    for organization in &people.organizations {
        fill_organization(session, organization, report)?;
    }
    for team in &people.teams {
        fill_team(session, team, report)?;
    }
    let tokens: Vec<_> = people.tokens.iter().map(imported_token).collect();
    for (token, outcome) in people.tokens.iter().zip(session.tokens(&tokens)?) {
        report.count(|| format!("a token of user {}", token.user), &outcome);
    }
    Ok(())
}

/// A password that is stored already keeps its hash: a new one would differ each time.
fn imported_user(
    session: &mut ImportSession<'_>,
    person: &UserEntry,
    hasher: &PasswordHasher,
) -> Result<ImportedUser, Failure> {
    let old = session.password(person.id)?;
    let password = match old.filter(|old| hasher.verify(&person.password, old)) {
        Some(old) => old,
        None => encode(hasher, person)?,
    };
    Ok(ImportedUser {
        id: person.id,
        external_id: None,
        person: Person {
            username: Some(person.username.clone()),
            email: person.email.clone(),
            first_name: Some(person.first_name.clone()),
            last_name: Some(person.last_name.clone()),
            ..Person::default()
        },
        is_active: person.is_active,
        is_staff: false,
        is_superuser: person.is_superuser,
        ldap_dn: person.ldap_dn.clone(),
        password,
        date_joined: Some(person.created),
        last_login: None,
    })
}

fn encode(hasher: &PasswordHasher, person: &UserEntry) -> Result<PasswordHash, Failure> {
    let to_failure =
        |error| Failure::failed(format!("user {}: {error}; nothing is imported", person.id));
    hasher.encode(&person.password).map_err(to_failure)
}

fn fill_organization(
    session: &mut ImportSession<'_>,
    organization: &Organization,
    report: &mut PeopleReport,
) -> Result<(), Failure> {
    let id = organization.id;
    let outcome = session.organization(&ImportedOrganization {
        id,
        name: organization.name.clone(),
        description: organization.description.clone(),
        created_by: organization.created_by,
        created: organization.created,
        modified: organization.modified,
    })?;
    report.count(|| format!("organization {id}"), &outcome);
    for user in &organization.users {
        let outcome =
            session.membership(Membership::OrganizationUser(OrganizationId(id)), *user)?;
        report.count(|| format!("user {user} of organization {id}"), &outcome);
    }
    for user in &organization.admins {
        let outcome =
            session.membership(Membership::OrganizationAdmin(OrganizationId(id)), *user)?;
        report.count(|| format!("admin {user} of organization {id}"), &outcome);
    }
    Ok(())
}

fn fill_team(
    session: &mut ImportSession<'_>,
    team: &Team,
    report: &mut PeopleReport,
) -> Result<(), Failure> {
    let id = team.id;
    let outcome = session.team(&ImportedTeam {
        id,
        name: team.name.clone(),
        description: team.description.clone(),
        organization: team.organization,
        created_by: team.created_by,
        created: team.created,
        modified: team.modified,
    })?;
    report.count(|| format!("team {id}"), &outcome);
    for user in &team.users {
        let outcome = session.membership(Membership::TeamUser(TeamId(id)), *user)?;
        report.count(|| format!("user {user} of team {id}"), &outcome);
    }
    Ok(())
}

/// A token as `POST /api/v1/authtoken/` would have issued it: every use moves its expiry on.
fn imported_token(token: &Token) -> ImportedToken {
    let now = now();
    let expires_at = match token.expires {
        Expiry::Future => now + Duration::days(FAR_AHEAD),
        Expiry::Past => now - Duration::days(1),
    };
    ImportedToken {
        epoch: None,
        owner: UserId(token.user),
        digest: TokenKey::digest_of(&token.key),
        prefix: token.key.chars().take(8).collect(),
        label: "imported".to_owned(),
        created_at: now,
        expires_at: Some(expires_at),
        is_sliding: true,
        binding: token.address.clone().map(|address| TokenClient {
            address,
            user_agent: token.user_agent.clone(),
        }),
    }
}
