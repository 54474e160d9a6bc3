//! What a module says: imports, items, paths, modules below it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::module::{Child, Module, Use};

const ITEMS: [&str; 8] = [
    "const", "enum", "fn", "static", "struct", "trait", "type", "union",
];

type Tokens = std::iter::Peekable<std::vec::IntoIter<TokenTree>>;

/// Reads the tokens of a module into it, and gives back what is below it.
pub fn module(module: &mut Module, tokens: TokenStream) -> Vec<Child> {
    let mut children = Vec::new();
    scan(module, &mut children, tokens, true);
    children
}

fn list(tokens: TokenStream) -> Tokens {
    tokens
        .into_iter()
        .collect::<Vec<_>>()
        .into_iter()
        .peekable()
}

fn scan(module: &mut Module, children: &mut Vec<Child>, tokens: TokenStream, is_outermost: bool) {
    let mut tokens = list(tokens);
    let mut before = String::new();
    let mut is_public = false;
    while let Some(token) = tokens.next() {
        let text = match &token {
            TokenTree::Group(group) => {
                if before == "#" && group.stream().to_string().replace(' ', "") == "cfg(test)" {
                    skip_item(&mut tokens);
                } else if !(is_public && group.delimiter() == Delimiter::Parenthesis) {
                    scan(module, children, group.stream(), false);
                    is_public = false;
                }
                before.clear();
                continue;
            }
            other => other.to_string(),
        };
        match text.as_str() {
            "pub" => {
                is_public = true;
                continue;
            }
            "mod" => children.extend(child(&mut tokens)),
            "use" if !matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '<') =>
            {
                import(module, &mut tokens, is_public);
            }
            _ if matches!(token, TokenTree::Ident(_)) => {
                let path = path(text.clone(), &mut tokens);
                let is_begun = before == "::" || before == ".";
                module.words.extend(path.iter().cloned());
                if is_outermost && path.len() == 1 && (ITEMS.contains(&before.as_str())) {
                    module.items.insert(text.clone());
                }
                if path.len() > 1 && !is_begun {
                    module.paths.push(path);
                }
            }
            _ => {}
        }
        is_public = false;
        before = match (before.as_str(), text.as_str()) {
            (":", ":") => "::".to_owned(),
            // `macro_rules! name`
            ("macro_rules", "!") => "fn".to_owned(),
            _ => text,
        };
    }
}

/// To the end of the item that an attribute belongs to.
fn skip_item(tokens: &mut Tokens) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
            TokenTree::Punct(mark) if mark.as_char() == ';' => return,
            _ => {}
        }
    }
}

fn child(tokens: &mut Tokens) -> Option<Child> {
    let TokenTree::Ident(name) = tokens.next()? else {
        // In a macro, which names it elsewhere.
        return None;
    };
    let name = name.to_string();
    let inline = match tokens.next()? {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    };
    Some(Child { name, inline })
}

/// Whether `::` and a name follow; then they are taken.
fn next_segment(tokens: &mut Tokens) -> Option<String> {
    let mut ahead = tokens.clone();
    let is_colon = |token: Option<TokenTree>| matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    if !is_colon(ahead.next()) || !is_colon(ahead.next()) {
        return None;
    }
    let TokenTree::Ident(name) = ahead.next()? else {
        return None;
    };
    *tokens = ahead;
    Some(name.to_string())
}

fn path(first: String, tokens: &mut Tokens) -> Vec<String> {
    let mut path = vec![first];
    while let Some(segment) = next_segment(tokens) {
        path.push(segment);
    }
    path
}

fn import(module: &mut Module, tokens: &mut Tokens, is_public: bool) {
    let is_end =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
    let tree: TokenStream = tokens.take_while(|token| !is_end(token)).collect();
    for (path, name) in tree_of(&[], tree) {
        module.uses.push(Use {
            path,
            name,
            is_public,
        });
    }
}

/// The paths of a `use` tree with the names that they bind.
fn tree_of(prefix: &[String], tree: TokenStream) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    let mut path = prefix.to_vec();
    let mut name = None;
    let mut is_alias = false;
    let mut is_done = true;
    let comma = TokenTree::Punct(proc_macro2::Punct::new(',', proc_macro2::Spacing::Alone));
    for token in tree.into_iter().chain([comma]) {
        match token {
            TokenTree::Group(group) => {
                found.extend(tree_of(&path, group.stream()));
                is_done = true;
            }
            TokenTree::Ident(word) if word == "as" => is_alias = true,
            TokenTree::Ident(word) if is_alias => name = Some(word.to_string()),
            TokenTree::Ident(word) => {
                let word = word.to_string();
                if word != "self" || path.is_empty() {
                    path.push(word);
                }
                is_done = false;
            }
            TokenTree::Punct(mark) if mark.as_char() == '*' => {
                found.push((path.clone(), None));
                is_done = true;
            }
            TokenTree::Punct(mark) if mark.as_char() == ',' => {
                if !is_done {
                    let name = name.take().or_else(|| path.last().cloned());
                    found.push((path, name));
                }
                path = prefix.to_vec();
                is_alias = false;
                is_done = true;
            }
            _ => {}
        }
    }
    found
}
