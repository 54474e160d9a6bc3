//! `profiled user set`

use profiled_auth::audit::Object;
use profiled_domain::{AccountChangeOutcome, UserLookup, UserRepository};
use profiled_store::AccountFlags;

use super::output::UserOutput;
use crate::cli::UserSet;
use crate::clock::now;
use crate::commands::context::{Context, find_user};
use crate::error::{Failure, Kind};
use crate::trail::Line;

pub(super) fn set(context: &Context, wanted: &UserSet, line: &mut Line) -> Result<(), Failure> {
    let change = wanted.person.change(&context.settings.limits)?;
    let flags = AccountFlags {
        is_staff: flag(wanted.staff, wanted.no_staff),
        is_superuser: flag(wanted.superuser, wanted.no_superuser),
    };
    if change.is_empty() && flags == AccountFlags::default() {
        let text = "user set needs an option: profiled user set --help lists them";
        return Err(Failure::new(Kind::Usage, text));
    }
    let store = context.open()?;
    let id = find_user(&store, &wanted.user)?.id;
    line.on(Object::User(id));
    line.fields(change.fields());
    line.fields(flags.is_staff.map(|_| "is_staff"));
    line.fields(flags.is_superuser.map(|_| "is_superuser"));
    let changed = store.change_any_account(id, &change, flags, now())?;
    line.set_outcome(changed);
    match changed {
        AccountChangeOutcome::Done | AccountChangeOutcome::Unchanged => {}
        AccountChangeOutcome::Missing => {
            let text = format!("user {id} is deleted: user restore brings it back");
            return Err(Failure::failed(text));
        }
        AccountChangeOutcome::LastSuperuser => {
            let text = format!(
                "user {id} is the last active superuser: make another user superuser first"
            );
            return Err(Failure::new(Kind::Refused, text));
        }
    }
    let user = store.find_user(&UserLookup::Id(id))?;
    let user = user.ok_or_else(|| Failure::failed(format!("user {id} is gone")))?;
    context.write(&UserOutput::from(user), |user| {
        format!("changed user {}", user.id)
    })
}

fn flag(is_given: bool, is_taken: bool) -> Option<bool> {
    (is_given || is_taken).then_some(is_given)
}
