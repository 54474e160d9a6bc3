//! `profiled user …`

mod account;
mod change;
mod password;

use profiled_auth::PersonalData;
use profiled_auth::audit::{Action, Object};
use profiled_domain::{
    Detail, EmailAddress, InvalidText, MobileNumber, NewUser, PageRequest, User as Account,
    UserRepository, Username,
};
use serde::Serialize;

use crate::cli::{User, UserCreate};
use crate::clock::now;
use crate::commands::database::{find_user, open};
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::{Line, audited};

/// Longest given or family name that is stored, in characters.
const NAME_MAX: usize = 200;

/// A user as commands show it.
#[derive(Serialize)]
struct Shown {
    id: i64,
    username: Option<String>,
    email: Option<String>,
    mobile_number: Option<String>,
    full_name: Option<String>,
    gender: Option<&'static str>,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    date_joined: String,
    last_login: Option<String>,
}

impl From<&Account> for Shown {
    fn from(user: &Account) -> Self {
        Self {
            id: user.id.0,
            username: user.username.clone(),
            email: user.email.clone(),
            mobile_number: user.mobile_number.clone(),
            full_name: user.full_name(),
            gender: user.gender.map(profiled_domain::Gender::as_str),
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
struct ShownProfile {
    #[serde(flatten)]
    user: Shown,
    groups: Vec<String>,
    missing: Vec<&'static str>,
}

pub(super) fn run(settings: &Settings, command: User, output: Output) -> Result<(), Failure> {
    match command {
        User::Create(arguments) => audited(Action::UserCreate, |line| {
            create(settings, &arguments, line, output)
        }),
        User::List { offset, limit } => list(settings, offset, limit, output),
        User::Show { user } => show(settings, &user, output),
        User::Set(wanted) => audited(Action::UserUpdate, |line| {
            change::set(settings, &wanted, line, output)
        }),
        User::Deactivate { user } => account::run(settings, &user, &account::DEACTIVATE, output),
        User::Activate { user } => account::run(settings, &user, &account::ACTIVATE, output),
        User::Delete { user } => account::run(settings, &user, &account::DELETE, output),
        User::Restore { user } => account::run(settings, &user, &account::RESTORE, output),
        User::SetPassword { user, password } => audited(Action::UserPassword, |line| {
            password::set(settings, &user, &password, line, output)
        }),
    }
}

fn create(
    settings: &Settings,
    arguments: &UserCreate,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let mut new = parse(settings, arguments)?;
    let store = open(settings)?;
    if let Some(password) = password::read(&arguments.password)? {
        new.password = Some(password::encode(settings, &password, &personal_data(&new))?);
    }
    let user = store.create_user(&new, None, now())?;
    line.done(Object::User(user.id));
    output.write(&Shown::from(&user), |user| {
        format!("created user {}", user.id)
    })
}

fn personal_data(new: &NewUser) -> PersonalData<'_> {
    PersonalData {
        username: new.username.as_ref().map(Username::as_str),
        first_name: new.first_name.as_deref(),
        last_name: new.last_name.as_deref(),
        email: new.email.as_ref().map(EmailAddress::as_str),
    }
}

fn parse(settings: &Settings, arguments: &UserCreate) -> Result<NewUser, Failure> {
    if arguments.username.is_none() && arguments.email.is_none() {
        return Err(Failure::new(
            Kind::Usage,
            "user create needs --username or --email",
        ));
    }
    let gender = arguments.gender.as_deref().map(str::parse).transpose();
    Ok(NewUser {
        username: option("--username", arguments.username.as_deref(), Username::parse)?,
        email: option("--email", arguments.email.as_deref(), EmailAddress::parse)?,
        mobile_number: option(
            "--mobile-number",
            arguments.mobile_number.as_deref(),
            |text| MobileNumber::parse(text, settings.limits.mobile_number),
        )?,
        first_name: option("--first-name", arguments.first_name.as_deref(), name)?,
        last_name: option("--last-name", arguments.last_name.as_deref(), name)?,
        gender: gender.map_err(|e| Failure::new(Kind::Usage, format!("--gender: {e}")))?,
        is_active: !arguments.inactive,
        is_staff: arguments.staff,
        is_superuser: arguments.superuser,
        password: None,
    })
}

/// A given or family name: whatever fits into storage.
fn name(text: &str) -> Result<String, InvalidText> {
    if text.contains('\0') {
        Err(InvalidText::NullCharacter)
    } else if text.chars().count() > NAME_MAX {
        Err(InvalidText::TooLong { max: NAME_MAX })
    } else {
        Ok(text.to_owned())
    }
}

fn option<T>(
    name: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, InvalidText>,
) -> Result<Option<T>, Failure> {
    let parsed = text.map(parse).transpose();
    parsed.map_err(|error| Failure::new(Kind::Usage, format!("{name}: {error}")))
}

fn list(settings: &Settings, offset: u32, limit: u32, output: Output) -> Result<(), Failure> {
    let page = PageRequest {
        offset: i64::from(offset),
        limit: i64::from(limit),
    };
    let users = open(settings)?.list_users(page)?.items;
    let shown: Vec<Shown> = users.iter().map(Shown::from).collect();
    output.write(&shown, |users| {
        users.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn line(user: &Shown) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let flags = [
        (!user.is_active, " inactive"),
        (user.is_staff, " staff"),
        (user.is_superuser, " superuser"),
    ];
    let flags: String = flags
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| *name)
        .collect();
    format!(
        "{} {} {}{flags}",
        user.id,
        text(&user.username),
        text(&user.email)
    )
}

fn show(settings: &Settings, name: &str, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let id = find_user(&store, name)?.id;
    let profile = store.find_profile(id, Detail::Groups)?;
    let profile = profile.ok_or_else(|| Failure::failed(format!("user {id} is gone")))?;
    let missing = settings.profile_completion.missing(&profile.user);
    let shown = ShownProfile {
        user: Shown::from(&profile.user),
        groups: profile.groups.into_iter().map(|group| group.name).collect(),
        missing: missing
            .into_iter()
            .map(profiled_domain::ProfileField::as_str)
            .collect(),
    };
    output.write(&shown, |shown| {
        let list = |names: &[String]| {
            if names.is_empty() {
                "-".into()
            } else {
                names.join(", ")
            }
        };
        let missing: Vec<String> = shown.missing.iter().map(|&name| name.to_owned()).collect();
        let user = line(&shown.user);
        format!(
            "{user}\ngroups: {}\nmissing: {}",
            list(&shown.groups),
            list(&missing)
        )
    })
}
