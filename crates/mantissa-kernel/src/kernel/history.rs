//! What has been run, kept on disk: a line of JSON a cell.

use jupyter_protocol::messaging::HistoryEntry;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::wire::Request;

/// Older cells are forgotten when a kernel starts.
const KEPT: usize = 10_000;

/// A cell that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    session: usize,
    line: usize,
    input: String,
}

/// All cells, of this session and earlier ones.
#[derive(Debug)]
pub(super) struct History {
    entries: Vec<Entry>,
    session: usize,
    /// Without a file the history ends with the kernel.
    file: Option<File>,
}

impl History {
    /// Reads the file, which need not be there. Only its owner can read it.
    pub(super) fn open(path: &Path) -> History {
        let mut entries: Vec<Entry> = File::open(path)
            .map(BufReader::new)
            .into_iter()
            .flat_map(|reader| reader.lines())
            .filter_map(|line| serde_json::from_str(&line.ok()?).ok())
            .collect();
        if entries.len() > KEPT {
            entries.drain(..entries.len() - KEPT);
            let text: String = entries.iter().filter_map(line).collect();
            let _ = std::fs::write(path, text);
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .ok();
        History {
            session: entries.last().map_or(1, |last| last.session + 1),
            entries,
            file,
        }
    }

    /// Adds a cell.
    pub(super) fn add(&mut self, count: usize, input: &str) {
        let entry = Entry {
            session: self.session,
            line: count,
            input: input.to_owned(),
        };
        if let (Some(file), Some(line)) = (&mut self.file, line(&entry)) {
            // One write a line, so that kernels side by side do not mix them.
            let _ = file.write_all(line.as_bytes());
        }
        self.entries.push(entry);
    }

    /// What a `history_request` asks for.
    pub(super) fn find(&self, request: &Request) -> Vec<HistoryEntry> {
        let limit = request.number("n").and_then(|n| usize::try_from(n).ok());
        let mut found: Vec<&Entry> = match request.text("hist_access_type") {
            "range" => self.range(request),
            "search" => {
                let pattern = request.text("pattern");
                self.entries
                    .iter()
                    .filter(|entry| matches(pattern, &entry.input))
                    .collect()
            }
            _ => self.entries.iter().collect(),
        };
        if request.flag("unique", false) {
            let mut seen = HashSet::new();
            found.reverse();
            found.retain(|entry| seen.insert(entry.input.as_str()));
            found.reverse();
        }
        if let Some(limit) = limit {
            found.drain(..found.len().saturating_sub(limit));
        }
        let output = request.flag("output", false);
        let entry = |entry: &Entry| match output {
            // Outputs are in the notebook.
            true => HistoryEntry::InputOutput(
                entry.session,
                entry.line,
                (entry.input.clone(), String::new()),
            ),
            false => HistoryEntry::Input(entry.session, entry.line, entry.input.clone()),
        };
        found.into_iter().map(entry).collect()
    }

    /// Lines from `start` up to, but not including, `stop` of a session: 0 is this one, negative
    /// numbers count back from it.
    fn range(&self, request: &Request) -> Vec<&Entry> {
        let session = match request.number("session").unwrap_or(0) {
            back @ ..=0 => i64::try_from(self.session).unwrap_or(i64::MAX) + back,
            session => session,
        };
        let start = request.number("start").unwrap_or(0);
        let stop = request.number("stop").unwrap_or(i64::MAX);
        let inside = |entry: &&Entry| {
            let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            number(entry.session) == session && (start..stop).contains(&number(entry.line))
        };
        self.entries.iter().filter(inside).collect()
    }
}

fn line(entry: &Entry) -> Option<String> {
    Some(serde_json::to_string(entry).ok()? + "\n")
}

/// Whether a text fits a pattern with `*` and `?`, as IPython searches.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // The positions in the text that the pattern so far can reach.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for p in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match p {
                '*' => reached[at] || (at > 0 && next[at - 1]),
                '?' => at > 0 && reached[at - 1],
                c => at > 0 && reached[at - 1] && text[at - 1] == c,
            };
        }
        reached = next;
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_globs() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("let*", "let x = 1;", true),
            ("let*", " let x", false),
            ("*x*1*", "let x = 1;", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn sessions_and_lines_are_kept_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        let mut first = History::open(&path);
        first.add(1, "let a = 1;\na");
        first.add(2, "a + 1");
        let second = History::open(&path);
        assert_eq!((first.session, second.session), (1, 2));
        assert_eq!(second.entries, first.entries);
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
