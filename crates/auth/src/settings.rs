//! Settings of the section `auth`.

use chrono::Duration;
use profiled_domain::settings::{YEAR, bounded, checked, is_repeated};
use profiled_domain::{LocalPart, Person, UserLookup};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::jwt::{Algorithm, Audience, CustomClaim, TokenType};
use crate::password::PasswordSettings;

/// Section `auth`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct AuthSettings {
    pub username_field: UsernameField,
    pub jwt: JwtSettings,
    pub introspection: IntrospectionSettings,
    pub password: PasswordSettings,
    pub token: TokenSettings,
}

/// By what users log in, as Django's `USERNAME_FIELD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UsernameField {
    /// The username, compared with case.
    Username,
    /// The e-mail address, compared with case: it finds the user who holds it.
    Email,
}

impl UsernameField {
    /// Its name, also as a field of bodies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
        }
    }

    /// How Django calls the field where people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Username => "Username",
            Self::Email => "Email address",
        }
    }

    /// How storage finds the user who logs in by `name`.
    #[must_use]
    pub fn lookup(self, name: &str) -> UserLookup {
        match self {
            Self::Username => UserLookup::Username(name.to_owned()),
            Self::Email => UserLookup::Email(name.to_owned()),
        }
    }

    /// By what a person logs in, if there is anything.
    #[must_use]
    pub fn of(self, person: &Person) -> Option<&str> {
        match self {
            Self::Username => person.username.as_deref(),
            Self::Email => person.email.as_deref(),
        }
    }
}

/// Section `auth.token`: opaque tokens that users ask for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct TokenSettings {
    #[serde(deserialize_with = "bounded::<0, { 100 * YEAR }, _, _>")]
    pub lifetime: u32,
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub last_used_precision: u32,
    pub max_per_user: u32,
}

impl TokenSettings {
    /// How far the last use of a token that is told may be older than the last one.
    #[must_use]
    pub fn last_used_precision(&self) -> Duration {
        Duration::seconds(self.last_used_precision.into())
    }
}

/// Section `auth.jwt`, after simplejwt's settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each setting of simplejwt"
)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct JwtSettings {
    #[serde(serialize_with = "mask")]
    pub signing_key: SecretString,
    pub signing_key_file: String,
    pub algorithm: Algorithm,
    pub verifying_key: String,
    pub verifying_key_file: String,
    pub jwk_url: String,
    pub keys_dir: String,
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub keys_lead_time: u32,
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub keys_reload: u32,
    #[serde(deserialize_with = "header_types")]
    pub header_types: Vec<String>,
    #[serde(deserialize_with = "header_name")]
    pub header_name: String,
    #[serde(deserialize_with = "token_classes")]
    pub token_classes: Vec<TokenType>,
    #[serde(deserialize_with = "bounded::<1, { 100 * YEAR }, _, _>")]
    pub access_lifetime: u32,
    #[serde(deserialize_with = "bounded::<1, { 100 * YEAR }, _, _>")]
    pub refresh_lifetime: u32,
    #[serde(deserialize_with = "bounded::<1, { 100 * YEAR }, _, _>")]
    pub sliding_lifetime: u32,
    #[serde(deserialize_with = "bounded::<1, { 100 * YEAR }, _, _>")]
    pub sliding_refresh_lifetime: u32,
    pub rotate_refresh_tokens: bool,
    pub blacklist_after_rotation: bool,
    #[serde(deserialize_with = "bounded::<0, 3600, _, _>")]
    pub rotation_grace: u32,
    pub blacklist: bool,
    pub check_revoke_token: bool,
    pub update_last_login: bool,
    #[serde(deserialize_with = "bounded::<0, 3600, _, _>")]
    pub leeway: u32,
    pub issuer: String,
    #[serde(deserialize_with = "audience")]
    pub audience: Audience,
    pub user_id_field: UserField,
    pub user_id_claim: String,
    pub token_type_claim: String,
    pub jti_claim: String,
    pub revoke_token_claim: String,
    pub sliding_refresh_exp_claim: String,
    pub claims: Vec<CustomClaim>,
    #[serde(deserialize_with = "bounded::<1024, 98_304, _, _>")]
    pub max_token_bytes: u32,
    pub issuers: Vec<IssuerSettings>,
    #[serde(deserialize_with = "bounded::<10, 86_400, _, _>")]
    pub jwks_refresh: u32,
}

/// The words in front of tokens.
fn header_types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    checked(deserializer, |words: &Vec<String>| {
        let is_word = |word: &String| !word.is_empty() && word.bytes().all(is_token_byte);
        let is_fine = !words.is_empty() && words.iter().all(is_word) && !is_repeated(words);
        let text =
            "must name the words in front of tokens, each once and without blanks, as Bearer";
        (!is_fine).then(|| text.to_owned())
    })
}

fn header_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, |name: &String| {
        let is_name = !name.is_empty() && name.bytes().all(is_token_byte);
        (!is_name).then(|| format!("is {name:?}: name a header, as X-Access-Token"))
    })
}

/// Whether a byte may be in the name of a header (RFC 9110, section 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn token_classes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TokenType>, D::Error> {
    checked(deserializer, |types: &Vec<TokenType>| {
        let is_fine =
            !types.is_empty() && !types.contains(&TokenType::Refresh) && !is_repeated(types);
        let text = "must name each type of token that goes with requests once: access, sliding, or \
                    both in the order of trial";
        (!is_fine).then(|| text.to_owned())
    })
}

fn audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Audience, D::Error> {
    checked(deserializer, |audience: &Audience| {
        let has_empty = audience.names().iter().any(String::is_empty);
        has_empty.then(|| "has an empty text: remove it".to_owned())
    })
}

/// A foreign issuer: an item of `auth.jwt.issuers`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// `iss` of its tokens, compared with case.
    pub issuer: String,
    /// Text or list: one of them must be the token's audience. Empty: not looked at.
    #[serde(default, deserialize_with = "text_or_list")]
    pub audience: Vec<String>,
    /// Where tokens name their audience, in order: the first of these claims that a token has must hold it.
    #[serde(default = "audience_claims")]
    pub audience_claims: Vec<String>,
    /// Clients whose tokens are taken: `azp`, else `client_id`. Empty: not looked at.
    #[serde(default)]
    pub client_ids: Vec<String>,
    /// Accepts tokens for any audience; has to be set if `audience` and `client_ids` are both empty.
    #[serde(default)]
    pub any_audience: bool,
    /// Algorithms that it signs with: asymmetric ones, unless there is a `secret_file`.
    pub algorithms: Vec<Algorithm>,
    /// Where it publishes its keys: http or https. Empty, without one of the next two: what its discovery document names.
    #[serde(default)]
    pub jwks_url: String,
    /// Keys are fetched from private addresses, too, where its discovery document names one of another host.
    #[serde(default)]
    pub allow_private_addresses: bool,
    /// File of its public keys, in place of `jwks_url`.
    #[serde(default)]
    pub jwks_file: String,
    /// File of a secret that is shared with it, in place of `jwks_url`.
    #[serde(default)]
    pub secret_file: String,
    /// The claim that names the user: its name, or names with dots between them where claims are nested.
    #[serde(default = "subject")]
    pub user_claim: String,
    /// What the claim holds. It has to be said.
    #[serde(default)]
    pub user_field: Option<UserField>,
    /// How the part of an e-mail address in front of the host is compared.
    #[serde(default)]
    pub email_local_part: LocalPartSetting,
    /// The claim that tells whether the address is verified, named as `user_claim` is.
    #[serde(default = "email_verified")]
    pub email_verified_claim: String,
    /// E-mail addresses are believed without `email_verified_claim`.
    #[serde(default)]
    pub trust_email: bool,
    /// Required `typ` of the header, as `at+jwt` (RFC 9068). Empty: none, `JWT` or `at+jwt`.
    #[serde(default)]
    pub required_type: String,
    /// What tokens may call themselves besides access tokens: words of `typ`, `token_use` and `token_type`, `id`
    /// for ID tokens without such a word, `events` for security event tokens.
    #[serde(default)]
    pub allowed_types: Vec<String>,
    /// Seconds of tolerance for `exp`, `nbf` and `iat`.
    #[serde(default = "leeway")]
    pub leeway: u32,
}

/// How local parts of e-mail addresses are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalPartSetting {
    /// With case.
    #[default]
    Exact,
    /// Without the case of ASCII letters.
    CaseInsensitive,
}

impl From<LocalPartSetting> for LocalPart {
    fn from(setting: LocalPartSetting) -> Self {
        match setting {
            LocalPartSetting::Exact => Self::Exact,
            LocalPartSetting::CaseInsensitive => Self::CaseInsensitive,
        }
    }
}

impl IssuerSettings {
    /// Whether users are named by e-mail address: `email_verified` is about the claim `email`, whatever
    /// attribute of ours it is looked up by.
    #[must_use]
    pub fn names_by_email(&self) -> bool {
        match self.user_field {
            Some(UserField::Email) => true,
            Some(UserField::Username) => {
                let last = self.user_claim.rsplit(['.', '/', ':']).next();
                last == Some("email")
            }
            Some(UserField::Id | UserField::ExternalId) | None => false,
        }
    }
}

fn subject() -> String {
    "sub".to_owned()
}

fn email_verified() -> String {
    "email_verified".to_owned()
}

fn audience_claims() -> Vec<String> {
    vec!["aud".to_owned()]
}

/// Clocks of honest machines differ by this much, in seconds.
fn leeway() -> u32 {
    5
}

/// One text or several; an empty one is none.
fn text_or_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text or a list of texts")]
    enum Texts {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(text) if text.is_empty() => Vec::new(),
        Texts::One(text) => vec![text],
        Texts::Several(texts) => texts,
    })
}

/// The attribute by which tokens name users, ours (`auth.jwt.user_id_field`) or those of a foreign issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserField {
    /// The id, in decimal.
    Id,
    /// The username, compared with case.
    Username,
    /// The e-mail address: with case in tokens of ours, as mail does in those of a foreign issuer.
    Email,
    /// The primary key in an imported database, compared with case: [`UserLookup::ExternalId`].
    ExternalId,
}

impl JwtSettings {
    /// Seconds that the longest-lived token is accepted.
    #[must_use]
    pub fn longest_life(&self) -> u64 {
        let longest = self.access_lifetime.max(self.refresh_lifetime);
        u64::from(longest.max(self.sliding_lifetime)) + u64::from(self.leeway)
    }

    /// Whether tokens are taken and none are made: others hold the key, or tokens have no type or no id, without which a
    /// refresh token would be as good as an access token, and none could be blacklisted.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let has_none = self.signing_key.expose_secret().is_empty() && self.keys_dir.is_empty();
        !self.jwk_url.is_empty()
            || (has_none && !self.verifying_key.is_empty())
            || self.token_type_claim.is_empty()
            || self.jti_claim.is_empty()
    }
}

/// Section `auth.introspection`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct IntrospectionSettings {
    pub clients: Vec<ClientSettings>,
}

/// A service that may ask: an item of `auth.introspection.clients`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSettings {
    /// Its name.
    pub id: String,
    /// Its secret, at least [`Self::MIN_SECRET`] bytes. Written as `***`.
    #[serde(default, serialize_with = "mask")]
    pub secret: SecretString,
    /// File that holds the secret, in place of `secret`.
    #[serde(default)]
    pub secret_file: String,
}

impl ClientSettings {
    /// Shortest secret, in bytes: failed attempts are not throttled.
    pub const MIN_SECRET: usize = 32;
}

fn mask<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() {
        ""
    } else {
        "***"
    })
}
