//! `profiled binding …`

use profiled_auth::audit::{Action, AuditOutcome, Object, Reason};
use profiled_domain::{Binding as Stored, BindingRepository, ForeignSubject, PageRequest};
use serde::Serialize;
use serde_json::json;

use crate::cli::Binding;
use crate::commands::context::{Context, find_user, page};
use crate::error::Failure;
use crate::trail::{Line, audited};

/// A binding as commands show it.
#[derive(Serialize)]
struct BindingOutput {
    issuer: String,
    subject: String,
    user: i64,
    created: String,
}

impl From<Stored> for BindingOutput {
    fn from(binding: Stored) -> Self {
        Self {
            issuer: binding.subject.issuer,
            subject: binding.subject.subject,
            user: binding.user.0,
            created: binding.created_at.to_rfc3339(),
        }
    }
}

pub(super) fn run(context: &Context, command: Binding) -> Result<(), Failure> {
    match command {
        Binding::List {
            user,
            offset,
            limit,
        } => list(context, user.as_deref(), page(offset, limit)),
        Binding::Remove { issuer, subject } => {
            let subject = ForeignSubject { issuer, subject };
            audited(Action::IssuerUnbind, |line| remove(context, subject, line))
        }
    }
}

fn list(context: &Context, user: Option<&str>, page: PageRequest) -> Result<(), Failure> {
    let store = context.open()?;
    let user = user.map(|name| find_user(&store, name)).transpose()?;
    let found = store.list_bindings(user.map(|user| user.id), page)?;
    context.write_list(found.items, |binding: &BindingOutput| {
        let BindingOutput {
            issuer,
            subject,
            user,
            created,
        } = binding;
        format!("{issuer} {subject} user {user} since {created}")
    })
}

fn remove(context: &Context, subject: ForeignSubject, line: &mut Line) -> Result<(), Failure> {
    line.on(Object::Issuer(subject.issuer.clone()));
    if !context.open()?.unbind(&subject)? {
        let text = "there is no such binding: profiled binding list shows all";
        return Err(Failure::failed(text).because(Reason::Missing));
    }
    line.set_outcome(AuditOutcome::Done);
    let ForeignSubject { issuer, subject } = subject;
    let removed = json!({ "issuer": issuer, "subject": subject });
    context.write(&removed, |_| {
        format!("removed the binding of {issuer} {subject}")
    })
}
