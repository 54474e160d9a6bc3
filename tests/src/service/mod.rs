//! The real service in this process, on port 0, with the data of a recorded site.

mod command;
mod data;
mod serving;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use profiled::{RouteEntry, Settings, Sources};
use profiled_domain::{ProfileDepth, ProfileRepository, UserLookup};
use profiled_store::Store;
use profiled_store::testing::{TestDatabase, TestSession};
use tempfile::TempDir;

use crate::client::Client;
use crate::confidential;
use crate::replay::case::{Site, Topic};
use crate::replay::options;
use crate::replay::runner::Running;

use command::run;
pub use data::Data;
use data::load;
use serving::serve;

/// A database to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one.
    Sqlite,
    /// The server that `TEST_POSTGRES_URL` names.
    Postgres,
}

/// A running service. Dropping it ends it.
pub struct Service {
    address: SocketAddr,
    admin: Option<SocketAddr>,
    tokens: BTreeMap<String, String>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    routes: Vec<RouteEntry>,
    settings: Settings,
    /// As `--set` takes them.
    overrides: Vec<String>,
    /// A sibling has neither.
    database: Option<TestDatabase>,
    folder: Option<TempDir>,
}

impl Backend {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The name on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// Those that are there; a missing one is told as skipped by `test`.
    ///
    /// # Errors
    /// A server that does not answer.
    pub fn available(test: &str) -> Result<Vec<Self>, String> {
        let postgres = TestDatabase::postgres(test).map_err(|error| error.to_string())?;
        Ok(Self::ALL
            .into_iter()
            .filter(|backend| *backend == Self::Sqlite || postgres.is_some())
            .collect())
    }

    /// Whether there is a PostgreSQL; without one, `test` is told as skipped.
    ///
    /// # Panics
    /// If the server does not answer.
    #[must_use]
    pub fn has_postgres(test: &str) -> bool {
        let backends = Self::available(test).unwrap_or_else(|error| panic!("{error}"));
        backends.contains(&Self::Postgres)
    }

    fn database(self) -> Result<TestDatabase, String> {
        let database = match self {
            Self::Sqlite => TestDatabase::sqlite().map(Some),
            Self::Postgres => TestDatabase::postgres("a service"),
        };
        let database = database.map_err(|error| error.to_string())?;
        database.ok_or_else(|| "there is no PostgreSQL".to_owned())
    }
}

impl Service {
    /// A service with data, and settings as `--set` takes them.
    ///
    /// # Panics
    /// If it does not start: then the test is over.
    #[must_use]
    pub fn start(backend: Backend, data: Data<'_>, settings: &[&str]) -> Self {
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        Self::try_start(backend, data, settings).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same over a database of the caller's choice.
    ///
    /// # Panics
    /// If it does not start: then the test is over.
    #[must_use]
    pub fn over(database: TestDatabase, data: Data<'_>, settings: &[&str]) -> Self {
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        Self::try_over(database, data, settings).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The service that a topic of recorded cases wants.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn for_topic(backend: Backend, topic: &Topic) -> Result<Self, String> {
        let data = match topic.site {
            Site::Staff => Data::Staff,
            Site::Jwt => Data::Jwt,
            Site::Tower => Data::Tower,
        };
        let mut settings = options::settings(topic.site, &topic.server_options)?;
        // The recordings were made with every hasher of Django enabled.
        settings.push("auth.password.allow_md5=true".to_owned());
        Self::try_start(backend, data, settings)
    }

    fn try_start(backend: Backend, data: Data<'_>, more: Vec<String>) -> Result<Self, String> {
        Self::try_over(backend.database()?, data, more)
    }

    fn try_over(database: TestDatabase, data: Data<'_>, more: Vec<String>) -> Result<Self, String> {
        // Before a command starts a log of its own.
        confidential::watch();
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut overrides = vec![
            format!("data_dir={}", folder.path().display()),
            format!("database.url={}", database.url()),
            "http.bind=127.0.0.1:0".to_owned(),
            "http.admin_bind=off".to_owned(),
            "http.workers=2".to_owned(),
            "http.allowed_hosts=127.0.0.1,localhost,www.example.com,api.example.com,testserver"
                .to_owned(),
            format!("auth.jwt.signing_key={}", crate::secret()?),
            "auth.password.iterations=1".to_owned(),
            "log.level=error".to_owned(),
            "log.audit=false".to_owned(),
        ];
        overrides.extend(more);
        let tokens = load(data, folder.path(), &overrides)?;
        let mut service = Self::listening(overrides, tokens)?;
        service.database = Some(database);
        service.folder = Some(folder);
        Ok(service)
    }

    fn listening(overrides: Vec<String>, tokens: BTreeMap<String, String>) -> Result<Self, String> {
        let sources = Sources {
            overrides: overrides.clone(),
            ..Sources::default()
        };
        let settings = Settings::load(&sources).map_err(|error| error.to_string())?;
        confidential::is_secret(&crate::secret()?);
        for token in tokens.values() {
            confidential::is_secret(token);
        }
        let ([address, admin], handle, routes, thread) = serve(settings.clone())?;
        Ok(Self {
            address: address.ok_or_else(|| "it listens nowhere".to_owned())?,
            admin,
            tokens,
            handle,
            thread: Some(thread),
            routes,
            settings,
            overrides,
            database: None,
            folder: None,
        })
    }

    /// Another server with the same settings, and so on the same database.
    ///
    /// # Panics
    /// If it does not start: then the test is over.
    #[must_use]
    pub fn sibling(&self) -> Self {
        self.sibling_with(&[])
    }

    /// The same with some settings changed.
    ///
    /// # Panics
    /// If it does not start: then the test is over.
    #[must_use]
    pub fn sibling_with(&self, settings: &[&str]) -> Self {
        let mut overrides = self.overrides.clone();
        overrides.extend(settings.iter().map(|&setting| setting.to_owned()));
        let service = Self::listening(overrides, self.tokens.clone());
        service.unwrap_or_else(|error| panic!("{error}"))
    }

    /// All its routes.
    #[must_use]
    pub fn routes(&self) -> &[RouteEntry] {
        &self.routes
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators ask.
    ///
    /// # Panics
    /// If that is off.
    #[must_use]
    pub fn admin_address(&self) -> SocketAddr {
        let admin = self.admin;
        admin.unwrap_or_else(|| panic!("http.admin_bind is off"))
    }

    /// A client that knows the tokens of the data.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.address, self.tokens.clone())
    }

    /// The same at another address, where a server with the same database answers.
    #[must_use]
    pub fn client_at(&self, address: SocketAddr) -> Client {
        Client::new(address, self.tokens.clone())
    }

    /// Its settings, as `--set` takes them.
    #[must_use]
    pub fn overrides(&self) -> &[String] {
        &self.overrides
    }

    /// Runs a command with the settings of the service.
    ///
    /// # Panics
    /// If it fails.
    pub fn run(&self, command: &[&str]) {
        let ended = run(&self.overrides, command);
        assert_eq!(ended, ExitCode::SUCCESS, "{command:?}");
    }

    /// Runs SQL text beside the service.
    ///
    /// # Panics
    /// If it fails.
    pub fn execute(&self, sql: &str) {
        let database = self.database.as_ref();
        let done = database.map(|database| database.execute(sql).map_err(|e| e.to_string()));
        assert_eq!(done, Some(Ok(())), "{sql}");
    }

    /// Somebody else at its database.
    ///
    /// # Panics
    /// If it cannot be reached, or the service is a sibling.
    #[must_use]
    pub fn session(&self) -> TestSession {
        let session = self.database.as_ref().map(TestDatabase::session);
        let session = session.unwrap_or_else(|| panic!("a sibling has no database of its own"));
        session.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Puts a file into the data folder.
    ///
    /// # Panics
    /// If that fails.
    pub fn write_file(&self, name: &str, bytes: &[u8]) {
        let file = self.settings.data_dir.join(name);
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = folder.and_then(|()| std::fs::write(&file, bytes));
        assert!(written.is_ok(), "{name}: {written:?}");
    }

    /// The database it runs on.
    #[must_use]
    pub fn backend(&self) -> Backend {
        if self.settings.database.url.starts_with("sqlite:") {
            Backend::Sqlite
        } else {
            Backend::Postgres
        }
    }

    /// Names of the files in a folder of the data folder, in order.
    #[must_use]
    pub fn files(&self, folder: &str) -> Vec<String> {
        let folder = self.settings.data_dir.join(folder);
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        names
    }

    /// Takes the database away while the service runs.
    pub fn lose_database(&mut self) {
        self.database = None;
    }

    /// Ends the service as SIGTERM would: requests under way end first. The database stays.
    pub fn stop(&mut self) {
        // Sends the order; the thread carries it out.
        drop(self.handle.stop(true));
        if let Some(thread) = self.thread.take() {
            // A service that panicked has failed the test already.
            let _ = thread.join();
        }
    }

    /// All that the database holds, as bytes to search in.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn dump(&self) -> Vec<u8> {
        let dump = self.database.as_ref().map(TestDatabase::dump);
        let dump = dump.transpose().unwrap_or_else(|error| panic!("{error}"));
        dump.unwrap_or_default()
    }

    /// Its storage, beside it.
    ///
    /// # Panics
    /// If it cannot be opened, or the service is a sibling.
    #[must_use]
    pub fn store(&self) -> Store {
        let store = self.database.as_ref().map(TestDatabase::store);
        let store = store.unwrap_or_else(|| panic!("a sibling has no database of its own"));
        store.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The stored password of a user, as it is encoded.
    ///
    /// # Panics
    /// If there is no such user.
    #[must_use]
    pub fn stored_password(&self, username: &str) -> String {
        let store = self.database.as_ref().map(TestDatabase::store);
        let store = store.and_then(Result::ok);
        let found = store.and_then(|store| {
            let name = UserLookup::Username(username.to_owned());
            let found = store.find_profile_with_password(&name, ProfileDepth::Account);
            found.ok()?
        });
        let (_, password) = found.unwrap_or_else(|| panic!("no password of {username:?}"));
        password.as_encoded().to_owned()
    }

    /// For the replay.
    #[must_use]
    pub fn into_running(self) -> Running {
        Running {
            address: self.address,
            guard: Box::new(self),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Sends the order; the thread carries it out.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A service that panicked has failed the test already.
            let _ = thread.join();
        }
        let leak = confidential::leak();
        assert!(leak.is_none() || thread::panicking(), "{leak:?}");
    }
}
