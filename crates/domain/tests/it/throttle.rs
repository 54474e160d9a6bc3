//! Rates as they are written, and the window they speak of (contract `drf.md`, section 10).

use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{Admission, Hits, Period, Rate, SlidingWindow};

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(1_800_000_000_000 + milliseconds)
}

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

/// Seconds to wait, 0 when a hit at this moment is admitted.
fn hit(window: &mut SlidingWindow, rate: Rate, milliseconds: i64) -> i64 {
    match window.hit(rate, at(milliseconds)) {
        Admission::Admitted => 0,
        Admission::Refused(wait) => wait.seconds(),
    }
}

#[test]
fn a_rate_is_a_number_and_the_first_letter_of_a_period() {
    let cases = [
        ("1/s", 1, 1),
        ("2/sec", 2, 1),
        ("3/second", 3, 1),
        ("10/m", 10, 60),
        ("10/min", 10, 60),
        ("10/minute", 10, 60),
        ("7/h", 7, 3600),
        ("7/hour", 7, 3600),
        ("9/d", 9, 86_400),
        ("9/days", 9, 86_400),
        (" 1000000/day ", 1_000_000, 86_400),
    ];

    for (text, limit, seconds) in cases {
        let rate = rate(text);

        assert_eq!(
            (rate.limit(), rate.window().num_seconds()),
            (limit, seconds),
            "{text}"
        );
    }
}

#[test]
fn a_text_that_is_no_rate_is_quoted_with_the_form_that_is_taken() {
    let texts = [
        "",
        "10",
        "/",
        "/min",
        "10/",
        "0/min",
        "-1/s",
        "+1/s",
        "1.5/s",
        "1000001/s",
        "1_0/s",
        "x/s",
        "10/x",
        "10/week",
        "10/month",
        "10/M",
        "10/ min",
        "10/5min",
        "10/min/s",
        "99999999999999999999/s",
    ];

    for text in texts {
        let error = text.parse::<Rate>().unwrap_err().to_string();

        assert!(
            error.starts_with(&format!("{text:?} is no rate: write")),
            "{error}"
        );
        assert!(error.contains("as 10/min"), "{error}");
    }
}

#[test]
fn a_rate_is_written_as_it_is_read() {
    for text in ["1/s", "10/min", "7/h", "9/day"] {
        assert_eq!(rate(text).to_string(), text);
    }
    assert_eq!(Rate::new(10, Period::Minute).times(10), rate("100/min"));
    assert_eq!(rate("999999/day").times(10), rate("1000000/day"));
}

#[test]
fn a_full_window_waits_for_its_oldest_request() {
    let (mut window, rate) = (SlidingWindow::default(), rate("2/min"));

    let waits = [0, 10_000, 20_000, 59_999, 60_000, 69_000, 70_000]
        .map(|moment| hit(&mut window, rate, moment));

    assert_eq!(waits, [0, 0, 40, 1, 0, 1, 0]);
}

#[test]
fn refused_requests_are_not_recorded() {
    let (mut window, rate) = (SlidingWindow::default(), rate("1/min"));
    hit(&mut window, rate, 0);

    for second in 1..60 {
        assert_eq!(hit(&mut window, rate, second * 1000), 60 - second);
    }
    assert_eq!(hit(&mut window, rate, 60_000), 0);
    assert_eq!(window.total(), 1);
}

#[test]
fn seconds_are_rounded_up() {
    let (mut window, rate) = (SlidingWindow::default(), rate("1/min"));
    hit(&mut window, rate, 0);

    let waits = [0, 1, 1000, 58_999, 59_000, 59_999].map(|moment| hit(&mut window, rate, moment));

    assert_eq!(waits, [60, 60, 59, 2, 1, 1]);
}

#[test]
fn peek_records_no_request() {
    let (mut window, rate) = (SlidingWindow::default(), rate("1/s"));

    for _ in 0..3 {
        assert_eq!(window.peek(rate, at(0)), Admission::Admitted);
    }
    assert_eq!(
        (hit(&mut window, rate, 0), hit(&mut window, rate, 0)),
        (0, 1)
    );
}

#[test]
fn wait_after_the_clock_steps_back_is_at_most_a_window() {
    let (mut window, rate) = (SlidingWindow::default(), rate("2/min"));
    hit(&mut window, rate, 3_600_000);
    hit(&mut window, rate, 3_600_000);

    assert_eq!(hit(&mut window, rate, 0), 60);
    assert_eq!(hit(&mut window, rate, 60_000), 0);
}

#[test]
fn a_rate_that_was_lowered_waits_until_there_is_room_for_one() {
    let mut window = SlidingWindow::default();
    for second in 0..5 {
        hit(&mut window, rate("5/min"), second * 1000);
    }

    // Room for one of two: four of the five have to go.
    assert_eq!(hit(&mut window, rate("2/min"), 10_000), 53);
    assert_eq!(hit(&mut window, rate("2/min"), 63_000), 0);
}

#[test]
fn high_rate_takes_bounded_memory_and_admits_its_number() {
    let (mut window, rate) = (SlidingWindow::default(), rate("20000/min"));

    let admitted = (0..60_000)
        .filter(|moment| hit(&mut window, rate, *moment) == 0)
        .count();

    assert_eq!(admitted, 20_000);
    assert!(window.hits().len() <= 1025, "{}", window.hits().len());
    // The first moment of all stands for a 1024th of the minute, 58.6 ms: 59 requests.
    assert_eq!(hit(&mut window, rate, 59_999), 1);
    let early = (0..100).filter(|_| hit(&mut window, rate, 60_000) == 0);
    assert_eq!(early.count(), 59);
}

#[test]
fn window_is_built_from_moments_in_any_order() {
    let mut window: SlidingWindow = [
        Hits {
            at: at(5000),
            count: 1,
        },
        Hits {
            at: at(0),
            count: 2,
        },
    ]
    .into_iter()
    .collect();

    assert_eq!((window.total(), window.newest()), (3, Some(at(5000))));
    assert_eq!(hit(&mut window, rate("3/min"), 10_000), 50);
    assert_eq!(hit(&mut window, rate("3/min"), 60_000), 0);
}
