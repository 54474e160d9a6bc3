//! What a body says of a user, and the rules of it (contract `tower.md`, section 4).

use profiled_auth::PasswordHasher;
use profiled_domain::{NewUser, Patch, Person, ProfileChange, UniqueValues, User};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::wire::body::Value;

use crate::tower::fields::{
    EMAIL, FIRST_NAME, FieldInput, IS_SUPERUSER, LAST_NAME, Mode, PASSWORD, USERNAME, text_of,
};

const BLANK: &str = "This field cannot be blank.";
const NULL: &str = "This field cannot be null.";
const USERNAME_PATTERN: &str = "Enter a valid username.";

/// A body that has gone through the first phase.
pub(super) struct UserInput {
    username: FieldInput<String>,
    first_name: FieldInput<String>,
    last_name: FieldInput<String>,
    /// `""` for none.
    email: FieldInput<String>,
    is_superuser: FieldInput<bool>,
    password: FieldInput<String>,
    mode: Mode,
    errors: FieldErrors,
}

/// A user as this dialect shows it: text that is not set is `""`.
struct UserTexts<'a> {
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
}

impl<'a> UserTexts<'a> {
    fn new(user: &'a User) -> Self {
        Self {
            username: user.person.username.as_deref().unwrap_or_default(),
            first_name: user.person.first_name.as_deref().unwrap_or_default(),
            last_name: user.person.last_name.as_deref().unwrap_or_default(),
            email: user.person.email.as_deref().unwrap_or_default(),
        }
    }
}

/// Half of a surrogate pair is none of the characters of the pattern, which the third phase checks.
fn username(
    body: &Value,
    mode: Mode,
    stored: Option<&str>,
    errors: &mut FieldErrors,
) -> FieldInput<String> {
    let text = body.get(USERNAME.name).and_then(text_of);
    if text.is_some_and(|text| text.surrogate.is_some()) {
        return FieldInput::Wrong;
    }
    USERNAME.text(body, mode, stored, errors)
}

impl UserInput {
    /// Reads what becomes a user.
    pub(super) fn of_new(body: &Value) -> Self {
        Self::read(body, Mode::Create, None)
    }

    /// Reads what `user` is changed to. `managed` are the fields that its directory keeps, if it is from one.
    pub(super) fn of_change(body: &Value, mode: Mode, user: &User, managed: &[String]) -> Self {
        let mut form = Self::read(body, mode, Some(user));
        if !user.ldap_dn.is_empty() {
            form.refuse_managed(user, managed);
        }
        form
    }

    fn read(body: &Value, mode: Mode, user: Option<&User>) -> Self {
        let stored = user.map(UserTexts::new);
        let stored = stored.as_ref();
        let mut errors = FieldErrors::default();
        let errors_of = &mut errors;
        let email = stored.map(|stored| stored.email);
        Self {
            username: username(body, mode, stored.map(|s| s.username), errors_of),
            first_name: FIRST_NAME.plain_text(body, mode, stored.map(|s| s.first_name), errors_of),
            last_name: LAST_NAME.plain_text(body, mode, stored.map(|s| s.last_name), errors_of),
            email: match EMAIL.plain_text(body, mode, email, errors_of) {
                FieldInput::Null => FieldInput::Value(String::new()),
                sent => sent,
            },
            is_superuser: IS_SUPERUSER.boolean(body, errors_of),
            password: password(body, mode, errors_of),
            mode,
            errors,
        }
    }

    fn refuse_managed(&mut self, user: &User, managed: &[String]) {
        let stored = UserTexts::new(user);
        let differs = |sent: &FieldInput<String>, stored: &str| match sent {
            FieldInput::Absent => false,
            FieldInput::Null => !stored.is_empty(),
            FieldInput::Wrong => true,
            FieldInput::Value(text) => text != stored,
        };
        let changed = [
            (USERNAME.name, differs(&self.username, stored.username)),
            (
                FIRST_NAME.name,
                differs(&self.first_name, stored.first_name),
            ),
            (LAST_NAME.name, differs(&self.last_name, stored.last_name)),
            (EMAIL.name, differs(&self.email, stored.email)),
            (
                IS_SUPERUSER.name,
                self.is_superuser()
                    .is_some_and(|flag| flag != user.is_superuser),
            ),
        ];
        for (name, is_changed) in changed {
            if is_changed && managed.iter().any(|managed| managed == name) {
                let message = format!("Unable to change {name} on user managed by LDAP");
                self.errors.push(name, message);
            }
        }
    }

    /// The requested flag: where it is left out, only PATCH keeps it.
    pub(super) fn is_superuser(&self) -> Option<bool> {
        match self.is_superuser {
            FieldInput::Value(flag) => Some(flag),
            FieldInput::Absent if self.mode != Mode::Change => Some(false),
            FieldInput::Absent | FieldInput::Null | FieldInput::Wrong => None,
        }
    }

    /// Only a superuser makes one. An invalid flag is reported before that (contract `tower.md`, section 4).
    pub(super) fn permit_flag(&self, by_superuser: bool) -> Result<(), ApiError> {
        match self.is_superuser {
            FieldInput::Wrong => Err(ApiError::Invalid(self.errors.clone())),
            FieldInput::Value(true) if !by_superuser => Err(ApiError::PermissionDenied),
            _ => Ok(()),
        }
    }

    /// Ends the first phase, and of a new user the second one.
    pub(super) fn finish_early_phases(&mut self) -> Result<(), ApiError> {
        std::mem::take(&mut self.errors).into_result()?;
        if self.mode == Mode::Create && self.password().is_none() {
            let errors = FieldErrors::of(PASSWORD.name, "Password required for new User");
            return Err(ApiError::Invalid(errors));
        }
        Ok(())
    }

    /// The new password, if there is one.
    pub(super) fn password(&self) -> Option<&str> {
        match &self.password {
            FieldInput::Value(text) if !text.is_empty() && text != PasswordHasher::PLACEHOLDER => {
                Some(text)
            }
            _ => None,
        }
    }

    /// The third phase, but for what only storage knows: that are the values to be unique.
    pub(super) fn check(&self, user: Option<&User>) -> (FieldErrors, UniqueValues) {
        let stored = user.map(UserTexts::new);
        let is_stored = |text: &str, stored: Option<&str>| stored == Some(text);
        let mut errors = FieldErrors::default();
        let mut unique = UniqueValues::default();
        match &self.username {
            FieldInput::Absent => {}
            FieldInput::Null => errors.push(USERNAME.name, NULL),
            FieldInput::Wrong => errors.push(USERNAME.name, USERNAME_PATTERN),
            FieldInput::Value(text) if is_stored(text, stored.as_ref().map(|s| s.username)) => {}
            FieldInput::Value(text) if text.is_empty() => errors.push(USERNAME.name, BLANK),
            FieldInput::Value(text) if !text.bytes().all(is_username_byte) => {
                errors.push(USERNAME.name, USERNAME_PATTERN);
            }
            FieldInput::Value(text) => unique.username = Some(text.clone()),
        }
        for (name, sent) in [
            (FIRST_NAME.name, &self.first_name),
            (LAST_NAME.name, &self.last_name),
        ] {
            if *sent == FieldInput::Null {
                errors.push(name, NULL);
            }
        }
        if let FieldInput::Value(text) = &self.email
            && !text.is_empty()
            && !is_stored(text, stored.as_ref().map(|s| s.email))
        {
            unique.email = Some(text.clone());
        }
        (errors, unique)
    }

    /// The user to be created, as yet without a password.
    pub(super) fn into_new_user(self) -> NewUser {
        let is_superuser = self.is_superuser().unwrap_or_default();
        let given = |sent: FieldInput<String>| match sent {
            FieldInput::Value(text) if !text.is_empty() => Some(text),
            _ => None,
        };
        NewUser {
            person: Person {
                username: given(self.username),
                email: given(self.email),
                first_name: given(self.first_name),
                last_name: given(self.last_name),
                ..Person::default()
            },
            is_superuser,
            ..NewUser::default()
        }
    }

    /// The change of a user, as yet without a password. What would be shown as before stays as it is stored.
    pub(super) fn change_of(&self, user: &User) -> ProfileChange {
        let stored = UserTexts::new(user);
        let patch = |sent: &FieldInput<String>, stored: &str| match sent {
            FieldInput::Value(text) if text != stored => Patch::Set(text.clone()),
            _ => Patch::Keep,
        };
        ProfileChange {
            username: patch(&self.username, stored.username),
            first_name: patch(&self.first_name, stored.first_name),
            last_name: patch(&self.last_name, stored.last_name),
            email: match patch(&self.email, stored.email) {
                Patch::Set(text) if text.is_empty() => Patch::Clear,
                patch => patch,
            },
            ..ProfileChange::default()
        }
    }
}

/// The password, unless it is longer than any that is verified.
fn password(body: &Value, mode: Mode, errors: &mut FieldErrors) -> FieldInput<String> {
    let sent = PASSWORD.plain_text(body, mode, None, errors);
    let max = PasswordHasher::MAX_LENGTH;
    match sent {
        FieldInput::Value(text) if text.len() > max => {
            let length = text.len();
            let message = format!("Ensure this value has at most {max} bytes (it has {length}).");
            errors.push(PASSWORD.name, message);
            FieldInput::Wrong
        }
        sent => sent,
    }
}

fn is_username_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"@.+-_".contains(&byte)
}

/// The fields that users cannot change on themselves, and that the body would change, in the order of the message
/// (contract `tower.md`, section 6.1).
pub(super) fn protected_changes(body: &Value, user: &User) -> Vec<&'static str> {
    let stored = UserTexts::new(user);
    let is_other = |value: &Value, stored: &str| match (value, text_of(value)) {
        (Value::Null, _) => false,
        (_, Some(text)) => text.surrogate.is_some() || text.text != stored,
        (_, None) => true,
    };
    let texts = [
        (USERNAME.name, stored.username),
        (FIRST_NAME.name, stored.first_name),
        (LAST_NAME.name, stored.last_name),
    ];
    let differs = |(name, stored): &(&'static str, &str)| {
        body.get(name).is_some_and(|value| is_other(value, stored))
    };
    let mut changed: Vec<_> = texts
        .into_iter()
        .filter(differs)
        .map(|(name, _)| name)
        .collect();
    // No field of this dialect, but reported as one.
    let stays_active = |value: &Value| match value {
        Value::Null | Value::Bool(true) => true,
        Value::Number(digits) => digits == "1",
        Value::Bool(false) | Value::Text(_) | Value::List(_) | Value::Object(_) => false,
    };
    if body
        .get("is_active")
        .is_some_and(|value| !stays_active(value))
    {
        changed.push("is_active");
    }
    changed
}
