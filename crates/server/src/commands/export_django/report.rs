//! What an export wrote, and what it did not.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use profiled_domain::{Token, TokenId};
use profiled_store::{ExportCounts, ExportSession};
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::dump::{DjangoMapping, DumpForm, FieldValue, OutputRecord, loss};
use crate::error::Failure;
use crate::output::Lines;

/// Warnings, and users who are left out, that are told one by one.
const MOST_TOLD: usize = 1000;

/// The columns of Django's own models, with the characters that they hold.
const WIDTHS: [(&str, usize); 6] = [
    ("username", 150),
    ("first_name", 150),
    ("last_name", 150),
    ("email", 254),
    ("password", 128),
    ("name", 150),
];

/// The report of an export.
#[derive(Debug, Default, Serialize)]
pub(super) struct ExportReport {
    /// The models that are written to.
    user_model: String,
    group_model: String,
    pub(super) users: u64,
    pub(super) groups: u64,
    pub(super) memberships: u64,
    /// Records of models that hold more of users.
    pub(super) profiles: u64,
    /// Refused refresh tokens.
    pub(super) refresh_tokens: u64,
    /// Users whose credentials were all revoked so lately that a refresh token from before would still work in Django.
    pub(super) revoked_lately: u64,
    /// What has no place in the dump, by kind.
    not_exported: BTreeMap<&'static str, u64>,
    /// Values that have no place in the models: how many of which.
    lost: BTreeMap<String, u64>,
    /// Fields of the models that the dump does not have: Django gives them their defaults.
    defaults: Vec<String>,
    /// Users who are left out, each with the reason.
    skipped: Told,
    /// What loads, but perhaps not everywhere or not as it is.
    warnings: Told,
}

/// Sentences, of which the first are kept.
#[derive(Debug, Default, Serialize)]
struct Told {
    count: u64,
    first: Vec<String>,
}

impl Told {
    fn tell(&mut self, text: String) {
        self.count += 1;
        if self.first.len() < MOST_TOLD {
            self.first.push(text);
        }
    }

    fn lines(&self, kind: &str, lines: &mut Vec<String>) {
        lines.extend(self.first.iter().map(|text| format!("{kind}: {text}")));
        let more = self.count - self.first.len() as u64;
        if more > 0 {
            lines.push(format!("{kind}: {more} more"));
        }
    }
}

impl ExportReport {
    pub(super) fn new(target: &DjangoMapping, counts: ExportCounts, defaults: Vec<String>) -> Self {
        let count = |rows: i64| u64::try_from(rows).unwrap_or_default();
        Self {
            user_model: target.users.model.clone(),
            group_model: target.groups.model.clone(),
            not_exported: BTreeMap::from([
                ("deleted users", count(counts.deleted_users)),
                ("organizations", count(counts.organizations)),
                ("teams", count(counts.teams)),
            ]),
            defaults,
            ..Self::default()
        }
    }

    /// Counts a value that has no place.
    pub(super) fn lose(&mut self, name: &str) {
        self.lose_many(name, 1);
    }

    /// Counts values that have no place.
    pub(super) fn lose_many(&mut self, name: &str, count: u64) {
        if count > 0 {
            *self.lost.entry(name.to_owned()).or_default() += count;
        }
    }

    /// Counts a refused refresh token that is not written.
    pub(super) fn leave_out_refresh_token(&mut self) {
        let kind = "refused refresh tokens (--blacklist writes them)";
        *self.not_exported.entry(kind).or_default() += 1;
    }

    pub(super) fn skip(&mut self, text: String) {
        self.skipped.tell(text);
    }

    pub(super) fn warn(&mut self, text: String) {
        self.warnings.tell(text);
    }

    /// Warns of texts that do not load everywhere as they are.
    pub(super) fn check(&mut self, record: &OutputRecord<'_>, form: DumpForm) {
        for (name, value) in &record.fields {
            let FieldValue::Text(text) = value else {
                continue;
            };
            let width = WIDTHS.iter().find(|(field, _)| field == name);
            if let Some((_, width)) = width.filter(|(_, width)| text.chars().count() > *width) {
                let text = format!("has more than the {width} characters of Django's own column");
                self.warn(format!("{} {}: {name} {text}", record.model, record.pk));
            }
            if form == DumpForm::Xml && text.trim() != text {
                let text = "begins or ends with white space, which Django's reader of XML drops";
                self.warn(format!("{} {}: {name} {text}", record.model, record.pk));
            }
        }
    }

    /// The first of what the dump lacks.
    pub(super) fn first_loss(&self) -> Option<String> {
        let lost = self.lost.iter().next();
        let lost = lost.map(|(name, count)| loss(name, *count));
        lost.or_else(|| {
            self.skipped
                .first
                .first()
                .map(|text| format!("skipped: {text}"))
        })
    }

    /// The report for people, but for the tokens.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!(
                "users: {} of {}, {} skipped",
                self.users, self.user_model, self.skipped.count
            ),
            format!("groups: {} of {}", self.groups, self.group_model),
            format!("memberships: {}", self.memberships),
        ];
        let others = [
            ("profiles", self.profiles),
            ("blacklisted refresh tokens", self.refresh_tokens),
        ];
        let others = others.iter().filter(|(_, count)| *count > 0);
        lines.extend(others.map(|(kind, count)| format!("{kind}: {count}")));
        let not_exported = self.not_exported.iter().filter(|(_, count)| **count > 0);
        lines.extend(not_exported.map(|(kind, count)| format!("not exported: {count} {kind}")));
        lines.extend(self.lost.iter().map(|(name, count)| loss(name, *count)));
        let defaults = self.defaults.iter();
        lines.extend(defaults.map(|field| format!("default of Django: {field}")));
        if self.revoked_lately > 0 {
            lines.push(format!(
                "warning: credentials of {} users were revoked lately: Django takes their refresh tokens from before \
                 until they expire, unless it gets another SIGNING_KEY",
                self.revoked_lately
            ));
        }
        self.skipped.lines("skipped", &mut lines);
        self.warnings.lines("warning", &mut lines);
        lines
    }
}

/// A report with the tokens, which are read while it is written: they may be as many as users.
pub(super) struct FullReport<'a, 'b> {
    pub(super) report: &'a ExportReport,
    pub(super) session: RefCell<&'a mut ExportSession<'b>>,
    pub(super) now: DateTime<Utc>,
}

#[derive(Serialize)]
struct TokenOutput<'a> {
    prefix: &'a str,
    label: &'a str,
    user: i64,
    username: Option<&'a str>,
}

impl FullReport<'_, '_> {
    /// Writes lines for people.
    pub(super) fn write_lines(&self, out: &mut impl Write) -> Result<(), Failure> {
        let lines = Lines::from(self.report.lines());
        lines.write(out).map_err(failed)?;
        self.each_token(|token| {
            let TokenOutput { prefix, label, user, username } = token;
            let username = username.map(|name| format!(" ({name})")).unwrap_or_default();
            let line = format!(
                "token: {prefix}… {label:?} of user {user}{username} is known by its digest: Django needs a new one"
            );
            Lines::from(line).write(out).map_err(failed)
        })
    }

    /// Hands every token that is in force to `take`.
    fn each_token<E: From<Failure>>(
        &self,
        mut take: impl FnMut(&TokenOutput<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut after = TokenId(0);
        loop {
            let page = self.page(after)?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = last.state.id;
            for (token, username) in page
                .iter()
                .filter(|(token, _)| !token.state.is_expired(self.now))
            {
                take(&TokenOutput {
                    prefix: &token.prefix,
                    label: &token.label,
                    user: token.owner.0,
                    username: username.as_deref(),
                })?;
            }
        }
    }

    fn page(&self, after: TokenId) -> Result<Vec<(Token, Option<String>)>, Failure> {
        Ok(self.session.borrow_mut().tokens(after)?)
    }
}

impl Serialize for FullReport<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a, T: Serialize> {
            #[serde(flatten)]
            report: &'a ExportReport,
            tokens: T,
        }
        let tokens = Tokens(self);
        let report = self.report;
        Whole { report, tokens }.serialize(serializer)
    }
}

struct Tokens<'a, 'b, 'c>(&'a FullReport<'b, 'c>);

/// An error of the storage, or of the serializer.
struct SerializeError<E>(E);

impl<E: Error> From<Failure> for SerializeError<E> {
    fn from(failure: Failure) -> Self {
        Self(E::custom(failure))
    }
}

impl Serialize for Tokens<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let taken = self
            .0
            .each_token(|token| list.serialize_element(token).map_err(SerializeError));
        taken.map_err(|SerializeError(error)| error)?;
        list.end()
    }
}

pub(super) fn failed(error: impl Into<io::Error>) -> Failure {
    Failure::failed(format!("the report cannot be written: {}", error.into()))
}
