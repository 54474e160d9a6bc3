//! Metrics, dashboard and alerts as a real Prometheus has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use acceptance::client::Client;
use acceptance::prometheus::{Prometheus, complaints, deployed, has_prometheus};
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use regex_lite::Regex;
use serde_json::{Value, json};

/// When everything has been measured that will be.
const MANY_SCRAPES: u64 = 120;

/// A service that has something to measure everywhere.
fn service(folder: &std::path::Path) -> Service {
    // The key of RFC 8037, appendix A.
    let keys = json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }]});
    let file = folder.join("keys.json");
    fs::write(&file, keys.to_string()).unwrap();
    let issuers = json!([{
        "issuer": "https://idp.example.com", "audience": "profile-api", "algorithms": ["EdDSA"],
        "jwks_file": file, "user_field": "id",
    }]);
    let settings = [
        "http.admin_bind=127.0.0.1:0",
        "accounts.purge_interval=1",
        &format!("auth.jwt.issuers={issuers}"),
    ];
    Service::start(Backend::Sqlite, Data::Staff, &settings)
}

fn make_traffic(client: &Client) {
    let callers = [
        client.token("MasterAdmin"),
        client.bearer(1),
        client.authorization("Token unknown"),
        client.authorization("Basic ZGVtbzp3cm9uZw=="),
        client.anonymous(),
    ];
    for caller in callers {
        for path in ["/api/users/me/", "/api/v1/me/", "/api/groups/", "/nowhere/"] {
            let _ = caller.get(path);
        }
        let _ = caller.send(Request::new("POST", "/api/profile/"));
    }
}

/// Titles of panels, and their expressions as Grafana would ask them.
fn panels() -> Vec<(String, String)> {
    let text = fs::read_to_string(deployed("grafana/profiled.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let mut all = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            let expression = expression
                .replace("$__rate_interval", "10s")
                .replace("$job", "profiled")
                .replace("$instance", ".*");
            all.push((panel["title"].to_string(), expression));
        }
    }
    all
}

fn rules(prometheus: &Prometheus) -> Vec<Value> {
    let groups = prometheus.ask("/api/v1/rules");
    let groups = groups["groups"].as_array().cloned().unwrap_or_default();
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default());
    rules.collect()
}

/// Those that have no result, however long one waits.
fn without_result(prometheus: &Prometheus, client: &Client) -> BTreeMap<String, String> {
    let mut open: BTreeMap<String, String> = panels()
        .into_iter()
        .map(|(title, expression)| (expression, title))
        .collect();
    while !open.is_empty() {
        let is_last = prometheus.scrapes() >= MANY_SCRAPES;
        make_traffic(client);
        open.retain(|expression, _| prometheus.query(expression).is_empty());
        if is_last {
            break;
        }
    }
    open
}

#[test]
fn every_expression_of_dashboard_and_alerts_has_something_to_measure() {
    if !has_prometheus("every_expression_of_dashboard_and_alerts_has_something_to_measure") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let prometheus = Prometheus::watching(service.admin_address());

    let open = without_result(&prometheus, &service.client());

    assert_eq!(open, BTreeMap::new());
    let names = prometheus.ask("/api/v1/label/__name__/values");
    let known: BTreeSet<&str> = names
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let name = Regex::new(r"\b(profiled|process)_[a-z_]+").unwrap();
    // Evaluated anew in each interval.
    while rules(&prometheus)
        .iter()
        .any(|rule| rule["health"] == "unknown")
    {
        make_traffic(&service.client());
    }
    let rules = rules(&prometheus);
    assert!(!rules.is_empty());
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        let used: Vec<&str> = name
            .find_iter(rule["query"].as_str().unwrap())
            .map(|found| found.as_str())
            .collect();
        let unknown = used.iter().filter(|used| !known.contains(*used));
        assert_eq!(unknown.count(), 0, "{rule}");
    }
    let running = prometheus.query("profiled_build_info");
    assert_eq!(running[0]["metric"]["database"], "sqlite", "{running:?}");
    assert_eq!(running[0]["metric"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn prometheus_has_nothing_to_complain_of() {
    if !has_prometheus("prometheus_has_nothing_to_complain_of") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    make_traffic(&service.client());
    let text = Client::new(service.admin_address(), [].into());
    let text = text.anonymous().get("/metrics").text();

    assert_eq!(complaints(&["check", "metrics"], &text), None, "{text}");
    let settings = deployed("prometheus/prometheus.yml").display().to_string();
    assert_eq!(complaints(&["check", "config", &settings], ""), None);
}
