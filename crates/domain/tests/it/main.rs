//! Rules of the domain.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod change;
mod completion;
mod contact;
mod page;
mod people;
mod throttle;
mod token;
