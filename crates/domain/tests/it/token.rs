use chrono::{DateTime, Duration, Utc};
use profiled_domain::{TokenId, TokenState};

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
fn a_use_moves_a_sliding_token_on_when_a_tenth_of_its_life_is_gone() {
    let life = Duration::seconds(1800);
    let token = token(Some(at(1800)), true);

    assert_eq!(token.extension(at(180), life), None);
    assert_eq!(token.extension(at(181), life), Some(at(1981)));
}

#[test]
fn a_token_that_lives_too_long_is_brought_back_to_the_lifetime() {
    let token = token(Some(at(1_000_000)), true);

    assert_eq!(
        token.extension(at(0), Duration::seconds(1800)),
        Some(at(1800))
    );
}

#[test]
fn fixed_tokens_and_those_without_end_do_not_move() {
    let life = Duration::seconds(10);

    assert_eq!(token(Some(at(100)), false).extension(at(99), life), None);
    assert_eq!(token(None, true).extension(at(99), life), None);
}
