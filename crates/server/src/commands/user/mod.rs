//! `profiled user …`

mod account;
mod change;
mod output;
mod password;

use profiled_auth::audit::{Action, Object};
use profiled_domain::{NewUser, PageRequest, ProfileDepth, ProfileRepository, UserRepository};

use crate::cli::{User, UserCreate};
use crate::clock::operator;
use crate::commands::database::{find_user, open};
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::{Line, audited};
use output::{ProfileOutput, UserOutput};

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
    let mut new = NewUser {
        is_active: !arguments.inactive,
        is_staff: arguments.staff,
        is_superuser: arguments.superuser,
        ..NewUser::default()
    };
    let change = arguments.person.change(&settings.limits)?;
    change.apply_to(&mut new.person);
    if new.person.username.is_none() && new.person.email.is_none() {
        let text = "user create needs --username or --email";
        return Err(Failure::new(Kind::Usage, text));
    }
    let store = open(settings)?;
    if let Some(password) = password::read(&arguments.password)? {
        new.password = Some(password::encode(settings, &password, &new.person)?);
    }
    let user = store.create_user(&new, operator())?;
    line.done(Object::User(user.id));
    output.write(&UserOutput::from(user), |user| {
        format!("created user {}", user.id)
    })
}

fn list(settings: &Settings, offset: u32, limit: u32, output: Output) -> Result<(), Failure> {
    let page = PageRequest {
        offset: i64::from(offset),
        limit: i64::from(limit),
    };
    let users = open(settings)?.list_users(page)?.items;
    let users: Vec<UserOutput> = users.into_iter().map(UserOutput::from).collect();
    output.write(&users, |users| {
        let lines: Vec<_> = users.iter().map(UserOutput::line).collect();
        lines.join("\n")
    })
}

fn show(settings: &Settings, name: &str, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let id = find_user(&store, name)?.id;
    let profile = store.find_profile(id, ProfileDepth::Groups)?;
    let profile = profile.ok_or_else(|| Failure::failed(format!("user {id} is gone")))?;
    let missing = settings.profile_completion.missing(&profile.user.person);
    output.write(&ProfileOutput::new(profile, missing), ProfileOutput::lines)
}
