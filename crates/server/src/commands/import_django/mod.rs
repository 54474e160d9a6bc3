//! `profiled import django`

mod report;

use std::collections::HashSet;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use profiled_auth::audit::Action;
use profiled_auth::token_digest;
use profiled_domain::{EmailAddress, InvalidText, MobileNumber, RepositoryError, UserId, Username};
use profiled_store::{Absent, ImportSession, ImportedGroup, ImportedToken, ImportedUser, Taken};

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

    fn user(&mut self, dumped: DumpedUser, name: String) -> Result<(), RepositoryError> {
        let id = dumped.user.id;
        if !self.users.insert(id) {
            self.report
                .skip(Kind::Users, || name, "its id is in the dump twice");
            return Ok(());
        }
        self.batch.push((dumped, name));
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.store_users()
    }

    fn store_users(&mut self) -> Result<(), RepositoryError> {
        let batch = std::mem::take(&mut self.batch);
        let users: Vec<_> = batch
            .iter()
            .map(|(dumped, _)| dumped.user.clone())
            .collect();
        for ((dumped, name), stored) in batch.into_iter().zip(self.session.users(&users)?) {
            if !self
                .report
                .count(Kind::Users, &stored.outcome, || name.clone())
            {
                continue;
            }
            for Taken { key, holder } in stored.taken {
                let text =
                    format!("{name}: shares its {key} with user {holder}, who is found by it");
                self.report.warnings.push(text);
            }
            for (field, value) in &dumped.lost {
                self.report.lose_value(field, value);
            }
            self.report.count_password(dumped.algorithm, &name);
            self.warn(&dumped.user, &name);
            let memberships = dumped.groups.into_iter();
            self.memberships
                .extend(memberships.map(|group| (dumped.user.id, group)));
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

    fn store_tokens(&mut self) -> Result<(), RepositoryError> {
        let name = |prefix: &str| format!("token {prefix}…");
        let mut waiting = std::mem::take(&mut self.tokens).into_iter().peekable();
        while waiting.peek().is_some() {
            let mut tokens = Vec::with_capacity(BATCH);
            for token in waiting.by_ref().take(BATCH) {
                let owner = match &token.owner {
                    Reference::Id(id) => Some(*id),
                    Reference::Name(name) => self.session.user_id(name)?,
                };
                self.digests.extend(token.digest.0.first_chunk::<8>());
                if let Some(id) = owner {
                    tokens.push(imported(token, id));
                } else {
                    let reason = format!("user {} does not exist", token.owner);
                    let name = || name(&token.prefix);
                    self.report.skip(Kind::Tokens, name, &reason);
                }
            }
            for (outcome, token) in self.session.tokens(&tokens)?.iter().zip(&tokens) {
                let name = || name(&token.prefix);
                self.report.count(Kind::Tokens, outcome, name);
            }
        }
        Ok(())
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
        pairs.sort_unstable();
        for chunk in pairs.chunks(BATCH) {
            for (outcome, (user, group)) in self.session.memberships(chunk)?.iter().zip(chunk) {
                let name = || format!("membership of user {user} in group {group}");
                self.report.count(Kind::Memberships, outcome, name);
            }
        }
        if self.plan.models.group.is_some() {
            let count = self
                .session
                .other_memberships(&self.users, &pairs, self.absent)?;
            self.report.absent.insert("memberships", count);
        }
        Ok(())
    }
}

fn imported(token: DumpedToken, owner: i64) -> ImportedToken {
    ImportedToken {
        owner: UserId(owner),
        digest: token.digest,
        prefix: token.prefix,
        label: LABEL.to_owned(),
        created_at: token.created,
        expires_at: None,
        is_sliding: false,
        binding: None,
        epoch: None,
    }
}
