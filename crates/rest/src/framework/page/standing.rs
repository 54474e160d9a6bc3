//! Pages that belong to no view.

use askama::Template;

use super::article::{Article, told};
use super::layout::{Door, Layout};
use super::reader::Reader;
use crate::wire::host::Origin;

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
