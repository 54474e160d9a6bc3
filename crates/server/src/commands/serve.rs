//! `profiled serve`

use std::thread;

use serde_json::json;

use crate::application::Application;
use crate::build_info;
use crate::commands::context::Context;
use crate::error::Failure;
use crate::output::print_line;
use crate::reload::Read;
use crate::settings::Settings;

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
        starts(&context.settings);
        tell(&application, context.is_json)?;
        application.run_until_stopped().await
    })
}

/// The first line of the log: what runs.
fn starts(settings: &Settings) {
    let dialects = &settings.dialects;
    let enabled = [
        ("drf", dialects.drf.enabled),
        ("jwt", dialects.jwt.enabled),
        ("tower", dialects.tower.enabled),
        (
            "tower_v2",
            dialects.tower.enabled && dialects.tower_v2.enabled,
        ),
    ];
    let enabled = enabled.into_iter().filter(|(_, is_enabled)| *is_enabled);
    let enabled: Vec<_> = enabled.map(|(name, _)| name).collect();
    tracing::info!(
        version = build_info::VERSION,
        commit = build_info::COMMIT,
        features = build_info::FEATURES,
        database = settings.database_kind(),
        dialects = enabled.join(","),
        "profiled starts"
    );
}

/// Has a thread of the allocator give back what has not been used for a while; other commands do not live so long.
#[cfg(feature = "jemalloc")]
fn give_memory_back() {
    if let Err(error) = tikv_jemalloc_ctl::background_thread::write(true) {
        tracing::warn!(%error, "memory is kept once it has been used");
    }
}

/// Prints where the service listens, on a thread of its own: the service waits for no reader, and needs none.
fn tell(application: &Application, is_json: bool) -> Result<(), Failure> {
    let scheme = application.scheme();
    let addresses = application.addresses().iter();
    let clients = addresses.map(|address| ("listening", format!("{scheme}://{address}")));
    let admin = application.admin_address();
    let admin = admin.map(|address| ("admin listening", format!("http://{address}")));
    let lines: Vec<_> = clients.chain(admin).collect();
    let print = move || {
        for (what, url) in lines {
            tracing::info!(url, "{what}");
            let line = if is_json {
                json!({ what.replace(' ', "_"): url }).to_string()
            } else {
                format!("{what} on {url}")
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
