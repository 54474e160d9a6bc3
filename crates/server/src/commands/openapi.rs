//! `profiled openapi`

use crate::application;
use crate::cli::{Openapi, OpenapiFormat};
use crate::commands::context::Context;
use crate::error::Failure;
use crate::output::print_line;

pub(super) fn run(context: &Context, arguments: &Openapi) -> Result<(), Failure> {
    let is_yaml = arguments.format == OpenapiFormat::Yaml;
    let text = application::openapi(&context.settings, is_yaml)?;
    print_line(text.trim_end())
}
