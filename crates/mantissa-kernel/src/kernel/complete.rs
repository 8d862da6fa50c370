//! Completions and documentation: characters to bytes and back, and what needs no engine.

use super::wire::Request;
use crate::session::{Completion, Completions};
use jupyter_protocol::Media;
use jupyter_protocol::messaging::{CompleteReply, InspectReply};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::path::Path;

/// The code of a request and the byte at which its cursor is: Jupyter counts characters.
pub(super) fn at_cursor(request: &Request) -> (String, usize) {
    let code = request.text("code").to_owned();
    let position = match request.number("cursor_pos") {
        Some(count) => {
            let count = usize::try_from(count).unwrap_or(0);
            let mut places = code.char_indices().map(|(at, _)| at);
            places.nth(count).unwrap_or(code.len())
        }
        None => code.len(),
    };
    (code, position)
}

/// The byte after the word that the cursor is in.
pub(super) fn end_of_word(code: &str, position: usize) -> usize {
    let rest = &code[position..];
    let word = |c: char| c.is_alphanumeric() || c == '_';
    position + rest.find(|c| !word(c)).unwrap_or(rest.len())
}

/// No possibilities.
pub(super) fn nothing(position: usize) -> Completions {
    Completions {
        start: position,
        end: position,
        items: Vec::new(),
    }
}

/// Paths in `:dep`, which the engine does not know.
pub(super) fn without_engine(code: &str, position: usize) -> Option<Completions> {
    let line = code[..position].rsplit('\n').next()?;
    if !line.trim_start().starts_with(":dep") {
        return None;
    }
    let (before, typed) = line.rsplit_once('"')?;
    if before.matches('"').count() % 2 != 0 || !before.trim_end().ends_with('=') {
        return None;
    }
    let (folder, start) = match typed.rsplit_once('/') {
        Some((folder, start)) => (format!("{folder}/"), start),
        None => (String::new(), typed),
    };
    let listed = match folder.as_str() {
        "" => Path::new("."),
        folder => Path::new(folder),
    };
    let mut items: Vec<Completion> = std::fs::read_dir(listed)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'))
        })
        .map(|name| Completion {
            text: name.clone() + "/",
            kind: "path".to_owned(),
            label: name,
        })
        .collect();
    items.sort_by(|a, b| a.text.cmp(&b.text));
    Some(Completions {
        start: position - start.len(),
        end: position,
        items,
    })
}

/// What Jupyter wants to know: names to insert, and beside them types and signatures.
pub(super) fn reply(code: &str, found: Completions) -> CompleteReply {
    let characters = |at: usize| code.get(..at).map_or(0, |before| before.chars().count());
    let (start, end) = (characters(found.start), characters(found.end));
    let mut seen = HashSet::new();
    let mut matches = Vec::new();
    let mut types = Vec::new();
    for item in found.items {
        let name = plain(&item.text).to_owned();
        if !seen.insert(name.clone()) {
            continue;
        }
        types.push(json!({
            "start": start,
            "end": end,
            "text": name,
            "type": item.kind,
            "signature": item.label,
        }));
        matches.push(name);
    }
    let mut metadata = Map::new();
    metadata.insert(
        "_jupyter_types_experimental".to_owned(),
        Value::Array(types),
    );
    CompleteReply {
        matches,
        cursor_start: start,
        cursor_end: end,
        metadata,
        ..CompleteReply::default()
    }
}

/// The name of what the engine would insert, without arguments and braces.
fn plain(text: &str) -> &str {
    let end = text.find(['(', '{', '<', ' ', '[']).unwrap_or(text.len());
    match &text[..end] {
        "" => text,
        name => name,
    }
}

/// Documentation as text and as HTML.
pub(super) fn inspection(found: Option<(String, String)>) -> InspectReply {
    let Some((text, html)) = found else {
        return InspectReply::default();
    };
    // The engine has made HTML of Markdown, and gives only that.
    let markdown = htmd::convert(&html).unwrap_or_else(|_| text.clone());
    let data = json!({ "text/plain": text, "text/markdown": markdown, "text/html": html });
    InspectReply {
        found: true,
        data: serde_json::from_value::<Media>(data).unwrap_or_default(),
        ..InspectReply::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_comes_in_three_forms() {
        let html = "<pre><code class=\"language-rust\">fn new() -&gt; Self\n</code></pre><p>An <code>x</code>.</p>";
        let reply = inspection(Some(("An x.".to_owned(), html.to_owned())));
        assert!(reply.found);
        let data = serde_json::to_value(&reply.data).unwrap();
        assert_eq!(data["text/plain"], "An x.");
        assert_eq!(data["text/html"], html);
        assert_eq!(
            data["text/markdown"],
            "```rust\nfn new() -> Self\n```\n\nAn `x`."
        );
        assert!(!inspection(None).found);
    }

    #[test]
    fn names_are_plain() {
        for (text, name) in [
            ("push(value)", "push"),
            ("println!($0)", "println!"),
            ("Vec<T>", "Vec"),
            ("len", "len"),
            ("(a, b)", "(a, b)"),
        ] {
            assert_eq!(plain(text), name);
        }
    }

    #[test]
    fn places_are_counted_in_characters() {
        let code = "let 数 = v.pu";
        let found = Completions {
            start: code.len() - 2,
            end: code.len(),
            items: vec![Completion {
                text: "push(value)".into(),
                kind: "function".into(),
                label: "push(…)".into(),
            }],
        };
        let reply = reply(code, found);
        assert_eq!(reply.matches, ["push"]);
        assert_eq!((reply.cursor_start, reply.cursor_end), (10, 12));
    }

    #[test]
    fn words_end_where_they_end() {
        assert_eq!(end_of_word("finfo(BF16)", 2), 5);
        assert_eq!(end_of_word("finfo", 5), 5);
    }

    #[test]
    fn paths_of_dependencies_are_completed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("alpha")).unwrap();
        std::fs::write(folder.path().join("also"), "").unwrap();
        let code = format!(":dep a = {{ path = \"{}/al", folder.path().display());
        let found = without_engine(&code, code.len()).unwrap();
        let texts: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
        assert_eq!(texts, ["alpha/"]);
        assert_eq!(&code[found.start..found.end], "al");
        assert_eq!(without_engine(":dep serde", 10), None);
        assert_eq!(without_engine("let x = \"", 9), None);
    }
}
