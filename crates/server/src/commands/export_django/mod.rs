//! `profiled export django`

mod fields;
mod others;
mod records;
mod report;
mod users;

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{self, Write};

use indicatif::ProgressBar;
use profiled_auth::audit::Action;
use profiled_domain::{GroupId, UserId};
use profiled_store::ExportSession;

use crate::cli::ExportDjango;
use crate::clock::now;
use crate::commands::context::Context;
use crate::commands::destination::{self, Output};
use crate::commands::progress;
use crate::dump::{DjangoMapping, DumpForm, DumpWriter, OutputRecord, WriteError};
use crate::error::Failure;
use crate::trail::{Line, audited};

use fields::Instants;
use others::refresh_token;
use records::Records;
use report::{ExportReport, FullReport};

pub(super) fn run(context: &Context, arguments: &ExportDjango) -> Result<(), Failure> {
    audited(Action::Export, |line| export(context, arguments, line))
}

fn export(context: &Context, arguments: &ExportDjango, line: &mut Line) -> Result<(), Failure> {
    let output = Output::of(&arguments.output, arguments.yes)?;
    let form = arguments
        .format
        .or_else(|| DumpForm::of_file(&arguments.output));
    let form = form.unwrap_or(DumpForm::Json);
    let store = context.open()?;
    store.export(|session| {
        let target = target(session, arguments)?;
        let remembered = target
            .timezone
            .as_deref()
            .and_then(|zone| zone.parse().ok());
        let instants = Instants(arguments.timezone.or(remembered));
        let progress = progress::of_output(context, &output, "groups, users and tokens");
        let pass = |session: &mut ExportSession<'_>, out: &mut dyn Write| {
            let counts = session.counts()?;
            let records = Records::new(&target, &context.settings, instants, counts);
            let report = write(session, out, form, records, &progress)?;
            match report.first_loss().filter(|_| arguments.strict) {
                Some(loss) => Err(Failure::failed(format!(
                    "not everything has a place, {loss}; nothing is written"
                ))),
                None => Ok(report),
            }
        };
        if output.is_final() && (arguments.strict || form == DumpForm::Xml) {
            pass(session, &mut io::sink())?;
        }
        let report = output.write(|out| pass(session, out));
        progress.finish_and_clear();
        let report = report?;
        line.exported(report.users, report.groups);
        let report = FullReport {
            report: &report,
            session: RefCell::new(session),
            now: now(),
        };
        show(context, &output, &report)
    })
}

/// Writes everything to `out`.
fn write(
    session: &mut ExportSession<'_>,
    out: &mut dyn Write,
    form: DumpForm,
    records: Records<'_>,
    progress: &ProgressBar,
) -> Result<ExportReport, Failure> {
    let has_blacklist = records.target.blacklist;
    let mut pass = Pass {
        session,
        writer: DumpWriter::new(out, form),
        form,
        records,
        progress,
    };
    pass.groups()?;
    pass.users()?;
    pass.refresh_tokens(has_blacklist)?;
    pass.writer
        .finish()
        .map_err(|error| destination::failed(&error))?;
    Ok(pass.records.report)
}

/// The models of the last import, or Django's own, as the operator wants them.
fn target(
    session: &mut ExportSession<'_>,
    arguments: &ExportDjango,
) -> Result<DjangoMapping, Failure> {
    let mapping = match session.django_mapping()? {
        None => DjangoMapping::stock(),
        Some(text) => serde_json::from_str(&text).map_err(|error| {
            Failure::failed(format!(
                "the models of the last import cannot be read: {error}"
            ))
        })?,
    };
    let names = &arguments.names;
    let mut mapping = mapping.overruled(&names.models(), &names.fields());
    mapping.blacklist |= arguments.blacklist;
    Ok(mapping)
}

/// Writes the report: where the dump does not go.
fn show(context: &Context, output: &Output, report: &FullReport<'_, '_>) -> Result<(), Failure> {
    if !context.is_json {
        return report.write_lines(&mut io::stderr().lock());
    }
    let written = match output {
        Output::StandardOutput => serde_json::to_writer(io::stderr().lock(), report),
        Output::File { .. } => serde_json::to_writer_pretty(io::stdout().lock(), report),
    };
    written.map_err(report::failed)?;
    let ended = match output {
        Output::StandardOutput => writeln!(io::stderr()),
        Output::File { .. } => writeln!(io::stdout()),
    };
    ended.map_err(report::failed)
}

/// One way through all that is exported.
struct Pass<'a, 'b> {
    session: &'a mut ExportSession<'b>,
    writer: DumpWriter<&'a mut dyn Write>,
    form: DumpForm,
    records: Records<'a>,
    progress: &'a ProgressBar,
}

impl Pass<'_, '_> {
    fn groups(&mut self) -> Result<(), Failure> {
        let mut after = GroupId(0);
        loop {
            let page = self.session.groups(after)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id;
            self.progress.inc(page.len() as u64);
            for group in &page {
                match self.records.group(group) {
                    Ok(records) => {
                        self.records.report.groups += 1;
                        for record in &records {
                            self.write(record)?;
                        }
                    }
                    Err(reason) => self.skip("group", group.id.0, &reason),
                }
            }
        }
    }

    fn users(&mut self) -> Result<(), Failure> {
        let now = now();
        let mut after = UserId(0);
        loop {
            let page = self.session.users(after)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.user.id;
            self.progress.inc(page.len() as u64);
            for exported in &page {
                match self.records.user(exported) {
                    Ok(records) => {
                        self.records.count_revocation(exported, now);
                        self.records.report.users += 1;
                        self.records.report.profiles += records.len() as u64 - 1;
                        for record in &records {
                            self.write(record)?;
                        }
                    }
                    Err(reason) => self.skip("user", exported.user.id.0, &reason),
                }
            }
        }
    }

    fn refresh_tokens(&mut self, are_written: bool) -> Result<(), Failure> {
        let mut after = String::new();
        let mut number = 0;
        loop {
            let page = self.session.refused_refresh_tokens(&after)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.jti);
            self.progress.inc(page.len() as u64);
            for token in &page {
                if !are_written {
                    self.records.report.leave_out_refresh_token();
                    continue;
                }
                number += 1;
                match refresh_token(token, number, self.records.instants) {
                    Ok(records) => {
                        for record in &records {
                            self.write(record)?;
                        }
                        self.records.report.refresh_tokens += 1;
                    }
                    Err(reason) => self.skip("refresh token", &token.jti, &reason),
                }
            }
        }
    }

    fn write(&mut self, record: &OutputRecord<'_>) -> Result<(), Failure> {
        self.records.report.check(record, self.form);
        self.writer.record(record).map_err(|error| match error {
            WriteError::Output(error) => destination::failed(&error),
            WriteError::Character(_) => Failure::failed(error.to_string()),
        })
    }

    fn skip(&mut self, kind: &str, name: impl Display, reason: &str) {
        self.records.report.skip(format!("{kind} {name} {reason}"));
    }
}
