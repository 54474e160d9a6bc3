//! From a connection to requests. The HTTP library is put together by hand, so that a stream of our own is below it
//! (ADR 0041).

mod doors;
mod head_line;
mod intake;
mod stream;
mod transport;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::{DispatchError, ParseError};
use actix_http::{Extensions, HttpService};
use actix_server::Server;
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, fn_factory, fn_service, map_config,
};
use actix_web::dev::AppConfig;
use actix_web::{App, web};
use profiled_http::{AppState, Connections, HttpSettings, configure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::tls::Tls;
use doors::Doors;
use stream::{Legacy, Patience, Rest, Stream};
use transport::Transport;

/// How long a peer may take to hear that its connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// A server that is not running yet.
pub(crate) fn server(
    settings: &HttpSettings,
    workers: usize,
    state: &web::Data<AppState>,
    listeners: Vec<TcpListener>,
    tls: Option<&Tls>,
) -> io::Result<Server> {
    let mut server = Server::build()
        .workers(workers)
        .max_concurrent_connections(settings.max_connections)
        // The database has threads of its own; what is left is rare and short.
        .worker_max_blocking_threads(2)
        .shutdown_timeout(settings.shutdown_timeout)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let doors = Arc::new(Doors::new(settings, workers));
    for listener in listeners {
        let (settings, state) = (settings.clone(), state.clone());
        let (doors, stopping, tls) = (Arc::clone(&doors), stopping.clone(), tls.cloned());
        let open = state.connections().clone();
        server = server.listen("http", listener, move || {
            let (open, stopping) = (open.clone(), stopping.clone());
            let http = HttpService::build()
                .keep_alive(Duration::from_secs(settings.keep_alive))
                .client_request_timeout(Duration::from_secs(settings.header_timeout))
                .client_disconnect_timeout(FAREWELL)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .on_connect_ext(move |stream: &Stream, data: &mut Extensions| {
                    data.insert(open.add());
                    data.insert(Rc::clone(stream.connection()));
                });
            let app = App::new().configure(configure(state.clone()));
            let app = map_config(app.into_factory(), |()| AppConfig::default());
            let entrance = Entrance {
                doors: Arc::clone(&doors),
                open: state.connections().clone(),
                tls: tls.clone(),
                patience: Patience {
                    head: Duration::from_secs(settings.header_timeout),
                    write: Duration::from_secs(settings.write_timeout),
                },
            };
            serve(http.h1(app), Rc::new(entrance))
        })?;
    }
    Ok(server.run())
}

/// How connections begin, and how long they wait.
struct Entrance {
    doors: Arc<Doors>,
    open: Connections,
    tls: Option<Tls>,
    patience: Patience,
}

impl Entrance {
    /// A connection that is ready for requests. Whoever fails the handshake has been told, or has gone.
    async fn transport(&self, tcp: TcpStream) -> Option<Transport> {
        let Some(tls) = &self.tls else {
            return Some(Transport::Plain(tcp));
        };
        match tls.accept(tcp, self.patience.head).await {
            Ok(tls) => Some(Transport::Tls(Box::new(tls))),
            Err(error) => {
                tracing::debug!(%error, "a handshake has failed");
                None
            }
        }
    }
}

/// A connection from its first byte to its last.
fn serve<S>(
    http: S,
    entrance: Rc<Entrance>,
) -> impl ServiceFactory<
    TcpStream,
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = S::InitError,
> + use<S>
where
    S: ServiceFactory<
            (Stream, Option<SocketAddr>),
            Config = (),
            Response = (),
            Error = DispatchError,
        > + 'static,
{
    fn_factory(move || {
        let (http, entrance) = (http.new_service(()), Rc::clone(&entrance));
        async move {
            let http = Rc::new(http.await?);
            Ok(fn_service(move |tcp: TcpStream| {
                answer(Rc::clone(&http), Rc::clone(&entrance), tcp)
            }))
        }
    })
}

async fn answer<S>(http: Rc<S>, entrance: Rc<Entrance>, tcp: TcpStream) -> Result<(), DispatchError>
where
    S: Service<(Stream, Option<SocketAddr>), Response = (), Error = DispatchError>,
{
    let peer = tcp.peer_addr().ok();
    let place = entrance.doors.admit(peer.map(|peer| peer.ip()));
    let Some(_place) = place else {
        return Ok(());
    };
    let Some(transport) = entrance.transport(tcp).await else {
        return Ok(());
    };
    let legacy = Legacy::default();
    let stream = Stream::new(transport, entrance.patience, Rc::clone(&legacy));
    let outcome = http.call((stream, peer)).await;
    match &outcome {
        Err(DispatchError::Parse(ParseError::TooLarge)) => entrance.open.was_too_large(),
        Err(DispatchError::Parse(_)) => entrance.open.was_malformed(),
        _ => {}
    }
    let rest = legacy.take();
    if let Some(rest) = rest {
        let _is_late = timeout(FAREWELL, end(rest)).await;
    }
    outcome
}

/// Says what is to be said, and takes what still comes: a connection that is closed with bytes unread is reset, and
/// the peer may lose the answer.
async fn end(
    Rest {
        mut transport,
        status,
    }: Rest,
) -> io::Result<()> {
    if let Some(status) = status {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        transport.write_all(head.as_bytes()).await?;
    }
    transport.shutdown().await?;
    let mut unread = [0; 1024];
    while transport.read(&mut unread).await? > 0 {}
    Ok(())
}
