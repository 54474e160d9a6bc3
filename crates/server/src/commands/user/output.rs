//! Users as commands show them.

use profiled_domain::{Person, ProfileField, User, UserProfile};
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
}

impl UserOutput {
    /// One line, as in a list.
    pub(super) fn line(&self) -> String {
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
    pub(super) fn new(profile: UserProfile, missing: Vec<ProfileField>) -> Self {
        let groups = profile.groups.into_iter();
        Self {
            user: (*profile.user).into(),
            groups: groups.map(|group| group.name).collect(),
            missing,
        }
    }

    /// A line for the user, and one for each attribute.
    pub(super) fn lines(&self) -> String {
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
        lines.join("\n")
    }
}
