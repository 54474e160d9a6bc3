//! Who is counted with whom, and what a failed log-in costs (attack cases D4).

use profiled_store::testing::defaults;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{RateSetting, Throttle, ThrottleError, ThrottleSettings, ThrottleSubject};
use profiled_domain::UserId;
use profiled_store::MemoryCounters;

use crate::people;
use crate::test_store::TestStore;

const HOME: &str = "192.0.2.1";
const AWAY: &str = "192.0.2.2";

fn throttle(anon: &str, user: &str, login: &str) -> Throttle {
    let rate = |text: &str| RateSetting::try_from(text.to_owned()).unwrap();
    let settings = ThrottleSettings {
        anon: rate(anon),
        user: rate(user),
        login: rate(login),
        ..defaults("throttle")
    };
    Throttle::new(&settings, Arc::new(MemoryCounters::default()), b"secret")
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn stranger(text: &str) -> ThrottleSubject {
    ThrottleSubject::Address(address(text))
}

fn at(seconds: i64) -> DateTime<Utc> {
    people::now() + Duration::seconds(seconds)
}

/// Seconds to wait, 0 when admitted.
fn wait<T>(outcome: Result<T, ThrottleError>) -> i64 {
    match outcome {
        Ok(_) => 0,
        Err(ThrottleError::Throttled(wait)) => wait.seconds(),
        Err(ThrottleError::Repository(error)) => panic!("{error}"),
    }
}

/// Fails a log-in, if one may be tried: seconds to wait, 0 for a try.
fn fail(throttle: &Throttle, account: &str, from: &str, seconds: i64) -> i64 {
    let attempt = throttle.login_attempt(account, address(from), at(seconds));
    wait(attempt.map(|attempt| attempt.failed().unwrap()))
}

/// Asks for a log-in that succeeds.
fn succeed(throttle: &Throttle, account: &str, from: &str, seconds: i64) -> i64 {
    wait(
        throttle
            .login_attempt(account, address(from), at(seconds))
            .map(drop),
    )
}

#[test]
fn requests_without_rates_are_not_counted() {
    let throttle = throttle("", "", "");

    assert!(!throttle.counts(stranger(HOME)) && !throttle.counts(ThrottleSubject::User(UserId(1))));
    for _ in 0..1000 {
        assert_eq!(wait(throttle.request(stranger(HOME), at(0))), 0);
        assert_eq!(fail(&throttle, "ada", HOME, 0), 0);
    }
}

#[test]
fn users_and_addresses_have_budgets_of_their_own() {
    let throttle = throttle("1/min", "2/min", "");
    let ask = |subject| wait(throttle.request(subject, at(0)));
    let (ada, bob) = (
        ThrottleSubject::User(UserId(1)),
        ThrottleSubject::User(UserId(2)),
    );

    assert_eq!([ask(ada), ask(ada), ask(ada)], [0, 0, 60]);
    assert_eq!([ask(bob), ask(bob), ask(bob)], [0, 0, 60]);
    assert_eq!([ask(stranger(HOME)), ask(stranger(HOME))], [0, 60]);
    assert_eq!([ask(stranger(AWAY)), ask(stranger(AWAY))], [0, 60]);
}

#[test]
fn rate_of_users_is_that_of_strangers_for_each_address() {
    let throttle = throttle("", "2/min", "");
    let ask = || wait(throttle.request(stranger(HOME), at(0)));

    assert_eq!([ask(), ask(), ask()], [0, 0, 60]);
}

#[test]
fn longest_of_several_waits_is_returned() {
    let throttle = throttle("1/min", "1/h", "");
    let ask = |second| wait(throttle.request(stranger(HOME), at(second)));

    assert_eq!([ask(0), ask(1)], [0, 3599]);
}

#[test]
fn address_is_one_however_it_is_written_and_a_network_where_there_are_many() {
    let throttle = throttle("1/min", "", "");
    let cases = [
        ("192.0.2.7", 0),
        ("::ffff:192.0.2.7", 60),
        ("::ffff:c000:207", 60),
        ("192.0.2.8", 0),
        ("2001:db8:1:2::1", 0),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", 60),
        ("2001:db8:1:3::1", 0),
    ];

    for (text, expected) in cases {
        assert_eq!(
            wait(throttle.request(stranger(text), at(0))),
            expected,
            "{text}"
        );
    }
}

#[test]
fn after_ten_failures_an_account_waits_at_that_address() {
    let throttle = throttle("", "", "10/min");

    let waits: Vec<i64> = (0..12)
        .map(|second| fail(&throttle, "ada", HOME, second))
        .collect();

    assert_eq!(waits, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 49]);
    assert_eq!(succeed(&throttle, "ada", HOME, 12), 48);
    assert_eq!(succeed(&throttle, "ada", HOME, 60), 0);
}

#[test]
fn lockout_of_an_account_at_an_address_affects_no_other_account_or_address() {
    let throttle = throttle("", "", "10/min");
    for _ in 0..100 {
        fail(&throttle, "ada", AWAY, 0);
    }

    assert!(succeed(&throttle, "ada", AWAY, 0) > 0);
    assert_eq!(succeed(&throttle, "ada", HOME, 0), 0);
    assert_eq!(succeed(&throttle, "bob", AWAY, 0), 0);
}

#[test]
fn successful_log_ins_are_never_throttled() {
    let throttle = throttle("", "", "2/min");

    for _ in 0..100 {
        assert_eq!(succeed(&throttle, "ada", HOME, 0), 0);
    }
}

#[test]
fn success_does_not_reset_the_count_of_failures() {
    let throttle = throttle("", "", "2/min");
    fail(&throttle, "ada", HOME, 0);
    succeed(&throttle, "ada", HOME, 1);
    fail(&throttle, "ada", HOME, 2);

    assert_eq!(fail(&throttle, "ada", HOME, 3), 57);
}

#[test]
fn address_is_throttled_over_many_accounts() {
    let throttle = throttle("", "", "2/min");

    let tried = (0..100)
        .filter(|n| fail(&throttle, &format!("user{n}"), HOME, 0) == 0)
        .count();

    assert_eq!(tried, 20);
    assert_eq!(succeed(&throttle, "ada", HOME, 0), 60);
    assert_eq!(succeed(&throttle, "ada", AWAY, 0), 0);
}

#[test]
fn limit_of_an_address_on_all_accounts_can_be_that_of_an_office() {
    let rate = |text: &str| RateSetting::try_from(text.to_owned()).unwrap();
    let tried = |login: &str, login_address: &str| {
        let settings = ThrottleSettings {
            login: rate(login),
            login_address: rate(login_address),
            ..defaults("throttle")
        };
        let throttle = Throttle::new(&settings, Arc::new(MemoryCounters::default()), b"secret");
        let tries = (0..100).map(|n| fail(&throttle, &format!("user{n}"), HOME, 0));
        tries.filter(|wait| *wait == 0).count()
    };

    assert_eq!(tried("2/min", "50/min"), 50);
    assert_eq!(
        tried("", "50/min"),
        100,
        "without a limit there is none at all"
    );
}

/// D4: one who guesses must not lock out those who share the address.
#[test]
fn account_that_logged_in_at_an_address_is_under_its_own_limit_there() {
    let throttle = throttle("", "", "2/min");
    let week = 7 * 24 * 3600;
    let right = throttle.login_attempt("ada", address(HOME), at(0));
    right.unwrap().succeeded();

    for second in [1, week - 100, week] {
        for n in 0..20 {
            assert_eq!(fail(&throttle, &format!("user{n}"), HOME, second), 0);
        }

        assert!(succeed(&throttle, "bob", HOME, second) > 0);
        let is_familiar = second < week;
        assert_eq!(succeed(&throttle, "ada", HOME, second) == 0, is_familiar);
        let claimant = throttle.claimant("ada", address(HOME), "x", at(second));
        assert_eq!(claimant.is_familiar(), is_familiar);
    }
}

#[test]
fn familiar_account_is_guessed_no_oftener_than_others() {
    let throttle = throttle("", "", "2/min");
    let right = throttle.login_attempt("ada", address(HOME), at(0));
    right.unwrap().succeeded();

    let waits = [(); 3].map(|()| fail(&throttle, "ada", HOME, 0));

    assert_eq!(waits, [0, 0, 60]);
    assert!(
        !throttle
            .claimant("ada", address(AWAY), "x", at(0))
            .is_familiar()
    );
}

#[test]
fn accounts_are_counted_by_the_name_that_the_log_in_looks_up() {
    let throttle = throttle("", "", "1/min");
    let accounts = ["ada", "Ada", "ada ", "", "\u{1f511}", "a\0da", "adа"];

    for account in accounts {
        assert_eq!(fail(&throttle, account, HOME, 0), 0, "{account:?}");
        assert_eq!(fail(&throttle, account, HOME, 0), 60, "{account:?}");
    }
}

#[test]
fn request_is_refused_while_the_storage_fails() {
    let store = TestStore::new();
    let settings = ThrottleSettings {
        anon: RateSetting(Some("9/s".parse().unwrap())),
        ..defaults("throttle")
    };
    let throttle = Throttle::new(&settings, Arc::new(store.clone()), b"secret");
    let attempt = throttle.login_attempt("ada", address(HOME), at(0)).unwrap();
    store.go_down();

    let outcome = attempt.failed();
    let request = throttle.request(stranger(HOME), at(0));
    let login = throttle.login_attempt("ada", address(HOME), at(0));

    assert!(outcome.is_err());
    assert!(matches!(request, Err(ThrottleError::Repository(_))));
    assert!(matches!(login, Err(ThrottleError::Repository(_))));
}

#[test]
fn counters_are_kept_under_keys_that_only_the_secret_leads_to() {
    let counters = Arc::new(MemoryCounters::default());
    let settings = ThrottleSettings {
        anon: RateSetting(Some("1/min".parse().unwrap())),
        ..defaults("throttle")
    };
    let with = |secret: &[u8]| Throttle::new(&settings, Arc::clone(&counters) as _, secret);

    let ask = |throttle: Throttle| wait(throttle.request(stranger(HOME), at(0)));

    assert_eq!(
        [ask(with(b"one")), ask(with(b"one")), ask(with(b"two"))],
        [0, 60, 0]
    );
}
