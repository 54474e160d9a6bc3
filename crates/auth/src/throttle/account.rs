//! What the audit trail tells of the account of a failed log-in.

use profiled_domain::ThrottleKey;
use serde::{Deserialize, Serialize};

/// Bytes of a name that are told in clear.
const LONGEST: usize = 150;
/// Digits of a digest: enough to tell names apart.
const DIGITS: usize = 16;

/// The setting `log.failed_accounts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailedAccounts {
    /// A digest under a key of the service: equal names are told, and not what they are.
    #[default]
    Digest,
    /// What was typed, which may be a password.
    Clear,
    /// Nothing.
    None,
}

impl FailedAccounts {
    /// What is told of a name that nobody has logged in with.
    pub(super) fn tell(self, name: &str, digest: impl FnOnce() -> ThrottleKey) -> Option<String> {
        match self {
            Self::None => None,
            Self::Clear => {
                let end = name.floor_char_boundary(LONGEST);
                Some(name.get(..end).unwrap_or_default().to_owned())
            }
            Self::Digest => {
                let mut digest = hex::encode(digest().0);
                digest.truncate(DIGITS);
                Some(digest)
            }
        }
    }
}
