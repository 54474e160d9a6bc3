//! Passwords that an operator gives, and `profiled user set-password`.

use std::io::Read;

use console::Term;
use profiled_auth::PasswordPolicy;
use profiled_auth::audit::{AuditOutcome, Object, Reason};
use profiled_domain::{CredentialRef, CredentialRepository, PasswordHash, Person};

use super::output::UserOutput;
use crate::cli::PasswordSource;
use crate::clock::now;
use crate::commands::context::{Context, find_user};
use crate::commands::terminal;
use crate::error::{Failure, Kind};
use crate::trail::Line;

/// Stores a new password and revokes all credentials of the user.
pub(super) fn set(
    context: &Context,
    name: &str,
    source: &PasswordSource,
    line: &mut Line,
) -> Result<(), Failure> {
    let store = context.open()?;
    let user = find_user(&store, name)?;
    line.on(Object::User(user.id));
    let password = match read(source)? {
        Some(password) => password,
        None => ask()?,
    };
    let hash = encode(context, &password, &user.person, source.force)?;
    if !store.set_password(user.id, &hash, &CredentialRef::None, now())? {
        let gone = Failure::failed(format!("user {} is gone", user.id));
        return Err(gone.because(Reason::Missing));
    }
    line.set_outcome(AuditOutcome::Done);
    context.write(&UserOutput::from(user), |user| {
        format!(
            "changed the password of user {} and revoked all other credentials",
            user.id
        )
    })
}

/// Hashes a password that keeps the rules for new ones. An operator may force another one.
pub(super) fn encode(
    context: &Context,
    password: &str,
    person: &Person,
    is_forced: bool,
) -> Result<PasswordHash, Failure> {
    let policy = PasswordPolicy::new(&context.settings.auth.password);
    let violations = policy.violations(password, person);
    if !violations.is_empty() && !is_forced {
        let all: Vec<_> = violations.iter().map(ToString::to_string).collect();
        let text = format!(
            "auth.password: {} Take another one, or add --force",
            all.join(" ")
        );
        return Err(Failure::new(Kind::Refused, text).because(Reason::Invalid));
    }
    for violation in violations {
        tracing::warn!("{violation}");
    }
    Ok(context.hasher()?.encode(password)?)
}

/// The password, never from the command line: other users of the machine see that.
pub(super) fn read(source: &PasswordSource) -> Result<Option<String>, Failure> {
    let text = if source.password_stdin {
        read_standard_input()?
    } else if let Some(file) = &source.password_file {
        let to_failure = |error| Failure::failed(format!("{}: {error}", file.display()));
        std::fs::read_to_string(file).map_err(to_failure)?
    } else {
        return Ok(None);
    };
    accept(text.trim_end_matches(['\r', '\n'])).map(Some)
}

/// The password from the terminal, twice and unseen, or from standard input if that is none.
fn ask() -> Result<String, Failure> {
    let Some(terminal) = terminal::attended() else {
        return accept(read_standard_input()?.trim_end_matches(['\r', '\n']));
    };
    let line = |prompt| terminal::ask(&terminal, prompt, Term::read_secure_line);
    let password = line("New password: ")?;
    if line("Once more: ")? == password {
        accept(&password)
    } else {
        Err(Failure::new(Kind::Usage, "the two passwords differ"))
    }
}

fn read_standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text).map(|_| text);
    read.map_err(|error| Failure::failed(format!("standard input: {error}")))
}

fn accept(password: &str) -> Result<String, Failure> {
    if password.is_empty() {
        return Err(Failure::new(Kind::Usage, "the password is empty"));
    }
    Ok(password.to_owned())
}
