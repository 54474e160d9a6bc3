//! Failures as an operator sees them: one line, and an exit code.

use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

use profiled_auth::audit::{AuditOutcome, Reason};
use profiled_auth::{EncodeError, InvalidCost};
use profiled_domain::RepositoryError;
use profiled_http::{StorageError, SweepError};
use profiled_store::{DiskFull, OpenError, ReplaceError, TransferError};

/// What kind of failure it is. Scripts rely on the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command did not work.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// It needs `--yes`, or is there already.
    Refused = 3,
    /// The database does not answer.
    Unreachable = 4,
    /// A setting is wrong.
    Settings = 5,
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        Self::from(kind as u8)
    }
}

/// A failure, reported in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    text: String,
    reason: Option<Reason>,
    setting: Option<Setting>,
}

/// The setting that a failure is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: String,
    /// Where its value comes from, unless that is the default.
    pub(crate) source: Option<String>,
    /// What to do.
    pub(crate) remedy: Option<String>,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            reason: None,
            setting: None,
        }
    }

    /// The failure with the setting that it is about.
    #[must_use]
    pub(crate) fn about(mut self, setting: Setting) -> Self {
        self.setting = Some(setting);
        self
    }

    /// The failure in the words of another one.
    #[must_use]
    pub(crate) fn told_as(self, other: Self) -> Self {
        Self {
            text: other.text,
            setting: other.setting,
            ..self
        }
    }

    #[must_use]
    pub(crate) fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn setting(&self) -> Option<&Setting> {
        self.setting.as_ref()
    }

    /// The failure with the reason in the audit trail.
    #[must_use]
    pub(crate) fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        self.reason
    }

    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::new(Kind::Failed, text)
    }

    pub(crate) fn settings(text: impl Into<String>) -> Self {
        Self::new(Kind::Settings, text)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// The kind that the exit code of several failures tells: what has to be put right first.
pub(crate) fn worst(failures: &[Failure]) -> Option<Kind> {
    let order = [
        Kind::Usage,
        Kind::Settings,
        Kind::Unreachable,
        Kind::Refused,
        Kind::Failed,
    ];
    let has = |kind: &Kind| failures.iter().any(|failure| failure.kind == *kind);
    order.into_iter().find(has)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Causes from elsewhere may have several lines.
        f.write_str(&self.text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Error for Failure {}

/// An error and its causes, in one text.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

impl From<RepositoryError> for Failure {
    fn from(error: RepositoryError) -> Self {
        let kind = match error {
            RepositoryError::Unavailable(ref source) if source.is::<DiskFull>() => Kind::Failed,
            RepositoryError::Unavailable(_) => Kind::Unreachable,
            RepositoryError::Conflict(_) => Kind::Refused,
            _ => Kind::Failed,
        };
        let failure = Self::new(kind, with_causes(&error));
        match AuditOutcome::from(&error) {
            AuditOutcome::Refused(reason) => failure.because(reason),
            AuditOutcome::Done | AuditOutcome::Unchanged | AuditOutcome::Failed => failure,
        }
    }
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Repository(error) => error.into(),
            SweepError::Storage(error) => Self::failed(with_causes(&error)),
        }
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Storage(error) => error.into(),
            TransferError::NotEmpty(_) => Self::new(Kind::Refused, error.to_string()),
            error => Self::failed(with_causes(&error)),
        }
    }
}

impl From<ReplaceError> for Failure {
    fn from(error: ReplaceError) -> Self {
        let kind = match error {
            ReplaceError::InUse(_) => Kind::Refused,
            ReplaceError::Odd(..) | ReplaceError::File(..) => Kind::Failed,
        };
        Self::new(kind, with_causes(&error))
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::failed(with_causes(&error))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let text = with_causes(&error);
        let (kind, remedy) = match &error {
            OpenError::Url(_) | OpenError::Pooler { .. } | OpenError::Foreign { .. } => {
                return Self::settings(text);
            }
            OpenError::Connect { url, .. } => match url.file() {
                // It says so itself.
                Some(file) if !file.exists() => return Self::new(Kind::Unreachable, text),
                Some(_) => (
                    Kind::Unreachable,
                    "correct the setting, or the rights of the file",
                ),
                None if error.is_of_url() => (Kind::Settings, "correct the setting"),
                None => (Kind::Unreachable, "start it, or correct the setting"),
            },
            OpenError::Migration { source, .. } => match of_migration(source.as_ref(), &text) {
                Some(both) => both,
                None => return Self::failed(text),
            },
        };
        Self::new(kind, format!("database.url: {text}: {remedy}"))
    }
}

/// What can be done about a schema that is neither read nor changed.
fn of_migration(source: &(dyn Error + 'static), text: &str) -> Option<(Kind, &'static str)> {
    let kind = source.downcast_ref::<io::Error>().map(io::Error::kind);
    let is_full = kind == Some(io::ErrorKind::StorageFull);
    if is_full || text.contains("database or disk is full") {
        Some((Kind::Failed, "make room on its disk"))
    } else if kind.is_some() {
        let remedy = "name another data_dir or file, or change the rights of the folder";
        Some((Kind::Settings, remedy))
    } else if text.contains("permission denied") {
        let remedy = "run profiled migrate as the owner of the tables, and grant the service its rights as \
                      deploy/postgresql/roles.sql does";
        Some((Kind::Failed, remedy))
    } else {
        None
    }
}

impl From<InvalidCost> for Failure {
    fn from(error: InvalidCost) -> Self {
        Self::settings(error.to_string())
    }
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        let kind = match error {
            EncodeError::Placeholder | EncodeError::TooLong => Kind::Usage,
            EncodeError::OutOfMemory => Kind::Failed,
        };
        Self::new(kind, error.to_string())
    }
}
