//! A new password for the caller, who sends the current one (contract `drf.md`, section 9).

use std::sync::Arc;

use profiled_auth::audit::{Action, AuditOutcome, Object, Reason};
use profiled_auth::{
    EncodeError, LoginPermit, PasswordHasher, PasswordPolicy, Progress, ThrottleError,
};
use profiled_domain::{PasswordChange, PasswordHash, Patch, RepositoryError, User};
use profiled_rest::RequestContext;
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::fields::{Field, Input, Kind, messages};
use profiled_rest::wire::body::Data;

const PASSWORD: &str = "password";
const CURRENT: &str = "current_password";
/// Longest new password, in characters.
const PASSWORD_MAX: usize = 128;

/// The two fields, after all others (contract `drf.md`, section 10).
pub(crate) fn fields() -> [Field; 2] {
    let password = Field::written(PASSWORD, "Password", Kind::Password);
    let current = Field::written(CURRENT, "Current password", Kind::Password);
    [
        password
            .at_most(PASSWORD_MAX)
            .write_only()
            .help("A new password"),
        current
            .untrimmed()
            .write_only()
            .help("Needed for a new password"),
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
    let user = identity.profile.user.clone();
    let guess = match input.current {
        // A message says already what is wrong with it.
        None => None,
        Some(current) => Some(Guess::of(context, &user, current).await?),
    };
    let job = Job {
        hasher: Arc::clone(&context.services.passwords),
        policy: Arc::clone(&context.services.password_policy),
        is_refused: !errors.is_empty(),
        new: input.new,
        user,
        guess,
    };
    let judged = context.hashing(move || job.judge()).await??;
    context.services.resolve(judged.counted).await??;
    let hash = judged.hash;
    let hash = hash.map_err(|error| ApiError::Internal(Box::new(error)))?;
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
    Ok(hash.map(|password| PasswordChange {
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

/// What is sent as the current password.
struct Guess {
    current: String,
    stored: Option<PasswordHash>,
    permit: LoginPermit,
}

impl Guess {
    /// A stolen token must not serve to guess the password.
    async fn of(
        context: &RequestContext<'_>,
        user: &User,
        current: String,
    ) -> Result<Self, ApiError> {
        let services = context.services;
        let account = services.login.account(user);
        let address = services.hosts.client_address(context.request);
        let permit = services
            .throttle
            .claim_login_attempt(&account, address, services.now());
        let permit = services.resolve(permit).await??;
        let id = user.id;
        let stored = services.lanes.read(move |r| r.find_password_by_id(id));
        Ok(Self {
            current,
            stored: stored.await??,
            permit,
        })
    }
}

/// What is to be found out on the threads that hash.
struct Job {
    hasher: Arc<PasswordHasher>,
    policy: Arc<PasswordPolicy>,
    user: Box<User>,
    new: Option<String>,
    guess: Option<Guess>,
    /// The body has other defects: no new hash is needed.
    is_refused: bool,
}

struct Judged {
    violations: Vec<String>,
    is_current: bool,
    hash: Result<Option<PasswordHash>, EncodeError>,
    /// The failure, if it was one.
    counted: Progress<Result<(), RepositoryError>>,
}

impl Job {
    fn judge(self) -> Result<Judged, ThrottleError> {
        if let Some(guess) = &self.guess {
            guess.permit.confirm()?;
        }
        let (hasher, new) = (&self.hasher, self.new.as_deref());
        let violations = new.map(|new| self.policy.violations(new, &self.user.person));
        let violations = violations.into_iter().flatten();
        let violations: Vec<String> = violations.map(|one| one.to_string()).collect();
        let mut counted = Progress::Done(Ok(()));
        let (mut is_current, mut is_other) = (true, new.is_some());
        if let Some(guess) = self.guess {
            let is_right = |stored| hasher.verify(&guess.current, stored);
            is_current = guess.stored.as_ref().is_some_and(is_right);
            // The same password again is no change, and ends nothing.
            is_other = new != Some(guess.current.as_str());
            if !is_current {
                counted = guess.permit.claim_failed();
            }
        }
        let is_fine = !self.is_refused && is_current && violations.is_empty();
        let new = new.filter(|_| is_fine && is_other);
        Ok(Judged {
            violations,
            is_current,
            hash: new.map(|new| hasher.encode(new)).transpose(),
            counted,
        })
    }
}
