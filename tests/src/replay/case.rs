//! The recorded cases as they stand in `contract/cases/*.json`.
//!
//! Unknown members are errors: a rule that the harness does not know must not be passed over.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::rules::Compare;
use super::wire::is_read_only_method;

/// Paths that answer to `POST` and only read (`decisions.md` 6).
const READS_BY_POST: [&str; 2] = ["/api/profile/", "/api/users/profile/"];

/// A file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Name of the topic and of its file.
    #[serde(rename = "topic")]
    pub name: String,
    #[serde(rename = "title")]
    _title: IgnoredAny,
    /// The service whose answers were recorded.
    pub site: Site,
    /// Settings in the words of the site; empty for defaults.
    pub server_options: String,
    /// When the data are put back; Tower's files do not say, theirs is before every case.
    #[serde(default)]
    pub reset: Reset,
    #[serde(rename = "state", default)]
    _state: IgnoredAny,
    /// The cases in file order.
    pub cases: Vec<Case>,
}

/// Which fixture, and which rules of comparison.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Site {
    /// Dialect `drf`.
    Staff,
    /// Dialect `jwt`.
    Jwt,
    /// Dialect `tower`.
    Tower,
}

/// When the data are put back.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// Before every case.
    #[default]
    Case,
    /// Once; the cases depend on one another.
    Topic,
}

/// A request with its answer, and what comes before it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique within the topic.
    pub name: String,
    /// For the reader of a failure.
    pub note: Option<String>,
    #[serde(rename = "sequence", default)]
    _sequence: IgnoredAny,
    /// Earlier requests and pauses.
    #[serde(default)]
    pub setup: Vec<Step>,
    /// What to send.
    pub request: Request,
    /// What was recorded.
    pub response: Response,
    /// How to compare.
    #[serde(default)]
    pub compare: Compare,
}

/// A step before the request of a case.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// A pause that the contract demands: something has to grow old.
    Wait(Wait),
    /// An earlier request.
    Earlier(Box<Earlier>),
}

/// See [`Step::Wait`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Seconds.
    pub wait: u64,
}

/// See [`Step::Earlier`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// What to send.
    pub request: Request,
    /// What was recorded.
    pub response: Response,
    /// How to compare.
    #[serde(default)]
    pub compare: Compare,
    /// Members (`$.a.b[0]`) or cookies (`cookie:name`) to keep under a name.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
    /// How often to send it; `{{n}}` is 001, 002, …
    #[serde(default = "once")]
    pub repeat: u32,
}

fn once() -> u32 {
    1
}

/// A request in the words of the file; see [`super::wire::Request`] for its bytes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// As it is sent.
    pub method: String,
    /// As it is sent.
    pub path: String,
    /// In sending order; names may repeat.
    pub headers: Vec<(String, String)>,
    /// `1.1` unless given.
    pub http_version: Option<String>,
    /// Text to send as UTF-8.
    #[serde(default)]
    pub body: Option<String>,
    /// Bytes to send.
    #[serde(default)]
    pub body_base64: Option<String>,
    /// Pieces to put together.
    #[serde(default)]
    pub body_parts: Option<Vec<Part>>,
    /// The token in the request, explained.
    #[serde(default)]
    pub jwt: Option<Jwt>,
}

/// A piece of a body.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Part {
    /// Text to send as UTF-8.
    Text {
        /// The text.
        text: String,
    },
    /// Bytes.
    Base64 {
        /// Their encoding.
        base64: String,
    },
    /// The same text again and again.
    Repeated {
        /// The text.
        repeat: String,
        /// How often.
        count: usize,
    },
}

/// Explains the token in a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    #[serde(rename = "header")]
    _header: IgnoredAny,
    /// The claims, with placeholders relative to the clock.
    #[serde(default)]
    pub claims: Map<String, Value>,
    #[serde(rename = "raw_payload", default)]
    _raw_payload: IgnoredAny,
    /// A name in `secrets.json`, or the secret itself.
    pub signed_with: Option<String>,
    /// `HS256` and the like.
    pub signature_algorithm: Option<String>,
    #[serde(rename = "altered_after_signing", default)]
    _altered_after_signing: IgnoredAny,
    #[serde(rename = "note", default)]
    _note: IgnoredAny,
}

/// A recorded answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Status code.
    pub status: u16,
    #[serde(rename = "reason", default)]
    _reason: IgnoredAny,
    /// Not given: not compared.
    pub headers: Option<BTreeMap<String, String>>,
    /// Exact text.
    #[serde(default)]
    pub body: Option<String>,
    /// Stands for a page that was not recorded.
    #[serde(default)]
    pub body_summary: Option<Value>,
    /// Header and claims of the tokens in the body, by placeholder.
    #[serde(default)]
    pub minted_tokens: BTreeMap<String, MintedToken>,
}

/// What a token in an answer says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintedToken {
    /// Its header.
    pub header: Map<String, Value>,
    /// Its claims, with placeholders.
    pub claims: Map<String, Value>,
}

impl Case {
    /// Whether the data may differ after the case although every answer was as expected.
    #[must_use]
    pub fn may_write(&self) -> bool {
        let status = self
            .compare
            .instead
            .as_ref()
            .and_then(|instead| instead.status);
        let refused = status.unwrap_or(self.response.status) >= 300;
        let path = self.request.path.split('?').next().unwrap_or_default();
        let reads = is_read_only_method(&self.request.method)
            || (self.request.method == "POST" && READS_BY_POST.contains(&path));
        !(self.setup.is_empty() && (reads || refused))
    }
}

/// Reads all topics of a folder, sorted by name.
pub fn load_topics(folder: &Path) -> Result<Vec<Topic>, String> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut topics = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = std::fs::read_to_string(&path).map_err(unreadable)?;
            let topic: Topic = serde_json::from_str(&text)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            topics.push(topic);
        }
    }
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(topics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_file_is_understood() {
        let topics = load_topics(&crate::contract("cases")).unwrap();

        assert_eq!(topics.len(), 52);
        assert!(topics.iter().all(|topic| !topic.cases.is_empty()));
    }
}
