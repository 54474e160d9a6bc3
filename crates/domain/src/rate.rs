//! How often something may happen, as Django REST framework writes it (contract `drf.md`, section 10).

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;

/// So many requests in a sliding window of a period: `10/min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    limit: u32,
    period: Period,
}

/// Length of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// `s`
    Second,
    /// `min`
    Minute,
    /// `h`
    Hour,
    /// `day`
    Day,
}

/// A text that is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no rate: write a number from 1 to {max}, a slash and s, min, h or day, as 10/min, or nothing for no limit",
    max = Rate::MAX_LIMIT
)]
pub struct InvalidRate(String);

impl Rate {
    /// Most requests of a window.
    pub const MAX_LIMIT: u32 = 1_000_000;

    /// So many requests a period; 0 and everything above [`Self::MAX_LIMIT`] are moved into the range.
    #[must_use]
    pub fn new(limit: u32, period: Period) -> Self {
        let limit = limit.clamp(1, Self::MAX_LIMIT);
        Self { limit, period }
    }

    /// Requests that a window takes, at least one.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit
    }

    /// Length of the window.
    #[must_use]
    pub fn window(self) -> TimeDelta {
        match self.period {
            Period::Second => TimeDelta::seconds(1),
            Period::Minute => TimeDelta::minutes(1),
            Period::Hour => TimeDelta::hours(1),
            Period::Day => TimeDelta::days(1),
        }
    }

    /// So many times the requests in the same period, at most [`Self::MAX_LIMIT`].
    #[must_use]
    pub fn times(self, factor: u32) -> Self {
        Self::new(self.limit.saturating_mul(factor), self.period)
    }
}

impl Period {
    /// The first letter decides, as in the framework. A month would be a minute there: that is no
    /// period here.
    fn parse(word: &str) -> Option<Self> {
        let is_word = word.bytes().all(|byte| byte.is_ascii_lowercase());
        match word.bytes().next().filter(|_| is_word)? {
            b's' => Some(Self::Second),
            b'm' if !word.starts_with("mo") => Some(Self::Minute),
            b'h' => Some(Self::Hour),
            b'd' => Some(Self::Day),
            _ => None,
        }
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.trim().split_once('/').and_then(|(number, word)| {
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
            let limit = number.parse::<u32>().ok().filter(|_| is_number)?;
            let in_range = (1..=Self::MAX_LIMIT).contains(&limit);
            let period = Period::parse(word).filter(|_| in_range)?;
            Some(Self { limit, period })
        });
        parsed.ok_or_else(|| InvalidRate(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            Period::Second => "s",
            Period::Minute => "min",
            Period::Hour => "h",
            Period::Day => "day",
        };
        write!(f, "{}/{period}", self.limit)
    }
}
