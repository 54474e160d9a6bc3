//! Pages that show something else than an answer.

use askama::Template;

use super::layout::{Door, Layout};
use super::{Reader, told};
use crate::wire::host::Origin;

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

#[derive(Template)]
#[template(path = "article.html")]
struct Standing<'a> {
    layout: Layout<'a>,
    article: &'a str,
}

/// A page that belongs to no view.
pub(crate) fn render_article(
    title: &str,
    article: &Article,
    origin: &Origin,
    reader: &Reader,
) -> String {
    let layout = Layout::of_service(title, origin, reader);
    let page = Standing {
        layout,
        article: article.html(),
    };
    told(page.render())
}
