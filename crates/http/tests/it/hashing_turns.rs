//! Whose password is hashed next, and whose is not hashed again (ADR 0040).

use std::cell::RefCell;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;

use actix_web::rt::task::JoinHandle;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, rt, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::RateSetting;
use profiled_domain::{AccountRepository, CredentialRef, CredentialRepository, WriteContext};
use profiled_http::{AppState, configure};

use crate::app::{Response, TestApp, now, pass, request};

type Sent = Pin<Box<dyn Future<Output = Response>>>;

/// A service whose only thread that hashes is held.
pub struct Held {
    state: web::Data<AppState>,
    send: Box<dyn Fn(TestRequest) -> Sent>,
    release: Option<mpsc::Sender<()>>,
    /// What was answered, in this order.
    answers: Rc<RefCell<Vec<(&'static str, u16)>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Held {
    /// As if a password from this address were being hashed.
    pub async fn by(app: &TestApp, address: &str) -> Self {
        let state = app.state();
        let service = init_service(App::new().configure(configure(state.clone()))).await;
        let service = Rc::new(service);
        let send = move |request: TestRequest| -> Sent {
            let service = Rc::clone(&service);
            Box::pin(async move {
                Response::read(call_service(&*service, request.to_request()).await).await
            })
        };
        let mut held = Self {
            state,
            send: Box::new(send),
            release: None,
            answers: Rc::default(),
            tasks: Vec::new(),
        };
        held.hold(address).await;
        held
    }

    pub async fn hold(&mut self, address: &str) {
        let (release, released) = mpsc::channel::<()>();
        let (tell, told) = tokio::sync::oneshot::channel();
        let state = self.state.clone();
        let address: IpAddr = address.parse().unwrap();
        self.tasks.push(rt::spawn(async move {
            let services = state.services();
            let claimant = services.throttle.claimant("-", address, "-", now());
            let work = move || {
                tell.send(()).unwrap();
                let _ = released.recv();
            };
            services.hashing(claimant, work).await.unwrap();
        }));
        told.await.unwrap();
        self.release = Some(release);
    }

    pub async fn ask(&self, request: TestRequest) -> Response {
        (self.send)(request).await
    }

    fn begin(&mut self, name: &'static str, request: TestRequest) {
        let answer = (self.send)(request);
        let answers = Rc::clone(&self.answers);
        self.tasks.push(rt::spawn(async move {
            let status = answer.await.status;
            answers.borrow_mut().push((name, status));
        }));
    }

    /// Sends a request that has to wait for a hash, and waits until so many do.
    pub async fn queue(&mut self, name: &'static str, request: TestRequest, waiting: usize) {
        self.begin(name, request);
        while self.state.services().waiting_for_hashes() != waiting {
            rt::task::yield_now().await;
        }
    }

    /// Lets the thread go on until this is answered.
    pub async fn ready(&mut self, name: &str) -> u16 {
        drop(self.release.take());
        loop {
            let found = self
                .answers
                .borrow()
                .iter()
                .find(|(other, _)| *other == name)
                .copied();
            if let Some((_, status)) = found {
                return status;
            }
            rt::task::yield_now().await;
        }
    }

    /// With the thread let go.
    pub fn released(self) -> Self {
        Self {
            release: None,
            ..self
        }
    }

    /// Lets the thread go on, and returns the answers in their order.
    pub async fn answers(mut self) -> Vec<(&'static str, u16)> {
        drop(self.release.take());
        for task in self.tasks {
            task.await.unwrap();
        }
        self.answers.take()
    }
}

/// Tower's Basic credentials, from an address.
pub fn basic(pair: &str, from: &str) -> TestRequest {
    let peer = std::net::SocketAddr::new(from.parse().unwrap(), 4711);
    request("GET", "/api/v2/me/")
        .insert_header(("Authorization", format!("Basic {}", STANDARD.encode(pair))))
        .peer_addr(peer)
}

fn log_in(path: &str, from: &str) -> TestRequest {
    let peer = std::net::SocketAddr::new(from.parse().unwrap(), 4711);
    request("POST", path)
        .insert_header(("Content-Type", "application/json"))
        .set_payload(r#"{"username": "ada", "password": "secret"}"#)
        .peer_addr(peer)
}

const HOME: &str = "198.51.100.1";
const OFFICE: &str = "192.0.2.1";

fn app() -> TestApp {
    let mut app = TestApp::new();
    app.passwords.queue = 8;
    app.passwords.queue_per_network = 8;
    app.passwords.queue_per_address = 2;
    app
}

#[actix_web::test]
async fn right_log_in_gets_the_next_turn_while_guessers_hold_and_fill_the_queue() {
    let app = app();
    app.staff("ada");
    let mut held = Held::by(&app, "203.0.113.1").await;
    let mut waiting = 0;
    for address in 1..=4 {
        for guess in 1..=2 {
            waiting += 1;
            let guess = basic(&format!("ada:{guess}"), &format!("203.0.113.{address}"));
            held.queue("guess", guess, waiting).await;
        }
        let guess = basic("ada:3", &format!("203.0.113.{address}"));
        assert_eq!(held.ask(guess).await.status, 429);
    }

    // The queue is full: a guess has lost its place when this one waits.
    held.begin("right", log_in("/api/token/", HOME));
    while held.answers.borrow().is_empty() {
        rt::task::yield_now().await;
    }

    let answers = held.answers().await;
    assert_eq!(answers[..2], [("guess", 503), ("right", 200)]);
    assert_eq!(answers[2..], [("guess", 401); 7]);
}

#[actix_web::test]
async fn one_who_guesses_in_an_office_stops_no_colleague() {
    let app = app();
    app.staff("ada");
    let mut held = Held::by(&app, OFFICE).await;
    held.queue("guess", basic("bob:1", OFFICE), 1).await;
    held.queue("guess", basic("bob:2", OFFICE), 2).await;
    assert_eq!(held.ask(basic("bob:3", OFFICE)).await.status, 429);

    held.begin("right", log_in("/api/token/", OFFICE));
    while held.answers.borrow().is_empty() {
        rt::task::yield_now().await;
    }

    let mut answers = held.answers().await;
    assert_eq!(answers.remove(0), ("guess", 429));
    answers.sort_unstable();
    assert_eq!(answers, [("guess", 401), ("right", 200)]);
}

#[actix_web::test]
async fn what_has_no_place_is_told_so_in_the_form_of_its_dialect() {
    let mut app = app();
    app.passwords.queue_per_address = 1;
    app.staff("ada");
    let mut held = Held::by(&app, OFFICE).await;
    held.queue("guess", basic("bob:1", OFFICE), 1).await;
    held.queue("ada", log_in("/api/token/", HOME), 2).await;

    let refused = held.ask(basic("bob:2", OFFICE)).await;
    let paths = ["/api/token/", "/api/auth/token/"];
    let mut bodies = vec![refused.body.clone()];
    assert_eq!(
        (refused.status, refused.header("Retry-After")),
        (429, Some("1"))
    );
    held.queue("other", basic("eve:1", "192.0.2.2"), 3).await;
    for path in paths {
        let refused = held.ask(log_in(path, "192.0.2.2")).await;
        assert_eq!(
            (refused.status, refused.header("Retry-After")),
            (429, Some("1"))
        );
        bodies.push(refused.body);
    }

    let detail = "Request was throttled. Expected available in 1 second.";
    assert_eq!(bodies[0], format!(r#"{{"detail": "{detail}"}}"#));
    assert_eq!(
        bodies[1..],
        [
            format!(r#"{{"detail":"{detail}"}}"#),
            format!(r#"{{"detail":"{detail}"}}"#)
        ]
    );
    let answers = held.answers().await;
    assert_eq!(answers.len(), 3);
}

#[actix_web::test]
async fn guesses_that_wait_are_counted_again_at_their_turn() {
    let mut app = app();
    app.passwords.queue_per_address = 8;
    app.throttle.login = RateSetting::try_from("2/min".to_owned()).unwrap();
    app.staff("ada");
    let mut held = Held::by(&app, OFFICE).await;

    for guess in 1..=5 {
        let request = basic(&format!("ada:{guess}"), OFFICE);
        held.queue("guess", request, guess).await;
    }

    let statuses: Vec<u16> = held
        .answers()
        .await
        .iter()
        .map(|(_, status)| *status)
        .collect();
    assert_eq!(statuses, [401, 401, 429, 429, 429]);
}

#[actix_web::test]
async fn right_pair_is_hashed_once_a_minute() {
    let app = app();
    app.user("ada", |_| ());
    let mut held = Held::by(&app, OFFICE).await;
    held.queue("first", basic("ada:secret", HOME), 1).await;
    assert_eq!(held.ready("first").await, 200);
    held.hold(OFFICE).await;

    // Whatever the address: the throttle was asked.
    assert_eq!(held.ask(basic("ada:secret", HOME)).await.status, 200);
    assert_eq!(held.ask(basic("ada:secret", "192.0.2.9")).await.status, 200);
    held.queue("wrong", basic("ada:secret2", HOME), 1).await;
    pass(59);
    assert_eq!(held.ask(basic("ada:secret", HOME)).await.status, 200);
    pass(1);
    held.queue("later", basic("ada:secret", HOME), 2).await;

    let mut answers = held.answers().await;
    answers.sort_unstable();
    assert_eq!(answers, [("first", 200), ("later", 200), ("wrong", 401)]);
}

#[actix_web::test]
async fn pair_is_remembered_for_basic_alone_and_never_where_it_is_switched_off() {
    for (seconds, remembered) in [(60, true), (0, false)] {
        let mut app = app();
        app.set_passwords(|passwords| passwords.remembered = seconds);
        app.staff("ada");
        let mut held = Held::by(&app, OFFICE).await;
        held.queue("first", basic("ada:secret", HOME), 1).await;
        assert_eq!(held.ready("first").await, 200);
        held.hold(OFFICE).await;

        held.queue("form", log_in("/api/token/", HOME), 1).await;
        if remembered {
            assert_eq!(held.ask(basic("ada:secret", HOME)).await.status, 200);
        } else {
            held.queue("again", basic("ada:secret", HOME), 2).await;
        }

        let answers = held.answers().await;
        assert!(
            answers.iter().all(|(_, status)| *status == 200),
            "{answers:?}"
        );
    }
}

#[actix_web::test]
async fn remembered_pair_ends_with_the_password_the_epoch_and_the_account() {
    let app = app();
    let ada = app.user("ada", |_| ());
    let mut held = Held::by(&app, OFFICE).await;
    held.queue("first", basic("ada:secret", HOME), 1).await;
    assert_eq!(held.ready("first").await, 200);
    held.hold(OFFICE).await;
    assert_eq!(held.ask(basic("ada:secret", HOME)).await.status, 200);

    // The same password under another salt, and so another hash; all credentials that were given out; the account.
    let other = app.hash("secret");
    app.repository
        .set_password(ada.id, &other, &CredentialRef::None, now())
        .unwrap();
    held.queue("hash", basic("ada:secret", HOME), 1).await;
    assert_eq!(held.ready("hash").await, 200);
    held.hold(OFFICE).await;
    assert_eq!(held.ask(basic("ada:secret", HOME)).await.status, 200);
    app.repository
        .revoke_credentials(ada.id, &CredentialRef::None, WriteContext::operator(now()))
        .unwrap();
    held.queue("epoch", basic("ada:secret", HOME), 1).await;
    assert_eq!(held.ready("epoch").await, 200);
    held.hold(OFFICE).await;
    app.repository.deactivate(ada.id).unwrap();
    held.queue("inactive", basic("ada:secret", HOME), 1).await;

    assert_eq!(held.answers().await.last(), Some(&("inactive", 401)));
}

#[actix_web::test]
async fn pair_that_comes_many_times_at_once_takes_one_place_and_one_hash() {
    let mut app = app();
    app.passwords.queue_per_address = 1;
    app.user("ada", |_| ());
    let mut held = Held::by(&app, OFFICE).await;
    for waiting in 1..=6 {
        held.queue("right", basic("ada:secret", HOME), waiting)
            .await;
    }

    assert_eq!(held.answers().await, [("right", 200); 6]);
}
