//! Requests, who makes them, and what they wait for.

use std::fmt;

use profiled_http::measure::LaneReport;

use super::Sources;
use super::families::{Families, Labels, number};
use crate::build_info;
use crate::telemetry;

/// Times are counted in them.
const MICROSECONDS: f64 = 1e6;

impl Sources {
    pub(super) fn service(&self, families: &mut Families<'_>) -> fmt::Result {
        self.requests(families)?;
        self.lanes(families)?;
        self.credentials(families)?;
        families.counters(
            "profiled_http_malformed_requests",
            "Requests that were no HTTP, or whose head was too large, by the status that they were answered",
            self.state
                .connections()
                .malformed()
                .map(|(status, count)| (vec![("status", status)], count)),
        )?;
        let connections = self.state.connections().open();
        families.gauges(
            "profiled_http_connections",
            "Connections to the addresses of http.bind that are open",
            [(Vec::new(), number(connections))],
        )?;
        families.counters(
            "profiled_log_lines_lost",
            "Lines of the log that nobody has taken",
            [(Vec::new(), telemetry::lost_lines())],
        )?;
        let build = vec![
            ("version", build_info::VERSION),
            ("commit", build_info::COMMIT),
            ("features", build_info::FEATURES),
            ("database", self.database),
        ];
        families.gauges(
            "profiled_build_info",
            "What runs: 1, with version, commit, cargo features and kind of database",
            [(build, 1.0)],
        )
    }

    fn requests(&self, families: &mut Families<'_>) -> fmt::Result {
        // A number of its own is 0 for all others.
        let status = |status: u16| match status {
            0 => "other".to_owned(),
            known => known.to_string(),
        };
        let places = || self.state.requests().places();
        let answers: Vec<_> = places()
            .flat_map(|place| place.answers().map(move |answer| (place, answer)))
            .map(|(place, (method, code, count))| (place, method, status(code), count))
            .collect();
        families.counters(
            "profiled_http_requests",
            "Requests that were answered, by pattern of the route",
            answers.iter().map(|(place, method, status, count)| {
                let mut labels = labels(&place.route, place.dialect);
                labels.extend([("method", *method), ("status", status)]);
                (labels, *count)
            }),
        )?;
        let asked = places().filter(|place| place.answers().next().is_some());
        families.histograms(
            "profiled_http_request_duration_seconds",
            "Time from the arrival of a request until its answer was ready",
            MICROSECONDS,
            asked.map(|place| (labels(&place.route, place.dialect), &place.durations)),
        )
    }

    fn lanes(&self, families: &mut Families<'_>) -> fmt::Result {
        let lanes: Vec<LaneReport<'_>> = self.state.lane_reports().collect();
        let gauges = |value: fn(&LaneReport<'_>) -> usize| {
            let lanes = lanes.iter();
            lanes.map(move |lane| (vec![("lane", lane.name)], number(value(lane))))
        };
        let counters = |value: fn(&LaneReport<'_>) -> u64| {
            let lanes = lanes.iter();
            lanes.map(move |lane| (vec![("lane", lane.name)], value(lane)))
        };
        families.gauges(
            "profiled_lane_waiting",
            "Pieces of work that wait for a thread of the lane",
            gauges(|lane| lane.waiting),
        )?;
        families.gauges(
            "profiled_lane_threads",
            "Threads that the lane is to have",
            gauges(|lane| lane.threads),
        )?;
        families.gauges(
            "profiled_lane_threads_busy",
            "Threads of the lane that work, those that were given up among them",
            gauges(|lane| lane.busy),
        )?;
        families.gauges(
            "profiled_lane_threads_given_up",
            "Threads of the lane that are stuck and were given up",
            gauges(|lane| lane.given_up),
        )?;
        families.counters(
            "profiled_lane_refused",
            "Pieces of work for which the queue of the lane had no room",
            counters(|lane| lane.counts.refused.get()),
        )?;
        families.counters(
            "profiled_lane_deadline_missed",
            "Requests whose time was over before the lane had done their work",
            counters(|lane| lane.counts.missed.get()),
        )?;
        families.histograms(
            "profiled_lane_wait_seconds",
            "Time that pieces of work waited for a thread of the lane",
            MICROSECONDS,
            lanes
                .iter()
                .map(|lane| (vec![("lane", lane.name)], &lane.counts.waits)),
        )?;
        families.histograms(
            "profiled_lane_batch_size",
            "Pieces of work that a thread took at once, where it may take several",
            1.0,
            lanes
                .iter()
                .filter(|lane| lane.is_batched)
                .map(|lane| (vec![("lane", lane.name)], &lane.counts.batches)),
        )
    }

    fn credentials(&self, families: &mut Families<'_>) -> fmt::Result {
        let services = self.state.services();
        let tally = services.throttle.tally();
        families.counters(
            "profiled_authentications",
            "Credentials that were shown, by scheme, and by why they were refused",
            tally.all().into_iter().map(|(scheme, reason, count)| {
                (vec![("scheme", scheme), ("reason", reason)], count)
            }),
        )?;
        let [requests, log_ins] = tally.throttled();
        let throttled = [
            ("requests", requests),
            ("log_ins", log_ins),
            ("hashes", services.throttled_hashes()),
            ("lists", services.lanes.refused_lists()),
        ];
        families.counters(
            "profiled_throttled",
            "What came too often or was too much of one client",
            throttled.map(|(what, count)| (vec![("what", what)], count)),
        )?;
        let (waiting, lost) = services.token_uses();
        families.gauges(
            "profiled_token_uses_waiting",
            "Uses of tokens that wait to be noted",
            [(Vec::new(), number(waiting))],
        )?;
        families.counters(
            "profiled_token_uses_lost",
            "Uses of tokens that will never be noted",
            [(Vec::new(), lost)],
        )
    }
}

fn labels<'a>(route: &'a str, dialect: &'a str) -> Labels<'a> {
    let dialect = if dialect.is_empty() { "none" } else { dialect };
    vec![("route", route), ("dialect", dialect)]
}
