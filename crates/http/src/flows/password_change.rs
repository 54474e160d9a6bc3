//! A new password for the caller, who sends the current one (contract `drf.md`, section 9).

use std::sync::Arc;

use profiled_auth::PasswordHasher;
use profiled_auth::audit::{Action, AuditOutcome, Object, Reason};
use profiled_domain::{PasswordChange, PasswordHash, Patch, Repository, User};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::fields::{Field, Input, Kind, messages};
use profiled_rest::wire::body::Data;
use profiled_rest::{RequestContext, Services};

const PASSWORD: &str = "password";
const CURRENT: &str = "current_password";
/// Longest new password, in characters.
const PASSWORD_MAX: usize = 128;

/// The two fields, after all others (contract `drf.md`, section 10).
pub(crate) fn fields() -> [Field; 2] {
    let password = Field::written(PASSWORD, "Password", Kind::Password);
    let current = Field::written(CURRENT, "Current password", Kind::Password);
    [
        password.at_most(PASSWORD_MAX).write_only(),
        current.untrimmed().write_only(),
    ]
}

/// What a body asks for: texts that have passed the rules of their fields, and messages for others.
#[derive(Default)]
struct PasswordInput {
    new: Option<String>,
    current: Option<String>,
}

/// The change that a body asks for, `None` without a new password. Messages of both fields go to
/// `errors`; nothing is hashed for a body that is refused anyway.
///
/// # Errors
/// [`ApiError::Unavailable`] when too many passwords are hashed already, [`ApiError::Throttled`].
pub(crate) async fn change(
    context: &RequestContext<'_>,
    data: &Data,
    errors: &mut FieldErrors,
) -> Result<Option<PasswordChange>, ApiError> {
    let input = read(data, errors);
    if input.new.is_none() && input.current.is_none() {
        return Ok(None);
    }
    let identity = context.caller()?;
    let job = Job {
        user: identity.profile.user.clone(),
        is_refused: !errors.is_empty(),
        input,
        address: context.services.hosts.client_address(context.request),
    };
    let judged = judge(context.services, job).await?;
    for message in judged.violations {
        errors.push(PASSWORD, message);
    }
    if !judged.is_current {
        let record = context.record(Action::UserPassword);
        let record = record.on(Object::User(identity.profile.user.id));
        record.write(AuditOutcome::Refused(Reason::WrongPassword));
        errors.push(CURRENT, "Invalid password.");
    }
    errors.sort_last(PASSWORD, CURRENT);
    Ok(judged.hash.map(|password| PasswordChange {
        password,
        keep: identity.keep.clone(),
    }))
}

fn read(data: &Data, errors: &mut FieldErrors) -> PasswordInput {
    let [password, current] = fields();
    let mut input = PasswordInput::default();
    match password.candidate(data, errors) {
        // A client that sends back what it was shown changes nothing.
        Patch::Set(text) if text.text == PasswordHasher::PLACEHOLDER => return input,
        Patch::Set(text) => {
            password.check(&text, None, errors);
            input.new = Some(text.text).filter(|_| !errors.has(PASSWORD));
        }
        // Not sent: what was sent as the current one is not checked.
        Patch::Keep | Patch::Clear if !errors.has(PASSWORD) => return input,
        Patch::Keep | Patch::Clear => {}
    }
    let is_absent = matches!(current.input(data), Input::Absent);
    if is_absent {
        errors.push(CURRENT, messages::REQUIRED);
    } else if let Patch::Set(text) = current.candidate(data, errors) {
        current.check(&text, None, errors);
        input.current = Some(text.text).filter(|_| !errors.has(CURRENT));
    }
    input
}

/// What is to be found out on the threads that hash.
struct Job {
    user: User,
    input: PasswordInput,
    /// The body has other defects: no new hash is needed.
    is_refused: bool,
    address: std::net::IpAddr,
}

struct Judged {
    violations: Vec<String>,
    is_current: bool,
    hash: Option<PasswordHash>,
}

async fn judge(services: &Services, job: Job) -> Result<Judged, ApiError> {
    let (hasher, policy) = (
        Arc::clone(&services.passwords),
        Arc::clone(&services.password_policy),
    );
    let (throttle, now) = (Arc::clone(&services.throttle), services.now());
    let login = services.login.clone();
    let work = move |repository: &dyn Repository| {
        let (user, input) = (&job.user, &job.input);
        let new = input.new.as_deref();
        let violations = new.map(|new| policy.violations(new, &user.person));
        let violations = violations.into_iter().flatten();
        let violations: Vec<String> = violations.map(|one| one.to_string()).collect();
        let is_current = match input.current.as_deref() {
            // A message says already what is wrong with it.
            None => true,
            Some(current) => {
                // A stolen token must not serve to guess the password.
                let account = login.account(user);
                let attempt = throttle.login_attempt(&account, job.address, now)?;
                let stored = repository.find_password_by_id(user.id)?;
                let is_right = stored.is_some_and(|stored| hasher.verify(current, &stored));
                if !is_right {
                    attempt.failed()?;
                }
                is_right
            }
        };
        let is_fine = !job.is_refused && is_current && violations.is_empty();
        // The same password again is no change, and ends nothing.
        let is_other = new != input.current.as_deref();
        let hash = new
            .filter(|_| is_fine && is_other)
            .map(|new| hasher.encode(new));
        let hash = hash.transpose();
        Ok::<_, ApiError>(Judged {
            violations,
            is_current,
            hash: hash.map_err(|error| ApiError::Internal(Box::new(error)))?,
        })
    };
    services.hashing(work).await?
}
