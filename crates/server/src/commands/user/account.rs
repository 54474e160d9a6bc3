//! `profiled user deactivate|activate|delete|restore`

use profiled_auth::audit::{Action, Object, Reason};
use profiled_domain::{AccountChangeOutcome, AccountRepository, RepositoryError, User, UserId};
use profiled_store::Store;
use serde_json::json;

use crate::clock::{now, operator};
use crate::commands::context::{Context, find_deleted, find_user};
use crate::commands::terminal::confirm;
use crate::error::{Failure, Kind};
use crate::trail::{Line, audited};

type Change = fn(&Store, UserId) -> Result<AccountChangeOutcome, RepositoryError>;

/// A change of an account, and the words for it.
pub(super) struct Step {
    action: Action,
    change: Change,
    done: &'static str,
}

pub(super) const DEACTIVATE: Step = Step {
    action: Action::UserDeactivate,
    change: |store, id| store.deactivate(id),
    done: "deactivated",
};
pub(super) const ACTIVATE: Step = Step {
    action: Action::UserActivate,
    change: |store, id| store.activate(id, now()),
    done: "activated",
};
const DELETE: Step = Step {
    action: Action::UserDelete,
    change: |store, id| store.delete_account(id, operator()),
    done: "deleted",
};
const RESTORE: Step = Step {
    action: Action::UserRestore,
    change: |store, id| store.restore_account(id, now()),
    done: "restored",
};

pub(super) fn run(context: &Context, name: &str, step: &Step) -> Result<(), Failure> {
    audited(step.action, |line| {
        let find = |store: &Store| find_user(store, name);
        take(context, find, step, |_user| Ok(()), line)
    })
}

/// Restores the deleted user of an id, or the one who had a name.
pub(super) fn restore(context: &Context, name: &str) -> Result<(), Failure> {
    audited(RESTORE.action, |line| {
        let find = |store: &Store| match find_deleted(store, name)? {
            Some(user) => Ok(user),
            None => find_user(store, name),
        };
        take(context, find, &RESTORE, |_user| Ok(()), line).map_err(|failure| {
            if failure.reason() != Some(Reason::Conflict) {
                return failure;
            }
            let text = format!("{failure}: give the user who has it another one first");
            failure.told_as(Failure::new(Kind::Refused, text))
        })
    })
}

/// Deletes a user, if that is confirmed.
pub(super) fn delete(context: &Context, name: &str, is_confirmed: bool) -> Result<(), Failure> {
    audited(DELETE.action, |line| {
        let confirmed = |user: &User| {
            let name = user.person.username.as_ref().or(user.person.email.as_ref());
            let name = name.map(|name| format!(", {name}")).unwrap_or_default();
            confirm(
                is_confirmed,
                &format!("user delete deletes user {}{name}", user.id),
            )
        };
        let find = |store: &Store| find_user(store, name);
        take(context, find, &DELETE, confirmed, line)
    })
}

fn take(
    context: &Context,
    find: impl FnOnce(&Store) -> Result<User, Failure>,
    step: &Step,
    confirmed: impl FnOnce(&User) -> Result<(), Failure>,
    line: &mut Line,
) -> Result<(), Failure> {
    let store = context.open()?;
    let user = find(&store)?;
    let id = user.id;
    let done = step.done;
    line.on(Object::User(id));
    confirmed(&user)?;
    let changed = (step.change)(&store, id)?;
    line.set_outcome(changed);
    match changed {
        AccountChangeOutcome::Done => {}
        AccountChangeOutcome::Unchanged => {
            return context.write(&json!({ "id": id, "changed": false }), |_| {
                format!("user {id} was {done} already")
            });
        }
        AccountChangeOutcome::Missing => {
            let state = if done == "restored" {
                "is not deleted"
            } else {
                "is deleted: user restore brings it back"
            };
            return Err(Failure::failed(format!("user {id} {state}")));
        }
        AccountChangeOutcome::LastSuperuser => {
            let text = format!(
                "user {id} is the last active superuser: make another user superuser first"
            );
            return Err(Failure::new(Kind::Refused, text));
        }
    }
    context.write(&json!({ "id": id, "changed": true }), |_| {
        format!("user {id} is {done}")
    })
}
