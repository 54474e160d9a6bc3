//! Rules of the domain.

mod change;
mod completion;
mod contact;
mod people;
mod token;
