//! `profiled import django` on the command line.

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use profiled_domain::ProfileField;
use profiled_store::{Absent, HolderRule};

use crate::dump::{Flag, JOINED_NAME, NamedFields, NamedModels, Ours};

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each switch of the command line"
)]
pub(crate) struct ImportDjango {
    /// Dumps (JSON, JSON Lines, YAML or XML, also compressed), imported together; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Report what would change, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import nothing unless everything comes over.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Remove users, memberships and imported tokens that the dumps do not have any more. Removed users can be
    /// restored until the purge.
    #[arg(long)]
    mirror: bool,
    /// Let users of the dumps take the places of users who were made here, and have their ids or names.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Confirm --mirror or --replace.
    #[arg(long)]
    pub(crate) yes: bool,
    /// The zone of instants that tell none (`USE_TZ = False`), as `TIME_ZONE` of Django's settings.
    #[arg(long, value_name = "AREA/CITY", value_parser = zone)]
    pub(crate) timezone: Option<Tz>,
    /// Which of the users with the same e-mail address or mobile number is found by it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) address_holder: AddressHolder,
    #[command(flatten)]
    pub(crate) names: DjangoNames,
}

/// What an operator says of the models of Django.
#[derive(Debug, Args)]
pub(crate) struct DjangoNames {
    /// The model of users, if it is not certain.
    #[arg(long, value_name = "APP.MODEL")]
    user_model: Option<String>,
    /// The model of groups, if it is neither auth.group nor the group of the app that has the users.
    #[arg(long, value_name = "APP.MODEL")]
    group_model: Option<String>,
    /// A model that holds attributes of users, one record for each; only those called profile,
    /// userprofile, or as the model of users with profile after it, need not be named.
    /// APP.MODEL.FIELD also names the field with the user.
    #[arg(long, value_name = "APP.MODEL")]
    profile_model: Vec<String>,
    /// The attribute that a field of users or their profiles holds, as in `phone=mobile_number`, or `date_joined`;
    /// of users also `is_active`, `is_staff` or `is_superuser`.
    /// Empty for none: `nickname=`. For one model only: `accounts.profile.phone=mobile_number`.
    #[arg(long, value_name = "THEIRS=OURS", value_parser = field)]
    field: Vec<(String, Option<Ours>)>,
    /// What a value of a field stands for, as in `gender:1=male`.
    #[arg(long, value_name = "FIELD:THEIRS=OURS", value_parser = value)]
    value: Vec<(String, String, String)>,
}

/// Who of several users is found by an address.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum AddressHolder {
    /// Who has it already, else the first of the dumps.
    #[default]
    First,
    /// Who joined last.
    Newest,
    /// Who logged in last.
    LatestLogin,
}

impl From<AddressHolder> for HolderRule {
    fn from(holder: AddressHolder) -> Self {
        match holder {
            AddressHolder::First => Self::First,
            AddressHolder::Newest => Self::Newest,
            AddressHolder::LatestLogin => Self::LatestLogin,
        }
    }
}

impl ImportDjango {
    /// What may be lost, if anything may.
    pub(crate) fn loss(&self) -> Option<&'static str> {
        if self.mirror {
            Some("--mirror removes users, memberships and tokens that the dumps do not have")
        } else if self.replace {
            Some("--replace gives the places of users who were made here to users of the dumps")
        } else {
            None
        }
    }

    pub(crate) fn absent(&self) -> Absent {
        if self.mirror {
            Absent::Remove
        } else {
            Absent::Count
        }
    }
}

impl DjangoNames {
    pub(crate) fn models(&self) -> NamedModels {
        NamedModels {
            user: self.user_model.clone(),
            group: self.group_model.clone(),
            profiles: self.profile_model.clone(),
        }
    }

    /// Whether the operator says what a field holds.
    pub(crate) fn has_fields(&self) -> bool {
        !self.field.is_empty()
    }

    pub(crate) fn fields(&self) -> NamedFields {
        NamedFields {
            fields: self.field.clone(),
            values: self.value.clone(),
        }
    }
}

pub(super) fn zone(name: &str) -> Result<Tz, String> {
    let parsed = name.parse();
    parsed.map_err(|_unknown| "it is no name of the IANA database, as Europe/Berlin".to_owned())
}

fn field(text: &str) -> Result<(String, Option<Ours>), String> {
    let (theirs, ours) = text.split_once('=').ok_or("write it as THEIRS=OURS")?;
    if ours.is_empty() {
        return Ok((theirs.to_owned(), None));
    }
    if ours == JOINED_NAME {
        return Ok((theirs.to_owned(), Some(Ours::Joined)));
    }
    if let Ok(flag) = ours.parse() {
        return Ok((theirs.to_owned(), Some(Ours::Flag(flag))));
    }
    match ours.parse() {
        Ok(ours) => Ok((theirs.to_owned(), Some(Ours::Attribute(ours)))),
        Err(error) => {
            let all: Vec<_> = ProfileField::ALL
                .iter()
                .map(|field| field.as_str())
                .chain([JOINED_NAME])
                .chain(Flag::ALL.map(Flag::as_str))
                .collect();
            Err(format!("{error}: it has {}", all.join(", ")))
        }
    }
}

fn value(text: &str) -> Result<(String, String, String), String> {
    let parts = text.split_once(':').and_then(|(field, rest)| {
        let (theirs, ours) = rest.split_once('=')?;
        Some((field.to_owned(), theirs.to_owned(), ours.to_owned()))
    });
    parts.ok_or_else(|| "write it as FIELD:THEIRS=OURS".to_owned())
}
