//! The real service in this process, on port 0, with the data of a recorded site.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use profiled::{Application, Settings, Sources};
use profiled_domain::CredentialRepository;
use profiled_store::testing::TestDatabase;
use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::contract;
use crate::replay::case::{Site, Topic};
use crate::replay::options;
use crate::replay::runner::Running;

/// A database to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one.
    Sqlite,
    /// The server that `TEST_POSTGRES_URL` names.
    Postgres,
}

/// Who is there at the start.
#[derive(Clone, Copy, Debug)]
pub enum Data<'a> {
    /// `fixtures/staff.json`
    Staff,
    /// `fixtures/jwt.json`
    Jwt,
    /// `fixtures/tower.json`
    Tower,
    /// The text of a dump.
    Dump(&'a str),
}

/// A running service. Dropping it ends it.
pub struct Service {
    address: SocketAddr,
    tokens: BTreeMap<String, String>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    settings: Settings,
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
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let database = backend.database()?;
        let mut overrides = vec![
            format!("data_dir={}", folder.path().display()),
            format!("database.url={}", database.url()),
            "http.bind=127.0.0.1:0".to_owned(),
            "http.workers=2".to_owned(),
            "http.allowed_hosts=127.0.0.1,localhost,www.example.com,api.example.com,testserver"
                .to_owned(),
            format!("auth.jwt.signing_key={}", crate::secret()?),
            "auth.password.iterations=1".to_owned(),
            "log.level=error".to_owned(),
        ];
        overrides.extend(more);
        let tokens = load(data, folder.path(), &overrides)?;
        let sources = Sources {
            overrides,
            ..Sources::default()
        };
        let settings = Settings::load(&sources).map_err(|error| error.to_string())?;
        let mut service = Self::over(settings, tokens)?;
        service.database = Some(database);
        service.folder = Some(folder);
        Ok(service)
    }

    fn over(settings: Settings, tokens: BTreeMap<String, String>) -> Result<Self, String> {
        let (address, handle, thread) = serve(settings.clone())?;
        Ok(Self {
            address,
            tokens,
            handle,
            thread: Some(thread),
            settings,
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
        let service = Self::over(self.settings.clone(), self.tokens.clone());
        service.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client that knows the tokens of the data.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.address, self.tokens.clone())
    }

    /// Takes the database away while the service runs.
    pub fn lose_database(&mut self) {
        self.database = None;
    }

    /// Runs SQL text beside the service.
    ///
    /// # Panics
    /// If the database refuses it.
    pub fn execute(&self, sql: &str) {
        let outcome = self.database.as_ref().map(|database| database.execute(sql));
        outcome
            .transpose()
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
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

    /// The stored password of a user, as it is encoded.
    ///
    /// # Panics
    /// If there is no such user.
    #[must_use]
    pub fn stored_password(&self, username: &str) -> String {
        let store = self.database.as_ref().map(TestDatabase::store);
        let store = store.and_then(Result::ok);
        let found = store.and_then(|store| store.find_password(username).ok()?);
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
    }
}

/// Runs the service on a thread of its own, and waits until it listens.
fn serve(settings: Settings) -> Result<(SocketAddr, ServerHandle, JoinHandle<()>), String> {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let application = match Application::build(&settings) {
                Ok(application) => application,
                Err(failure) => {
                    // Nobody waits any more when the test is over.
                    let _ = sender.send(Err(failure.to_string()));
                    return;
                }
            };
            let address = application.addresses().first().copied();
            let started = address.ok_or_else(|| "it listens nowhere".to_owned());
            let _ = sender.send(started.map(|address| (address, application.handle())));
            if let Err(failure) = application.run_until_stopped().await {
                eprintln!("the service failed: {failure}");
            }
        });
    });
    let (address, handle) = receiver.recv().map_err(|error| error.to_string())??;
    Ok((address, handle, thread))
}

/// Brings the data in as an operator would, and returns its tokens by user name.
fn load(
    data: Data<'_>,
    folder: &Path,
    overrides: &[String],
) -> Result<BTreeMap<String, String>, String> {
    let (kind, file) = match data {
        Data::Staff => ("django", contract("fixtures/staff.json")),
        Data::Jwt => ("django", contract("fixtures/jwt.json")),
        Data::Tower => ("people", contract("fixtures/tower.json")),
        Data::Dump(text) => {
            let file = folder.join("dump.json");
            std::fs::write(&file, text).map_err(|error| error.to_string())?;
            ("django", file)
        }
    };
    let mut arguments = vec!["profiled".to_owned(), "--quiet".to_owned()];
    for setting in overrides {
        arguments.extend(["--set".to_owned(), setting.clone()]);
    }
    let file_name = file.display().to_string();
    arguments.extend(["import".to_owned(), kind.to_owned(), file_name.clone()]);
    if profiled::run(arguments) != ExitCode::SUCCESS {
        return Err(format!("{file_name} is not imported"));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(if kind == "people" {
        tokens_of_people(&value)
    } else {
        tokens_of_dump(&value)
    })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn tokens_of_dump(dump: &Value) -> BTreeMap<String, String> {
    let name = |id: &Value| {
        let has_id = |record: &&Value| {
            record.get("pk") == Some(id) && record.pointer("/fields/password").is_some()
        };
        items(dump)
            .find(has_id)?
            .pointer("/fields/username")?
            .as_str()
    };
    let is_token =
        |record: &&Value| record.get("model").and_then(Value::as_str) == Some("authtoken.token");
    let owned = |token: &Value| {
        let owner = name(token.pointer("/fields/user")?)?.to_owned();
        Some((owner, token.get("pk")?.as_str()?.to_owned()))
    };
    items(dump).filter(is_token).filter_map(owned).collect()
}

/// The first token of each user.
fn tokens_of_people(people: &Value) -> BTreeMap<String, String> {
    let mut tokens = BTreeMap::new();
    for token in people.get("tokens").into_iter().flat_map(items) {
        let is_owner = |user: &&Value| user.get("id") == token.get("user");
        let owner = people
            .get("users")
            .into_iter()
            .flat_map(items)
            .find(is_owner);
        let name = owner.and_then(|user| user.get("username")?.as_str());
        if let (Some(name), Some(key)) = (name, token.get("token").and_then(Value::as_str)) {
            tokens
                .entry(name.to_owned())
                .or_insert_with(|| key.to_owned());
        }
    }
    tokens
}
