//! A form of a page.

use actix_web::http::{Method, StatusCode};

use super::context::Context;
use super::inputs::{self, Earlier, Input};
use super::raw::Cut;
use crate::error::FieldErrors;
use crate::framework::fields::Kind;
use crate::framework::forms::WriteForm;
use crate::wire::body::Parser;

/// A form as it is shown: inputs, raw data or both.
pub(super) struct FormView<'a> {
    pub(super) prefix: String,
    /// What it is for, where a page has more than one; such a form has no raw data.
    pub(super) title: &'static str,
    pub(super) methods: Vec<&'static str>,
    /// Where it is sent to, if not to the page itself.
    pub(super) action: Option<&'a str>,
    pub(super) inputs: Vec<Input<'a>>,
    pub(super) has_file: bool,
    pub(super) refusal: Refusal,
    pub(super) raw: String,
    /// Whether raw data hold the text that leaves a password as it is.
    pub(super) keeps_password: bool,
    pub(super) content_types: Vec<ContentType>,
}

/// What was refused of a form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nothing: it was not sent.
    None,
    /// All of it, or some inputs.
    OfForm,
    /// Raw data: something is wrong with them.
    OfRaw,
}

pub(super) struct ContentType {
    pub(super) name: &'static str,
    pub(super) is_chosen: bool,
}

impl<'a> FormView<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        form: &'a WriteForm,
        at: usize,
        status: StatusCode,
    ) -> Self {
        const NONE: &FieldErrors = &FieldErrors::NONE;
        let (spec, dialect) = (context.route.view.spec(), &context.route.dialect);
        let is_tried = status.is_client_error() && context.tried() == Some(at);
        let typed = context.extras.typed.as_ref().filter(|_| is_tried);
        let typed_raw = typed.and_then(|typed| typed.text("_content"));
        let has_file = form.fields.iter().any(|f| matches!(f.kind, Kind::Image));
        let methods = allowed_methods(context, form);
        let method = methods.first().and_then(|name| name.parse().ok());
        let parsers = dialect.parsers(spec, &method.unwrap_or(Method::POST));
        let encoding = if has_file {
            Parser::Multipart
        } else {
            Parser::Form
        };
        let earlier = Earlier {
            typed: typed.filter(|_| typed_raw.is_none()),
            errors: if is_tried {
                &context.extras.errors
            } else {
                NONE
            },
        };
        let prefix = format!("form{at}");
        // The form is a POST, whatever it stands for.
        let reads_forms = dialect.parsers(spec, &Method::POST).contains(&encoding);
        let inputs = if reads_forms {
            inputs::inputs(form, &prefix, earlier, context.origin)
        } else {
            Vec::new()
        };
        let chosen = typed.and_then(|typed| typed.text("_content_type"));
        Self {
            inputs,
            has_file,
            refusal: match is_tried {
                false => Refusal::None,
                true if typed_raw.is_some() && status == StatusCode::BAD_REQUEST => Refusal::OfRaw,
                true => Refusal::OfForm,
            },
            raw: typed_raw
                .and_then(|typed| Cut::FORM.out_of(typed))
                .unwrap_or_else(|| form.raw()),
            keeps_password: form.keeps_password(),
            content_types: content_types(parsers, chosen),
            title: form.title,
            methods,
            action: form.action.as_deref(),
            prefix,
        }
    }
}

fn allowed_methods(context: &Context<'_>, form: &WriteForm) -> Vec<&'static str> {
    let is_allowed = |method: &&str| {
        let method = method.parse();
        method.is_ok_and(|method| form.action.is_some() || context.route.view.allows(&method))
    };
    form.methods.iter().copied().filter(is_allowed).collect()
}

/// The types of raw data; files are sent by inputs only.
fn content_types(parsers: &[Parser], chosen: Option<&str>) -> Vec<ContentType> {
    let raw = parsers.iter().filter(|p| **p != Parser::Multipart);
    let content_type = |parser: &Parser| ContentType {
        name: parser.media_type(),
        is_chosen: chosen == Some(parser.media_type()),
    };
    raw.map(content_type).collect()
}
