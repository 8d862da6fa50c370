//! The notebooks' source: one Markdown file for both languages.
//!
//! ````text
//! ::: zh                       a Markdown cell, in Chinese ...
//! ## 标题
//! :::
//! ::: en                       ... and the same cell in English
//! ## Title
//! :::
//!
//! ```rust                      a code cell, the same in both, but for comments
//! //zh 注释                    that are tagged with a language
//! //en a comment
//! let v = 1.0 / 3.0;
//! ```
//! ````
//!
//! Prose always comes in pairs, so that no language can miss a cell; anything else outside the
//! blocks is an error with its line.

use std::fmt;
use std::str::FromStr;

/// A language that notebooks are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese, `notebooks/zh`.
    Zh,
    /// English, `notebooks/en`.
    En,
}

impl Language {
    /// Both, in the order in which a source gives them.
    pub const ALL: [Language; 2] = [Language::Zh, Language::En];

    /// The tag in sources, and the name of the folder.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Zh => "zh",
            Language::En => "en",
        }
    }
}

/// A notebook as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    cells: Vec<Cell>,
}

/// One cell of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    /// Markdown in Chinese and in English.
    Prose { zh: String, en: String },
    /// Code, with tagged comments still in it.
    Code(String),
}

/// One cell in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A Markdown cell.
    Markdown(String),
    /// A code cell.
    Code(String),
}

/// A line of a source that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SourceError {}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Source, SourceError> {
        let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
        let mut cells = Vec::new();
        // The Chinese half of a pair, and its line, until the English half comes.
        let mut pending: Option<(usize, String)> = None;
        while let Some((number, line)) = lines.next() {
            let error = |message: &str| SourceError {
                line: number,
                message: message.to_owned(),
            };
            match (line.trim_end(), &pending) {
                ("", _) => {}
                ("::: zh", None) => pending = Some((number, block(&mut lines, ":::", number)?)),
                ("::: zh", Some(_)) => {
                    return Err(error(
                        "the `::: zh` block before has no `::: en` block after it",
                    ));
                }
                ("::: en", Some((_, zh))) => {
                    cells.push(Cell::Prose {
                        zh: zh.clone(),
                        en: block(&mut lines, ":::", number)?,
                    });
                    pending = None;
                }
                ("::: en", None) => {
                    return Err(error(
                        "a `::: en` block follows its `::: zh` block; there is none",
                    ));
                }
                ("```rust", None) => cells.push(Cell::Code(block(&mut lines, "```", number)?)),
                ("```rust", Some(_)) => {
                    return Err(error(
                        "the `::: zh` block before has no `::: en` block after it",
                    ));
                }
                (other, _) => {
                    return Err(error(&format!(
                        "{other:?} is outside a cell; a cell is `::: zh` ... `:::` and `::: en` ... \
                         `:::`, or a ```rust block"
                    )));
                }
            }
        }
        match pending {
            Some((line, _)) => Err(SourceError {
                line,
                message: "this `::: zh` block has no `::: en` block after it".to_owned(),
            }),
            None => Ok(Source { cells }),
        }
    }
}

/// The lines up to `end`, which must come.
fn block<'a>(
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
    end: &str,
    start: usize,
) -> Result<String, SourceError> {
    let mut content = Vec::new();
    for (_, line) in lines {
        if line.trim_end() == end {
            return Ok(content.join("\n"));
        }
        content.push(line);
    }
    Err(SourceError {
        line: start,
        message: format!("this block has no `{end}` at its end"),
    })
}

impl Source {
    /// The cells in one language.
    pub fn cells(&self, language: Language) -> Vec<Text> {
        let cell = |cell: &Cell| match (cell, language) {
            (Cell::Prose { zh, .. }, Language::Zh) => Text::Markdown(zh.clone()),
            (Cell::Prose { en, .. }, Language::En) => Text::Markdown(en.clone()),
            (Cell::Code(code), _) => Text::Code(in_language(code, language)),
        };
        self.cells.iter().map(cell).collect()
    }
}

/// Code with the comments of one language: `//zh x` and `//en x` become `// x` or nothing.
fn in_language(code: &str, language: Language) -> String {
    let line = |line: &str| -> Option<String> {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        let tagged = Language::ALL.iter().find_map(|tag| {
            let comment = body.strip_prefix("//")?.strip_prefix(tag.tag())?;
            comment.starts_with(' ').then_some((*tag, comment))
        });
        match tagged {
            Some((tag, comment)) => (tag == language).then(|| format!("{indent}//{comment}")),
            None => Some(line.to_owned()),
        }
    };
    let lines: Vec<String> = code.lines().filter_map(line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
::: zh
# 标题

两行
:::
::: en
# Title
:::

```rust
    //zh 注释
    //en a comment
let v = 1; //zhuang
```
";

    #[test]
    fn a_source_has_both_languages_and_the_same_code() {
        let source: Source = GOOD.parse().unwrap();
        assert_eq!(
            source.cells(Language::Zh),
            [
                Text::Markdown("# 标题\n\n两行".into()),
                Text::Code("    // 注释\nlet v = 1; //zhuang".into()),
            ]
        );
        assert_eq!(
            source.cells(Language::En),
            [
                Text::Markdown("# Title".into()),
                Text::Code("    // a comment\nlet v = 1; //zhuang".into()),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, message) in [
            ("\nstray", 2, "\"stray\" is outside a cell"),
            ("::: zh\nx\n:::\n", 1, "no `::: en` block after it"),
            (
                "::: zh\nx\n:::\n```rust\n```",
                4,
                "no `::: en` block after it",
            ),
            (
                "::: zh\n:::\n::: zh\n:::\n",
                3,
                "no `::: en` block after it",
            ),
            ("::: en\nx\n:::\n", 1, "follows its `::: zh` block"),
            ("::: zh\nx", 1, "no `:::` at its end"),
            ("```rust\nx", 1, "no ````` at its end"),
        ] {
            let error = text.parse::<Source>().unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.message.contains(message), "{error}");
        }
    }
}
