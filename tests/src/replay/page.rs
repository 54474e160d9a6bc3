//! What a reader sees of an HTML page, and where its links lead.

/// Elements whose content is not shown.
const UNSEEN: [&str; 3] = ["script", "style", "title"];

/// The page without tags, entities resolved, blanks collapsed.
pub fn visible_text(source: &str) -> String {
    let mut text = String::new();
    let mut rest = source;
    while let Some((before, behind)) = rest.split_once('<') {
        text.push_str(before);
        rest = after_tag(behind);
    }
    text.push_str(rest);
    resolve_entities(&text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What follows a tag, or an element that is not shown.
fn after_tag(tag: &str) -> &str {
    if let Some(comment) = tag.strip_prefix("!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let name: String = tag
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    if UNSEEN.contains(&name.to_ascii_lowercase().as_str()) {
        let end = format!("</{name}>");
        return rest.split_once(&end).map_or("", |(_, rest)| rest);
    }
    rest
}

/// The values of all `href` attributes.
pub fn links(source: &str) -> Vec<String> {
    let values = source.split("href=").skip(1).filter_map(|rest| {
        let quote = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''))?;
        rest.split(quote).nth(1)
    });
    values.map(resolve_entities).collect()
}

fn resolve_entities(text: &str) -> String {
    let mut resolved = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        resolved.push_str(before);
        let entity = behind
            .split_once(';')
            .and_then(|(name, tail)| Some((entity(name)?, tail)));
        let (character, tail) = entity.unwrap_or(('&', behind));
        resolved.push(character);
        rest = tail;
    }
    resolved + rest
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_comments_and_scripts_are_not_seen() {
        let source = "<title>T</title><script>let a;</script><h1>Me</h1>\n  <b>x</b>: y<!-- no -->";

        assert_eq!(visible_text(source), "Me x: y");
    }

    #[test]
    fn entities_are_resolved_after_tags_are_removed() {
        assert_eq!(
            visible_text("<p>O&#39;Neil &lt;b&gt;&amp; &#x41; &unknown;</p>"),
            "O'Neil <b>& A &unknown;"
        );
    }

    #[test]
    fn links_are_found_in_either_quotes() {
        assert_eq!(
            links("<a href=\"/a?b&amp;c\">x</a><a class=l href='/d'>"),
            ["/a?b&c", "/d"]
        );
    }
}
