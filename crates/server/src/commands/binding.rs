//! `profiled binding …`

use profiled_auth::audit::{Action, Object, Outcome, Reason};
use profiled_domain::{Binding as Stored, BindingRepository, ForeignSubject, PageRequest};
use serde::Serialize;

use crate::cli::Binding;
use crate::commands::database::{find_user, open};
use crate::error::Failure;
use crate::output::Output;
use crate::settings::Settings;
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

pub(super) fn run(settings: &Settings, command: Binding, output: Output) -> Result<(), Failure> {
    match command {
        Binding::List {
            user,
            offset,
            limit,
        } => {
            let page = PageRequest {
                offset: offset.into(),
                limit: limit.into(),
            };
            list(settings, user.as_deref(), page, output)
        }
        Binding::Remove { issuer, subject } => {
            let subject = ForeignSubject { issuer, subject };
            audited(Action::IssuerUnbind, |line| {
                remove(settings, subject, line, output)
            })
        }
    }
}

fn list(
    settings: &Settings,
    user: Option<&str>,
    page: PageRequest,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let user = user.map(|name| find_user(&store, name)).transpose()?;
    let found = store.list_bindings(user.map(|user| user.id), page)?;
    let shown: Vec<BindingOutput> = found.items.into_iter().map(BindingOutput::from).collect();
    output.write(&shown, |bindings| {
        let line = |binding: &BindingOutput| {
            let BindingOutput {
                issuer,
                subject,
                user,
                created,
            } = binding;
            format!("{issuer} {subject} user {user} since {created}")
        };
        bindings.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

#[derive(Serialize)]
struct Removed {
    issuer: String,
    subject: String,
}

fn remove(
    settings: &Settings,
    subject: ForeignSubject,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    line.on(Object::Issuer(subject.issuer.clone()));
    if !open(settings)?.unbind(&subject)? {
        let text = "there is no such binding: profiled binding list shows all";
        return Err(Failure::failed(text).because(Reason::Missing));
    }
    line.came_of(Outcome::Done);
    let ForeignSubject { issuer, subject } = subject;
    output.write(&Removed { issuer, subject }, |removed| {
        format!(
            "removed the binding of {} {}",
            removed.issuer, removed.subject
        )
    })
}
