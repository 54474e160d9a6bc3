//! `profiled import django`

mod groups;
mod identify;
mod ids;
mod memberships;
mod organizations;
mod references;
mod report;
mod state;
mod tokens;
mod users;
mod waiting;

use std::convert::Infallible;

use indicatif::ProgressBar;
use profiled_auth::audit::Action;
use profiled_auth::token_digest;
use profiled_domain::RepositoryError;
use profiled_store::Absent;

use crate::cli::ImportDjango;
use crate::clock::now;
use crate::commands::context::Context;
use crate::commands::progress;
use crate::commands::terminal::confirm;
use crate::dump::{
    DjangoMapping, Dump, Plan, Profiles, ReadError, Record, Row, Survey, Unreadable, classify,
};
use crate::error::Failure;
use crate::trail::audited;

use ids::Ids;
use report::{DjangoReport, Kind};
use state::Import;

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
            if let Some(loss) = arguments.loss() {
                confirm(arguments.yes, loss)?;
            }
            let report = import(context, arguments)?;
            line.imported(report.totals(), report.removed());
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
    let progress = progress::of_files(context, &arguments.files);
    let report = prepare(arguments, &progress).and_then(|prepared| {
        let Prepared {
            dumps,
            plan,
            survey,
            profiles,
        } = prepared;
        store.import(arguments.dry_run, now(), token_digest, |session| {
            let before = DjangoMapping::remembered(session)?;
            if before == DjangoMapping::default() && !arguments.replace && session.has_users()? {
                return Err(Stop::Dump(FOREIGN.to_owned()));
            }
            let mut import = Import::new(
                session,
                &before,
                &plan,
                profiles,
                context.settings.limits.mobile_number,
                arguments.absent(),
            );
            let mut left = plan.unsaid();
            if arguments.names.has_fields() {
                // What an import before has read into an attribute was read wrongly then.
                left.retain(|attribute| !before.holds(*attribute));
            }
            import.session.leave(left);
            import
                .session
                .choose_holders(arguments.address_holder.into());
            import.report.begin(arguments.dry_run, &plan, &survey);
            import.report.warn_of_names(&plan, &context.settings.auth);
            import.report.mirror = arguments.absent() == Absent::Remove;
            import.report.add_findings(&mut import.profiles.findings);
            import.files(&dumps, &progress)?;
            import.remember(&survey)?;
            let mut report = import.finish()?;
            report.warn_of_hashers(&context.settings.auth.password);
            if report.is_empty() && report.removed() > 0 {
                let text = "no row of the dumps can be stored, and all others would be removed";
                return Err(Stop::Dump(text.to_owned()));
            }
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

/// Why a first import may be refused.
const FOREIGN: &str = "the database has users, and no import is known to have brought them: users of Django may have their ids. Import into \
                       an empty database, or let them take those places with --replace";

/// What is known of the dumps before anything is stored.
struct Prepared {
    dumps: Vec<Dump>,
    plan: Plan,
    survey: Survey,
    profiles: Profiles,
}

/// Opens all dumps and finds out what they have: records may come before what says how they are read.
fn prepare(arguments: &ImportDjango, progress: &ProgressBar) -> Result<Prepared, Stop> {
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
        arguments.timezone,
    );
    let mut plan = plan.map_err(Stop::Dump)?;
    let size = progress.length().unwrap_or_default();
    progress.set_length(size * plan.readings());
    let profiles = Profiles::load(&dumps, &mut plan, progress);
    let profiles =
        profiles.map_err(|error: ReadError<Infallible>| Stop::Dump(error.to_string()))?;
    Ok(Prepared {
        dumps,
        plan,
        survey,
        profiles,
    })
}

impl Import<'_, '_> {
    /// Stores records with keys first: those without may be the same.
    fn files(&mut self, dumps: &[Dump], progress: &ProgressBar) -> Result<(), Stop> {
        let plan = self.plan;
        self.each(dumps, progress, |record| !plan.is_known_by_name(record))?;
        if plan.has_known_by_name() {
            self.each(dumps, progress, |record| plan.is_known_by_name(record))?;
        }
        Ok(())
    }

    fn each(
        &mut self,
        dumps: &[Dump],
        progress: &ProgressBar,
        is_wanted: impl Fn(&Record) -> bool,
    ) -> Result<(), Stop> {
        for dump in dumps {
            let outcome = dump.records(progress, |record| {
                if is_wanted(&record) {
                    self.record(record)
                } else {
                    Ok(())
                }
            });
            outcome.map_err(|error| match error {
                ReadError::Dump(error) => Stop::Dump(error.to_string()),
                ReadError::Sink(error) => Stop::Storage(error),
            })?;
        }
        Ok(self.store_users()?)
    }

    fn record(&mut self, record: Record) -> Result<(), RepositoryError> {
        let (name, model) = (self.plan.name(&record), record.model.clone());
        match classify(record, self.plan) {
            Ok(Row::User(user)) => self.user(*user, name),
            Ok(Row::Group(group)) => self.group(group, name),
            Ok(Row::Token(token)) => self.token(token),
            Ok(Row::Blacklisted(token)) => {
                for outcome in self.session.blacklist(&[token])? {
                    self.report
                        .count(Kind::RefreshTokens, &outcome, || name.clone());
                }
                Ok(())
            }
            Ok(Row::Organization(row)) => self.organization_row(row, name),
            Ok(Row::Profile | Row::Outstanding) => Ok(()),
            Ok(Row::Other) => {
                *self.report.ignored.entry(model).or_default() += 1;
                Ok(())
            }
            Err(Unreadable { row, reason }) => {
                let kind = match row {
                    "group" => Kind::Groups,
                    "token" => Kind::Tokens,
                    "refresh token" => Kind::RefreshTokens,
                    "organization" => Kind::Organizations,
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
        let mut mapping = DjangoMapping::of(self.plan, survey);
        let [users, groups] = self.gave_ids;
        let given = &self.report.ids;
        mapping.users.gave_ids = users || self.plan.user_keys.has_absent() && given.users.new > 0;
        mapping.has_external_ids = self.has_external_ids || self.stores_external_ids;
        mapping.groups.gave_ids =
            groups || self.plan.group_keys.has_absent() && given.groups.new > 0;
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
        self.count_other_users()?;
        self.store_waiting_users()?;
        self.store_waiting_memberships()?;
        self.store_waiting_tokens()?;
        self.store_organization_members()?;
        for (model, kind, owner) in self.profiles.unused(self.plan) {
            let keys = if kind == "user" {
                self.plan.user_keys
            } else {
                self.plan.group_keys
            };
            let reason = Ids::missing(&owner, keys);
            let text = format!("{model} of {kind} {owner}: {kind} {owner} {reason}");
            self.report.skipped.push(text);
        }
        self.count_other_memberships()?;
        self.count_other_tokens()?;
        Ok(self.report)
    }
}
