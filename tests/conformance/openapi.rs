//! Whether the OpenAPI document tells what is recorded: a validator of others is the judge.

use std::collections::BTreeMap;
use std::sync::Mutex;

use acceptance::python::Python;
use acceptance::replay::case::{Case, Topic};
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// All that was exchanged, and the documents of the services that it was exchanged with.
#[derive(Default)]
pub struct Witness {
    documents: Mutex<BTreeMap<String, String>>,
    exchanges: Mutex<Vec<Value>>,
}

/// What the validator says.
#[derive(Deserialize)]
struct Verdict {
    answers: usize,
    writes: usize,
    problems: Vec<String>,
}

impl Witness {
    /// Keeps the document of the service of a topic.
    ///
    /// # Errors
    /// A service without one.
    pub fn asks(&self, topic: &Topic, service: &Service) -> Result<(), String> {
        let mut documents = self.documents.lock().map_err(|error| error.to_string())?;
        if !documents.contains_key(&topic.name) {
            let answer = service.client().anonymous().get("/api/schema/");
            let text = String::from_utf8(answer.body).map_err(|error| error.to_string())?;
            documents.insert(topic.name.clone(), text);
        }
        Ok(())
    }

    /// Keeps an exchange.
    pub fn sees(&self, topic: &Topic, case: &Case, request: &Request, answer: &Answer) {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let exchange = json!({
            "topic": topic.name,
            "case": case.name,
            "method": request.method,
            "path": request.path,
            "sent_type": request.header_value("Content-Type"),
            "sent": request.body.as_deref().and_then(text),
            "status": answer.status,
            "type": answer.header("Content-Type"),
            "body": text(&answer.body),
        });
        if let Ok(mut exchanges) = self.exchanges.lock() {
            exchanges.push(exchange);
        }
    }

    /// Whether every exchange is as its document says; problems are printed. Without Python nothing is judged, and
    /// that is told.
    pub fn agrees(self) -> bool {
        let test = "conformance of the OpenAPI document";
        let Some(python) = Python::with(test, "openapi", &["jsonschema==4.26.0"]) else {
            return true;
        };
        let documents = self.documents.into_inner().unwrap_or_default();
        let exchanges = self.exchanges.into_inner().unwrap_or_default();
        let input = json!({ "documents": documents, "exchanges": exchanges });
        let verdict = python.run("openapi_exchanges.py", &input);
        let Ok(verdict) = serde_json::from_value::<Verdict>(verdict) else {
            return false;
        };
        for problem in &verdict.problems {
            println!("NOT DESCRIBED: {problem}");
        }
        println!(
            "conformance openapi: {} answers and {} bodies of writes validated, {} problems",
            verdict.answers,
            verdict.writes,
            verdict.problems.len()
        );
        // A judge that looked at nothing has not agreed.
        verdict.problems.is_empty() && (exchanges.is_empty() || verdict.answers > 0)
    }
}
