//! Rules of the domain.

mod change;
mod completion;
mod contact;
mod people;
mod throttle;
mod token;
