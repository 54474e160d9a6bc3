//! `profiled import django`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use profiled_domain::{EmailAddress, RepositoryError, UserId, Username};
use profiled_store::{ImportSession, ImportedToken, Outcome, Refusal};
use serde::Serialize;

use crate::application::now;
use crate::cli::ImportDjango;
use crate::commands::open;
use crate::dump::{DumpError, DumpedToken, DumpedUser, Reference, Row, classify, read};
use crate::error::Failure;
use crate::output::Output;
use crate::settings::Settings;

/// What an import did, or would do.
#[derive(Debug, Default, Serialize)]
struct Report {
    dry_run: bool,
    users: Tally,
    groups: Tally,
    memberships: Tally,
    tokens: Tally,
    /// Records of other models.
    ignored: BTreeMap<String, u64>,
    /// Rows that are not stored, each with its reason.
    skipped: Vec<String>,
    /// Rows that are stored, but break a rule.
    warnings: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct Tally {
    created: u64,
    updated: u64,
    unchanged: u64,
    skipped: u64,
}

impl Tally {
    /// Counts an outcome; a refusal comes back as its reason.
    fn count(&mut self, outcome: &Outcome) -> Option<String> {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused(refusal) => {
                self.skipped += 1;
                return Some(refusal.to_string());
            }
        }
        None
    }
}

/// Why an import ends early: nothing is kept then.
enum Stop {
    Dump(String),
    Storage(RepositoryError),
}

impl From<RepositoryError> for Stop {
    fn from(error: RepositoryError) -> Self {
        Self::Storage(error)
    }
}

pub(super) fn run(
    settings: &Settings,
    arguments: &ImportDjango,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let progress = progress_bar(&arguments.files);
    let report = store.import(arguments.dry_run, now(), |session| {
        let mut import = Import::new(session, arguments.dry_run);
        for file in &arguments.files {
            import.file(file, &progress)?;
        }
        import.finish()
    });
    progress.finish_and_clear();
    match report {
        Ok(report) => output.write(&report, Report::lines),
        Err(Stop::Dump(text)) => Err(Failure::failed(format!("{text}; nothing is imported"))),
        Err(Stop::Storage(error)) => Err(error.into()),
    }
}

/// A bar on a terminal, nothing anywhere else.
fn progress_bar(files: &[PathBuf]) -> ProgressBar {
    let length = |file: &PathBuf| file.metadata().map_or(0, |metadata| metadata.len());
    let bar = ProgressBar::new(files.iter().map(length).sum());
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Records of all files. What refers to others waits until all of them are there.
struct Import<'a, 'b> {
    session: &'a mut ImportSession<'b>,
    report: Report,
    memberships: Vec<(i64, Reference)>,
    tokens: Vec<DumpedToken>,
}

impl<'a, 'b> Import<'a, 'b> {
    fn new(session: &'a mut ImportSession<'b>, dry_run: bool) -> Self {
        let report = Report {
            dry_run,
            ..Report::default()
        };
        Self {
            session,
            report,
            memberships: Vec::new(),
            tokens: Vec::new(),
        }
    }

    fn file(&mut self, path: &Path, progress: &ProgressBar) -> Result<(), Stop> {
        let told = |error: String| Stop::Dump(format!("{}: {error}", path.display()));
        let source: Box<dyn Read> = if path == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            Box::new(File::open(path).map_err(|error| told(error.to_string()))?)
        };
        let source = BufReader::with_capacity(1 << 16, progress.wrap_read(source));
        let outcome = read(source, |record| {
            let name = format!("{} {}", record.model, record.pk);
            let model = record.model.clone();
            match classify(record) {
                Ok(row) => self.row(row, &name, model),
                Err(reason) => {
                    self.unreadable(&model, &name, &reason);
                    Ok(())
                }
            }
        });
        outcome.map_err(|error| match error {
            DumpError::Syntax(error) => told(error.to_string()),
            DumpError::Sink(error) => Stop::Storage(error),
        })
    }

    fn row(&mut self, row: Row, name: &str, model: String) -> Result<(), RepositoryError> {
        match row {
            Row::User(user) => self.user(*user, name)?,
            Row::Group(group) => {
                let outcome = self.session.group(&group)?;
                let reason = self.report.groups.count(&outcome);
                self.skip(name, reason);
            }
            Row::Token(token) => self.tokens.push(token),
            Row::Other => *self.report.ignored.entry(model).or_default() += 1,
        }
        Ok(())
    }

    fn user(&mut self, dumped: DumpedUser, name: &str) -> Result<(), RepositoryError> {
        let outcome = self.session.user(&dumped.user)?;
        let reason = self.report.users.count(&outcome);
        if reason.is_none() {
            let id = dumped.user.id;
            self.memberships
                .extend(dumped.groups.into_iter().map(|group| (id, group)));
            let user = &dumped.user;
            let text = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
            let broken = [
                (
                    "username",
                    text(&user.username).map(|v| Username::parse(&v).map(drop)),
                ),
                (
                    "email",
                    text(&user.email).map(|v| EmailAddress::parse(&v).map(drop)),
                ),
            ];
            for (field, outcome) in broken {
                if let Some(Err(error)) = outcome {
                    self.report
                        .warnings
                        .push(format!("{name}: {field} {error}"));
                }
            }
        }
        self.skip(name, reason);
        Ok(())
    }

    fn skip(&mut self, name: &str, reason: Option<String>) {
        self.report
            .skipped
            .extend(reason.map(|reason| format!("{name}: {reason}")));
    }

    fn unreadable(&mut self, model: &str, name: &str, reason: &str) {
        let tally = match model.rsplit('.').next() {
            Some("group") => &mut self.report.groups,
            Some("token") => &mut self.report.tokens,
            _ => &mut self.report.users,
        };
        tally.skipped += 1;
        self.skip(name, Some(reason.to_owned()));
    }

    /// Stores what refers to others, now that all of them are there.
    fn finish(mut self) -> Result<Report, Stop> {
        let mut pairs = Vec::with_capacity(self.memberships.len());
        for (user, group) in std::mem::take(&mut self.memberships) {
            if let Some(id) = self.group_id(&group)? {
                pairs.push((user, id));
            } else {
                self.report.memberships.skipped += 1;
                let reason = format!("group {group} does not exist");
                self.skip(&format!("membership of user {user}"), Some(reason));
            }
        }
        for (outcome, (user, group)) in self.session.memberships(&pairs)?.iter().zip(&pairs) {
            let reason = self.report.memberships.count(outcome);
            self.skip(
                &format!("membership of user {user} in group {group}"),
                reason,
            );
        }
        for token in std::mem::take(&mut self.tokens) {
            let name = format!("token {}…", token.prefix);
            let outcome = match self.user_id(&token.owner)? {
                Some(id) => self.session.token(&stored(&token, id))?,
                None => Outcome::Refused(Refusal::Missing("user", 0)),
            };
            let reason = self.report.tokens.count(&outcome);
            self.skip(&name, reason);
        }
        Ok(self.report)
    }

    fn group_id(&mut self, group: &Reference) -> Result<Option<i64>, RepositoryError> {
        match group {
            Reference::Id(id) => Ok(Some(*id)),
            Reference::Name(name) => self.session.group_id(name),
        }
    }

    fn user_id(&mut self, user: &Reference) -> Result<Option<i64>, RepositoryError> {
        match user {
            Reference::Id(id) => Ok(Some(*id)),
            Reference::Name(name) => self.session.user_id(name),
        }
    }
}

fn stored(token: &DumpedToken, owner: i64) -> ImportedToken {
    ImportedToken {
        owner: UserId(owner),
        digest: token.digest,
        prefix: token.prefix.clone(),
        label: "imported".to_owned(),
        created_at: token.created,
        expires_at: None,
        is_sliding: false,
        binding: None,
    }
}

impl Report {
    fn lines(&self) -> String {
        let mut lines = Vec::new();
        let tallies = [
            ("users", &self.users),
            ("groups", &self.groups),
            ("memberships", &self.memberships),
            ("tokens", &self.tokens),
        ];
        for (name, tally) in tallies {
            let Tally {
                created,
                updated,
                unchanged,
                skipped,
            } = tally;
            lines.push(format!(
                "{name}: {created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped"
            ));
        }
        lines.extend(
            self.ignored
                .iter()
                .map(|(model, n)| format!("ignored: {n} of {model}")),
        );
        lines.extend(
            self.skipped
                .iter()
                .map(|reason| format!("skipped: {reason}")),
        );
        lines.extend(
            self.warnings
                .iter()
                .map(|reason| format!("warning: {reason}")),
        );
        if self.dry_run {
            lines.push("nothing is changed: this was a dry run".to_owned());
        }
        lines.join("\n")
    }
}
