//! `profiled serve`

use std::net::SocketAddr;
use std::thread;

use serde_json::json;

use crate::application::Application;
use crate::commands::context::Context;
use crate::error::Failure;
use crate::output::print_line;
use crate::reload::Read;

pub(super) fn run(context: &Context, read: Read) -> Result<(), Failure> {
    serve(context, Some(read), |_| Ok(()))
}

/// Serves; `read` reads the settings again, and `announce` may say more once the addresses are known.
pub(super) fn serve(
    context: &Context,
    read: Option<Read>,
    announce: impl FnOnce(&Application) -> Result<(), Failure>,
) -> Result<(), Failure> {
    #[cfg(feature = "jemalloc")]
    give_memory_back();
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(&context.settings)?.reloading(read);
        announce(&application)?;
        tell(
            application.scheme(),
            application.addresses(),
            context.is_json,
        )?;
        application.run_until_stopped().await
    })
}

/// Has a thread of the allocator give back what has not been used for a while; other commands do not live so long.
#[cfg(feature = "jemalloc")]
fn give_memory_back() {
    if let Err(error) = tikv_jemalloc_ctl::background_thread::write(true) {
        tracing::warn!(%error, "memory is kept once it has been used");
    }
}

/// Prints where the service listens, on a thread of its own: the service waits for no reader, and needs none.
fn tell(scheme: &str, addresses: &[SocketAddr], is_json: bool) -> Result<(), Failure> {
    let urls: Vec<_> = addresses
        .iter()
        .map(|address| format!("{scheme}://{address}"))
        .collect();
    let print = move || {
        for url in urls {
            tracing::info!(url, "listening");
            let line = if is_json {
                json!({ "listening": url }).to_string()
            } else {
                format!("listening on {url}")
            };
            if let Err(error) = print_line(&line) {
                tracing::warn!(%error, url, "the address could not be printed");
            }
        }
    };
    let thread = thread::Builder::new().name("addresses".to_owned());
    let printing = thread.spawn(print);
    printing.map_err(|error| Failure::failed(error.to_string()))?;
    Ok(())
}
