//! What a connection and the requests on it know of each other: HTTP lets a client send requests without reading a
//! single answer (ADR 0041).

use std::cell::Cell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};

use crate::wire::body::Holding;

/// Bytes of answers that may wait to be written before the next request is begun.
const ROOM: usize = 64 * 1024;
/// What a head takes, about.
const HEAD: usize = 512;

/// Shared by the stream of a connection and its requests, all of which are one task.
#[derive(Default)]
pub struct Connection {
    turn: Cell<Turn>,
    turns: Cell<u64>,
    body: Cell<BodyLength>,
    unwritten: Cell<usize>,
    is_blocked: Cell<bool>,
    /// The stream has left bytes unread.
    reader: Cell<Option<Waker>>,
    /// A request waits until there is room for its answer.
    waiting: Cell<Option<Waker>>,
    /// The address of ours that the peer has connected to.
    local: Option<SocketAddr>,
}

/// How long the body of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    /// Bytes that have not come yet.
    Left(u64),
    /// It comes in chunks, and tells when it is over.
    Chunks,
}

impl Default for BodyLength {
    fn default() -> Self {
        Self::Left(0)
    }
}

/// What is going on with the latest request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Turn {
    /// There is none, or it has been answered.
    #[default]
    Over,
    /// It waits for nothing of the client.
    Answering,
    /// It waits for its body.
    Reading,
    /// It was the last one: what comes is the rest of its body.
    Closing,
}

impl Connection {
    /// A connection to this address of ours.
    #[must_use]
    pub fn to(local: Option<SocketAddr>) -> Self {
        Self {
            local,
            ..Self::default()
        }
    }

    /// The address that the peer has connected to.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.local
    }

    /// Waits until the peer has taken enough of earlier answers, and begins to answer a request.
    pub async fn begin(&self, body: BodyLength) {
        poll_fn(|context| self.poll_room(context)).await;
        self.turns.set(self.turns.get() + 1);
        self.body.set(body);
        self.turn.set(Turn::Answering);
    }

    fn poll_room(&self, context: &Context<'_>) -> Poll<()> {
        if self.unwritten.get() <= ROOM {
            return Poll::Ready(());
        }
        self.waiting.set(Some(context.waker().clone()));
        Poll::Pending
    }

    /// Waits for `part`, which is one of the request's body.
    pub(crate) async fn receive<T>(&self, part: impl Future<Output = T>) -> T {
        let mut part = pin!(part);
        poll_fn(|context| {
            let part = part.as_mut().poll(context);
            if part.is_pending() {
                self.turn.set(Turn::Reading);
                self.resume_reading();
            } else {
                self.turn.set(Turn::Answering);
            }
            part
        })
        .await
    }

    /// Bytes have come. Whether it is enough of a body, only its reader knows.
    pub fn received(&self, bytes: usize) {
        if let BodyLength::Left(left) = self.body.get() {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            self.body.set(BodyLength::Left(left.saturating_sub(bytes)));
        }
        if self.turn.get() == Turn::Reading {
            self.turn.set(Turn::Answering);
        }
    }

    /// The answer is made; it is the last one unless the request was read to its end.
    ///
    /// If its body comes bit by bit, the turn ends with it: the HTTP library goes by the head that it took last.
    #[must_use]
    pub fn send(this: &Rc<Self>, response: HttpResponse, is_read: bool) -> HttpResponse {
        let size = response.body().size();
        let length = match size {
            BodySize::Sized(bytes) => bytes,
            BodySize::None | BodySize::Stream => 0,
        };
        if !is_read || size == BodySize::None {
            this.end(length, is_read);
            return response;
        }
        response.map_body(|_, body| match body.try_into_bytes() {
            Ok(bytes) => {
                this.end(length, true);
                BoxBody::new(bytes)
            }
            Err(body) => {
                // What is read of the file is counted once it is written.
                this.body.set(BodyLength::default());
                let held = Sending(Rc::clone(this));
                BoxBody::new(Holding { body, held })
            }
        })
    }

    /// The last of an answer is with the HTTP library, which may have so many bytes of its body left.
    fn end(&self, body: u64, is_read: bool) {
        let body = usize::try_from(body).unwrap_or(ROOM).min(ROOM);
        self.unwritten.set(self.unwritten.get() + HEAD + body);
        self.turn
            .set(if is_read { Turn::Over } else { Turn::Closing });
        self.resume_reading();
    }

    /// The peer has taken bytes, and so many are left.
    pub fn wrote(&self, left: usize) {
        self.is_blocked.set(false);
        self.resume_reading();
        self.left(left);
    }

    /// The peer takes nothing at present, and so many bytes are left.
    pub fn blocked(&self, left: usize) {
        self.is_blocked.set(true);
        self.left(left);
    }

    fn left(&self, bytes: usize) {
        self.unwritten.set(bytes);
        if bytes <= ROOM
            && let Some(waiting) = self.waiting.take()
        {
            waiting.wake();
        }
    }

    fn resume_reading(&self) {
        if !self.holds_back()
            && let Some(reader) = self.reader.take()
        {
            reader.wake();
        }
    }

    /// Whether nothing should be read: there is a request to be answered first, or answers to be taken.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        let waits = match self.turn.get() {
            Turn::Over | Turn::Closing => false,
            Turn::Answering => true,
            // The whole body has come: what follows is another request.
            Turn::Reading => self.body.get() == BodyLength::Left(0),
        };
        waits || self.is_blocked.get()
    }

    /// How much may come before the head of another request, which is next if there is `None`.
    #[must_use]
    pub fn body(&self) -> Option<BodyLength> {
        match self.turn.get() {
            Turn::Over => None,
            Turn::Answering | Turn::Reading => Some(self.body.get()),
            Turn::Closing => Some(BodyLength::Left(u64::MAX)),
        }
    }

    /// Is to be woken once there is no reason any more to [hold back](Self::holds_back).
    pub fn read_later(&self, context: &Context<'_>) {
        self.reader.set(Some(context.waker().clone()));
    }

    /// Whether a request was begun whose answer has not been made.
    #[must_use]
    pub fn is_answering(&self) -> bool {
        matches!(self.turn.get(), Turn::Answering | Turn::Reading)
    }

    /// Whether a request was begun that may be malformed, since its body comes in chunks, and that has no answer.
    #[must_use]
    pub fn owes_chunks_an_answer(&self) -> bool {
        self.is_answering() && self.body.get() == BodyLength::Chunks
    }

    /// Whether all that was answered has been written.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.unwritten.get() == 0
    }

    /// How many requests were begun.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turns.get()
    }
}

/// A request whose answer is being sent bit by bit. It is over when this is dropped.
struct Sending(Rc<Connection>);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.turn.set(Turn::Over);
        self.0.resume_reading();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn next_request_begins_when_enough_answers_were_taken() {
        let connection = Connection::default();
        assert_eq!(
            connection.begin(BodyLength::Left(1)).now_or_never(),
            Some(())
        );
        connection.end(1_000_000, true);

        let early = connection.begin(BodyLength::Left(1)).now_or_never();
        connection.blocked(ROOM + 1);
        let late = connection.begin(BodyLength::Left(1)).now_or_never();
        connection.blocked(ROOM);
        let in_time = connection.begin(BodyLength::Left(1)).now_or_never();

        assert_eq!((early, late, in_time), (None, None, Some(())));
        assert_eq!(connection.turns(), 2);
    }

    #[test]
    fn nothing_is_read_beside_an_answer_but_the_body_it_waits_for() {
        let connection = Connection::default();
        let mut seen = vec![connection.holds_back()];
        let mut see = || seen.push(connection.holds_back());
        connection.begin(BodyLength::Left(1)).now_or_never();
        see();
        connection.receive(pending::<()>()).now_or_never();
        see();
        connection.received(0);
        see();
        connection.receive(pending::<()>()).now_or_never();
        see();
        connection.received(1);
        connection.receive(pending::<()>()).now_or_never();
        see();
        connection.receive(ready(())).now_or_never();
        see();
        connection.end(1, true);
        see();
        connection.blocked(1);
        see();
        connection.wrote(0);
        see();

        assert_eq!(
            seen,
            [
                false, true, false, true, false, true, true, false, true, false
            ]
        );
    }
}
