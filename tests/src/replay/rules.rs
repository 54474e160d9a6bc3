//! The member `compare` of a case: how its answer is compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// How to compare one answer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// Which of the rules below is the body's.
    #[serde(default)]
    pub body: BodyRule,
    /// What the contract demands in place of the recorded answer.
    pub instead: Option<Instead>,
    /// Headers not to compare.
    #[serde(default)]
    pub skip_headers: Vec<String>,
    /// Headers that must match a pattern.
    #[serde(default)]
    pub header_patterns: BTreeMap<String, String>,
    /// Headers that must not be there.
    #[serde(default)]
    pub absent_headers: Vec<String>,
    /// Kept values that must differ.
    #[serde(default)]
    pub distinct: Vec<String>,
    /// The reason, for the reader of a failure.
    pub why: Option<String>,
    /// Start of the body.
    pub prefix: Option<String>,
    /// Members that the object has at least.
    #[serde(default)]
    pub members: Map<String, Value>,
    /// Members of the outermost object that are not compared.
    #[serde(default)]
    pub except: Vec<String>,
    /// Members of any object that are not compared.
    #[serde(default)]
    pub except_deep: Vec<String>,
    /// Text that the body has.
    #[serde(default)]
    pub strings: Vec<String>,
    /// Text that the body lacks.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Text that the page shows.
    #[serde(default)]
    pub text: Vec<String>,
    /// Text that the page does not show.
    #[serde(default)]
    pub no_text: Vec<String>,
    /// Links of the page.
    #[serde(default)]
    pub links: Vec<String>,
    /// Links that the page lacks.
    #[serde(default)]
    pub no_links: Vec<String>,
    /// Patterns in the source of the page.
    #[serde(default)]
    pub markup: Vec<String>,
    /// Patterns that are not in the source of the page.
    #[serde(default)]
    pub no_markup: Vec<String>,
}

/// How to compare a body.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum BodyRule {
    /// Byte for byte, placeholders being patterns.
    #[default]
    Exact,
    /// Starts with a text, and is JSON.
    Prefix,
    /// A JSON object that has at least some members.
    Members,
    /// As JSON, keys in order.
    Json,
    /// As JSON, keys in any order.
    JsonUnordered,
    /// As JSON without some members.
    JsonExcept,
    /// Has some texts and lacks others.
    Contains,
    /// An HTML page.
    Page,
    /// Not compared.
    Ignore,
}

/// What replaces parts of a recorded answer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instead {
    /// Status code.
    pub status: Option<u16>,
    /// All headers.
    pub headers: Option<BTreeMap<String, String>>,
    /// The body; `null` means none.
    #[serde(default)]
    pub body: Given,
}

/// A member that may be `null`, which is not the same as absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Given {
    /// The member is not there.
    #[default]
    No,
    /// It is there, perhaps as `null`.
    Yes(Option<String>),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Option::deserialize(source).map(Self::Yes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_rule_of_comparison_is_an_error() {
        let compare = serde_json::from_str::<Compare>(r#"{"body": "exact", "fuzzy": true}"#);

        assert!(compare.unwrap_err().to_string().contains("fuzzy"));
    }

    #[test]
    fn null_body_differs_from_absent_body() {
        let null: Instead = serde_json::from_str(r#"{"body": null}"#).unwrap();
        let absent: Instead = serde_json::from_str("{}").unwrap();

        assert_eq!(null.body, Given::Yes(None));
        assert_eq!(absent.body, Given::No);
    }
}
