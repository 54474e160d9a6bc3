//! `profiled token …`, `profiled jwt …`, `profiled keys …` and `profiled binding …` on the command line.

use clap::Subcommand;
use profiled_auth::Algorithm;

use super::choice::choice;

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Create a token and show its key, once.
    Create {
        /// Id, username or e-mail address.
        user: String,
        /// What the token is for.
        #[arg(long, default_value = "")]
        label: String,
        /// How long the token is valid: a number of seconds (s), minutes (m), hours (h), days (d) or weeks (w), as 90d. Without it
        /// until it is revoked.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// The key itself, 40 lower-case hexadecimal digits: for tests and imports.
        #[arg(long, value_name = "HEX40")]
        key: Option<String>,
    },
    /// List the tokens of a user.
    List {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Revoke a token at once.
    Revoke {
        /// Id of the token, or its key.
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Jwt {
    /// Create an access token.
    Create {
        /// Id, username or e-mail address.
        user: String,
        /// How long the token is valid, in place of what the settings say: a number of seconds (s), minutes (m), hours (h), days
        /// (d) or weeks (w), as 12h. It ends earlier if its key is removed.
        #[arg(long, value_name = "TIME")]
        lifetime: Option<String>,
        /// A claim beside those of the settings; may be repeated. A value that is JSON is taken as such: `admin=true`, `level=3`,
        /// `scopes=["a","b"]`; any other as text.
        #[arg(long, value_name = "NAME=VALUE")]
        claim: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Generate a key. The first key signs at once, later keys after they have been published for a while.
    Generate {
        /// Algorithm of the key.
        #[arg(long, value_parser = choice(Algorithm::ALL.map(Algorithm::as_str)))]
        algorithm: String,
        /// Sign at once. Servers that have not read the key yet refuse its tokens.
        #[arg(long)]
        at_once: bool,
    },
    /// List all keys in the order in which they begin to sign.
    List,
    /// Generate the next key, and remove keys whose last tokens have expired.
    Rotate {
        /// Algorithm of the next key; by default that of the current key.
        #[arg(long, value_parser = choice(Algorithm::ALL.map(Algorithm::as_str)))]
        algorithm: Option<String>,
        /// Sign at once. Servers that have not read the key yet refuse its tokens.
        #[arg(long)]
        at_once: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Binding {
    /// List bindings by issuer and subject.
    List {
        /// Id, username or e-mail address; without it, bindings of all users.
        user: Option<String>,
        /// Number of bindings to skip.
        #[arg(long, default_value_t = 0)]
        offset: u32,
        /// Maximum number of bindings to list; without it, all.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Remove a binding. The next token of the subject binds it to the user whom that token names.
    Remove {
        /// Issuer: the claim iss of the tokens.
        issuer: String,
        /// Subject: the claim sub of the tokens.
        #[arg(allow_hyphen_values = true)]
        subject: String,
    },
}
