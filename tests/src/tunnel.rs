//! A way to a server that can fall silent, as a network that loses every packet.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Hands bytes on between its clients and one server. Dropping it cuts all connections.
pub struct Tunnel {
    address: SocketAddr,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    is_over: AtomicBool,
    is_silent: AtomicBool,
    ways: Mutex<Vec<Way>>,
}

/// A connection of a client, and what it leads to.
struct Way {
    ends: [TcpStream; 2],
    is_dead: Arc<AtomicBool>,
}

impl Tunnel {
    /// A tunnel to the server at `target`, on a port of its own.
    ///
    /// # Errors
    /// No port is free.
    pub fn to(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.is_over.load(Ordering::SeqCst) {
                    return;
                }
                if let Err(error) = shared.open(client, target) {
                    eprintln!("the tunnel: {error}");
                }
            }
        });
        Ok(Self {
            address,
            state,
            thread: Some(thread),
        })
    }

    /// Where it begins.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on nothing comes through, and nobody is told.
    pub fn fall_silent(&self) {
        let ways = self.state.ways();
        self.state.is_silent.store(true, Ordering::SeqCst);
        for way in ways.iter() {
            way.is_dead.store(true, Ordering::SeqCst);
        }
    }

    /// New connections come through again. What was open, or tried to be, stays silent for ever.
    pub fn let_new_connections_through(&self) {
        self.state.is_silent.store(false, Ordering::SeqCst);
    }
}

impl State {
    fn ways(&self) -> MutexGuard<'_, Vec<Way>> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client of a silent time is left waiting: the system has taken its connection.
    fn open(&self, client: TcpStream, target: SocketAddr) -> io::Result<()> {
        let server = TcpStream::connect(target)?;
        let mut ways = self.ways();
        let is_dead = Arc::new(AtomicBool::new(self.is_silent.load(Ordering::SeqCst)));
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (from, to, is_dead) = (from.try_clone()?, to.try_clone()?, Arc::clone(&is_dead));
            std::thread::spawn(move || hand_on(from, to, &is_dead));
        }
        ways.push(Way {
            ends: [client, server],
            is_dead,
        });
        Ok(())
    }
}

/// An end is handed on as well, unless the way is dead.
fn hand_on(mut from: TcpStream, mut to: TcpStream, is_dead: &AtomicBool) {
    let mut chunk = [0; 16 * 1024];
    loop {
        let length = from.read(&mut chunk).unwrap_or_default();
        let read = chunk.get(..length).filter(|read| !read.is_empty());
        if is_dead.load(Ordering::SeqCst) {
            if read.is_none() {
                return;
            }
            continue;
        }
        let is_open = read.is_some_and(|read| to.write_all(read).is_ok());
        if !is_open {
            // One that is closed already needs no second end.
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
        for end in self.state.ways().iter().flat_map(|way| &way.ends) {
            // The other side may have closed it.
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}
