//! What a learner can type beside Rust. The engine knows the commands; this is what it says of them.

use maud::html;
use std::collections::HashMap;
use std::time::Duration;

/// The commands that a learner has a use for. The engine has more, which `:help evcxr` lists.
const COMMANDS: [(&str, &str); 9] = [
    (
        ":help",
        "this list; \":help evcxr\" has all commands of the engine",
    ),
    (":vars", "the variables there are, with their types"),
    (":type x", "the type of a variable"),
    (
        ":doc x",
        "the documentation of a name, as Shift-Tab shows it",
    ),
    (
        ":dep name = \"1.0\"",
        "use a crate: a version, or { path = \"...\" }",
    ),
    (":show_deps", "the crates in use"),
    (":timing", "show how long each cell takes, or no longer"),
    (":clear", "forget all variables, functions and imports"),
    (
        ":opt 2",
        "compile cells for speed, or with 0 to be there sooner",
    ),
];

/// What is true of every cell.
const NOTES: [&str; 4] = [
    "The last expression of a cell is its value, unless it ends with a semicolon.",
    "A cell that fails or is stopped leaves all variables as they were before it.",
    "A cell that reads a line of standard input asks you for it.",
    "Tab completes a name, Shift-Tab shows its documentation.",
];

/// The answer to a command that the engine would answer otherwise.
pub(super) fn own(code: &str) -> Option<HashMap<String, String>> {
    (code.trim() == ":help").then(help)
}

/// The command that the engine knows for one of ours.
pub(super) fn of_engine(code: &str) -> &str {
    match code.trim() {
        ":help evcxr" => ":help",
        _ => code,
    }
}

/// Whether a cell asks for something that the analyser has to say.
pub(super) fn analyse(code: &str) -> bool {
    code.lines()
        .any(|line| line.split_whitespace().next() == Some(":doc"))
}

fn help() -> HashMap<String, String> {
    let mut text = String::new();
    for (name, does) in COMMANDS {
        text += &format!("{name:<20}{does}\n");
    }
    for note in NOTES {
        text += &format!("\n{note}");
    }
    let html = html! {
        table {
            @for (name, does) in COMMANDS {
                tr {
                    td style="text-align:left" { code { (name) } }
                    td style="text-align:left" { (does) }
                }
            }
        }
        @for note in NOTES { div { (note) } }
    };
    HashMap::from([
        ("text/plain".to_owned(), text),
        ("text/html".to_owned(), html.into_string()),
    ])
}

/// What the engine answers, without HTML that is text with types in it, which a browser takes for tags.
pub(super) fn readable(mut answer: HashMap<String, String>) -> HashMap<String, String> {
    if answer.get("text/html") == answer.get("text/plain") {
        answer.remove("text/html");
    }
    answer
}

/// What `:timing` adds to a cell.
pub(super) fn timing(took: Duration) -> String {
    format!("{:.2} s\n", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_not_taken_for_tags() {
        let answer = |html: &str| {
            HashMap::from([
                ("text/plain".to_owned(), "x: Vec<i32>".to_owned()),
                ("text/html".to_owned(), html.to_owned()),
            ])
        };
        assert!(!readable(answer("x: Vec<i32>")).contains_key("text/html"));
        let escaped = answer("x: Vec&lt;i32&gt;");
        assert_eq!(readable(escaped.clone()), escaped);
    }
}
