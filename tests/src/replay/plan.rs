//! Which topics have to pass, and which of their cases do not yet.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::case::Topic;

/// `contract/plan.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Topics that have to pass; all others are pending.
    pub reached: BTreeSet<String>,
    /// Single cases of reached topics that cannot pass yet.
    pub exceptions: Vec<Exception>,
}

/// Cases that cannot pass yet, for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Why.
    pub reason: String,
    /// `topic/case`
    pub cases: Vec<String>,
}

impl Plan {
    /// Reads the plan.
    pub fn load(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Whether a case is excepted.
    #[must_use]
    pub fn excepts(&self, topic: &str, case: &str) -> bool {
        let name = format!("{topic}/{case}");
        self.exceptions
            .iter()
            .any(|exception| exception.cases.contains(&name))
    }

    /// What the plan says of topics and cases that are not there, or twice.
    #[must_use]
    pub fn mistakes(&self, topics: &[Topic]) -> Vec<String> {
        let known: BTreeSet<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        let cases: BTreeSet<String> = topics
            .iter()
            .filter(|topic| self.reached.contains(&topic.name))
            .flat_map(|topic| {
                topic
                    .cases
                    .iter()
                    .map(|case| format!("{}/{}", topic.name, case.name))
            })
            .collect();
        let unknown = self
            .reached
            .iter()
            .filter(|topic| !known.contains(topic.as_str()));
        let mut mistakes: Vec<String> = unknown
            .map(|topic| format!("the plan names no topic with {topic:?}"))
            .collect();
        let mut seen = BTreeSet::new();
        for case in self
            .exceptions
            .iter()
            .flat_map(|exception| &exception.cases)
        {
            if !cases.contains(case) {
                mistakes.push(format!(
                    "the exception {case:?} is no case of a reached topic"
                ));
            }
            if !seen.insert(case) {
                mistakes.push(format!("the exception {case:?} is there twice"));
            }
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;
    use crate::replay::case::load_topics;

    #[test]
    fn the_plan_names_existing_topics_and_cases() {
        let plan = Plan::load(&contract("plan.json")).unwrap();

        assert_eq!(
            plan.mistakes(&load_topics(&contract("cases")).unwrap()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn exceptions_of_pending_topics_are_mistakes() {
        let topics = load_topics(&contract("cases")).unwrap();
        let plan: Plan = serde_json::from_str(
            r#"{"reached": ["nothing"], "exceptions": [{"reason": "r", "cases": ["staff_auth/no_header"]}]}"#,
        )
        .unwrap();

        assert_eq!(plan.mistakes(&topics).len(), 2);
    }
}
