//! `profiled user …`

mod account;
mod change;
mod export;
mod output;
mod password;

use profiled_auth::audit::{Action, Object};
use profiled_domain::{NewUser, PageRequest, ProfileDepth, ProfileRepository, UserRepository};
use profiled_store::UserFilter;

use crate::cli::{User, UserCreate, UserList};
use crate::clock::operator;
use crate::commands::context::{Context, find_user, page};
use crate::error::{Failure, Kind};
use crate::trail::{Line, audited};
use output::{ProfileOutput, UserOutput};

const ONE: PageRequest = PageRequest {
    offset: 0,
    limit: 1,
};

pub(super) fn run(context: &Context, command: User) -> Result<(), Failure> {
    match command {
        User::Create(arguments) => {
            audited(Action::UserCreate, |line| create(context, arguments, line))
        }
        User::List(wanted) => list(context, wanted),
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
        User::Restore { user } => account::restore(context, &user),
        User::SetPassword { user, password } => audited(Action::UserPassword, |line| {
            password::set(context, &user, &password, line)
        }),
    }
}

fn create(context: &Context, arguments: UserCreate, line: &mut Line) -> Result<(), Failure> {
    let mut new = NewUser {
        is_active: !arguments.inactive,
        is_staff: arguments.staff,
        is_superuser: arguments.superuser,
        ..NewUser::default()
    };
    let person = arguments.person.called(arguments.name);
    let change = person.change(&context.settings.limits)?;
    change.apply_to(&mut new.person);
    if new.person.username.is_none() && new.person.email.is_none() {
        let text = "user create needs a NAME, or --email";
        return Err(Failure::new(Kind::Usage, text));
    }
    let store = context.open()?;
    if let Some(password) = password::read(&arguments.password)? {
        let is_forced = arguments.password.force;
        new.password = Some(password::encode(
            context,
            &password,
            &new.person,
            is_forced,
        )?);
    }
    let user = store.create_user(&new, operator())?;
    line.done(Object::User(user.id));
    context.write(&UserOutput::from(user), |user| {
        format!("created user {}", user.id)
    })
}

fn list(context: &Context, wanted: UserList) -> Result<(), Failure> {
    let page = page(wanted.offset, wanted.limit);
    let filter = UserFilter {
        search: wanted.search,
        is_inactive: wanted.inactive,
        is_deleted: wanted.deleted,
        is_staff: wanted.staff,
        ..UserFilter::default()
    };
    let users = context.open()?.find_users(&filter, page)?.into_iter();
    let grace = context.settings.accounts.deletion_grace;
    let users = users.map(|listed| UserOutput::listed(listed, grace));
    context.write_list(users, UserOutput::line)
}

fn show(context: &Context, name: &str) -> Result<(), Failure> {
    let store = context.open()?;
    let id = find_user(&store, name)?.id;
    let gone = || Failure::failed(format!("user {id} is gone"));
    let profile = store.find_profile(id, ProfileDepth::Groups)?;
    let profile = profile.ok_or_else(gone)?;
    let this = UserFilter {
        id: Some(id),
        ..UserFilter::default()
    };
    let mut listed = store.find_users(&this, ONE)?;
    let listed = listed.pop().ok_or_else(gone)?;
    let user = UserOutput::listed(listed, context.settings.accounts.deletion_grace);
    let missing = context
        .settings
        .profile_completion
        .missing(&profile.user.person);
    let shown = ProfileOutput::new(user, profile.groups, missing);
    context.write(&shown, ProfileOutput::lines)
}
