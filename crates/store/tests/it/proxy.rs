//! A proxy between the store and its server, which can fall silent.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use profiled_store::testing::TestDatabase;

pub struct Proxy {
    place: String,
    server: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    is_silent: AtomicBool,
    /// Connections that were accepted, and got no answer.
    unanswered: AtomicUsize,
}

impl Proxy {
    pub fn before(database: &TestDatabase) -> Self {
        let (_, server) = database.url().split_once('@').unwrap();
        let (server, _) = server.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let proxy = Self {
            place,
            server: server.to_owned(),
            state: Arc::default(),
        };
        let (server, state) = (proxy.server.clone(), Arc::clone(&proxy.state));
        thread::spawn(move || {
            let mut unanswered = Vec::new();
            for client in listener.incoming().map(Result::unwrap) {
                if state.is_silent.load(Ordering::SeqCst) {
                    state.unanswered.fetch_add(1, Ordering::SeqCst);
                    unanswered.push(client);
                } else {
                    forward(client, TcpStream::connect(&server).unwrap());
                }
            }
        });
        proxy
    }

    pub fn place(&self) -> &str {
        &self.place
    }

    pub fn url(&self, database: &TestDatabase) -> String {
        database.url().replace(&self.server, &self.place)
    }

    /// Whether new connections get no answer.
    pub fn set_silent(&self, is_silent: bool) {
        self.state.is_silent.store(is_silent, Ordering::SeqCst);
    }

    pub fn unanswered(&self) -> usize {
        self.state.unanswered.load(Ordering::SeqCst)
    }
}

fn forward(client: TcpStream, server: TcpStream) {
    let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
    for (mut from, mut to) in [(client, server), back] {
        thread::spawn(move || {
            // Either end may hang up.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Both);
        });
    }
}
