//! Values that help shows and shells complete.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

/// Takes any text: what is none of the values is refused by what knows them, with its remedy.
#[derive(Clone)]
pub(super) struct Choice(Vec<&'static str>);

pub(super) fn choice(values: impl IntoIterator<Item = &'static str>) -> Choice {
    Choice(values.into_iter().collect())
}

impl TypedValueParser for Choice {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}
