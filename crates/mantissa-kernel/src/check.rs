//! Differences, shown so that a reader finds them.

use crate::notebook;
use anyhow::Result;
use nbformat::v4::Notebook;
use similar::{ChangeTag, TextDiff};

/// Longer lines are cut: a picture in base64 says nothing to a reader.
const WIDTH: usize = 160;

/// More lines are counted, not shown.
const LINES: usize = 60;

/// Whether two notebooks are the same; if not, shows how they differ.
pub fn same(title: &str, before: &Notebook, after: &Notebook) -> Result<bool> {
    let (before, after) = (notebook::to_text(before)?, notebook::to_text(after)?);
    if before == after {
        return Ok(true);
    }
    eprintln!("\nerror: {title} differs\n{}", difference(&before, &after));
    Ok(false)
}

/// What a comparison of so many notebooks comes to.
pub fn verdict(count: usize, differing: &[String]) -> String {
    match (count, differing) {
        (1, []) => "1 notebook reproduces its committed outputs".to_owned(),
        (_, []) => format!("{count} notebooks reproduce their committed outputs"),
        (1, [one]) => format!("{one} differs"),
        _ => {
            let many = if differing.len() == 1 {
                "differs"
            } else {
                "differ"
            };
            format!(
                "{} of {count} {many}: {}",
                differing.len(),
                differing.join(", ")
            )
        }
    }
}

/// The lines that differ, with two around them.
pub fn difference(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(2) {
        if let Some(first) = group.first() {
            lines.push(format!("@@ line {} @@", first.old_range().start + 1));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign}{}", cut(change.value().trim_end())));
        }
    }
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    if more > 0 {
        lines.push(format!("... and {more} more lines"));
    }
    lines.join("\n")
}

fn cut(line: &str) -> String {
    let count = line.chars().count();
    if count <= WIDTH {
        return line.to_owned();
    }
    let start: String = line.chars().take(WIDTH).collect();
    format!("{start}... ({count} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_with_its_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n";
        let after = "1\n2\n3\nfour\n5\n6\n";
        let expected = "@@ line 2 @@\n 2\n 3\n-4\n+four\n 5\n 6";
        assert_eq!(difference(before, after), expected);
    }

    #[test]
    fn the_verdict_counts_and_names_what_differs() {
        let names = ["zh/01".to_owned(), "en/02".to_owned()];
        for (count, differing, verdict) in [
            (8, 0, "8 notebooks reproduce their committed outputs"),
            (1, 0, "1 notebook reproduces its committed outputs"),
            (8, 1, "1 of 8 differs: zh/01"),
            (8, 2, "2 of 8 differ: zh/01, en/02"),
            (1, 1, "zh/01 differs"),
        ] {
            assert_eq!(super::verdict(count, &names[..differing]), verdict);
        }
    }

    #[test]
    fn long_lines_and_long_differences_are_cut() {
        let line = "x".repeat(1000);
        assert!(difference("", &line).ends_with("x... (1000 characters)"));
        let many = "y\n".repeat(1000);
        assert!(difference("", &many).ends_with("... and 941 more lines"));
    }
}
