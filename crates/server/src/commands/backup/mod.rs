//! `profiled backup` and `profiled restore`

mod archive;
mod keys;
mod restore;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use indicatif::ProgressBar;
use profiled_auth::audit::Action;
use profiled_http::{MediaStorage, StorageKind};
use profiled_store::{ExportSession, StoreHeader};
use serde::Serialize;

use crate::cli::Backup;
use crate::clock::now;
use crate::commands::context::Context;
use crate::commands::destination::{Output, folder_of};
use crate::commands::progress;
use crate::error::{Failure, Kind};
use crate::media::open_media;
use crate::schema;
use crate::trail::audited;

use archive::{LARGEST, ROWS, Writer, verify};
pub(super) use restore::restore;

/// What was written or restored.
#[derive(Serialize)]
struct Report {
    schema: String,
    time: String,
    rows: BTreeMap<String, u64>,
    media: usize,
    keys: usize,
    /// Media files that users have and the storage has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<String>>,
}

impl Report {
    fn lines(&self, done: &str, file: &Path) -> Vec<String> {
        let rows: u64 = self.rows.values().sum();
        let (media, keys) = (self.media, self.keys);
        let first = format!(
            "{done} {rows} rows, {media} media files and {keys} files of keys: {}",
            file.display()
        );
        let missing = self.missing.iter().flatten();
        let missing = missing.map(|key| format!("missing: {key}"));
        std::iter::once(first).chain(missing).collect()
    }
}

pub(super) fn run(context: &Context, arguments: &Backup) -> Result<(), Failure> {
    audited(Action::Backup, |line| {
        let file = &arguments.file;
        let output = Output::of(file, arguments.yes)?;
        if output.is_final() {
            let text = "backup needs a file: what is written is read again";
            return Err(Failure::new(Kind::Usage, text));
        }
        let store = context.open()?;
        let header = StoreHeader::of(schema::newest(&context.settings.database)?);
        let media = open_media(&context.settings)?;
        let progress = progress::counter(context, "rows, files and bytes that are checked");
        let written = output.write_and_check(
            |out| {
                store.export(|session| {
                    let work = Work {
                        context,
                        media: &media,
                        folder: folder_of(file),
                        progress: &progress,
                    };
                    work.write(session, &header, out)
                })
            },
            |file, _| verify(file, |bytes| progress.inc(bytes)).map(drop),
        );
        progress.finish_and_clear();
        let report = written?;
        line.count("rows", report.rows.values().sum());
        context.write(&report, |report| report.lines("wrote and checked", file))
    })
}

struct Work<'a> {
    context: &'a Context,
    media: &'a MediaStorage,
    /// For what has to be there before its size is known.
    folder: &'a Path,
    progress: &'a ProgressBar,
}

impl Work<'_> {
    /// The rows come first: a file that one of them names is kept for `media.sweep_grace` seconds whatever happens.
    fn write(
        &self,
        session: &mut ExportSession<'_>,
        header: &StoreHeader,
        out: &mut dyn Write,
    ) -> Result<Report, Failure> {
        let began = now();
        let seconds = u64::try_from(began.timestamp()).unwrap_or_default();
        let mut archive = Writer::new(out, seconds);
        let taken = |error| self.failed(&error);

        let mut rows = BufWriter::new(tempfile::tempfile_in(self.folder).map_err(taken)?);
        let counts = session.write_store(header, &mut rows, &mut || self.progress.inc(1))?;
        let mut rows = rows
            .into_inner()
            .map_err(|error| taken(error.into_error()))?;
        let size = rows.stream_position().map_err(taken)?;
        rows.rewind().map_err(taken)?;
        archive
            .add(ROWS.to_owned(), None, size, rows)
            .map_err(taken)?;

        let (mut media, mut missing) = (0, Vec::new());
        for key in session.media_keys()? {
            self.progress.inc(1);
            let Some(content) = self.media.read_and_wait(&key)? else {
                missing.push(key);
                continue;
            };
            let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
            if size > LARGEST {
                return Err(Failure::failed(format!(
                    "{key} is larger than a backup takes"
                )));
            }
            media += 1;
            let added = archive.add(format!("media/{media}"), Some(key), size, &*content);
            added.map_err(taken)?;
        }
        if media == 0 && !missing.is_empty() {
            self.is_mounted(missing.len())?;
        }
        let keys = keys::read(&self.context.settings)?;
        for (number, (path, text)) in (1..).zip(&keys) {
            let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
            let added = archive.add(format!("keys/{number}"), Some(path.clone()), size, &**text);
            added.map_err(taken)?;
        }
        let rows = counts
            .into_iter()
            .map(|(table, rows)| (table.to_owned(), rows));
        let finished = archive.finish(header.schema.clone(), began.to_rfc3339(), rows.collect());
        let manifest = finished.map_err(taken)?;
        Ok(Report {
            schema: manifest.schema,
            time: manifest.time,
            rows: manifest.rows,
            media,
            keys: keys.len(),
            missing: Some(missing),
        })
    }

    /// The disk takes no more.
    fn failed(&self, error: &io::Error) -> Failure {
        let folder = self.folder.display();
        Failure::failed(format!(
            "the archive cannot be written in {folder}: {error}"
        ))
    }

    /// Refuses an empty folder: the disk that holds the files is likely not mounted, and the last archive may be the only
    /// one that has them.
    fn is_mounted(&self, missing: usize) -> Result<(), Failure> {
        let settings = &self.context.settings;
        let folder = settings.media_root();
        if settings.media.storage != StorageKind::File {
            return Ok(());
        }
        let mut within = fs::read_dir(&folder)
            .map_err(|error| Failure::failed(format!("data_dir: {}: {error}", folder.display())))?;
        if within.next().is_some() {
            return Ok(());
        }
        Err(Failure::failed(format!(
            "data_dir: the folder {} is empty, and users have {missing} files in it: mount it, or restore it from a backup",
            folder.display()
        )))
    }
}
