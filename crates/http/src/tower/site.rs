//! The settings of the dialect, as its views find them.

use actix_web::web;
use profiled_rest::RequestContext;
use profiled_rest::error::ApiError;

use crate::settings::TowerSettings;

/// Section `dialects.tower`.
///
/// # Errors
/// [`ApiError::Internal`] outside of the service, which brings them along.
pub(super) fn settings<'a>(context: &'a RequestContext<'_>) -> Result<&'a TowerSettings, ApiError> {
    let settings = context.request.app_data::<web::Data<TowerSettings>>();
    let settings =
        settings.ok_or_else(|| ApiError::Internal("no settings of the dialect".into()))?;
    Ok(settings)
}
