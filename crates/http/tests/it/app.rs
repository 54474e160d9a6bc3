//! A service in process, with a few people in it.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use profiled_auth::{
    Algorithm, JwtService, JwtSettings, PasswordHasher, PasswordSettings, SigningKey, Throttle,
    ThrottleSettings, TokenKey, TokenSettings, TokenUser, UsernameField,
};
use profiled_domain::{
    Gender, GroupRepository, NewGroup, NewToken, NewUser, PasswordHash, Person, ThrottleRepository,
    TokenRepository, User, UserId, UserRepository, WriteContext,
};
use profiled_http::{
    AppState, DialectSettings, HttpSettings, LaneParts, MediaSettings, MediaStorage, Parts,
    ServiceParts, configure,
};
use profiled_store::testing::{TestDatabase, defaults};
use profiled_store::{MemoryCounters, Store};

thread_local! {
    /// Seconds that the clock of a test has been moved on.
    static PASSED: Cell<i64> = const { Cell::new(0) };
}

/// Everything happens at this moment, unless time is made to pass.
pub fn now() -> DateTime<Utc> {
    let start = DateTime::from_timestamp(1_764_000_000, 123_456_000).unwrap();
    start + Duration::seconds(PASSED.get())
}

/// Moves the clock on.
pub fn pass(seconds: i64) {
    PASSED.set(PASSED.get() + seconds);
}

/// A service under construction.
pub struct TestApp {
    pub database: TestDatabase,
    pub repository: Arc<Store>,
    pub http: HttpSettings,
    pub dialects: DialectSettings,
    pub passwords: PasswordSettings,
    pub username_field: UsernameField,
    pub tokens: TokenSettings,
    pub throttle: ThrottleSettings,
    pub counters: Arc<dyn ThrottleRepository>,
    pub media: MediaStorage,
    pub media_settings: MediaSettings,
    jwt: Arc<JwtService>,
    hasher: Arc<PasswordHasher>,
    /// Whether the database is there for the lane of writes. It is for all others.
    pub has_writers: bool,
}

impl TestApp {
    pub fn new() -> Self {
        let passwords = PasswordSettings {
            iterations: 1,
            concurrency: 1,
            queue: 4,
            ..defaults("auth.password")
        };
        let database = TestDatabase::sqlite().unwrap();
        let jwt: JwtSettings = defaults("auth.jwt");
        let secret = "0123456789abcdef0123456789abcdef".to_owned().into();
        let key = SigningKey::new(&secret, Algorithm::HS256).unwrap();
        Self {
            repository: Arc::new(database.store().unwrap()),
            database,
            http: http_settings(),
            dialects: dialect_settings(),
            throttle: defaults("throttle"),
            counters: Arc::new(MemoryCounters::default()),
            media: MediaStorage::in_memory().unwrap(),
            media_settings: defaults("media"),
            jwt: Arc::new(JwtService::new(&jwt, key)),
            hasher: Arc::new(PasswordHasher::new(&passwords).unwrap()),
            passwords,
            username_field: UsernameField::Username,
            tokens: defaults("auth.token"),
            has_writers: true,
        }
    }

    /// Other settings of passwords.
    pub fn set_passwords(&mut self, change: impl FnOnce(&mut PasswordSettings)) {
        change(&mut self.passwords);
        self.hasher = Arc::new(PasswordHasher::new(&self.passwords).unwrap());
    }

    /// From now on the database is gone.
    pub fn lose_database(&mut self) {
        self.repository = Arc::new(TestDatabase::vanished().unwrap());
    }

    /// A user with a complete profile, except for what `change` takes away.
    pub fn user(&self, name: &str, change: impl FnOnce(&mut NewUser)) -> User {
        let mut user = NewUser {
            person: Person {
                username: Some(name.to_owned()),
                email: Some(format!("{name}@example.com")),
                mobile_number: Some(name.to_owned()),
                first_name: Some("First".to_owned()),
                last_name: Some("Last".to_owned()),
                gender: Some(Gender::Other),
                ..Person::default()
            },
            password: Some(self.hash("secret")),
            ..NewUser::default()
        };
        change(&mut user);
        self.repository
            .create_user(&user, WriteContext::operator(now()))
            .unwrap()
    }

    pub fn staff(&self, name: &str) -> User {
        self.user(name, |user| user.is_staff = true)
    }

    pub fn hash(&self, password: &str) -> PasswordHash {
        self.hasher.encode(password).unwrap()
    }

    /// A header value with a new token of the user.
    pub fn token(&self, owner: UserId) -> String {
        let key = TokenKey::generate();
        let token = NewToken {
            owner,
            epoch: None,
            digest: key.digest(),
            prefix: key.prefix().to_owned(),
            label: String::new(),
            created_at: now(),
            expires_at: None,
            is_sliding: false,
            binding: None,
        };
        self.repository.issue_token(&token).unwrap();
        format!("Token {}", key.as_str())
    }

    /// A header value with a new access token of the user.
    pub fn bearer(&self, user: UserId) -> String {
        let subject = TokenUser {
            id: user,
            epoch: 0,
            password: &PasswordHash::from_encoded("!"),
            password_digest: None,
            name: None,
            user: None,
        };
        let token = self.jwt.mint_access(subject, now()).unwrap();
        format!("Bearer {token}")
    }

    pub fn group(&self, name: &str, member: UserId) {
        let group = NewGroup {
            name: name.to_owned(),
            notes: None,
        };
        let group = self
            .repository
            .create_group(&group, WriteContext::operator(now()))
            .unwrap();
        self.repository
            .add_member(group.id, member, WriteContext::operator(now()))
            .unwrap();
    }

    pub fn refresh_token(&self, user: UserId) -> String {
        let password = PasswordHash::from_encoded("!");
        let subject = TokenUser {
            id: user,
            epoch: 0,
            password: &password,
            password_digest: None,
            name: None,
            user: None,
        };
        self.jwt.mint_pair(subject, now()).unwrap().refresh
    }

    fn throttle(&self) -> Throttle {
        let counters = Arc::clone(&self.counters);
        Throttle::new(&self.throttle, counters, b"secret")
    }

    /// Files are those of a folder from now on.
    pub fn keep_files_in(&mut self, folder: &Path) {
        self.media = MediaStorage::open(&self.media_settings, folder).unwrap();
    }

    pub fn state(&self) -> web::Data<AppState> {
        let mut lanes = LaneParts::over(Arc::clone(&self.repository) as _);
        if !self.has_writers {
            lanes.writers.repository = Arc::new(TestDatabase::vanished().unwrap());
        }
        let services = ServiceParts {
            lanes,
            throttle: Arc::new(self.throttle()),
            passwords: Arc::clone(&self.hasher),
            password_settings: self.passwords.clone(),
            username_field: self.username_field,
            tokens: self.tokens,
            http: self.http.clone(),
            completion: defaults("profile_completion"),
            clock: now,
        };
        let parts = Parts {
            services,
            jwt: Arc::clone(&self.jwt),
            introspector: None,
            dialects: self.dialects.clone(),
            limits: defaults("limits"),
            media: self.media.clone(),
            media_settings: self.media_settings.clone(),
        };
        web::Data::new(AppState::new(parts).unwrap())
    }

    /// Sends one request to the service as it is configured now.
    pub async fn send(&self, request: TestRequest) -> Response {
        let service = init_service(App::new().configure(configure(self.state()))).await;
        Response::read(call_service(&service, request.to_request()).await).await
    }

    /// Sends requests to one service at the same time.
    pub async fn send_together(&self, requests: Vec<TestRequest>) -> Vec<Response> {
        let service = init_service(App::new().configure(configure(self.state()))).await;
        let sent = requests.into_iter().map(async |request| {
            Response::read(call_service(&service, request.to_request()).await).await
        });
        join_all(sent).await
    }
}

/// What came back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub body: String,
    pub bytes: Vec<u8>,
    headers: actix_web::http::header::HeaderMap,
}

impl Response {
    pub async fn read(response: ServiceResponse) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = actix_web::test::read_body(response).await;
        Self {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            bytes: body.to_vec(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The values of `Set-Cookie`.
    pub fn cookies(&self) -> Vec<String> {
        let values = self.headers.get_all("Set-Cookie");
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }
}

/// A request as a client sends it: with a host.
pub fn request(method: &str, path: &str) -> TestRequest {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let peer = "127.0.0.1:50000".parse().unwrap();
    let request = TestRequest::default()
        .method(method)
        .uri(path)
        .peer_addr(peer);
    request.insert_header(("Host", "localhost:8000"))
}

pub fn get(path: &str, authorization: &str) -> TestRequest {
    request("GET", path).insert_header(("Authorization", authorization))
}

fn http_settings() -> HttpSettings {
    HttpSettings {
        allowed_hosts: vec!["localhost".to_owned()],
        max_body_bytes: 1000,
        max_upload_bytes: 2000,
        ..defaults("http")
    }
}

fn dialect_settings() -> DialectSettings {
    let mut dialects: DialectSettings = defaults("dialects");
    "test".clone_into(&mut dialects.tower.instance_name);
    dialects
}
