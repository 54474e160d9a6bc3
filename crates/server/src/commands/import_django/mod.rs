//! `profiled import django`

mod groups;
mod report;
mod tokens;
mod users;

use std::collections::HashSet;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use profiled_auth::audit::Action;
use profiled_auth::token_digest;
use profiled_domain::RepositoryError;
use profiled_store::{Absent, ImportSession};

use crate::cli::ImportDjango;
use crate::clock::now;
use crate::commands::context::Context;
use crate::dump::{
    DjangoMapping, Dump, DumpedToken, DumpedUser, Plan, ReadError, Record, Reference, Row, Survey,
    Unreadable, classify,
};
use crate::error::Failure;
use crate::trail::audited;

use report::{DjangoReport, Kind};

/// How imported tokens are called.
const LABEL: &str = "imported";

/// Users that are stored together.
const BATCH: usize = 1000;

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
        0 if report.is_empty() => Err(Failure::failed(report.nothing())),
        0 => Ok(()),
        count => Err(Failure::failed(format!(
            "{count} records could not be read; all others are imported"
        ))),
    }
}

fn import(context: &Context, arguments: &ImportDjango) -> Result<DjangoReport, Failure> {
    let store = context.open()?;
    let progress = progress_bar(context, &arguments.files);
    let report = prepare(arguments, &progress).and_then(|(dumps, plan, survey)| {
        store.import(arguments.dry_run, now(), token_digest, |session| {
            let mut import = Import::new(
                session,
                &plan,
                context.settings.limits.mobile_number,
                arguments.absent(),
            );
            import.report.begin(arguments.dry_run, &plan, &survey);
            import.report.mirror = arguments.absent() == Absent::Remove;
            for dump in &dumps {
                import.file(dump, &progress)?;
            }
            import.remember(&survey)?;
            let report = import.finish()?;
            match report.first_loss().filter(|_| arguments.strict) {
                Some(loss) => Err(Stop::Dump(format!("not everything comes over, {loss}"))),
                None => Ok(report),
            }
        })
    });
    progress.finish_and_clear();
    report.map_err(|stop| match stop {
        Stop::Dump(text) => Failure::failed(format!("{text}; nothing is imported")),
        Stop::Storage(error) => error.into(),
    })
}

/// Opens all dumps and finds out what they have: records may come before what says how they are read.
fn prepare(
    arguments: &ImportDjango,
    progress: &ProgressBar,
) -> Result<(Vec<Dump>, Plan, Survey), Stop> {
    let mut survey = Survey::default();
    let mut dumps = Vec::new();
    for file in &arguments.files {
        let dump = Dump::open(file).map_err(|error| Stop::Dump(error.to_string()))?;
        let look = dump.records(progress, |record| survey.add(&record));
        look.map_err(|error| match error {
            ReadError::Dump(error) => Stop::Dump(error.to_string()),
            ReadError::Sink(text) => Stop::Dump(format!("{}: {text}", file.display())),
        })?;
        dumps.push(dump);
    }
    let plan = Plan::of(
        &mut survey,
        &arguments.names.models(),
        &arguments.names.fields(),
    );
    Ok((dumps, plan.map_err(Stop::Dump)?, survey))
}

/// A bar on a terminal, nothing anywhere else.
fn progress_bar(context: &Context, files: &[PathBuf]) -> ProgressBar {
    if context.is_quiet {
        return ProgressBar::hidden();
    }
    let length = |file: &PathBuf| file.metadata().map_or(0, |metadata| metadata.len());
    // Each is read twice.
    let bar = ProgressBar::new(2 * files.iter().map(length).sum::<u64>());
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Records of all files. What refers to others waits until all of them are there.
struct Import<'a, 'b> {
    session: &'a mut ImportSession<'b>,
    plan: &'a Plan,
    mobile_number_max: usize,
    report: DjangoReport,
    /// Ids that the dumps have named: a second row under one would replace the first.
    users: HashSet<i64>,
    groups: HashSet<i64>,
    /// Users that are stored with the next batch, and their names in messages.
    batch: Vec<(DumpedUser, String)>,
    memberships: Vec<(i64, Reference)>,
    tokens: Vec<DumpedToken>,
    /// Beginnings of the digests of all tokens of the dumps.
    digests: HashSet<[u8; 8]>,
    absent: Absent,
}

impl<'a, 'b> Import<'a, 'b> {
    fn new(
        session: &'a mut ImportSession<'b>,
        plan: &'a Plan,
        mobile_number_max: usize,
        absent: Absent,
    ) -> Self {
        Self {
            session,
            plan,
            mobile_number_max,
            report: DjangoReport::default(),
            users: HashSet::new(),
            groups: HashSet::new(),
            batch: Vec::new(),
            memberships: Vec::new(),
            tokens: Vec::new(),
            digests: HashSet::new(),
            absent,
        }
    }

    fn file(&mut self, dump: &Dump, progress: &ProgressBar) -> Result<(), Stop> {
        let outcome = dump.records(progress, |record| self.record(record));
        outcome.map_err(|error| match error {
            ReadError::Dump(error) => Stop::Dump(error.to_string()),
            ReadError::Sink(error) => Stop::Storage(error),
        })
    }

    fn record(&mut self, record: Record) -> Result<(), RepositoryError> {
        let (name, model) = (record.name(), record.model.clone());
        match classify(record, self.plan) {
            Ok(Row::User(user)) => self.user(*user, name),
            Ok(Row::Group(group)) => self.group(&group, name),
            Ok(Row::Token(token)) => {
                self.tokens.push(token);
                Ok(())
            }
            Ok(Row::Blacklisted(token)) => {
                for outcome in self.session.blacklist(&[token])? {
                    self.report
                        .count(Kind::RefreshTokens, &outcome, || name.clone());
                }
                Ok(())
            }
            Ok(Row::Outstanding) => Ok(()),
            Ok(Row::Other) => {
                *self.report.ignored.entry(model).or_default() += 1;
                Ok(())
            }
            Err(Unreadable { row, reason }) => {
                let kind = match row {
                    "group" => Kind::Groups,
                    "token" => Kind::Tokens,
                    "refresh token" => Kind::RefreshTokens,
                    _ => Kind::Users,
                };
                self.report.unreadable += 1;
                self.report.skip(kind, || name, &reason);
                Ok(())
            }
        }
    }

    /// Keeps for an export how the models were read. A dump without users tells nothing of theirs.
    fn remember(&mut self, survey: &Survey) -> Result<(), RepositoryError> {
        if self.plan.models.user.is_none() {
            return Ok(());
        }
        let mapping = DjangoMapping::of(self.plan, survey);
        // Maps of texts: serialisation cannot fail.
        let mapping = serde_json::to_string(&mapping).unwrap_or_default();
        self.session.remember_mapping(&mapping)
    }

    /// Stores what refers to others, now that all of them are there.
    fn finish(mut self) -> Result<DjangoReport, Stop> {
        // What could not be read would be taken for gone.
        if self.absent == Absent::Remove && self.report.unreadable > 0 {
            let reason = self.report.skipped.first().map_or("", String::as_str);
            let text = format!("--mirror needs records that can all be read: {reason}");
            return Err(Stop::Dump(text));
        }
        self.store_users()?;
        self.store_memberships()?;
        self.store_tokens()?;
        // A dump without a kind of rows says nothing of those that are stored.
        if !self.users.is_empty() {
            let count = self.session.other_users(&self.users, self.absent)?;
            self.report.absent.insert("users", count);
        }
        if !self.digests.is_empty() {
            let tokens = self
                .session
                .other_tokens(LABEL, &self.digests, self.absent)?;
            self.report.absent.insert("tokens", tokens);
        }
        Ok(self.report)
    }
}
