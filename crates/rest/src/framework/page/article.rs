//! Pages that show something else than an answer.

use askama::Template;

/// What a page shows in place of the answer: a rendered template, in which all values are escaped.
#[derive(Clone, Debug)]
pub struct Article(String);

impl Article {
    /// What a template makes of its values. Its name ends in `.html`, so that it escapes them.
    #[must_use]
    pub fn of(template: &impl Template) -> Self {
        Self(told(template.render()))
    }

    pub(super) fn html(&self) -> &str {
        &self.0
    }
}

/// A page as text.
pub(super) fn told(rendered: askama::Result<String>) -> String {
    rendered.unwrap_or_else(|error| {
        // Values are text, which writes itself without fail.
        tracing::error!(%error, "a page could not be written");
        String::new()
    })
}
