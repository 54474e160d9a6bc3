//! `profiled restore`: looks at everything first, then fills a database beside the old one, and exchanges them in the end.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File};
use std::io::{BufReader, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use profiled_auth::audit::Action;
use profiled_domain::MediaRepository;
use profiled_http::MediaStorage;
use profiled_store::{
    DatabaseSettings, DatabaseUrl, Existing, OpenError, Store, StoreHeader, TakenFile,
    TransferError, holds_rows,
};

use super::Report;
use super::archive::{Manifest, ROWS, Reader, verify, whole};
use super::keys::{self, Waiting};
use crate::cli::Restore;
use crate::commands::context::Context;
use crate::commands::destination::folder_of;
use crate::commands::progress;
use crate::commands::terminal::agree;
use crate::commands::whole_store::{Stop, fill};
use crate::error::{Failure, Kind};
use crate::media::open_media;
use crate::schema;
use crate::settings::Settings;
use crate::trail::audited;

pub(in crate::commands) fn restore(context: &Context, arguments: &Restore) -> Result<(), Failure> {
    audited(Action::Restore, |line| {
        let path = &arguments.file;
        let named = |failure: &Failure| {
            let text = format!("{}: {failure}; nothing is restored", path.display());
            Failure::new(failure.kind(), text)
        };
        let opened = File::open(path);
        let mut file = opened.map_err(|error| named(&Failure::failed(error.to_string())))?;
        let progress = progress::counter(context, "bytes that are checked");
        let manifest = verify(&mut file, |bytes| progress.inc(bytes));
        progress.finish_and_clear();
        let manifest = manifest.map_err(|failure| named(&failure))?;
        let settings = &context.settings;
        let mut plan = Plan::of(settings, &manifest)?;
        plan.progress = progress::counter(context, "rows");
        let replaces = plan.confirm_loss(settings, &manifest, arguments.yes)?;
        plan.media = Some(open_media(settings)?);
        if holds_rows(&settings.database)?.is_some() {
            plan.left = old_files(&Store::open(&settings.database)?)?;
        }
        plan.refuse_odd_files(&manifest)?;
        let url: DatabaseUrl = settings.database.url.parse().map_err(OpenError::from)?;
        let keys = match url.file() {
            Some(database) => plan.exchange(settings, database, &mut file),
            None => plan.fill(&settings.database, &mut file, replaces),
        }?;
        let report = Report {
            schema: manifest.schema.clone(),
            time: manifest.time.clone(),
            media: manifest.paths("media").count(),
            keys: keys.len(),
            rows: manifest.rows,
            missing: None,
        };
        // Those that the old database went with have done their work.
        keys.into_iter().try_for_each(Waiting::arrive)?;
        line.count("rows", report.rows.values().sum());
        context.write(&report, |report| {
            let mut lines = report.lines("restored", path);
            let time = &report.time;
            lines.push(format!(
                "as of {time}: who was deleted or erased since is back"
            ));
            lines
        })
    })
}

/// Keys of the media files that users have.
fn old_files(store: &Store) -> Result<Vec<String>, Failure> {
    store.export(|session| session.media_keys().map_err(Failure::from))
}

/// What the folders begin with in which new databases are made.
const UNFINISHED: &str = ".restore-";

/// Removes what restores have left that were killed. Nobody else restores here: the folder is locked.
fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // It is in nobody's way if it stays.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Where the members go.
struct Plan {
    /// Paths by the names of members.
    keys: HashMap<String, PathBuf>,
    files: HashMap<String, String>,
    media: Option<MediaStorage>,
    /// Media files of users who are replaced.
    left: Vec<String>,
    progress: ProgressBar,
}

impl Plan {
    fn of(settings: &Settings, manifest: &Manifest) -> Result<Self, Failure> {
        schema::known(&settings.database, &manifest.schema)?;
        let keys = manifest.paths("keys").map(|(name, path)| {
            let place = keys::place(settings, path)?;
            Ok((name.to_owned(), place))
        });
        let files = manifest.paths("media");
        let files = files.map(|(name, path)| (name.to_owned(), path.to_owned()));
        Ok(Self {
            keys: keys.collect::<Result<_, Failure>>()?,
            files: files.collect(),
            media: None,
            left: Vec::new(),
            progress: ProgressBar::hidden(),
        })
    }

    /// Whether what is there is replaced, which has to be wanted.
    fn confirm_loss(
        &self,
        settings: &Settings,
        manifest: &Manifest,
        is_confirmed: bool,
    ) -> Result<bool, Failure> {
        if is_confirmed {
            return Ok(true);
        }
        let place_of = |(name, _)| self.keys.get(name).filter(|place| place.exists());
        let what = if let Some(table) = holds_rows(&settings.database)? {
            format!("the database has rows of {table}")
        } else if let Some(place) = manifest.paths("keys").find_map(place_of) {
            format!("{} is there", place.display())
        } else {
            return Ok(false);
        };
        agree(false, &what, "replace what is there").map(|()| true)
    }

    fn refuse_odd_files(&self, manifest: &Manifest) -> Result<(), Failure> {
        let odd = |(_, key): &(&str, &str)| {
            let media = self.media.as_ref();
            media.is_some_and(|media| !media.takes(key))
        };
        match manifest.paths("media").find(odd) {
            None => Ok(()),
            Some((_, key)) => Err(Failure::failed(format!(
                "the archive has a media file whose name the storage does not take: {key:?}"
            ))),
        }
    }

    /// Makes a database beside the one that is there, and puts it in its place.
    fn exchange(
        &self,
        settings: &Settings,
        database: &Path,
        file: &mut File,
    ) -> Result<Vec<Waiting>, Failure> {
        let folder = folder_of(database);
        let failed =
            |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
        let mut made = DirBuilder::new();
        made.recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
        let taken = TakenFile::take(database)?;
        let real = database.canonicalize();
        let real = real.unwrap_or_else(|_none| database.to_owned());
        remove_unfinished(folder_of(&real));
        let beside = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(folder_of(&real))
            .map_err(failed)?;
        let new = beside.path().join("new.sqlite3");
        let staged = DatabaseSettings {
            url: format!("sqlite://{}", new.display()),
            ..settings.database.clone()
        };
        let keys = self.fill(&staged, file, false)?;
        taken.replace_by(&new)?;
        Ok(keys)
    }

    /// Fills a database and the media storage, and writes the keys beside their places.
    fn fill(
        &self,
        settings: &DatabaseSettings,
        file: &mut File,
        replaces: bool,
    ) -> Result<Vec<Waiting>, Failure> {
        let existing = if replaces {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        let mut reader = Reader::new(file)?;
        let mut members = reader.members()?;
        let Some((_, rows)) = members.next().transpose()?.filter(|(name, _)| name == ROWS) else {
            return Err(Failure::failed("the archive has changed"));
        };
        let mut rows = BufReader::new(rows);
        let header = StoreHeader::read(&mut rows)?;
        let mut waiting = Vec::new();
        let count = &mut || self.progress.inc(1);
        let filled = fill(settings, &header, &mut rows, existing, count, || {
            for member in members {
                let (name, content) = member?;
                self.put(&name, content, &mut waiting)?;
            }
            Ok(())
        });
        self.progress.finish_and_clear();
        match filled {
            Ok(_) => {
                let store = Store::open(settings)?;
                // The sweep takes those that nobody has now.
                for key in &self.left {
                    store.reserve_file(key)?;
                }
                Ok(waiting)
            }
            Err(Stop::Rows(TransferError::NotEmpty(table))) => {
                let text = format!("the database has rows of {table}: add --yes to replace them");
                Err(Failure::new(Kind::Refused, text))
            }
            Err(Stop::Rows(error)) => Err(error.into()),
            Err(Stop::Else(failure)) => Err(failure),
        }
    }

    fn put(
        &self,
        name: &str,
        content: impl Read,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), Failure> {
        if let Some(place) = self.keys.get(name) {
            waiting.push(Waiting::write(place.clone(), &whole(content)?)?);
        } else if let (Some(key), Some(media)) = (self.files.get(name), &self.media) {
            media.write_and_wait(key, whole(content)?)?;
        }
        Ok(())
    }
}
