//! Why a cell failed, in words for whoever wrote it.

use super::relay::Stop;
use crate::session::{CellError, ErrorKind};
use ariadne::{Config, IndexType, Label, Report, ReportKind, Source};
use evcxr::CompilationError;
use std::ops::Range;

impl CellError {
    /// A panic or an `Err`, told by what the cell printed. `generated` is the source that the engine
    /// compiled, whose lines a panic names; `code` is what was in it of the cell, and `shown` the same lines
    /// as their writer knows them.
    pub(super) fn at_run(
        kind: ErrorKind,
        stderr: &str,
        generated: &str,
        shown: &str,
        code: &str,
    ) -> CellError {
        let details = in_cell(stderr, generated, shown, code);
        let mut lines = details.lines().filter(|line| !line.trim().is_empty());
        let message = match kind {
            // The line after "thread ... panicked at ..." is what the program said.
            ErrorKind::Panic => {
                let mut lines = lines.skip_while(|line| !line.starts_with("panicked "));
                lines.nth(1).unwrap_or("the cell panicked")
            }
            _ => lines.next_back().unwrap_or("the cell returned an error"),
        };
        CellError {
            kind,
            message: message.to_owned(),
            details,
        }
    }

    /// What the compiler says, each error with the lines of the cell that it is about.
    pub(super) fn at_compile(errors: &[CompilationError], code: &str) -> CellError {
        let is_error = |error: &&CompilationError| error.level() == "error";
        // Warnings come along, and are not why the cell fails.
        let mut shown: Vec<_> = errors.iter().filter(is_error).collect();
        if shown.is_empty() {
            shown = errors.iter().collect();
        }
        let reports: Vec<String> = shown.iter().map(|error| report(error, code)).collect();
        CellError {
            kind: ErrorKind::Compile,
            message: match shown[..] {
                [] => "the cell does not compile".to_owned(),
                [first, ..] => {
                    let message = message(first);
                    message.lines().next().unwrap_or_default().to_owned()
                }
            },
            details: reports.join("\n"),
        }
    }

    /// A variable whose type has no name, so that no other cell can have it.
    pub(super) fn of_nameless(name: &str) -> CellError {
        CellError {
            kind: ErrorKind::Compile,
            message: format!("`{name}` cannot be kept for other cells: its type has no name"),
            details: format!(
                "Every closure has a type of its own that cannot be written, and so has what is made of it.\n\
                 Keep a closure in a box: let {name}: Box<dyn Fn(f64) -> f64> = Box::new(|x| 2.0 * x);\n\
                 keep what an iterator gives: let {name} = ... .collect::<Vec<_>>();\n\
                 or put what uses `{name}` in this cell, and all of it in braces: {{ ... }}"
            ),
        }
    }

    /// The end of the process in this way, whose snapshot goes on.
    pub(super) fn of_end(how: &str, stderr: &str) -> CellError {
        CellError {
            kind: ErrorKind::Crash,
            message: format!("the cell ended its process ({how})"),
            details: format!("{stderr}{KEPT}"),
        }
    }

    /// A cell that was stopped while it ran, or before.
    pub(super) fn of_stop(why: Stop, ran: bool) -> CellError {
        CellError {
            kind: ErrorKind::Interrupt,
            message: match why {
                Stop::Interrupt => "the cell was stopped",
                Stop::Unanswered => "the cell asks for input, and nobody can be asked here",
            }
            .to_owned(),
            details: match ran {
                true => KEPT.to_owned(),
                false => "It had not begun to run; nothing has changed.".to_owned(),
            },
        }
    }

    /// Anything else that the engine reports, such as the end of the process without a snapshot.
    pub(super) fn of_engine(message: &str, stderr: &str) -> CellError {
        let crash = message.contains("Subprocess terminated");
        let lost = "\nAll variables are lost; functions, types and imports are still there.";
        CellError {
            kind: match crash {
                true => ErrorKind::Crash,
                false => ErrorKind::Compile,
            },
            message: message.lines().next().unwrap_or_default().to_owned(),
            details: format!("{stderr}{message}{}", if crash { lost } else { "" }),
        }
    }
}

/// What a snapshot means to the learner.
const KEPT: &str = "Variables are as they were before this cell; threads that earlier cells started \
                    have ended.";

/// Says where in the cell a panic was, instead of in the file that the engine made of it, and drops
/// the thread and the advice to look at a backtrace.
fn in_cell(stderr: &str, generated: &str, shown: &str, code: &str) -> String {
    let place = |line: &str| -> Option<String> {
        let (_, rest) = line.split_once(" panicked at ")?;
        let Some((_, rest)) = rest.split_once("src/lib.rs:") else {
            return Some(format!("panicked at {rest}"));
        };
        let number: usize = rest.split(':').next()?.parse().ok()?;
        let text = generated.lines().nth(number - 1)?;
        let mut same = code.lines().enumerate().filter(|(_, line)| {
            let line = line.trim();
            !line.is_empty() && text.contains(line)
        });
        Some(match (same.next(), same.next()) {
            (Some((index, _)), None) => {
                let line = shown.lines().nth(index).unwrap_or_default();
                format!("panicked at line {}: {}", index + 1, line.trim())
            }
            _ => "panicked in this cell".to_owned(),
        })
    };
    let lines: Vec<String> = stderr
        .lines()
        .filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE=1`"))
        .map(|line| place(line).unwrap_or_else(|| line.to_owned()))
        .collect();
    lines.join("\n").trim().to_owned()
}

/// What an error says; of what cargo said, without what it was at before.
fn message(error: &CompilationError) -> String {
    let message = error.message();
    match message.split_once("\nerror: ") {
        Some((_, error)) => error.to_owned(),
        None => message,
    }
}

/// One error of the compiler as it would show it, but with the lines of the cell.
fn report(error: &CompilationError, code: &str) -> String {
    const NAME: &str = "cell";
    let labels: Vec<_> = error
        .spanned_messages()
        .iter()
        .filter_map(|message| {
            let span = message.span?;
            let range = char_index(code, span.start_line, span.start_column)
                ..char_index(code, span.end_line, span.end_column);
            Some((range, message.label.as_str(), message.is_primary))
        })
        .collect();
    let primary = labels.iter().find(|(.., primary)| *primary);
    let Some((place, ..)) = primary.or(labels.first()) else {
        // Nothing of it is in the cell, so the compiler's own words are all there is.
        let rendered = error.rendered();
        return if rendered.is_empty() {
            error.message()
        } else {
            rendered
        };
    };
    let mut report = Report::build(ReportKind::Error, (NAME, place.clone()))
        .with_config(
            Config::default()
                .with_color(true)
                .with_index_type(IndexType::Char),
        )
        .with_message(message(error));
    if let Some(code) = error.code() {
        report = report.with_code(code);
    }
    for (range, text, _) in &labels {
        report = report.with_label(label((NAME, range.clone()), text));
    }
    for help in error.help() {
        report = report.with_help(help);
    }
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = report.finish().write((NAME, Source::from(code)), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn label<'a>(span: (&'a str, Range<usize>), text: &str) -> Label<(&'a str, Range<usize>)> {
    let label = Label::new(span);
    if text.is_empty() {
        label
    } else {
        label.with_message(text)
    }
}

/// The place of a line and column (from 1, in characters) in a text, in characters.
fn char_index(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(|line| line.chars().count())
        .sum();
    before + column.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_names_the_line_of_the_cell() {
        let stderr = "thread '<unnamed>' (123) panicked at ctx/src/lib.rs:3:9:\noh no\nnote: run with \
                      `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let generated = "fn f() {\nlet a: i32 = 1;\nlet b: f64 = g(a);\n}";
        let code = "let a: i32 = 1;\nlet b: f64 = g(a);";
        let shown = "let a = 1;\nlet b = g(a);";
        let error = CellError::at_run(ErrorKind::Panic, stderr, generated, shown, code);
        assert_eq!(error.message, "oh no");
        assert_eq!(error.details, "panicked at line 2: let b = g(a);\noh no");
    }

    #[test]
    fn an_error_is_what_was_printed_last() {
        let error = CellError::at_run(ErrorKind::Returned, "first\ninvalid digit\n", "", "", "x?");
        assert_eq!(error.to_string(), "error: invalid digit");
    }

    #[test]
    fn places_count_characters() {
        assert_eq!(char_index("数\nab", 2, 2), 3);
    }
}
