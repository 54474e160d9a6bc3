//! HTML as a second representation: a plain page that shows the answer.

use std::fmt::{self, Write};

/// A link on the way to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crumb {
    pub(crate) name: &'static str,
    pub(crate) path: String,
}

/// What a page shows.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) crumbs: Vec<Crumb>,
    /// The caller's name and where it leads to.
    pub(crate) caller: Option<(&'a str, &'a str)>,
    /// Method, path and query.
    pub(crate) request_line: String,
    /// Number and reason.
    pub(crate) status: String,
    /// Names and values, in the order of showing.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) json: &'a str,
    /// Where a button can ask for the OPTIONS document.
    pub(crate) options_form: bool,
}

/// What is allowed on a page: nothing but the page itself and forms to this server.
pub(crate) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

impl Page<'_> {
    /// The HTML text.
    pub(crate) fn render(&self) -> String {
        let mut html = String::with_capacity(self.json.len() * 2 + 2048);
        // Writing to a String cannot fail.
        let _ = self.write(&mut html);
        html
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let title = Escaped(self.title);
        out.write_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
        out.write_str("<meta name=\"viewport\" content=\"width=device-width\">\n")?;
        writeln!(out, "<title>{title}</title>\n</head>\n<body>\n<header>")?;
        self.write_navigation(out)?;
        writeln!(out, "</header>\n<main>\n<h1>{title}</h1>")?;
        writeln!(out, "<p>{}</p>", Escaped(self.description))?;
        self.write_actions(out)?;
        writeln!(out, "<pre>{}</pre>", Escaped(&self.request_line))?;
        writeln!(out, "<pre>HTTP {}", Escaped(&self.status))?;
        for (name, value) in &self.headers {
            writeln!(out, "{name}: {}", Escaped(value))?;
        }
        writeln!(
            out,
            "\n{}</pre>\n</main>\n</body>\n</html>",
            Escaped(self.json)
        )
    }

    fn write_navigation(&self, out: &mut String) -> fmt::Result {
        if !self.crumbs.is_empty() {
            out.write_str("<nav aria-label=\"Breadcrumb\">")?;
            for (at, crumb) in self.crumbs.iter().enumerate() {
                let separator = if at > 0 { " &gt; " } else { "" };
                let (path, name) = (Escaped(&crumb.path), Escaped(crumb.name));
                write!(out, "{separator}<a href=\"{path}\">{name}</a>")?;
            }
            out.write_str("</nav>\n")?;
        }
        match self.caller {
            Some((name, path)) => {
                writeln!(
                    out,
                    "<p><a href=\"{}\">{}</a></p>",
                    Escaped(path),
                    Escaped(name)
                )
            }
            None => Ok(()),
        }
    }

    fn write_actions(&self, out: &mut String) -> fmt::Result {
        out.write_str("<p>GET as <a href=\"?format=json\">json</a>, ")?;
        out.write_str("<a href=\"?format=api\">api</a></p>\n")?;
        if self.options_form {
            out.write_str("<form method=\"post\"><input type=\"hidden\" name=\"_method\" ")?;
            out.write_str("value=\"OPTIONS\"><button>OPTIONS</button></form>\n")?;
        }
        Ok(())
    }
}

/// Text that is safe in HTML, inside elements and inside quoted attributes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, tail) = rest.split_at(at);
            f.write_str(plain)?;
            f.write_str(match tail.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#x27;",
            })?;
            rest = tail.get(1..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_on_a_page_is_escaped() {
        let evil = "<script>\"&'";
        let page = Page {
            title: evil,
            description: evil,
            crumbs: vec![Crumb {
                name: "Me",
                path: evil.to_owned(),
            }],
            caller: Some((evil, evil)),
            request_line: evil.to_owned(),
            status: evil.to_owned(),
            headers: vec![("Allow", evil.to_owned())],
            json: evil,
            options_form: true,
        };

        let html = page.render();

        assert!(!html.contains("<script"));
        assert_eq!(html.matches("&lt;script&gt;&quot;&amp;&#x27;").count(), 10);
    }
}
