//! What a client sends and no view reads.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use crate::wire::connection::Connection;

/// The next part of a body.
pub(super) async fn next(
    payload: &mut Payload,
    connection: Option<&Connection>,
) -> Option<Result<Bytes, PayloadError>> {
    match connection {
        Some(connection) => connection.receive(payload.next()).await,
        None => payload.next().await,
    }
}

/// Takes what a client still sends, up to `limit` bytes and until the deadline, and forgets it. Whether
/// that was all.
///
/// A connection that is closed with bytes unread is reset, and the client may lose the answer.
pub async fn discard(
    payload: &mut Payload,
    connection: Option<&Connection>,
    limit: usize,
    deadline: Instant,
) -> bool {
    let mut left = limit;
    let rest = async {
        while let Some(chunk) = next(payload, connection).await {
            let taken = chunk.ok().and_then(|chunk| left.checked_sub(chunk.len()));
            match taken {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        true
    };
    timeout_at(deadline, rest).await.unwrap_or(false)
}

/// What is left of a body that breaks off or is no body: nothing, and the connection cannot be used any more.
pub(super) fn broken(error: PayloadError) -> Payload {
    let payload = Box::pin(stream::iter([Err(error)]));
    Payload::Stream { payload }
}

/// Closes the connection after a response, for there is no end to the request's body.
///
/// A chunked body that was dropped would be waited for, whatever time it takes; one that is held while
/// the response is sent is not.
pub fn close_after(mut response: HttpResponse, unread: Payload) -> HttpResponse {
    response
        .head_mut()
        .set_connection_type(ConnectionType::Close);
    response.map_body(|_, body| BoxBody::new(Holding { body, held: unread }))
}

/// A body, and what is to be dropped once it is sent.
pub(in crate::wire) struct Holding<T> {
    pub(in crate::wire) body: BoxBody,
    #[expect(dead_code, reason = "it is there to be dropped")]
    pub(in crate::wire) held: T,
}

impl<T: Unpin> MessageBody for Holding<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
