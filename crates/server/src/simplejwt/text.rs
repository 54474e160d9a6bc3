//! String literals of Python.

/// A text of one or several string literals.
pub(super) fn text(expression: &str) -> Option<String> {
    let mut rest = expression.trim();
    let mut found = String::new();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let quoted = rest.trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U']);
        let prefix = rest.get(..rest.len() - quoted.len())?.to_ascii_lowercase();
        let quote = quoted.chars().next().filter(|c| "\"'".contains(*c))?;
        let long = quote.to_string().repeat(3);
        let mark = if quoted.starts_with(&long) {
            long
        } else {
            quote.to_string()
        };
        let body = quoted.get(mark.len()..)?;
        let end = end_of(body, &mark)?;
        let raw = body.get(..end)?;
        if prefix.contains('r') {
            found.push_str(raw);
        } else {
            found.push_str(&unescaped(raw)?);
        }
        rest = body.get(end + mark.len()..)?.trim_start();
    }
    Some(found)
}

/// Where a string ends.
fn end_of(body: &str, mark: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in body.char_indices() {
        if !is_escaped && body.get(at..)?.starts_with(mark) {
            return Some(at);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    None
}

/// Escapes of Python that occur in settings; `None` for others.
fn unescaped(raw: &str) -> Option<String> {
    let (mut text, mut chars) = (String::new(), raw.chars());
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            '\n' => {}
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            c @ ('\\' | '\'' | '"') => text.push(c),
            'x' => text.push(code_point(&mut chars, 2)?),
            'u' => text.push(code_point(&mut chars, 4)?),
            _ => return None,
        }
    }
    Some(text)
}

fn code_point(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let hex: String = chars.by_ref().take(digits).collect();
    let code = (hex.len() == digits).then(|| u32::from_str_radix(&hex, 16).ok());
    char::from_u32(code.flatten()?)
}
