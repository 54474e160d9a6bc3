//! From accounts to the records of a project's models.

use chrono::{DateTime, TimeDelta, Utc};
use profiled_store::{ExportCounts, ExportedUser};

use super::fields::Instants;
use super::report::ExportReport;
use crate::dump::DjangoMapping;
use crate::settings::Settings;

/// Fields of users that are written besides the attributes, or that stay as they are.
const USER: &[&str] = &[
    "password",
    "last_login",
    "is_superuser",
    "is_staff",
    "is_active",
    "ldap_dn",
    "full_name",
    "is_profile_completed",
    "groups",
    "user_permissions",
];
/// Those of groups.
const GROUP: &[&str] = &["name", "created_at", "updated_at", "permissions"];

/// Writes records as the models of a project want them.
pub(super) struct Records<'t> {
    pub(super) target: &'t DjangoMapping,
    pub(super) settings: &'t Settings,
    pub(super) instants: Instants,
    pub(super) report: ExportReport,
}

impl<'t> Records<'t> {
    pub(super) fn new(
        target: &'t DjangoMapping,
        settings: &'t Settings,
        instants: Instants,
        counts: ExportCounts,
    ) -> Self {
        let mut report = ExportReport::new(target, counts, defaults(target));
        let mut holders = target.profiles.iter().chain([&target.users]);
        if !holders.any(|model| {
            model
                .joined
                .as_ref()
                .is_some_and(|name| model.fields.contains(name))
        }) {
            report.warn(format!("{} has no instant of joining", target.users.model));
        }
        for model in target
            .profiles
            .iter()
            .filter(|model| model.user_field.is_some())
        {
            let text = "new primary keys, made of the ids of their users";
            report.warn(format!("records of {} get {text}", model.model));
        }
        if target.groups.has_text_keys {
            let text = "new primary keys, made of their ids here";
            report.warn(format!("records of {} get {text}", target.groups.model));
        }
        Self {
            target,
            settings,
            instants,
            report,
        }
    }
}

impl Records<'_> {
    /// Counts a user whose refresh tokens were all refused lately: this is known by no list of them.
    pub(super) fn count_revocation(&mut self, exported: &ExportedUser, now: DateTime<Utc>) {
        let lifetime = TimeDelta::seconds(self.settings.auth.jwt.refresh_lifetime.into());
        let revoked_at = exported.user.credentials.changed_at;
        if revoked_at.is_some_and(|at| at + lifetime > now) {
            self.report.revoked_lately += 1;
        }
    }
}

/// Fields that no record has, as `app.model.field`.
fn defaults(target: &DjangoMapping) -> Vec<String> {
    let of_users = (&target.users, USER);
    let of_groups = (&target.groups, GROUP);
    let others = target.group_notes.iter().chain(&target.profiles);
    let others = others.map(|model| (model, &[][..]));
    let models = [of_groups, of_users].into_iter().chain(others);
    let fields = models.flat_map(|(model, others)| {
        let is_written = |field: &str| {
            model.attributes.contains_key(field)
                || model.flags.contains_key(field)
                || [&model.joined, &model.user_field, &model.notes]
                    .into_iter()
                    .any(|held| held.as_deref() == Some(field))
                || others.contains(&field)
        };
        let left = model.fields.iter().filter(move |field| !is_written(field));
        left.map(|field| format!("{}.{field}", model.model))
    });
    fields.collect()
}
