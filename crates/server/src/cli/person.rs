//! The attributes of a person on the command line.

use std::fmt::Display;

use clap::Args;
use profiled_domain::{
    EmailAddress, Gender, InvalidText, MobileNumber, Patch, ProfileChange, ProfileField, Username,
};
use profiled_http::LimitSettings;

use super::choice::choice;
use crate::error::{Failure, Kind};

/// What is not given stays. An avatar is uploaded, and a password has options of its own.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// Username, unique. Here and in the options below, an empty value means none.
    #[arg(long)]
    username: Option<String>,
    /// E-mail address, unique.
    #[arg(long)]
    email: Option<String>,
    /// Mobile number, unique.
    #[arg(long)]
    mobile_number: Option<String>,
    /// Contact phone number of the jwt dialect, not unique.
    #[arg(long)]
    number_phone: Option<String>,
    /// Given name.
    #[arg(long)]
    first_name: Option<String>,
    /// Family name.
    #[arg(long)]
    last_name: Option<String>,
    /// Gender.
    #[arg(long, value_parser = choice(Gender::ALL.map(Gender::as_str)))]
    gender: Option<String>,
}

impl PersonArgs {
    /// The options with this username, if there is one.
    pub(crate) fn called(self, username: Option<String>) -> Self {
        Self {
            username: username.or(self.username),
            ..self
        }
    }

    /// The change that the options ask for.
    ///
    /// # Errors
    /// [`Failure`] of kind `Usage` for a value that breaks the rules of its attribute.
    pub(crate) fn change(&self, limits: &LimitSettings) -> Result<ProfileChange, Failure> {
        let number = |max| move |text: &str| MobileNumber::parse(text, max).map(drop);
        Ok(ProfileChange {
            username: text("--username", self.username.as_ref(), |text| {
                Username::parse(text).map(drop)
            })?,
            email: text("--email", self.email.as_ref(), |text| {
                EmailAddress::parse(text).map(drop)
            })?,
            mobile_number: text(
                "--mobile-number",
                self.mobile_number.as_ref(),
                number(limits.mobile_number),
            )?,
            number_phone: text(
                "--number-phone",
                self.number_phone.as_ref(),
                number(limits.number_phone),
            )?,
            first_name: text("--first-name", self.first_name.as_ref(), |text| {
                free(text, ProfileField::FirstName)
            })?,
            last_name: text("--last-name", self.last_name.as_ref(), |text| {
                free(text, ProfileField::LastName)
            })?,
            gender: patch("--gender", self.gender.as_ref(), str::parse)?,
            avatar: Patch::Keep,
            password: None,
        })
    }
}

/// Any text that fits into storage.
fn free(text: &str, field: ProfileField) -> Result<(), InvalidText> {
    let max = field.stored_max();
    if text.contains('\0') {
        Err(InvalidText::NullCharacter)
    } else if text.chars().count() > max {
        Err(InvalidText::TooLong { max })
    } else {
        Ok(())
    }
}

fn text(
    option: &str,
    text: Option<&String>,
    check: impl FnOnce(&str) -> Result<(), InvalidText>,
) -> Result<Patch<String>, Failure> {
    patch(option, text, |text| check(text).map(|()| text.to_owned()))
}

fn patch<T, E: Display>(
    option: &str,
    text: Option<&String>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Patch<T>, Failure> {
    match text.map(String::as_str) {
        None => Ok(Patch::Keep),
        Some("") => Ok(Patch::Clear),
        Some(text) => parse(text)
            .map(Patch::Set)
            .map_err(|error| Failure::new(Kind::Usage, format!("{option}: {error}"))),
    }
}
