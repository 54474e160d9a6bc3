//! Refresh tokens in families, and what a token is worth at a moment.

use super::*;
use profiled_store::testing::defaults;

fn rotating(blacklist_after_rotation: bool) -> JwtSettings {
    JwtSettings {
        rotate_refresh_tokens: true,
        blacklist_after_rotation,
        ..defaults("auth.jwt")
    }
}

fn rotate(site: &Site, token: &str, seconds: i64) -> Result<String, RefreshError> {
    let tokens = site.refreshed(token, later(seconds))?;
    Ok(tokens.refresh.unwrap())
}

fn blacklisted(outcome: &Result<String, RefreshError>) -> bool {
    matches!(outcome, Err(RefreshError::Token(JwtFault::Blacklisted)))
}

#[test]
fn c3_reuse_after_the_grace_revokes_the_family() {
    for blacklists in [true, false] {
        let site = Site::new(&rotating(blacklists));
        let first = site.log_in(now()).refresh;
        let second = rotate(&site, &first, 1).unwrap();
        let third = rotate(&site, &second, 2).unwrap();

        let reuse = rotate(&site, &first, 12);
        let present = rotate(&site, &third, 12);

        assert!(
            blacklisted(&reuse) && blacklisted(&present),
            "{reuse:?} {present:?}"
        );
        let another = site.log_in(later(12)).refresh;
        assert!(rotate(&site, &another, 13).is_ok());
    }
}

#[test]
fn c3_reuse_within_the_grace_revokes_nothing_and_does_not_extend_it() {
    let site = Site::new(&rotating(false));
    let first = site.log_in(now()).refresh;
    let second = rotate(&site, &first, 0).unwrap();

    let twins = [rotate(&site, &first, 6), rotate(&site, &first, 10)];
    let present = rotate(&site, &second, 10);
    let late = rotate(&site, &first, 11);

    assert!(twins.iter().all(Result::is_ok) && present.is_ok());
    assert!(blacklisted(&late));
    for token in [twins.into_iter().next().unwrap().unwrap(), present.unwrap()] {
        assert!(blacklisted(&rotate(&site, &token, 11)));
    }
}

#[test]
fn c3_reuse_of_a_blacklisted_rotated_token_is_refused_and_revokes_nothing() {
    let site = Site::new(&rotating(true));
    let first = site.log_in(now()).refresh;
    let second = rotate(&site, &first, 0).unwrap();

    let twin = rotate(&site, &first, 10);
    let present = rotate(&site, &second, 10);

    assert!(blacklisted(&twin) && present.is_ok());
}

#[test]
fn c3_rotation_without_the_blacklist_remembers_nothing() {
    let settings = JwtSettings {
        blacklist: false,
        ..rotating(true)
    };
    let site = Site::new(&settings);
    let first = site.log_in(now()).refresh;

    assert!(rotate(&site, &first, 0).is_ok());
    assert!(rotate(&site, &first, 500).is_ok());
}

#[test]
fn c5_revoked_token_is_refused_after_the_clock_steps_back() {
    let site = Site::new(&defaults("auth.jwt"));
    let fast = site.log_in(later(100));
    let elsewhere = made_elsewhere("access", "x", Some(later(100).timestamp()));

    site.revoke(&CredentialRef::None, later(200));
    site.revoke(&CredentialRef::None, now());

    // The clock of the change was behind that of the log-in.
    assert!(revoked(&site.access(&fast.access, later(150))));
    assert!(revoked(&site.access(&elsewhere, later(150))));
    let slow = site.log_in(now());
    assert!(site.access(&slow.access, now()).is_ok());
}

#[test]
fn introspection_of_a_token_reports_its_present_state() {
    let site = Site::new(&rotating(true));
    let pair = site.log_in(now());
    let inspect = |token: &str, at| {
        let found = site
            .jwt
            .introspect(token, at)
            .resolve(&*site.repository)
            .unwrap();
        found.map(|token| (token.user.id, token.kind.as_str(), token.claim("exp")))
    };
    let end = |seconds: i64| Some(json!(now().timestamp() + seconds));
    let (access, refresh) = (&pair.access, &pair.refresh);

    assert_eq!(inspect(access, now()), Some((site.ada, "access", end(300))));
    assert_eq!(
        inspect(refresh, now()),
        Some((site.ada, "refresh", end(86_400)))
    );
    assert_eq!(inspect(access, later(300)), None);
    assert_eq!(inspect("x", now()), None);
    let untyped = hmac(
        SECRET,
        "{\"alg\":\"HS256\"}",
        r#"{"exp":1900000000,"jti":"x","user_id":1}"#,
    );
    assert_eq!(inspect(&untyped, now()), None);
    let next = rotate(&site, refresh, 1).unwrap();
    assert_eq!(inspect(refresh, later(1)), None);
    assert!(inspect(&next, later(1)).is_some());
    site.revoke(&CredentialRef::None, later(2));
    assert_eq!(inspect(&next, later(2)), None);
    assert_eq!(inspect(access, later(2)), None);
}
