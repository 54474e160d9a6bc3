//! What a page shows in place of an answer.

use askama::Template;

/// A rendered template, in which all values are escaped.
#[derive(Clone, Debug)]
pub struct Article(String);

impl Article {
    /// What a template makes of its values. Its name ends in `.html`, so that it escapes them.
    #[must_use]
    pub fn of(template: &impl Template) -> Self {
        Self(told(template.render()))
    }

    pub(crate) fn html(&self) -> &str {
        &self.0
    }
}

/// What was rendered: values are text, which writes itself without fail.
pub(crate) fn told(rendered: askama::Result<String>) -> String {
    rendered.unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be written");
        String::new()
    })
}
