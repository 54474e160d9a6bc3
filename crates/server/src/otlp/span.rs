//! A span, as a line of the request log tells it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tracing::Event;
use tracing::field::{Field, Visit};

/// `SPAN_KIND_SERVER`
const SERVER: u8 = 2;
/// `STATUS_CODE_ERROR`
const ERROR: u8 = 2;
/// From here on the fault is the service's.
const SERVER_ERROR: u64 = 500;

/// What a span has: whom and where from it tells nothing of.
#[derive(Debug, Default)]
pub(super) struct Span {
    method: String,
    route: String,
    status: u64,
    duration: Duration,
    ended: Duration,
    trace: String,
    parent: Option<String>,
    is_unwanted: bool,
    /// Further attributes.
    attributes: Vec<(&'static str, String)>,
}

impl Span {
    /// `None` for one whose caller keeps no trace.
    pub(super) fn of(event: &Event<'_>, now: SystemTime) -> Option<Self> {
        let mut span = Self {
            ended: now.duration_since(UNIX_EPOCH).unwrap_or_default(),
            ..Self::default()
        };
        event.record(&mut span);
        if span.is_unwanted {
            return None;
        }
        if span.trace.is_empty() {
            span.trace = format!("{:032x}", rand::random::<u128>().max(1));
        }
        Some(span)
    }

    /// As OTLP has it.
    pub(super) fn to_json(&self) -> Value {
        let text =
            |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
        let status = self.status.to_string();
        let mut attributes = vec![
            text("http.request.method", &self.method),
            text("http.route", &self.route),
            json!({ "key": "http.response.status_code", "value": { "intValue": status } }),
        ];
        let others = self.attributes.iter();
        attributes.extend(others.map(|(key, value)| text(key, value)));
        let began = self.ended.saturating_sub(self.duration);
        let mut span = json!({
            "traceId": self.trace,
            "spanId": format!("{:016x}", rand::random::<u64>().max(1)),
            "name": format!("{} {}", self.method, self.route),
            "kind": SERVER,
            "startTimeUnixNano": began.as_nanos().to_string(),
            "endTimeUnixNano": self.ended.as_nanos().to_string(),
            "attributes": attributes,
            "status": {},
        });
        if let (Some(parent), Some(members)) = (&self.parent, span.as_object_mut()) {
            members.insert("parentSpanId".to_owned(), parent.as_str().into());
        }
        if self.status >= SERVER_ERROR
            && let Some(members) = span.as_object_mut()
        {
            members.insert("status".to_owned(), json!({ "code": ERROR }));
        }
        span
    }
}

impl Visit for Span {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "status" => self.status = value,
            "duration_us" => self.duration = Duration::from_micros(value),
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let attribute = match field.name() {
            "method" => return value.clone_into(&mut self.method),
            "route" => return value.clone_into(&mut self.route),
            "dialect" => "profiled.dialect",
            "scheme" => "profiled.scheme",
            "request_id" => "profiled.request_id",
            "refusal" => "profiled.refusal",
            "trace_flags" => {
                self.is_unwanted = value == "00";
                return;
            }
            _ => return,
        };
        self.attributes.push((attribute, value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "trace_id" => self.trace = format!("{value:?}"),
            "parent_span_id" => self.parent = Some(format!("{value:?}")),
            _ => {}
        }
    }
}
