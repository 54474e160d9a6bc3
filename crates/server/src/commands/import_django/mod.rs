//! `profiled import django`

mod report;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use profiled_auth::audit::Action;
use profiled_domain::{EmailAddress, InvalidText, MobileNumber, RepositoryError, UserId, Username};
use profiled_store::{ImportSession, ImportedGroup, ImportedToken, ImportedUser};

use crate::cli::ImportDjango;
use crate::clock::now;
use crate::commands::context::Context;
use crate::dump::{
    Dump, DumpedToken, DumpedUser, ReadError, Record, Reference, Row, Unreadable, classify,
};
use crate::error::Failure;
use crate::trail::audited;

use report::{DjangoReport, Kind};

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

pub(super) fn run(context: &Context, arguments: &ImportDjango) -> Result<(), Failure> {
    let report = if arguments.dry_run {
        import(context, arguments)
    } else {
        audited(Action::Import, |line| {
            let report = import(context, arguments)?;
            let [created, updated, skipped] = report.totals();
            line.imported(created, updated, skipped);
            Ok(report)
        })
    }?;
    context.write(&report, DjangoReport::lines)?;
    match report.unreadable {
        0 => Ok(()),
        count => Err(Failure::failed(format!(
            "{count} records could not be read; all others are imported"
        ))),
    }
}

fn import(context: &Context, arguments: &ImportDjango) -> Result<DjangoReport, Failure> {
    let store = context.open()?;
    let progress = progress_bar(context, &arguments.files);
    let report = store.import(arguments.dry_run, now(), |session| {
        let mut import = Import::new(session, context.settings.limits.mobile_number);
        import.report.dry_run = arguments.dry_run;
        for file in &arguments.files {
            import.file(file, &progress)?;
        }
        import.finish()
    });
    progress.finish_and_clear();
    report.map_err(|stop| match stop {
        Stop::Dump(text) => Failure::failed(format!("{text}; nothing is imported")),
        Stop::Storage(error) => error.into(),
    })
}

/// A bar on a terminal, nothing anywhere else.
fn progress_bar(context: &Context, files: &[PathBuf]) -> ProgressBar {
    if context.is_quiet {
        return ProgressBar::hidden();
    }
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
    mobile_number_max: usize,
    report: DjangoReport,
    /// Ids that the dumps have named: a second row under one would replace the first.
    users: HashSet<i64>,
    groups: HashSet<i64>,
    memberships: Vec<(i64, Reference)>,
    tokens: Vec<DumpedToken>,
}

impl<'a, 'b> Import<'a, 'b> {
    fn new(session: &'a mut ImportSession<'b>, mobile_number_max: usize) -> Self {
        Self {
            session,
            mobile_number_max,
            report: DjangoReport::default(),
            users: HashSet::new(),
            groups: HashSet::new(),
            memberships: Vec::new(),
            tokens: Vec::new(),
        }
    }

    fn file(&mut self, path: &Path, progress: &ProgressBar) -> Result<(), Stop> {
        let dump = Dump::open(path).map_err(|error| Stop::Dump(error.to_string()))?;
        let outcome = dump.records(progress, |record| self.record(record));
        outcome.map_err(|error| match error {
            ReadError::Dump(error) => Stop::Dump(error.to_string()),
            ReadError::Sink(error) => Stop::Storage(error),
        })
    }

    fn record(&mut self, record: Record) -> Result<(), RepositoryError> {
        let (name, model) = (record.name(), record.model.clone());
        match classify(record) {
            Ok(Row::User(user)) => self.user(*user, name),
            Ok(Row::Group(group)) => self.group(&group, name),
            Ok(Row::Token(token)) => {
                self.tokens.push(token);
                Ok(())
            }
            Ok(Row::Other) => {
                *self.report.ignored.entry(model).or_default() += 1;
                Ok(())
            }
            Err(Unreadable { row, reason }) => {
                let kind = match row {
                    "group" => Kind::Groups,
                    "token" => Kind::Tokens,
                    _ => Kind::Users,
                };
                self.report.unreadable += 1;
                self.report.skip(kind, || name, &reason);
                Ok(())
            }
        }
    }

    fn user(&mut self, dumped: DumpedUser, name: String) -> Result<(), RepositoryError> {
        let id = dumped.user.id;
        if !self.users.insert(id) {
            self.report
                .skip(Kind::Users, || name, "its id is in the dump twice");
            return Ok(());
        }
        let outcome = self.session.user(&dumped.user)?;
        if self.report.count(Kind::Users, &outcome, || name.clone()) {
            let memberships = dumped.groups.into_iter().map(|group| (id, group));
            self.memberships.extend(memberships);
            self.warn(&dumped.user, &name);
        }
        Ok(())
    }

    /// Tells what breaks a rule of today; it is stored as it is.
    fn warn(&mut self, user: &ImportedUser, name: &str) {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let rules: [(&str, Option<Result<(), InvalidText>>); 3] = [
            (
                "username",
                given(&user.person.username).map(|text| Username::parse(&text).map(drop)),
            ),
            (
                "email",
                given(&user.person.email).map(|text| EmailAddress::parse(&text).map(drop)),
            ),
            (
                "mobile_number",
                given(&user.person.mobile_number)
                    .map(|text| MobileNumber::parse(&text, self.mobile_number_max).map(drop)),
            ),
        ];
        for (field, parsed) in rules {
            if let Some(Err(error)) = parsed {
                self.report
                    .warnings
                    .push(format!("{name}: {field} {error}"));
            }
        }
    }

    fn group(&mut self, group: &ImportedGroup, name: String) -> Result<(), RepositoryError> {
        if self.groups.insert(group.id) {
            let outcome = self.session.group(group)?;
            self.report.count(Kind::Groups, &outcome, || name);
        } else {
            self.report
                .skip(Kind::Groups, || name, "its id is in the dump twice");
        }
        Ok(())
    }

    /// Stores what refers to others, now that all of them are there.
    fn finish(mut self) -> Result<DjangoReport, Stop> {
        self.store_memberships()?;
        for token in std::mem::take(&mut self.tokens) {
            let name = || format!("token {}…", token.prefix);
            let owner = match &token.owner {
                Reference::Id(id) => Some(*id),
                Reference::Name(name) => self.session.user_id(name)?,
            };
            if let Some(id) = owner {
                let outcome = self.session.token(&imported(&token, id))?;
                self.report.count(Kind::Tokens, &outcome, name);
            } else {
                let reason = format!("user {} does not exist", token.owner);
                self.report.skip(Kind::Tokens, name, &reason);
            }
        }
        Ok(self.report)
    }

    fn store_memberships(&mut self) -> Result<(), RepositoryError> {
        let mut pairs = Vec::with_capacity(self.memberships.len());
        for (user, group) in std::mem::take(&mut self.memberships) {
            let id = match &group {
                Reference::Id(id) => Some(*id),
                Reference::Name(name) => self.session.group_id(name)?,
            };
            if let Some(id) = id {
                pairs.push((user, id));
            } else {
                let name = || format!("membership of user {user}");
                let reason = format!("group {group} does not exist");
                self.report.skip(Kind::Memberships, name, &reason);
            }
        }
        for (outcome, (user, group)) in self.session.memberships(&pairs)?.iter().zip(&pairs) {
            let name = || format!("membership of user {user} in group {group}");
            self.report.count(Kind::Memberships, outcome, name);
        }
        Ok(())
    }
}

fn imported(token: &DumpedToken, owner: i64) -> ImportedToken {
    ImportedToken {
        owner: UserId(owner),
        digest: token.digest,
        prefix: token.prefix.clone(),
        label: "imported".to_owned(),
        created_at: token.created,
        expires_at: None,
        is_sliding: false,
        binding: None,
        epoch: None,
    }
}
