//! Pages that belong to no view.

use askama::Template;

use super::layout::{Door, Layout};
use super::reader::Reader;
use crate::framework::article::{Article, told};
use crate::wire::host::Origin;

#[derive(Template)]
#[template(path = "article.html")]
struct Standing<'a> {
    layout: Layout<'a>,
    article: &'a str,
}

/// A page with a title and an article.
pub(crate) fn render(title: &str, article: &Article, origin: &Origin, reader: &Reader) -> String {
    let layout = Layout::of_service(title, origin, reader);
    let page = Standing {
        layout,
        article: article.html(),
    };
    told(page.render())
}
