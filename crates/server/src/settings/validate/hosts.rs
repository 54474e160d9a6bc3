//! The names that the service answers to, and the one that it gives itself.

use profiled_auth::without_secrets;
use profiled_http::{HttpSettings, can_match_a_host, is_authority};

use super::finding::{Finding, some};
use crate::settings::Profile;

pub(super) fn check(http: &HttpSettings, profile: Profile) -> Vec<Finding> {
    some([
        allowed(&http.allowed_hosts, profile),
        public_url(&http.public_url),
    ])
}

fn allowed(hosts: &[String], profile: Profile) -> Option<Finding> {
    let is_strict = profile == Profile::Production;
    let text = if let Some(wrong) = hosts.iter().find(|host| !can_match_a_host(host)) {
        format!("has {wrong:?}: {}", remedy(wrong))
    } else if is_strict && hosts.is_empty() {
        "is empty: name the hosts that clients call".to_owned()
    } else if is_strict && hosts.iter().any(|host| host == "*") {
        "has *: name the hosts, production answers to no other".to_owned()
    } else {
        return None;
    };
    Some(Finding("http.allowed_hosts", text))
}

/// What to write in place of a name that no request could have.
fn remedy(wrong: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if let Some(domain) = wrong
        .strip_prefix('*')
        .filter(|rest| can_match_a_host(rest))
    {
        format!("write {domain:?} for a domain and its subdomains")
    } else if wrong.parse::<std::net::Ipv6Addr>().is_ok() {
        format!("write \"[{wrong}]\", an IPv6 address stands in brackets")
    } else if !wrong.is_ascii() {
        "write the name as clients send it, in ASCII, as xn--mnchen-3ya.de".to_owned()
    } else if let Some(name) = wrong
        .strip_suffix('.')
        .filter(|name| can_match_a_host(name))
    {
        format!("write {name:?} without the final dot, which stands for the same")
    } else if wrong.contains('_') && wrong.chars().all(is_plain) {
        let name = wrong.replace('_', "-");
        format!("no request with _ in its Host is answered: name the service as {name:?}")
    } else {
        "write a host name without scheme and port, as api.example.com".to_owned()
    }
}

fn public_url(url: &str) -> Option<Finding> {
    let schemes = ["https://", "http://"];
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let parts = rest.map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    let is_fine = parts.is_some_and(|(host, path)| is_authority(host) && is_prefix(path));
    (!url.is_empty() && !is_fine).then(|| {
        let has_user = url.contains('@');
        let shown = if has_user { without_secrets(url) } else { url.to_owned() };
        let text = format!(
            "is {shown:?}: write a scheme and a host, as https://api.example.com, and the path below which a proxy puts \
             the service, if it does"
        );
        Finding("http.public_url", text)
    })
}

/// Whether a path, without its first slash, can stand in front of others: names between single slashes, in the characters of
/// URLs.
fn is_prefix(path: &str) -> bool {
    let names = path.strip_suffix('/').unwrap_or(path);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && name.bytes().all(is_plain);
    path.is_empty() || names.split('/').all(is_name)
}
