//! The stream of a connection: it reads no faster than requests are answered, and ends when answers are not taken.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use profiled_http::Connection;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes that are taken at a time: all of them may be heads, each of which takes much more when it is parsed.
const HEADS: usize = 2048;
/// Bytes that count as progress of a slow peer.
const PROGRESS: usize = 16 * 1024;

/// How long a connection waits for its peer.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// For a head, from its first byte on.
    pub(super) head: Duration,
    /// For the peer to take [`PROGRESS`], or all that there is.
    pub(super) write: Duration,
}

/// What is left of a connection whose requests have ended before it was shut down.
pub(super) struct Rest {
    pub(super) tcp: TcpStream,
    /// Status line that the peer has not been told.
    pub(super) status: Option<&'static str>,
}

/// Where a stream leaves its rest.
pub(super) type Legacy = Rc<RefCell<Option<Rest>>>;

/// A connection as the HTTP library sees it.
pub(super) struct Stream {
    tcp: Option<TcpStream>,
    connection: Rc<Connection>,
    patience: Patience,
    legacy: Legacy,
    /// As much was read as there was room for.
    was_filled: bool,
    /// Bytes of a head have come, but not its end; after so many requests.
    part: Option<u64>,
    head_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<WriteTimer>,
    /// Nothing more is to be said.
    is_over: bool,
    is_late: bool,
}

struct WriteTimer {
    sleep: Pin<Box<Sleep>>,
    taken: usize,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, patience: Patience, legacy: Legacy) -> Self {
        let local = tcp.local_addr().ok();
        Self {
            tcp: Some(tcp),
            connection: Rc::new(Connection::to(local)),
            patience,
            legacy,
            was_filled: false,
            part: None,
            head_timer: None,
            write_timer: None,
            is_over: false,
            is_late: false,
        }
    }

    pub(super) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    fn poll_tcp(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(tcp) = &mut self.tcp else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        ready!(tcp.poll_read_ready(context))?;
        let room = buffer.remaining().min(HEADS);
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        ready!(Pin::new(tcp).poll_read(context, &mut part))?;
        let length = part.filled().len();
        self.was_filled = length == room;
        if !self.connection.is_answering() {
            let is_whole = part.filled().ends_with(b"\r\n\r\n");
            self.part = (!is_whole).then(|| self.connection.turns());
        }
        self.connection.received();
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }

    /// The HTTP library itself looks after the first head of a connection.
    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let is_begun = |turns: &u64| *turns > 0 && *turns == self.connection.turns();
        if !self.part.as_ref().is_some_and(is_begun) {
            self.head_timer = None;
            return Poll::Pending;
        }
        let patience = self.patience.head;
        let timer = self
            .head_timer
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        ready!(timer.as_mut().poll(context));
        self.is_late = true;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn took(&mut self, bytes: usize, left: usize) {
        self.connection.wrote(left);
        if left == 0 {
            self.write_timer = None;
        } else if let Some(timer) = &mut self.write_timer {
            timer.taken += bytes;
            if timer.taken >= PROGRESS {
                timer.taken = 0;
                timer
                    .sleep
                    .as_mut()
                    .reset(Instant::now() + self.patience.write);
            }
        }
    }

    fn poll_blocked(&mut self, context: &mut Context<'_>, left: usize) -> Poll<io::Error> {
        self.connection.blocked(left);
        let patience = self.patience.write;
        let timer = self.write_timer.get_or_insert_with(|| WriteTimer {
            sleep: Box::pin(sleep_until(Instant::now() + patience)),
            taken: 0,
        });
        ready!(timer.sleep.as_mut().poll(context));
        self.is_over = true;
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.connection.holds_back() {
            if let Some(tcp) = &this.tcp
                && tcp.poll_read_ready(context).is_ready()
            {
                this.connection.read_later(context);
            }
            return Poll::Pending;
        }
        if this.was_filled && !this.connection.is_answering() {
            // What was read is looked at first.
            this.was_filled = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        match this.poll_tcp(context, buffer) {
            Poll::Pending => this.poll_head(context),
            Poll::Ready(read) => {
                this.is_over |= read.is_err() || buffer.filled().len() == before;
                Poll::Ready(read)
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.connection.is_refusing() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let Some(tcp) = &mut this.tcp else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        match Pin::new(tcp).poll_write(context, bytes) {
            Poll::Ready(Ok(taken)) => {
                this.took(taken, bytes.len().saturating_sub(taken));
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => {
                this.is_over = true;
                Poll::Ready(Err(error))
            }
            Poll::Pending => this.poll_blocked(context, bytes.len()).map(Err),
        }
    }

    /// The bytes that were taken are with the operating system.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.is_over = true;
        match &mut this.tcp {
            Some(tcp) => Pin::new(tcp).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Stream {
    /// The library drops a connection without a word when chunks of a body are malformed.
    fn drop(&mut self) {
        let (connection, tcp) = (&self.connection, self.tcp.take());
        let Some(tcp) = tcp.filter(|_| !self.is_over && connection.is_written()) else {
            return;
        };
        let status = match (self.is_late, connection.owes_chunks_an_answer()) {
            (true, _) => Some("408 Request Timeout"),
            (false, true) => Some("400 Bad Request"),
            (false, false) => None,
        };
        *self.legacy.borrow_mut() = Some(Rest { tcp, status });
    }
}
