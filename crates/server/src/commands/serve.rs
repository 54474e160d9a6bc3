//! `profiled serve`

use serde_json::json;

use crate::application::Application;
use crate::error::Failure;
use crate::output::{Output, print_line};
use crate::settings::Settings;

pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Failure> {
    serve(settings, output, |_| Ok(()))
}

/// Serves; `announce` may say more once the addresses are known.
pub(super) fn serve(
    settings: &Settings,
    output: Output,
    announce: impl FnOnce(&Application) -> Result<(), Failure>,
) -> Result<(), Failure> {
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(settings)?;
        announce(&application)?;
        for address in application.addresses() {
            let url = format!("http://{address}");
            print_line(&if output.is_json {
                json!({ "listening": url }).to_string()
            } else {
                format!("listening on {url}")
            })?;
        }
        application.run_until_stopped().await
    })
}
