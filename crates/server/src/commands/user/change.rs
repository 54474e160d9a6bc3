//! `profiled user set`

use profiled_auth::audit::Object;
use profiled_domain::{
    AccountChange, EmailAddress, InvalidText, MobileNumber, Patch, ProfileChange, UserKey,
    UserRepository, Username,
};
use profiled_store::AccountFlags;

use super::{Shown, name};
use crate::cli::{UserChange, UserSet};
use crate::commands::database::{find_user, open};
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::Line;

pub(super) fn set(
    settings: &Settings,
    wanted: &UserSet,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let change = parse(settings, &wanted.change)?;
    let flags = AccountFlags {
        is_staff: flag(wanted.change.staff, wanted.change.no_staff),
        is_superuser: flag(wanted.change.superuser, wanted.change.no_superuser),
    };
    let store = open(settings)?;
    let id = find_user(&store, &wanted.user)?.id;
    line.on(Object::User(id));
    line.fields(change.fields());
    line.fields(flags.is_staff.map(|_| "is_staff"));
    line.fields(flags.is_superuser.map(|_| "is_superuser"));
    let changed = store.change_any_account(id, &change, flags)?;
    line.came_of(changed);
    match changed {
        AccountChange::Done | AccountChange::Unchanged => {}
        AccountChange::Missing => {
            let text = format!("user {id} is deleted: user restore brings it back");
            return Err(Failure::failed(text));
        }
        AccountChange::LastSuperuser => {
            let text = format!(
                "user {id} is the last active superuser: make another user superuser first"
            );
            return Err(Failure::new(Kind::Refused, text));
        }
    }
    let user = store.find_user(&UserKey::Id(id))?;
    let user = user.ok_or_else(|| Failure::failed(format!("user {id} is gone")))?;
    output.write(&Shown::from(&user), |user| {
        format!("changed user {}", user.id)
    })
}

fn flag(is_given: bool, is_taken: bool) -> Option<bool> {
    (is_given || is_taken).then_some(is_given)
}

fn parse(settings: &Settings, wanted: &UserChange) -> Result<ProfileChange, Failure> {
    let limits = &settings.limits;
    let number = |max| {
        move |text: &str| MobileNumber::parse(text, max).map(|number| number.as_str().to_owned())
    };
    let gender = match wanted.gender.as_deref() {
        None => Patch::Keep,
        Some("") => Patch::Clear,
        Some(text) => {
            let usage = |error| Failure::new(Kind::Usage, format!("--gender: {error}"));
            Patch::Set(text.parse().map_err(usage)?)
        }
    };
    Ok(ProfileChange {
        username: patch("--username", wanted.username.as_deref(), |text| {
            Username::parse(text).map(|username| username.as_str().to_owned())
        })?,
        email: patch("--email", wanted.email.as_deref(), |text| {
            EmailAddress::parse(text).map(|email| email.as_str().to_owned())
        })?,
        mobile_number: patch(
            "--mobile-number",
            wanted.mobile_number.as_deref(),
            number(limits.mobile_number),
        )?,
        number_phone: patch(
            "--number-phone",
            wanted.number_phone.as_deref(),
            number(limits.number_phone),
        )?,
        first_name: patch("--first-name", wanted.first_name.as_deref(), name)?,
        last_name: patch("--last-name", wanted.last_name.as_deref(), name)?,
        gender,
        ..ProfileChange::default()
    })
}

/// An empty text takes the present value away.
fn patch(
    option: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<String, InvalidText>,
) -> Result<Patch<String>, Failure> {
    match text {
        None => Ok(Patch::Keep),
        Some("") => Ok(Patch::Clear),
        Some(text) => parse(text)
            .map(Patch::Set)
            .map_err(|error| Failure::new(Kind::Usage, format!("{option}: {error}"))),
    }
}
