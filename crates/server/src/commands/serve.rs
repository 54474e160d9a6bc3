//! `profiled serve`

use serde_json::json;

use crate::application::Application;
use crate::commands::context::Context;
use crate::error::Failure;
use crate::output::print_line;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    serve(context, |_| Ok(()))
}

/// Serves; `announce` may say more once the addresses are known.
pub(super) fn serve(
    context: &Context,
    announce: impl FnOnce(&Application) -> Result<(), Failure>,
) -> Result<(), Failure> {
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(&context.settings)?;
        announce(&application)?;
        for address in application.addresses() {
            let url = format!("http://{address}");
            print_line(&if context.is_json {
                json!({ "listening": url }).to_string()
            } else {
                format!("listening on {url}")
            })?;
        }
        application.run_until_stopped().await
    })
}
