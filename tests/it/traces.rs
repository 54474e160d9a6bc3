//! Requests as spans, as a collector gets them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;

use acceptance::client::Client;
use acceptance::confidential::leak_in;
use acceptance::process::Process;
use acceptance::python::Python;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::Value;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The next request to a collector: its head and its body.
fn received(collector: &TcpListener) -> (String, Value) {
    let (connection, _) = collector.accept().unwrap();
    let mut reader = BufReader::new(&connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length = head.to_ascii_lowercase();
    let length = length
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    assert_eq!(leak_in(&body), None);
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    (&connection).write_all(answer.as_bytes()).unwrap();
    (head, serde_json::from_slice(&body).unwrap())
}

fn attribute<'a>(span: &'a Value, key: &str) -> &'a Value {
    let all = span["attributes"].as_array().unwrap();
    let found = all.iter().find(|one| one["key"] == key);
    found.map_or(&Value::Null, |one| &one["value"])
}

#[test]
fn request_is_a_span_of_the_trace_that_it_names() {
    // Its database and its tokens, for the process below.
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", collector.local_addr().unwrap());
    let mut settings = service.overrides().to_vec();
    settings.push(format!("log.otlp_endpoint={endpoint}"));
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let (_process, address) = Process::serve(program, &settings);
    let token = service.client().token("MasterAdmin");
    let client = Client::new(address, [].into());
    let caller = client.authorization(token.credentials());
    let with = |path: &str, parent: &str| {
        let request = Request::new("GET", path).header("traceparent", parent);
        caller.send(request).status
    };

    // Nobody keeps this one, and probes are none.
    let unwanted = PARENT.replace("-01", "-00");
    assert_eq!(with("/api/v1/me/", &unwanted), 200);
    assert_eq!(with("/live", PARENT), 200);
    assert_eq!(with("/api/users/me/", PARENT), 200);
    let (head, sent) = received(&collector);
    assert_eq!(client.anonymous().get("/api/users/me/").status, 401);
    let (_, alone) = received(&collector);

    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    let spans = &sent["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(spans.as_array().unwrap().len(), 1, "{spans}");
    let span = &spans[0];
    assert_eq!(span["name"], "GET /api/users/me/");
    assert_eq!(span["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span["parentSpanId"], "b7ad6b7169203331");
    let status = attribute(span, "http.response.status_code");
    assert_eq!(status["intValue"], "200");
    assert_eq!(attribute(span, "profiled.dialect")["stringValue"], "drf");
    assert!(!sent.to_string().contains("127.0.0.1"), "{sent}");
    let span = &alone["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["parentSpanId"], Value::Null);
    let refusal = attribute(span, "profiled.refusal");
    assert_eq!(refusal["stringValue"], "not_provided");

    let test = "request_is_a_span_of_the_trace_that_it_names";
    let packages = ["opentelemetry-proto==1.30.0", "protobuf==5.29.3"];
    if let Some(python) = Python::with(test, "otlp", &packages) {
        for sent in [sent, alone] {
            let understood = python.run("otlp.py", &sent);
            let span = &understood["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
            assert_eq!(span["kind"], "SPAN_KIND_SERVER", "{understood}");
        }
    }
}
