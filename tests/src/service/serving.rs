//! A service on a thread of its own.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use profiled::{Application, RouteEntry, Settings};

/// Where it listens for clients and for operators, what ends it, its routes and its thread.
pub(super) type Served = (
    [Option<SocketAddr>; 2],
    ServerHandle,
    Vec<RouteEntry>,
    JoinHandle<()>,
);

/// Runs the service on a thread of its own, and waits until it listens.
pub(super) fn serve(settings: Settings) -> Result<Served, String> {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let application = match Application::build(&settings) {
                Ok(application) => application,
                Err(failure) => {
                    // Nobody waits any more when the test is over.
                    let _ = sender.send(Err(failure.to_string()));
                    return;
                }
            };
            let address = application.addresses().first().copied();
            let addresses = [address, application.admin_address()];
            let routes = application.routes().to_vec();
            let _ = sender.send(Ok((addresses, application.handle(), routes)));
            if let Err(failure) = application.run_until_stopped().await {
                eprintln!("the service failed: {failure}");
            }
        });
    });
    let started: Result<_, String> = receiver.recv().map_err(|error| error.to_string())?;
    let (addresses, handle, routes) = started?;
    Ok((addresses, handle, routes, thread))
}
