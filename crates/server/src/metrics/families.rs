//! Metrics of one name, each with its labels.

use std::fmt;
use std::time::Duration;

use profiled_http::measure::Distribution;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// Names and values that tell metrics of one family apart.
pub(super) type Labels<'a> = Vec<(&'static str, &'a str)>;

/// Writes families. Each is there, whether it has metrics yet or not.
pub(super) struct Families<'a>(pub(super) DescriptorEncoder<'a>);

impl Families<'_> {
    /// What only rises; the name gets `_total` behind it.
    pub(super) fn counters<'a>(
        &mut self,
        name: &str,
        help: &str,
        all: impl IntoIterator<Item = (Labels<'a>, u64)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Counter)?;
        for (labels, value) in all {
            let mut metric = family.encode_family(&labels)?;
            metric.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    /// The same, where parts of one count.
    pub(super) fn seconds_counter(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Counter)?;
        family.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    /// What rises and falls.
    pub(super) fn gauges<'a>(
        &mut self,
        name: &str,
        help: &str,
        all: impl IntoIterator<Item = (Labels<'a>, f64)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Gauge)?;
        for (labels, value) in all {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// How many values there were up to each bound; `unit` is one of theirs.
    pub(super) fn histograms<'a, 'd>(
        &mut self,
        name: &str,
        help: &str,
        unit: f64,
        all: impl IntoIterator<Item = (Labels<'a>, &'d Distribution)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Histogram)?;
        for (labels, values) in all {
            let bound = |bound: Option<u64>| bound.map_or(f64::MAX, |bound| scaled(bound, unit));
            let buckets: Vec<(f64, u64)> = values
                .buckets()
                .map(|(upper, count)| (bound(upper), count))
                .collect();
            let count = buckets.iter().map(|(_, count)| count).sum();
            let sum = scaled(values.sum(), unit);
            let mut metric = family.encode_family(&labels)?;
            metric.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
        }
        Ok(())
    }

    fn family<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }
}

/// A number of things, as Prometheus has them.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
pub(super) fn number(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or(u64::MAX) as f64
}

pub(super) fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// Divided, as times are in microseconds: `0.0025` and not `0.0024999999999999996`.
fn scaled(value: u64, unit: f64) -> f64 {
    number(value) / unit
}
