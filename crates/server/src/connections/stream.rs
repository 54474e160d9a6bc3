//! The stream of a connection: it reads no faster than requests are answered, and ends when answers are not taken.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use profiled_http::{BodyLength, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::intake::{Intake, Lines};
use super::transport::Transport;

/// Bytes that are taken at a time where the end is not known, and may wait for the end of a request before them.
const PART: usize = 2048;
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
    pub(super) transport: Transport,
    /// Status line that the peer has not been told.
    pub(super) status: Option<&'static str>,
}

/// Where a stream leaves its rest.
pub(super) type Legacy = Rc<RefCell<Option<Rest>>>;

/// A connection as the HTTP library sees it.
pub(super) struct Stream {
    transport: Option<Transport>,
    connection: Rc<Connection>,
    patience: Patience,
    legacy: Legacy,
    intake: Intake,
    /// What has come of the next head, after so many requests.
    head: Option<(Head, u64)>,
    head_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<WriteTimer>,
    /// Nothing more is to be said.
    is_over: bool,
    is_late: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Part,
    Whole,
}

struct WriteTimer {
    sleep: Pin<Box<Sleep>>,
    taken: usize,
}

impl Stream {
    pub(super) fn new(transport: Transport, patience: Patience, legacy: Legacy) -> Self {
        Self {
            connection: Rc::new(Connection::to(transport.local())),
            transport: Some(transport),
            patience,
            legacy,
            intake: Intake::default(),
            head: None,
            head_timer: None,
            write_timer: None,
            is_over: false,
            is_late: false,
        }
    }

    pub(super) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Part of a body, or of one head.
    fn poll_part(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match self.connection.body() {
            None => ready!(self.poll_lines(context, buffer))?,
            Some(length) => ready!(self.poll_body(context, length, buffer))?,
        }
        self.connection.received(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }

    fn poll_body(
        &mut self,
        context: &mut Context<'_>,
        length: BodyLength,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = match length {
            BodyLength::Left(left) => usize::try_from(left).unwrap_or(usize::MAX),
            BodyLength::Chunks => PART,
        };
        let room = buffer.remaining().min(room);
        let has_come = !self.intake.is_empty();
        if !has_come {
            ready!(self.poll_transport_ready(context))?;
        }
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        if has_come {
            self.intake.give(&mut part);
        } else {
            ready!(self.poll_transport(context, &mut part))?;
        }
        if length == BodyLength::Chunks {
            self.intake.cut(&mut part);
        }
        let length = part.filled().len();
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }

    /// Lines of one head.
    fn poll_lines(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.awaits(Head::Part) {
            self.intake.begin();
            self.head_timer = None;
        }
        loop {
            let lines = self.intake.give_lines(buffer);
            let is_whole = lines == Lines::Last;
            let head = is_whole.then_some(Head::Whole);
            let head = head.or_else(|| self.intake.is_within().then_some(Head::Part));
            self.head = head.map(|head| (head, self.connection.turns()));
            if lines != Lines::None {
                return Poll::Ready(Ok(()));
            }
            let mut bytes = [0; PART];
            let mut part = ReadBuf::new(&mut bytes);
            ready!(self.poll_transport(context, &mut part))?;
            self.intake.take(part.filled());
            if part.filled().is_empty() && self.intake.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn poll_transport(
        &mut self,
        context: &mut Context<'_>,
        part: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Some(transport) => Pin::new(transport).poll_read(context, part),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_transport_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Some(transport) => transport.poll_read_ready(context),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    /// Whether so much has come of a head whose request was not begun.
    fn awaits(&self, head: Head) -> bool {
        self.head == Some((head, self.connection.turns()))
    }

    /// The HTTP library itself looks after the first head of a connection.
    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.awaits(Head::Part) || self.connection.turns() == 0 {
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
        if this.connection.holds_back() || this.awaits(Head::Whole) {
            if !this.intake.is_empty() || this.poll_transport_ready(context).is_ready() {
                this.connection.read_later(context);
            }
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        match this.poll_part(context, buffer) {
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
        let Some(transport) = &mut this.transport else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        match Pin::new(transport).poll_write(context, bytes) {
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

    /// All was taken, but with TLS the operating system may not have it yet.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(transport) = &mut this.transport else {
            return Poll::Ready(Ok(()));
        };
        match Pin::new(transport).poll_flush(context) {
            Poll::Ready(Ok(())) => {
                if this.write_timer.is_some() {
                    this.took(0, 0);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => {
                this.is_over = true;
                Poll::Ready(Err(error))
            }
            Poll::Pending => this.poll_blocked(context, 1).map(Err),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.is_over = true;
        match &mut this.transport {
            Some(transport) => Pin::new(transport).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Stream {
    /// The library drops a connection without a word when chunks of a body are malformed.
    fn drop(&mut self) {
        let (connection, transport) = (&self.connection, self.transport.take());
        let Some(transport) = transport.filter(|_| !self.is_over && connection.is_written()) else {
            return;
        };
        let status = match (self.is_late, connection.owes_chunks_an_answer()) {
            (true, _) => Some("408 Request Timeout"),
            (false, true) => Some("400 Bad Request"),
            (false, false) => None,
        };
        *self.legacy.borrow_mut() = Some(Rest { transport, status });
    }
}
