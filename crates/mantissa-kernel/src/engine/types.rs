//! The types of a cell's variables, written into the cell.
//!
//! With its analyser the engine infers them itself. Before that is loaded, the cell is checked by the
//! compiler, which notes them (see [`crate::tools::types`]), and runs with its types in full:
//!
//! ```text
//! let v = vec![1.0];           let v: Vec<f64> = vec![1.0];
//! let (a, mut b) = (1, 2.0);   let (a, mut b) = (1, 2.0); let a: i32 = a; let mut b: f64 = b;
//! ```

use crate::tools::types::MOVED;
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, Edition, SourceFile, SyntaxKind};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What stands for an open type.
const MACRO: &str = "#[allow(unused_macros)] macro_rules! mantissa_moved { () => { _ } } ";

/// Names with their types, or nothing where a type has no name.
pub(super) type Types = HashMap<String, Option<String>>;

/// The definitions of a cell that need a type.
#[derive(Debug, Default)]
pub(super) struct Definitions(Vec<Definition>);

#[derive(Debug, PartialEq)]
struct Definition {
    name: String,
    /// What becomes of these bytes of the cell.
    at: Range<usize>,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// They are the place for a type.
    Type,
    /// A definition of the variable alone follows, for it is part of a pattern.
    Again { mutable: bool },
}

impl Definitions {
    /// Those of a cell without commands.
    pub(super) fn of(code: &str) -> Definitions {
        const HEAD: &str = "fn f() {";
        let parsed = SourceFile::parse(&format!("{HEAD}{code}\n}}"), Edition::Edition2024);
        // The compiler will say what is wrong.
        if !parsed.errors().is_empty() {
            return Definitions::default();
        }
        let range = |node: &ra_ap_syntax::SyntaxNode| {
            let range = node.text_range();
            usize::from(range.start()) - HEAD.len()..usize::from(range.end()) - HEAD.len()
        };
        let body = parsed.tree().syntax().children().find_map(ast::Fn::cast);
        let body = body.and_then(|f| f.body()?.stmt_list());
        let statements = body.iter().flat_map(|body| body.statements());
        let mut found = Vec::new();
        for statement in statements {
            let ast::Stmt::LetStmt(statement) = statement else {
                continue;
            };
            let Some(pattern) = statement.pat() else {
                continue;
            };
            // Without `else` a pattern has no variants without a value, which look like variables.
            let variable = |part: &ast::IdentPat| {
                let name = part.name()?.text().to_string();
                let is_variant =
                    statement.let_else().is_some() && name.starts_with(char::is_uppercase);
                (!is_variant && part.ref_token().is_none()).then_some(name)
            };
            let plain = match &pattern {
                ast::Pat::IdentPat(part) if part.pat().is_none() => variable(part),
                _ => None,
            };
            match (plain, statement.ty()) {
                (Some(name), None) => {
                    let end = range(pattern.syntax()).end;
                    found.push(Definition {
                        name,
                        at: end..end,
                        way: Way::Type,
                    });
                }
                (Some(name), Some(written)) if is_partial(&written) => found.push(Definition {
                    name,
                    at: range(written.syntax()),
                    way: Way::Type,
                }),
                // Its type is there.
                (Some(name), Some(_)) => found.retain(|earlier: &Definition| earlier.name != name),
                (None, _) => {
                    let end = range(statement.syntax()).end;
                    let parts = pattern
                        .syntax()
                        .descendants()
                        .filter_map(ast::IdentPat::cast);
                    for part in parts {
                        let Some(name) = variable(&part) else {
                            continue;
                        };
                        found.push(Definition {
                            name,
                            at: end..end,
                            way: Way::Again {
                                mutable: part.mut_token().is_some(),
                            },
                        });
                    }
                }
            }
        }
        Definitions(found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The cell with these types. A name that is defined twice has the type of its last definition.
    pub(super) fn write(&self, code: &str, types: &Types) -> String {
        let mut last = HashSet::new();
        let mut text = code.to_owned();
        // From the end, so that places stay.
        for definition in self.0.iter().rev() {
            let name = &definition.name;
            let is_last = last.insert(name);
            let written = types.get(name).filter(|_| is_last);
            let written = written.and_then(Option::as_ref);
            match definition.way {
                Way::Type => {
                    let Some(written) = written else { continue };
                    let with = match &code[definition.at.clone()] {
                        "" => format!(": {written}"),
                        partial if written == MOVED => open(partial),
                        _ => written.clone(),
                    };
                    text.replace_range(definition.at.clone(), &with);
                }
                Way::Again { mutable } => {
                    let mutable = if mutable { "mut " } else { "" };
                    let colon = written.map_or(String::new(), |written| format!(": {written}"));
                    text.insert_str(
                        definition.at.end,
                        &format!(" let {mutable}{name}{colon} = {name};"),
                    );
                }
            }
        }
        match text.contains(MOVED) {
            true => format!("{MACRO}{text}"),
            false => text,
        }
    }
}

/// A variable that cannot be kept for the next cell, for its type has no name.
pub(super) fn nameless(types: &Types) -> Option<&str> {
    let nameless = types.iter().filter(|(_, written)| written.is_none());
    nameless.map(|(name, _)| name.as_str()).min()
}

/// The commands of the engine at the beginning of a cell, and the cell with empty lines in their place.
pub(super) fn without_commands(code: &str) -> (String, String) {
    let mut commands = String::new();
    let mut rest = String::new();
    let mut at_head = true;
    for line in code.split_inclusive('\n') {
        let is_command = line.starts_with('!') || line.trim_start().starts_with(':');
        at_head &= is_command || line.trim().is_empty() || line.starts_with("//");
        if at_head && is_command {
            commands += line;
            rest.push('\n');
        } else {
            rest += line;
        }
    }
    (commands, rest)
}

/// A type that leaves something open, in the form that the engine does not look into.
fn open(partial: &str) -> String {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut text = String::new();
    let mut rest = partial.chars().peekable();
    while let Some(c) = rest.next() {
        let alone = !text.ends_with(in_name) && !rest.peek().copied().is_some_and(in_name);
        match c {
            '_' if alone => text += MOVED,
            c => text.push(c),
        }
    }
    text
}

/// Whether a type leaves something open.
fn is_partial(written: &ast::Type) -> bool {
    let mut parts = written.syntax().descendants();
    parts.any(|part| part.kind() == SyntaxKind::INFER_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(code: &str, types: &[(&str, &str)]) -> String {
        let types = types
            .iter()
            .map(|(name, of)| (name.to_string(), Some(of.to_string())))
            .collect();
        Definitions::of(code).write(code, &types)
    }

    #[test]
    fn a_variable_gets_its_type() {
        let types = [("v", "Vec<f64>"), ("n", "i32"), ("W", "Matrix")];
        for (code, with) in [
            ("let v = f();", "let v: Vec<f64> = f();"),
            (
                "let mut v = f();\nv.len()",
                "let mut v: Vec<f64> = f();\nv.len()",
            ),
            ("let v: Vec<_> = f();", "let v: Vec<f64> = f();"),
            ("let v;\nv = f();", "let v: Vec<f64>;\nv = f();"),
            (
                "let n = 1; let v = f(n);",
                "let n: i32 = 1; let v: Vec<f64> = f(n);",
            ),
            // The compiler said nothing of it.
            ("let unknown = f();", "let unknown = f();"),
            ("let W = f();", "let W: Matrix = f();"),
        ] {
            assert_eq!(written(code, &types), with);
        }
    }

    #[test]
    fn the_parts_of_a_pattern_are_defined_again() {
        let types = [("a", "i32"), ("b", "f64"), ("W", "i32")];
        for (code, with) in [
            (
                "let (a, mut b) = f();",
                "let (a, mut b) = f(); let a: i32 = a; let mut b: f64 = b;",
            ),
            (
                "let (W, a) = f();",
                "let (W, a) = f(); let W: i32 = W; let a: i32 = a;",
            ),
            (
                "let Some(a) = f() else { panic!() };",
                "let Some(a) = f() else { panic!() }; let a: i32 = a;",
            ),
            (
                "let [a, _, ..] = f();",
                "let [a, _, ..] = f(); let a: i32 = a;",
            ),
            (
                "let P { a, c: b } = f();",
                "let P { a, c: b } = f(); let a: i32 = a; let b: f64 = b;",
            ),
            (
                "let a @ 1.. = f() else { return };",
                "let a @ 1.. = f() else { return }; let a: i32 = a;",
            ),
        ] {
            assert_eq!(written(code, &types), with);
        }
    }

    #[test]
    fn the_last_definition_of_a_name_counts() {
        assert_eq!(
            written("let x = 1;\nlet x = x as f64;", &[("x", "f64")]),
            "let x = 1;\nlet x: f64 = x as f64;"
        );
        assert!(Definitions::of("let x = 1;\nlet x: f64 = 2.0;").is_empty());
    }

    #[test]
    fn what_the_cell_gives_away_has_an_open_type() {
        assert_eq!(
            written("let v = f(); g(v);", &[("v", MOVED)]),
            format!("{MACRO}let v: {MOVED} = f(); g(v);")
        );
        assert_eq!(
            written("let v: HashMap<_, A_b> = f(); g(v);", &[("v", MOVED)]),
            format!("{MACRO}let v: HashMap<{MOVED}, A_b> = f(); g(v);")
        );
    }

    #[test]
    fn what_needs_no_type_is_left_alone() {
        for code in [
            "1 + 1",
            "let v: Vec<f64> = f();",
            "let _ = f();",
            "{ let inner = 1; }",
            "fn f() { let inner = 1; }",
            "let None = f() else { return };",
            "for x in 0..3 { let y = x; }",
            "",
            "let",
            "let (a",
        ] {
            assert_eq!(
                Definitions::of(code).write(code, &Types::new()),
                code,
                "{code}"
            );
        }
    }

    #[test]
    fn commands_come_before_code() {
        assert_eq!(
            without_commands("// first\n:dep a = \"1\"\n!ls\n\nlet x = 1;\n:dep b"),
            (
                ":dep a = \"1\"\n!ls\n".to_owned(),
                "// first\n\n\n\nlet x = 1;\n:dep b".to_owned()
            )
        );
    }
}
