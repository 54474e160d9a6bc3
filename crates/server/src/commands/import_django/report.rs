//! What an import did, or would do.

use std::collections::BTreeMap;

use profiled_auth::{AuthSettings, PasswordAlgorithm, PasswordSettings, UserField, UsernameField};
use profiled_domain::ProfileField;
use profiled_store::ImportOutcome;
use serde::Serialize;

use super::ids::Assigned;
use crate::dump::{Findings, Plan, Survey, list, lose_nulls, lose_value, loss};

/// The report of an import.
#[derive(Debug, Default, Serialize)]
pub(super) struct DjangoReport {
    pub(super) dry_run: bool,
    pub(super) users: Tally,
    pub(super) groups: Tally,
    pub(super) memberships: Tally,
    pub(super) tokens: Tally,
    /// Refresh tokens of simplejwt that are blacklisted.
    pub(super) refresh_tokens: Tally,
    /// Organizations of django-organizations.
    pub(super) organizations: Tally,
    pub(super) organization_members: Tally,
    /// How users and groups without an id of their own got one.
    pub(super) ids: AllAssigned,
    /// How many users have attributes in which other model.
    pub(super) profiles: BTreeMap<String, u64>,
    /// The attribute that each field of users and their profiles holds.
    pub(super) fields: BTreeMap<String, &'static str>,
    /// Fields that have values and are not imported, and values of fields that stand for nothing: how many.
    pub(super) lost: BTreeMap<String, u64>,
    /// How many users have a password of which of Django's hashers.
    pub(super) passwords: BTreeMap<&'static str, u64>,
    /// Rows that are stored and that the dumps do not have, by kind.
    pub(super) absent: BTreeMap<&'static str, u64>,
    /// Whether those were removed.
    pub(super) mirror: bool,
    /// Records of other models.
    pub(super) ignored: BTreeMap<String, u64>,
    /// Rows that are not stored, each with its reason.
    pub(super) skipped: Vec<String>,
    /// Rows that are stored as they are, but break a rule.
    pub(super) warnings: Vec<String>,
    /// How many of the skipped rows could not be read.
    pub(super) unreadable: u64,
    #[serde(skip)]
    user_model: Option<String>,
    /// Models of the dump, for a message.
    #[serde(skip)]
    models: String,
}

/// Ids that were found or given.
#[derive(Debug, Default, Serialize)]
pub(super) struct AllAssigned {
    pub(super) users: Assigned,
    pub(super) groups: Assigned,
}

/// What became of the rows of a kind.
#[derive(Debug, Default, Serialize)]
pub(super) struct Tally {
    created: u64,
    updated: u64,
    unchanged: u64,
    skipped: u64,
}

/// Kinds of rows that are counted in words even where there are none.
const USUAL: usize = 5;

/// Models whose records are in force in Django, and end with it.
const ENDING: [(&str, &str); 4] = [
    (
        "knox.authtoken",
        ": knox before 4.2 has salted them, their users log in again",
    ),
    ("sessions.session", ": their users log in again"),
    ("oauth2_provider.accesstoken", ": their clients need others"),
    (
        "oauth2_provider.refreshtoken",
        ": their clients need others",
    ),
];

/// A kind of rows.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Users,
    Groups,
    Memberships,
    Tokens,
    RefreshTokens,
    Organizations,
    OrganizationMembers,
}

impl DjangoReport {
    /// Tells how the dump is read, and what it has that is not.
    pub(super) fn begin(&mut self, dry_run: bool, plan: &Plan, survey: &Survey) {
        self.dry_run = dry_run;
        self.models = list(survey);
        self.user_model.clone_from(&plan.models.user);
        self.fields = plan.table();
        for (name, count) in plan.lost(survey) {
            self.lost.insert(name, count);
        }
        let user = plan.models.user.as_deref();
        self.warnings.extend(plan.likely_profiles(survey));
        self.warnings.extend(plan.unread_flags(survey));
        let has_joined = plan.mapping.joined.is_some()
            || plan
                .profiles
                .iter()
                .any(|profile| profile.mapping.joined.is_some());
        if let (Some(user), false) = (user, has_joined) {
            let text = "has no instant of joining: new users have joined at the time of the import";
            self.warnings.push(format!("{user} {text}"));
        }
    }

    /// Counts the password of a user, and warns of one that never matches.
    pub(super) fn count_password(&mut self, algorithm: PasswordAlgorithm, name: &str) {
        let (hasher, fault) = match algorithm {
            PasswordAlgorithm::Known(hasher) => (hasher, None),
            PasswordAlgorithm::Unusable => ("unusable", None),
            PasswordAlgorithm::Unknown => ("unknown", Some("is of no known algorithm")),
            PasswordAlgorithm::NotEncoded => {
                ("none", Some("is no hash of Django's, and is not stored"))
            }
        };
        *self.passwords.entry(hasher).or_default() += 1;
        if let Some(fault) = fault {
            let text = format!("{name}: password {fault}: the user cannot log in by password");
            self.warnings.push(text);
        }
    }

    /// Warns of settings without which users of Django are not known here as they were there.
    pub(super) fn warn_of_names(&mut self, plan: &Plan, settings: &AuthSettings) {
        if plan.is_named_by_email() && settings.username_field != UsernameField::Email {
            let text = "users have no username: log-in needs auth.username_field = \"email\"";
            self.warnings.push(text.to_owned());
        }
        if plan.user_keys.has_texts() && settings.jwt.user_id_field != UserField::ExternalId {
            let text = "users have keys that are no integers: JWTs of Django need auth.jwt.user_id_field = \"external_id\"";
            self.warnings.push(text.to_owned());
        }
    }

    /// Warns of hashers whose hashes are not verified as things are set.
    pub(super) fn warn_of_hashers(&mut self, settings: &PasswordSettings) {
        let unverified = self.passwords.iter().filter_map(|(hasher, count)| {
            let needed = settings.missing_for(hasher)?;
            let who = format!("{count} users with passwords of {hasher}");
            Some(format!("{who} cannot log in by password unless {needed}"))
        });
        self.warnings.extend(unverified);
    }

    /// Counts a value of a field of the user model that stands for nothing.
    pub(super) fn lose_value(&mut self, field: &str, value: &str) {
        let model = self.user_model.as_deref().unwrap_or_default();
        lose_value(&mut self.lost, model, field, value);
    }

    /// Counts texts of a record that had null characters.
    pub(super) fn lose_nulls(&mut self, model: &str, fields: &[String]) {
        lose_nulls(&mut self.lost, model, fields);
    }

    /// Counts a value of a profile whose user has another one.
    pub(super) fn lose_other(&mut self, model: &str, field: ProfileField) {
        let name = format!("{model}: {} of users who have another", field.as_str());
        *self.lost.entry(name).or_default() += 1;
    }

    /// Tells what was found in the tables of profiles.
    pub(super) fn add_findings(&mut self, findings: &mut Findings) {
        self.skipped.append(&mut findings.skipped);
        self.unreadable += findings.unreadable;
        self.lost.append(&mut findings.lost);
        self.warnings.append(&mut findings.warnings);
    }

    /// The first of what does not come over.
    pub(super) fn first_loss(&self) -> Option<String> {
        let lost = self.lost.iter().next();
        let lost = lost.map(|(name, count)| loss(name, *count));
        lost.or_else(|| self.skipped.first().map(|row| format!("skipped: {row}")))
    }

    /// Whether nothing of the dump is stored.
    pub(super) fn is_empty(&self) -> bool {
        let stored = |tally: &Tally| tally.created + tally.updated + tally.unchanged;
        self.tallies().iter().all(|(_, tally)| stored(tally) == 0)
    }

    /// Why nothing is stored, and what helps.
    pub(super) fn nothing(&self) -> String {
        let models = &self.models;
        match &self.user_model {
            Some(model) => format!("nothing is imported: {model} has no users that can be stored"),
            None => format!(
                "nothing is imported: no model has the fields of users, password and last_login{models}; \
                 name it with --user-model"
            ),
        }
    }

    /// Counts an outcome; a refusal is listed under the name of its row. Whether the row is stored.
    pub(super) fn count(
        &mut self,
        kind: Kind,
        outcome: &ImportOutcome,
        name: impl FnOnce() -> String,
    ) -> bool {
        let tally = self.tally(kind);
        match outcome {
            ImportOutcome::Created => tally.created += 1,
            ImportOutcome::Updated => tally.updated += 1,
            ImportOutcome::Unchanged => tally.unchanged += 1,
            ImportOutcome::Refused(refusal) => {
                let refusal = refusal.to_string();
                self.skip(kind, name, &refusal);
                return false;
            }
        }
        true
    }

    /// Counts and lists a row that is not stored.
    pub(super) fn skip(&mut self, kind: Kind, name: impl FnOnce() -> String, reason: &str) {
        self.tally(kind).skipped += 1;
        self.skipped.push(format!("{}: {reason}", name()));
    }

    /// Rows that were created, updated and skipped, of all kinds.
    pub(super) fn totals(&self) -> [u64; 3] {
        let all = self.tallies();
        let sum = |of: fn(&Tally) -> u64| all.iter().map(|(_, tally)| of(tally)).sum();
        [sum(|t| t.created), sum(|t| t.updated), sum(|t| t.skipped)]
    }

    /// Rows that were removed because the dumps do not have them.
    pub(super) fn removed(&self) -> u64 {
        let absent = self.absent.values().filter(|_| self.mirror);
        absent.sum()
    }

    fn tallies(&self) -> [(&'static str, &Tally); 7] {
        [
            ("users", &self.users),
            ("groups", &self.groups),
            ("memberships", &self.memberships),
            ("tokens", &self.tokens),
            ("blacklisted refresh tokens", &self.refresh_tokens),
            ("organizations", &self.organizations),
            ("users of organizations", &self.organization_members),
        ]
    }

    fn tally(&mut self, kind: Kind) -> &mut Tally {
        match kind {
            Kind::Users => &mut self.users,
            Kind::Groups => &mut self.groups,
            Kind::Memberships => &mut self.memberships,
            Kind::Tokens => &mut self.tokens,
            Kind::RefreshTokens => &mut self.refresh_tokens,
            Kind::Organizations => &mut self.organizations,
            Kind::OrganizationMembers => &mut self.organization_members,
        }
    }

    /// The report for people.
    pub(super) fn lines(&self) -> Vec<String> {
        let tallies = self.tallies();
        let shown = tallies.into_iter().enumerate();
        let shown = shown.filter(|(place, (_, tally))| *place < USUAL || !tally.is_empty());
        let mut lines: Vec<String> = shown.map(|(_, (name, tally))| tally.line(name)).collect();
        lines.extend(self.ids.users.line("users"));
        lines.extend(self.ids.groups.line("groups"));
        let profiles = self.profiles.iter();
        lines.extend(profiles.map(|(model, count)| format!("profiles: {count} of {model}")));
        if self.dry_run {
            let fields = self.fields.iter();
            lines.extend(fields.map(|(theirs, ours)| format!("field: {theirs} is {ours}")));
        }
        let passwords = self.passwords.iter();
        lines.extend(passwords.map(|(hasher, count)| format!("passwords: {count} {hasher}")));
        let absent = self.absent.iter().filter(|(_, count)| **count > 0);
        let what = if self.mirror {
            "not in the dumps, removed"
        } else {
            "not in the dumps, and kept (--mirror removes them)"
        };
        lines.extend(absent.map(|(kind, count)| format!("{what}: {count} {kind}")));
        lines.extend(self.lost.iter().map(|(name, count)| loss(name, *count)));
        let ignored = self.ignored.iter();
        lines.extend(ignored.map(|(model, count)| {
            let end = ENDING
                .iter()
                .find(|(name, _)| model.eq_ignore_ascii_case(name));
            let end = end.map_or("", |(_, end)| *end);
            format!("ignored: {count} of {model}{end}")
        }));
        lines.extend(self.skipped.iter().map(|row| format!("skipped: {row}")));
        lines.extend(self.warnings.iter().map(|row| format!("warning: {row}")));
        if self.dry_run {
            lines.push("nothing is changed: this was a dry run".to_owned());
        }
        lines
    }
}

impl Tally {
    fn is_empty(&self) -> bool {
        self.created + self.updated + self.unchanged + self.skipped == 0
    }

    fn line(&self, name: &str) -> String {
        let Self {
            created,
            updated,
            unchanged,
            skipped,
        } = self;
        format!(
            "{name}: {created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped"
        )
    }
}
