//! What a client sends and no view reads.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

/// Takes what a client still sends, up to `limit` bytes and until the deadline, and forgets it. Whether
/// that was all.
///
/// A connection that is closed with bytes unread is reset, and the client may lose the answer.
pub async fn discard(payload: &mut Payload, limit: usize, deadline: Instant) -> bool {
    let mut left = limit;
    let rest = async {
        while let Some(chunk) = payload.next().await {
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

/// Closes the connection after a response, for there is no end to the request's body.
///
/// A chunked body that was dropped would be waited for, whatever time it takes; one that is held while
/// the response is sent is not.
pub fn close_after(response: HttpResponse, unread: Payload) -> HttpResponse {
    response.map_body(|_, body| {
        BoxBody::new(Holding {
            body,
            _unread: unread,
        })
    })
}

struct Holding {
    body: BoxBody,
    _unread: Payload,
}

impl MessageBody for Holding {
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
