//! `profiled user deactivate|activate|delete|restore`

use profiled_auth::audit::{Action, Object};
use profiled_domain::{AccountChangeOutcome, AccountRepository, RepositoryError, UserId};
use profiled_store::Store;
use serde_json::json;

use crate::clock::{now, operator};
use crate::commands::context::{Context, find_user};
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
pub(super) const DELETE: Step = Step {
    action: Action::UserDelete,
    change: |store, id| store.delete_account(id, operator()),
    done: "deleted",
};
pub(super) const RESTORE: Step = Step {
    action: Action::UserRestore,
    change: |store, id| store.restore_account(id, now()),
    done: "restored",
};

pub(super) fn run(context: &Context, name: &str, step: &Step) -> Result<(), Failure> {
    audited(step.action, |line| take(context, name, step, line))
}

fn take(context: &Context, name: &str, step: &Step, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
    let id = find_user(&store, name)?.id;
    let done = step.done;
    line.on(Object::User(id));
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
