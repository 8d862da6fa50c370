//! Whether code is complete, by parsing it.

use jupyter_protocol::messaging::IsCompleteReply;
use ra_ap_syntax::{Edition, NodeOrToken, SourceFile, SyntaxKind, T};

/// What a console does when its user presses Enter.
pub(super) fn is_complete(code: &str) -> IsCompleteReply {
    // The engine's own commands are lines of their own.
    let rust: String = code
        .split_inclusive('\n')
        .map(|line| match line.trim_start().starts_with(':') {
            true => "\n",
            false => line,
        })
        .collect();
    if rust.trim().is_empty() {
        return IsCompleteReply::complete();
    }
    // A cell is like the body of a function, whose brace must not close one of the cell's.
    const HEAD: &str = "fn cell() {\n";
    let end = HEAD.len() + rust.trim_end().len();
    let parsed = SourceFile::parse(&format!("{HEAD}{rust}\n}}"), Edition::Edition2024);
    let mut open = Vec::new();
    for element in parsed.syntax_node().descendants_with_tokens() {
        let NodeOrToken::Token(token) = element else {
            continue;
        };
        if !(HEAD.len()..end).contains(&usize::from(token.text_range().start())) {
            continue;
        }
        match token.kind() {
            T!['('] => open.push(T![')']),
            T!['['] => open.push(T![']']),
            T!['{'] => open.push(T!['}']),
            kind @ (T![')'] | T![']'] | T!['}']) if open.pop() != Some(kind) => {
                return IsCompleteReply::invalid();
            }
            SyntaxKind::COMMENT if is_open_comment(token.text()) => {
                return IsCompleteReply::incomplete(String::new());
            }
            _ => {}
        }
    }
    if !open.is_empty() {
        return IsCompleteReply::incomplete("    ".repeat(open.len()));
    }
    let at_end = |at: usize| at >= end;
    match parsed.errors().first() {
        None => IsCompleteReply::complete(),
        Some(error) if at_end(error.range().end().into()) => {
            IsCompleteReply::incomplete(String::new())
        }
        Some(_) => IsCompleteReply::invalid(),
    }
}

fn is_open_comment(text: &str) -> bool {
    text.starts_with("/*") && text.matches("/*").count() != text.matches("*/").count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jupyter_protocol::messaging::IsCompleteReplyStatus::{self, Complete, Incomplete, Invalid};

    fn status(code: &str) -> (IsCompleteReplyStatus, usize) {
        let reply = is_complete(code);
        (reply.status, reply.indent.len())
    }

    #[test]
    fn code_is_complete_incomplete_or_invalid() {
        for code in [
            "",
            "1 + 4",
            "let x = 1;",
            "fn f() -> i32 { 1 }",
            "x.y()",
            ":vars",
            ":dep a\n1",
            "// a comment",
            "struct S;",
            "use a::*;",
            "let s = \"}\";",
            "'}'",
        ] {
            assert_eq!(status(code), (Complete, 0), "{code}");
        }
        for (code, indent) in [
            ("fn f() {", 4),
            ("f(", 4),
            ("vec![1,", 4),
            ("if a {\n  f(", 8),
            ("let x =", 0),
            ("/* open", 0),
            ("let s = \"open", 0),
            ("let x = 1 +", 0),
        ] {
            assert_eq!(status(code), (Incomplete, indent), "{code}");
        }
        for code in ["}", ")", "f(]", "let let x", "fn 1() {}"] {
            assert_eq!(status(code).0, Invalid, "{code}");
        }
    }
}
