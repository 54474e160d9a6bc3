//! The addresses to listen on, among each other.

use std::net::SocketAddr;

use profiled_http::HttpSettings;

use super::finding::Finding;
use crate::admin::is_off;

/// Whoever listens first keeps the other one out for good.
pub(super) fn check(http: &HttpSettings) -> Option<Finding> {
    let admin = &http.admin_bind;
    if is_off(admin) || !http.bind.iter().any(|bind| is_same(bind, admin)) {
        return None;
    }
    let text = format!("is {admin}, which http.bind has already: take another port, or off");
    Some(Finding("http.admin_bind", text))
}

/// Whether no two listeners can have both; of names, as far as their texts tell.
fn is_same(one: &str, other: &str) -> bool {
    match (address(one), address(other)) {
        (Some(one), Some(other)) => {
            let is_any = one.ip().is_unspecified() || other.ip().is_unspecified();
            one.port() == other.port() && one.port() != 0 && (is_any || one.ip() == other.ip())
        }
        _ => one == other,
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    text.replace("localhost", "127.0.0.1").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_if_one_listener_keeps_the_other_out() {
        for (one, other) in [
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("localhost:9000", "127.0.0.1:9000"),
            ("0.0.0.0:9000", "127.0.0.1:9000"),
            ("127.0.0.1:9000", "[::]:9000"),
            ("people.example:9000", "people.example:9000"),
        ] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.0.0.1:9000", "127.0.0.1:9001"),
            ("127.0.0.1:9000", "127.0.0.2:9000"),
            ("127.0.0.1:9000", "[::1]:9000"),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
