//! Where pages of all dialects lead: to the front door, in and out, and to the reader's own profile.

use profiled_domain::User;

use crate::framework::spec::Access;
use crate::wire::host::Origin;
use crate::wire::query;

/// The front door.
pub const HOME: &str = "/";
/// The log-in of all pages.
pub const LOGIN: &str = "/login/";
/// Their log-out.
pub const LOGOUT: &str = "/logout/";
/// The picture of the service, which browsers show beside its name.
pub const ICON: &str = "/favicon.svg";

/// Pages of the caller's own profile, each with whom it is for, in the order of preference.
#[derive(Clone, Debug, Default)]
pub struct OwnPages(pub Vec<(&'static str, Access)>);

impl OwnPages {
    /// The first one that is for this user, otherwise the front door.
    #[must_use]
    pub fn of(&self, user: &User) -> &'static str {
        let mut pages = self.0.iter();
        let fit = pages.find(|(_, access)| access.admits(user));
        fit.map_or(HOME, |(path, _)| *path)
    }
}

/// The log-in that leads back to a path with its query, as the server sees it.
pub(crate) fn login_link(origin: &Origin, target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    let login = origin.below(LOGIN).into_owned();
    if [HOME, LOGIN, LOGOUT].contains(&path) {
        return login;
    }
    let next = query::encode(&origin.below(target));
    format!("{login}?next={next}")
}

/// Whether a browser that is sent to `path` stays on this server. It reads `//` and `/\` as the beginning of a
/// host, and drops line ends.
#[must_use]
pub fn is_own_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for own in ["/", "/api/v2/", "/api/v2/users/?a=b&next=//x", "/x#y"] {
            assert!(is_own_path(own), "{own}");
        }
        let others = [
            "",
            "api/",
            "//evil.example",
            "/\\evil.example",
            "/api\\..",
            "\\\\evil.example",
            "http://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: a=b",
            " /api/",
            "/é",
        ];
        for other in others {
            assert!(!is_own_path(other), "{other:?}");
        }
    }

    #[test]
    fn a_log_in_leads_back_to_where_it_was_offered() {
        let origin = Origin::of("https://example.com/people");

        let link = |target| login_link(&origin, target);
        assert_eq!(link("/"), "/people/login/");
        assert_eq!(link("/login/?next=/api/"), "/people/login/");
        assert_eq!(
            link("/api/users/?a=1&b=2"),
            "/people/login/?next=%2Fpeople%2Fapi%2Fusers%2F%3Fa%3D1%26b%3D2"
        );
    }
}
