//! `profiled user …`

mod account;
mod change;
mod export;
mod output;
mod password;

use profiled_auth::audit::{Action, Object};
use profiled_domain::{NewUser, PageRequest, ProfileDepth, ProfileRepository, UserRepository};

use crate::cli::{User, UserCreate};
use crate::clock::operator;
use crate::commands::context::{Context, find_user};
use crate::error::{Failure, Kind};
use crate::trail::{Line, audited};
use output::{ProfileOutput, UserOutput};

pub(super) fn run(context: &Context, command: User) -> Result<(), Failure> {
    match command {
        User::Create(arguments) => {
            audited(Action::UserCreate, |line| create(context, &arguments, line))
        }
        User::List { offset, limit } => list(context, offset, limit),
        User::Show { user } => show(context, &user),
        User::Set(wanted) => audited(Action::UserUpdate, |line| {
            change::set(context, &wanted, line)
        }),
        User::Deactivate { user } => account::run(context, &user, &account::DEACTIVATE),
        User::Activate { user } => account::run(context, &user, &account::ACTIVATE),
        User::Delete { user, yes } => account::delete(context, &user, yes),
        User::Export { user, output, yes } => audited(Action::Export, |line| {
            export::run(context, &user, &output, yes, line)
        }),
        User::Restore { user } => account::run(context, &user, &account::RESTORE),
        User::SetPassword { user, password } => audited(Action::UserPassword, |line| {
            password::set(context, &user, &password, line)
        }),
    }
}

fn create(context: &Context, arguments: &UserCreate, line: &mut Line) -> Result<(), Failure> {
    let mut new = NewUser {
        is_active: !arguments.inactive,
        is_staff: arguments.staff,
        is_superuser: arguments.superuser,
        ..NewUser::default()
    };
    let change = arguments.person.change(&context.settings.limits)?;
    change.apply_to(&mut new.person);
    if new.person.username.is_none() && new.person.email.is_none() {
        let text = "user create needs --username or --email";
        return Err(Failure::new(Kind::Usage, text));
    }
    let store = context.open()?;
    if let Some(password) = password::read(&arguments.password)? {
        new.password = Some(password::encode(context, &password, &new.person)?);
    }
    let user = store.create_user(&new, operator())?;
    line.done(Object::User(user.id));
    context.write(&UserOutput::from(user), |user| {
        format!("created user {}", user.id)
    })
}

fn list(context: &Context, offset: u32, limit: u32) -> Result<(), Failure> {
    let page = PageRequest {
        offset: i64::from(offset),
        limit: i64::from(limit),
    };
    let users = context.open()?.list_users(page)?.items;
    context.write_list(users, UserOutput::line)
}

fn show(context: &Context, name: &str) -> Result<(), Failure> {
    let store = context.open()?;
    let id = find_user(&store, name)?.id;
    let profile = store.find_profile(id, ProfileDepth::Groups)?;
    let profile = profile.ok_or_else(|| Failure::failed(format!("user {id} is gone")))?;
    let missing = context
        .settings
        .profile_completion
        .missing(&profile.user.person);
    context.write(&ProfileOutput::new(profile, missing), ProfileOutput::lines)
}
