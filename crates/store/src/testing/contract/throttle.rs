//! Counters of requests.

use std::thread;

use chrono::Duration;
use profiled_domain::{Admission, Rate, ThrottleKey, ThrottleRepository};

use crate::testing::samples::people::at;

const KEY: ThrottleKey = ThrottleKey([1; 32]);

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

/// Seconds to wait, 0 when admitted.
fn wait(admission: Admission) -> i64 {
    match admission {
        Admission::Admitted => 0,
        Admission::Refused(wait) => wait.seconds(),
    }
}

fn hit(counters: &dyn ThrottleRepository, key: ThrottleKey, text: &str, seconds: i64) -> i64 {
    wait(counters.hit(&key, rate(text), at(seconds)).unwrap())
}

pub(super) fn hit_beyond_the_limit_is_refused_with_the_wait(counters: &dyn ThrottleRepository) {
    let waits = [0, 10, 20, 59, 60, 69, 70].map(|second| hit(counters, KEY, "2/min", second));

    assert_eq!(waits, [0, 0, 40, 1, 0, 1, 0]);
}

pub(super) fn keys_are_counted_apart(counters: &dyn ThrottleRepository) {
    // Of one byte they share all but the last, or all but the first.
    let mut others = [[1; 32]; 2];
    others[0][31] = 2;
    others[1][0] = 2;
    hit(counters, KEY, "1/day", 0);

    let waits = others.map(|other| hit(counters, ThrottleKey(other), "1/day", 0));

    assert_eq!(waits, [0, 0]);
    assert_eq!(hit(counters, KEY, "1/day", 0), 86_400);
}

pub(super) fn peek_records_no_request(counters: &dyn ThrottleRepository) {
    let look = |second| wait(counters.peek(&KEY, rate("1/min"), at(second)).unwrap());

    assert_eq!([look(0), look(0)], [0, 0]);
    assert_eq!(hit(counters, KEY, "1/min", 0), 0);
    assert_eq!([look(20), look(59), look(60)], [40, 1, 0]);
}

pub(super) fn changed_rate_keeps_earlier_hits(counters: &dyn ThrottleRepository) {
    for second in 0..3 {
        hit(counters, KEY, "3/min", second);
    }

    assert_eq!(hit(counters, KEY, "4/min", 10), 0);
    assert_eq!(hit(counters, KEY, "4/h", 10), 3590);
}

pub(super) fn of_parallel_hits_exactly_the_limit_is_admitted(counters: &dyn ThrottleRepository) {
    let (threads, hits) = (8, 10);

    let admitted: usize = thread::scope(|scope| {
        let racers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    (0..hits)
                        .filter(|_| hit(counters, KEY, "50/h", 0) == 0)
                        .count()
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });

    assert_eq!(admitted, 50);
}

pub(super) fn an_ended_window_begins_anew(counters: &dyn ThrottleRepository) {
    for day in 0..3 {
        let moment = at(0) + Duration::days(day);
        let waits = [0, 0, 0].map(|_| wait(counters.hit(&KEY, rate("2/day"), moment).unwrap()));

        assert_eq!(waits, [0, 0, 86_400], "{day}");
    }
}
