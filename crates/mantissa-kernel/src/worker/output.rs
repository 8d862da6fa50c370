//! What the standard output of cells means.
//!
//! Text is passed on as it comes. These lines, and only these, are not text:
//!
//! ```text
//! EVCXR_BEGIN_CONTENT text/html      a block: what follows is a display of this type
//! ...
//! EVCXR_END_CONTENT
//! EVCXR_PANIC_NOTIFICATION           the cell panicked; and other news for the engine
//! \u{1}mantissa ...                  the runner's own
//! ```
//!
//! Blocks that follow each other are one display in several types, until a type comes again. With a
//! block of the type [`HEADER`] before them the library says it exactly: `KIND COUNT [ID]`, where KIND
//! is `show`, `update` or `value`, COUNT the number of blocks that follow, and ID a name for updates.

use super::{Display, DisplayKind, Event};

/// The type of the block that says what the next ones are.
const HEADER: &str = "application/x-mantissa-display";

const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const FINISH: &str = "EVCXR_END_CONTENT";
const PANICKED: &str = "EVCXR_PANIC_NOTIFICATION";
const RETURNED: &str = "EVCXR_ERROR_OCCURRED";

/// What lines of news for the engine start with.
const FOR_ENGINE: [&str; 4] = [
    PANICKED,
    RETURNED,
    "EVCXR_VARIABLE_CHANGED_TYPE:",
    "EVCXR_INPUT_REQUEST",
];

/// The start of every line that is not text.
const STARTS: [&str; 2] = ["EVCXR_", "\u{1}mantissa "];

/// A part of the output, understood.
#[derive(Debug, PartialEq)]
pub(super) enum News {
    /// For the session.
    Event(Event),
    /// For the engine.
    Answer(String),
    /// From the runner.
    Own(String),
}

/// Understands output as it comes, in pieces of any size.
#[derive(Default)]
pub(super) struct Parser {
    /// What has not been understood yet: less than a line.
    rest: Vec<u8>,
    /// The block that has begun, and its lines.
    block: Option<(String, String)>,
    display: Display,
    /// How many blocks of a display with a header are still to come.
    expected: Option<usize>,
    /// Standard error has no blocks and nothing for the engine.
    plain: bool,
}

impl Parser {
    /// A parser that knows text and the runner's lines only.
    pub(super) fn plain() -> Parser {
        Parser {
            plain: true,
            ..Parser::default()
        }
    }

    /// Takes the next piece.
    pub(super) fn feed(&mut self, bytes: &[u8], tell: &mut impl FnMut(News)) {
        self.rest.extend_from_slice(bytes);
        let rest = std::mem::take(&mut self.rest);
        let mut text = String::new();
        let mut lines = rest.split_inclusive(|byte| *byte == b'\n');
        for line in &mut lines {
            if line.last() != Some(&b'\n') {
                self.rest = line.to_vec();
                break;
            }
            let line = String::from_utf8_lossy(&line[..line.len() - 1]);
            self.line(&line, &mut text, tell);
        }
        // Text may wait for its end for ever, so it goes on without, up to what may be one of our lines
        // or half a character.
        if self.block.is_none() {
            let whole = self.rest.len() - unfinished(&self.rest);
            let (now, later) = self.rest.split_at(whole);
            text += &String::from_utf8_lossy(now);
            self.rest = later.to_vec();
        }
        self.text(&mut text, tell);
    }

    /// There will be no more.
    pub(super) fn finish(&mut self, tell: &mut impl FnMut(News)) {
        let mut text = String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
        self.text(&mut text, tell);
        self.show(tell);
    }

    fn line(&mut self, line: &str, text: &mut String, tell: &mut impl FnMut(News)) {
        // A process that ends within a block does not end the block.
        let own = line.starts_with(STARTS[1]) || line == PANICKED;
        if own && self.block.take().is_some() {
            self.display = Display::default();
        }
        let Some((mime, content)) = &mut self.block else {
            let start = STARTS.iter().filter_map(|start| line.find(start)).min();
            let (before, own) = line.split_at(start.unwrap_or(line.len()));
            text.push_str(before);
            if own.is_empty() || !self.special(own, text, tell) {
                text.push_str(own);
                text.push('\n');
            }
            return;
        };
        if line == FINISH {
            let (mime, content) = (std::mem::take(mime), std::mem::take(content));
            self.block = None;
            self.add(mime, content, tell);
        } else {
            if !content.is_empty() {
                content.push('\n');
            }
            content.push_str(line);
        }
    }

    /// Handles a line that is not text; says whether it was one.
    fn special(&mut self, line: &str, text: &mut String, tell: &mut impl FnMut(News)) -> bool {
        let own = line.starts_with(STARTS[1]);
        if !own && self.plain {
            return false;
        }
        if let Some(mime) = line.strip_prefix(BEGIN) {
            self.text(text, tell);
            self.block = Some((mime.trim().to_owned(), String::new()));
            return true;
        }
        if !own && !FOR_ENGINE.iter().any(|start| line.starts_with(start)) {
            return false;
        }
        self.text(text, tell);
        self.show(tell);
        match line {
            PANICKED => tell(News::Event(Event::Panicked)),
            RETURNED => tell(News::Event(Event::Returned)),
            _ => {}
        }
        tell(match own {
            true => News::Own(line.to_owned()),
            false => News::Answer(line.to_owned()),
        });
        true
    }

    /// Passes text on; a display that came before it is complete.
    fn text(&mut self, text: &mut String, tell: &mut impl FnMut(News)) {
        if !text.is_empty() {
            self.show(tell);
            tell(News::Event(Event::Stdout(std::mem::take(text))));
        }
    }

    /// Adds a block to the display.
    fn add(&mut self, mime: String, content: String, tell: &mut impl FnMut(News)) {
        if mime == HEADER {
            self.show(tell);
            let mut words = content.split_whitespace();
            self.display.kind = match words.next() {
                Some("update") => DisplayKind::Update,
                Some("value") => DisplayKind::Value,
                _ => DisplayKind::Show,
            };
            self.expected = words.next().and_then(|count| count.parse().ok());
            self.display.id = words.next().map(str::to_owned);
            return;
        }
        if self.expected.is_none() && self.display.data.contains_key(&mime) {
            self.show(tell);
        }
        self.display.data.insert(mime, content);
        if let Some(expected) = &mut self.expected {
            *expected = expected.saturating_sub(1);
            if *expected == 0 {
                self.show(tell);
            }
        }
    }

    /// Passes the display on.
    fn show(&mut self, tell: &mut impl FnMut(News)) {
        self.expected = None;
        let display = std::mem::take(&mut self.display);
        if !display.data.is_empty() {
            tell(News::Event(Event::Display(display)));
        }
    }
}

/// How many bytes at the end may be the start of one of our lines, or of a character.
fn unfinished(bytes: &[u8]) -> usize {
    for start in STARTS {
        let start = start.as_bytes();
        if let Some(at) = bytes
            .windows(start.len())
            .position(|window| window == start)
        {
            return bytes.len() - at;
        }
        let longest = start.len().min(bytes.len());
        if let Some(length) = (1..=longest).rev().find(|&n| bytes.ends_with(&start[..n])) {
            return length;
        }
    }
    let half = |count: &usize| {
        let end = std::str::from_utf8(&bytes[bytes.len() - count..]);
        end.is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=bytes.len().min(3)).find(half).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(pieces: &[&[u8]]) -> Vec<News> {
        let (mut parser, mut all) = (Parser::default(), Vec::new());
        let mut tell = |news| match (all.last_mut(), news) {
            // How text is cut is the reader's affair.
            (Some(News::Event(Event::Stdout(a))), News::Event(Event::Stdout(b))) => *a += &b,
            (_, news) => all.push(news),
        };
        for piece in pieces {
            parser.feed(piece, &mut tell);
        }
        parser.finish(&mut tell);
        all
    }

    fn text(text: &str) -> News {
        News::Event(Event::Stdout(text.to_owned()))
    }

    fn display(kind: DisplayKind, id: Option<&str>, data: &[(&str, &str)]) -> News {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        News::Event(Event::Display(Display {
            kind,
            id: id.map(str::to_owned),
            data: data.iter().map(own).collect(),
        }))
    }

    const MIXED: &str = "one\nEVCXR_BEGIN_CONTENT text/plain\na\n\nb\nEVCXR_END_CONTENT\n\
        EVCXR_BEGIN_CONTENT text/html\n<p>\nEVCXR_END_CONTENT\ntwo EVCXR_BEGIN_CONTENT text/plain\n\
        c\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\nd\nEVCXR_END_CONTENT\n数\n";

    #[test]
    fn displays_come_in_order_with_text() {
        let show = |data| display(DisplayKind::Bare, None, data);
        let expected = [
            text("one\n"),
            show(&[("text/html", "<p>"), ("text/plain", "a\n\nb")]),
            text("two "),
            show(&[("text/plain", "c")]),
            show(&[("text/plain", "d")]),
            text("数\n"),
        ];
        assert_eq!(parsed(&[MIXED.as_bytes()]), expected);
    }

    #[test]
    fn pieces_of_any_size_mean_the_same() {
        let whole = parsed(&[MIXED.as_bytes()]);
        for cut in 1..MIXED.len() {
            let (a, b) = MIXED.as_bytes().split_at(cut);
            assert_eq!(parsed(&[a, b]), whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = MIXED.as_bytes().chunks(1).collect();
        assert_eq!(parsed(&bytes), whole);
    }

    #[test]
    fn a_header_says_what_a_display_is() {
        let output = "EVCXR_BEGIN_CONTENT application/x-mantissa-display\nupdate 2 bar-1\n\
            EVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\n1\nEVCXR_END_CONTENT\n\
            EVCXR_BEGIN_CONTENT text/html\n2\nEVCXR_END_CONTENT\n";
        let data = [("text/html", "2"), ("text/plain", "1")];
        let mut seen = Vec::new();
        Parser::default().feed(output.as_bytes(), &mut |news| seen.push(news));
        // It is complete without anything after it.
        assert_eq!(seen, [display(DisplayKind::Update, Some("bar-1"), &data)]);
    }

    #[test]
    fn text_without_a_newline_does_not_wait() {
        let mut parser = Parser::default();
        let mut seen = Vec::new();
        for piece in ["50 %", " EVC", "XX "] {
            parser.feed(piece.as_bytes(), &mut |news| seen.push(news));
        }
        assert_eq!(seen, [text("50 %"), text(" "), text("EVCXX ")]);
    }

    #[test]
    fn news_reach_the_engine_and_the_session() {
        let output = "half EVCXR_PANIC_NOTIFICATION\nEVCXR_VARIABLE_CHANGED_TYPE:x\n\
            \u{1}mantissa end\nEVCXR_OTHER\n";
        let expected = [
            text("half "),
            News::Event(Event::Panicked),
            News::Answer("EVCXR_PANIC_NOTIFICATION".into()),
            News::Answer("EVCXR_VARIABLE_CHANGED_TYPE:x".into()),
            News::Own("\u{1}mantissa end".into()),
            text("EVCXR_OTHER\n"),
        ];
        assert_eq!(parsed(&[output.as_bytes()]), expected);
    }

    #[test]
    fn an_end_within_a_block_ends_the_block() {
        for end in ["EVCXR_PANIC_NOTIFICATION", "\u{1}mantissa restored 1"] {
            let output = format!("EVCXR_BEGIN_CONTENT text/plain\nx\n{end}\nafter\n");
            let news = parsed(&[output.as_bytes()]);
            assert_eq!(news.last(), Some(&text("after\n")));
            assert!(
                !news
                    .iter()
                    .any(|news| matches!(news, News::Event(Event::Display(_))))
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(
            parsed(&[b"a\xff\xe6\x95", b"\xb0\n"]),
            [text("a\u{fffd}数\n")]
        );
    }
}
