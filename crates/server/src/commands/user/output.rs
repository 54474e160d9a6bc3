//! Users as commands show them.

use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{Group, Person, ProfileField, User};
use profiled_store::{FormerNames, ListedUser};
use serde::Serialize;

/// A user.
#[derive(Serialize)]
pub(super) struct UserOutput {
    pub(super) id: i64,
    #[serde(flatten)]
    person: Person,
    full_name: Option<String>,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    date_joined: String,
    last_login: Option<String>,
    /// Of a deleted user; its other attributes are those that it has now.
    deleted: Option<DeletedOutput>,
}

/// What a deleted user had, and when nothing of it is left.
#[derive(Serialize)]
struct DeletedOutput {
    at: String,
    /// The first purge at this time or later erases it.
    erased_from: String,
    username: Option<String>,
    email: Option<String>,
    mobile_number: Option<String>,
}

impl DeletedOutput {
    fn new(at: DateTime<Utc>, former: FormerNames, grace: u64) -> Self {
        let end = i64::try_from(grace).ok().and_then(TimeDelta::try_seconds);
        let end = end.and_then(|grace| at.checked_add_signed(grace));
        Self {
            at: at.to_rfc3339(),
            erased_from: end.unwrap_or(DateTime::<Utc>::MAX_UTC).to_rfc3339(),
            username: former.username,
            email: former.email,
            mobile_number: former.mobile_number,
        }
    }
}

impl UserOutput {
    /// A user as it was found. One who is deleted stays so for `grace` seconds.
    pub(super) fn listed(listed: ListedUser, grace: u64) -> Self {
        let at = listed.user.deleted_at;
        let deleted = at.zip(listed.former);
        Self {
            deleted: deleted.map(|(at, former)| DeletedOutput::new(at, former, grace)),
            ..Self::from(listed.user)
        }
    }

    /// One line, as in a list.
    pub(super) fn line(&self) -> String {
        if let Some(deleted) = &self.deleted {
            return self.line_of_deleted(deleted);
        }
        let flags = [
            (!self.is_active, " inactive"),
            (self.is_staff, " staff"),
            (self.is_superuser, " superuser"),
        ];
        let flags = flags.iter().filter(|(on, _)| *on);
        let flags: String = flags.map(|(_, name)| *name).collect();
        let text = |field| self.person.get(field).unwrap_or("-");
        let (username, email) = (text(ProfileField::Username), text(ProfileField::Email));
        format!("{} {username} {email}{flags}", self.id)
    }

    fn line_of_deleted(&self, deleted: &DeletedOutput) -> String {
        let day = |instant: &str| instant.split('T').next().unwrap_or_default().to_owned();
        let username = deleted.username.as_deref().unwrap_or("-");
        let email = deleted.email.as_deref().unwrap_or("-");
        let (at, end) = (day(&deleted.at), day(&deleted.erased_from));
        format!(
            "{} {username} {email} deleted {at}, erased from {end} on",
            self.id
        )
    }
}

impl From<User> for UserOutput {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            full_name: user.person.full_name(),
            person: user.person,
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            date_joined: user.date_joined.to_rfc3339(),
            last_login: user.last_login.map(|at| at.to_rfc3339()),
            deleted: None,
        }
    }
}

/// A user with groups and what the profile lacks.
#[derive(Serialize)]
pub(super) struct ProfileOutput {
    #[serde(flatten)]
    user: UserOutput,
    groups: Vec<String>,
    missing: Vec<ProfileField>,
}

impl ProfileOutput {
    pub(super) fn new(user: UserOutput, groups: Vec<Group>, missing: Vec<ProfileField>) -> Self {
        let groups = groups.into_iter();
        Self {
            user,
            groups: groups.map(|group| group.name).collect(),
            missing,
        }
    }

    /// A line for the user, and one for each attribute.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.user.line()];
        let fields = ProfileField::ALL.iter();
        lines.extend(fields.map(|field| {
            let text = self.user.person.get(*field);
            format!("{}: {}", field.as_str(), text.unwrap_or("-"))
        }));
        let missing: Vec<_> = self.missing.iter().map(|field| field.as_str()).collect();
        for (name, list) in [
            ("groups", self.groups.join(", ")),
            ("missing", missing.join(", ")),
        ] {
            let list = if list.is_empty() { "-" } else { &list };
            lines.push(format!("{name}: {list}"));
        }
        lines
    }
}
