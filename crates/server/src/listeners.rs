//! The addresses where the service listens, and how nobody is lost who knocks while they close.

use std::io;
use std::net::{Ipv6Addr, Shutdown, SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use listenfd::ListenFd;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, SockFilter, SockRef, Socket, Type};
use tokio::time::{Instant, Interval, interval, timeout};

use crate::error::Failure;

/// Connections that may wait to be accepted: all of a burst that the workers can serve in time.
const BACKLOG: i32 = 1024;

/// Bytes of answers that the system keeps for each connection, once more for itself. It would let them grow to megabytes for
/// a client that reads nothing.
const SEND_BUFFER: usize = 128 * 1024;

/// When nobody has waited for so long, nobody is under way any more, neither to the service nor to a worker of it.
const QUIET: Duration = Duration::from_millis(100);
/// Longest wait for that, if the workers take nobody in.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Between two looks, and until the accepting thread, which has been told, accepts no more.
const LOOK: Duration = Duration::from_millis(10);

/// A program for the kernel: refuses what begins a connection (SYN without ACK), and takes everything else.
const NOBODY_NEW: [SockFilter; 5] = {
    let (load_byte, and, equals, end) = (0x30, 0x54, 0x15, 0x06);
    let (flags_of_tcp, syn, ack) = (13, 0x02, 0x10);
    [
        SockFilter::new(load_byte, 0, 0, flags_of_tcp),
        SockFilter::new(and, 0, 0, syn | ack),
        SockFilter::new(equals, 0, 1, syn),
        SockFilter::new(end, 0, 0, 0),
        SockFilter::new(end, 0, 0, u32::MAX),
    ]
};

/// Listening sockets, which the server shares.
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    /// They are those of a supervisor, who gives them to the next process as well.
    are_inherited: bool,
}

impl Listeners {
    /// The sockets that a supervisor has opened for this process (`sd_listen_fds(3)`), or those of the setting.
    ///
    /// # Errors
    /// [`Failure`] that names the address, or the socket that is none of TCP.
    pub(crate) fn take(addresses: &[String], is_shared: bool) -> Result<Self, Failure> {
        let mut given = ListenFd::from_env();
        let count = given.len();
        if count == 0 {
            return Self::bind(addresses, is_shared);
        }
        let take = |index| {
            let socket = given.take_tcp_listener(index)?;
            let socket = socket.ok_or(io::ErrorKind::NotFound)?;
            SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER)?;
            Ok(socket)
        };
        let taken: io::Result<_> = (0..count).map(take).collect();
        let sockets = taken.map_err(|error| {
            let text = format!("LISTEN_FDS: {error}: the service takes sockets of TCP alone");
            Failure::failed(text)
        })?;
        Ok(Self {
            sockets,
            are_inherited: true,
        })
    }

    /// Listens on each address of the setting.
    ///
    /// If other processes may use them as well, nobody is let in before [`open`](Self::open): whoever was given to a process that
    /// cannot start would be lost.
    ///
    /// # Errors
    /// [`Failure`] that names the address.
    fn bind(addresses: &[String], is_shared: bool) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for address in addresses {
            let found = address.to_socket_addrs().and_then(|resolved| {
                let each = resolved.map(|address| listen_on(address, is_shared));
                each.collect::<io::Result<Vec<_>>>()
            });
            all.extend(found.map_err(|error| {
                let remedy = remedy(&error);
                Failure::failed(format!(
                    "http.bind: cannot listen on {address}: {error}: {remedy}"
                ))
            })?);
        }
        Ok(Self {
            sockets: all,
            are_inherited: false,
        })
    }

    /// Lets clients in.
    pub(crate) fn open(&self) -> io::Result<()> {
        let mut all = self.sockets.iter();
        all.try_for_each(|listener| SockRef::from(listener).listen(BACKLOG))
    }

    /// The addresses, with the ports that were found for port 0.
    pub(crate) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.sockets.iter().map(TcpListener::local_addr).collect()
    }

    /// The same sockets, for the server.
    pub(crate) fn share(&self) -> io::Result<Vec<TcpListener>> {
        self.sockets.iter().map(TcpListener::try_clone).collect()
    }

    /// Closes them. A connection that waits to be accepted when a socket closes would be reset, with the request that its
    /// client has sent: so nobody new is let in first, then all who wait are accepted. Clients that knock meanwhile try again
    /// by themselves, and are refused. Those at a supervisor's socket wait for the next process.
    pub(crate) async fn close(self, server: &ServerHandle) {
        if self.are_inherited {
            server.pause().await;
            return;
        }
        for listener in &self.sockets {
            if let Err(error) = SockRef::from(listener).attach_filter(&NOBODY_NEW) {
                tracing::warn!(%error, "connections that come at this moment may be lost");
            }
        }
        // Who does not get in by then waits for a worker that has no room.
        let mut looks = interval(LOOK);
        let _ = timeout(LONGEST_WAIT, self.are_quiet(&mut looks)).await;
        looks.reset();
        server.pause().await;
        looks.tick().await;
        for listener in &self.sockets {
            if let Err(error) = SockRef::from(listener).shutdown(Shutdown::Read) {
                tracing::debug!(%error, "a listener closes with the server only");
            }
        }
    }

    /// Waits until nobody has waited to be accepted for a while.
    async fn are_quiet(&self, looks: &mut Interval) {
        let mut since = Instant::now();
        while since.elapsed() < QUIET {
            looks.tick().await;
            if self.sockets.iter().any(has_somebody) {
                since = Instant::now();
            }
        }
    }
}

/// What to do about an address that cannot be had.
pub(crate) fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "end what has it, or name another address",
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need CAP_NET_BIND_SERVICE, so name one above or grant that"
        }
        io::ErrorKind::AddrNotAvailable => {
            "no interface of this machine has it, so name one that has"
        }
        _ => "name an address of this machine, as 127.0.0.1:8000",
    }
}

/// Whether somebody waits to be accepted.
fn has_somebody(listener: &TcpListener) -> bool {
    let mut asked = [PollFd::new(listener, PollFlags::IN)];
    let found = poll(&mut asked, Some(&Timespec::default()));
    found.is_ok_and(|found| found > 0)
}

/// An address that a client on this machine can call: `0.0.0.0` is none.
pub(crate) fn reachable(address: &SocketAddr) -> SocketAddr {
    let mut address = *address;
    match address {
        _ if !address.ip().is_unspecified() => {}
        SocketAddr::V4(_) => address.set_ip([127, 0, 0, 1].into()),
        SocketAddr::V6(_) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
    }
    address
}

/// An address that is `is_shared` is bound and not listened on yet.
fn listen_on(address: SocketAddr, is_shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM.cloexec().nonblocking(),
        Some(Protocol::TCP),
    )?;
    // A port that was in use a moment ago is free.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(is_shared)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(&address.into())?;
    if !is_shared {
        socket.listen(BACKLOG)?;
    }
    Ok(socket.into())
}
