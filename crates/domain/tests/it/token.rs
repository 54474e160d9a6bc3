use chrono::{DateTime, Duration, Utc};
use profiled_domain::{Extension, TokenId, TokenState};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(seconds)
}

fn token(expires_at: Option<DateTime<Utc>>, is_sliding: bool) -> TokenState {
    TokenState {
        id: TokenId(1),
        expires_at,
        is_sliding,
        binding: None,
        last_used_at: None,
    }
}

#[test]
fn a_token_is_expired_at_its_very_end() {
    let token = token(Some(at(100)), false);

    assert!(!token.is_expired(at(99)));
    assert!(token.is_expired(at(100)));
}

#[test]
fn a_token_without_end_never_expires() {
    assert!(!token(None, true).is_expired(at(i64::from(i32::MAX))));
}

#[test]
fn sliding_token_lives_for_the_lifetime_and_at_most_a_minute_after_each_use() {
    let life = Duration::seconds(1800);
    let moved = |end, now| {
        let extension = token(Some(at(end)), true).extension(at(now), life);
        extension.map(|Extension { from, to }| (from.timestamp(), to.timestamp()))
    };

    assert_eq!(moved(1800, 0), None);
    assert_eq!(moved(1800, 1), Some((1800, 1861)));
    assert_eq!(moved(1861, 1), None);
    assert_eq!(moved(1861, 61), None);
    assert_eq!(moved(1861, 62), Some((1861, 1922)));
}

#[test]
fn a_short_lived_token_lives_longer_by_a_twentieth() {
    let extension = token(Some(at(3)), true).extension(at(1), Duration::seconds(3));

    let end = extension.unwrap().to;
    assert_eq!(end, at(4) + Duration::milliseconds(150));
}

#[test]
fn token_beyond_the_lifetime_is_shortened_to_it() {
    let token = token(Some(at(1_000_000)), true);

    let extension = token.extension(at(0), Duration::seconds(1800));

    assert_eq!(extension.unwrap().to, at(1860));
}

#[test]
fn fixed_tokens_and_those_without_end_do_not_move() {
    let life = Duration::seconds(10);

    assert_eq!(token(Some(at(100)), false).extension(at(99), life), None);
    assert_eq!(token(None, true).extension(at(99), life), None);
}
