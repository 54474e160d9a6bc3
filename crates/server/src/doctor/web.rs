//! What clients see of the service.

use super::finding::Finding;
use super::patient::Patient;

/// What development does without and production should not. Host names are a rule of the settings.
pub(super) fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    if !patient.is_in_production() {
        return Vec::new();
    }
    let http = &patient.settings.http;
    let mut found = Vec::new();
    let mut warn = |key: &str, text: &str| {
        found.push(Finding::warning(patient.origins.failure(key, text)));
    };
    if http.browsable {
        let text = "is true: pages show everybody who calls them which fields there are, so set it to false unless \
                    people read them";
        warn("http.browsable", text);
    }
    if http.public_url.is_empty() {
        let text = "is empty: name the scheme and the host that clients call, as https://api.example.com, or absolute \
                    URLs are made of what a request says";
        warn("http.public_url", text);
    } else if http.public_url.starts_with("http://") {
        let text = "begins with http://: passwords and tokens need TLS, in front of the service at least, so write \
                    https:// once there is";
        warn("http.public_url", text);
    }
    found
}
