//! `profiled serve`

use crate::application::Application;
use crate::error::Failure;
use crate::output::print_line;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    serve(settings, |_| Ok(()))
}

/// Serves; `announce` may say more once the addresses are known.
pub(super) fn serve(
    settings: &Settings,
    announce: impl FnOnce(&Application) -> Result<(), Failure>,
) -> Result<(), Failure> {
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(settings)?;
        announce(&application)?;
        for address in application.addresses() {
            print_line(&format!("listening on http://{address}"))?;
        }
        application.run_until_stopped().await
    })
}
