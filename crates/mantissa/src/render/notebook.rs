//! The way from a rendering to the kernel.
//!
//! A display goes to standard output, as a block for each MIME type:
//!
//! ```text
//! EVCXR_BEGIN_CONTENT text/html
//! ...
//! EVCXR_END_CONTENT
//! ```
//!
//! A kernel that sets `MANTISSA_DISPLAYS` in the cells' environment takes them one by one, each with a
//! block of type `application/x-mantissa-display` before it that says `KIND COUNT`: `show` or `value` (of
//! the cell, if nothing comes after it), and how many blocks follow.
//!
//! The stock evcxr engine reads MIME blocks and keeps one of each type a cell, so the second picture of a
//! cell would overwrite the first. Every cell is a library of its own, with its own copy of the static
//! below: it collects what the cell has shown, and each display sends the whole collection again, so the
//! last block holds them all.

use super::Render;
use maud::{Markup, html};
use std::env;
use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::Mutex;

/// Set by a kernel that understands [`HEADER`].
const DISPLAYS: &str = "MANTISSA_DISPLAYS";

/// The type of the block that says what the next ones are.
const HEADER: &str = "application/x-mantissa-display";

/// One thing that the running cell has shown.
struct Shown {
    text: String,
    html: Option<Markup>,
}

static SHOWN: Mutex<Vec<Shown>> = Mutex::new(Vec::new());

/// Shows a value in a notebook, also in the middle of a cell.
///
/// ```
/// use mantissa::prelude::*;
/// show(&finfo(BF16));
/// ```
pub fn show(value: &(impl Render + ?Sized)) {
    send("show", picture(value));
}

/// Shows what may be the value of the cell.
pub(crate) fn show_value(value: &(impl Render + ?Sized)) {
    send("value", picture(value));
}

fn picture(value: &(impl Render + ?Sized)) -> Shown {
    Shown {
        text: value.text(),
        html: Some(value.html()),
    }
}

/// `evcxr_display` for every type that has only `Debug`.
///
/// The engine first compiles a cell's last expression with `.evcxr_display()` and, if that fails,
/// once more with `{:?}`. This trait is in the prelude so that the first always succeeds; types with
/// a picture have an inherent method of the same name, which wins.
pub trait EvcxrDisplay {
    /// Shows the value as `{:?}`; `()`, which says nothing, not at all.
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> EvcxrDisplay for T {
    fn evcxr_display(&self) {
        if std::any::type_name::<T>() != "()" {
            let shown = Shown {
                text: format!("{self:?}"),
                html: None,
            };
            send("value", shown);
        }
    }
}

/// Writes one display; or, for the stock engine, adds it to those of the cell and writes them all.
fn send(kind: &str, shown: Shown) {
    if env::var_os(DISPLAYS).is_some() {
        return write(&with_header(kind, shown));
    }
    let mut all = SHOWN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    all.push(shown);
    write(&blocks(&all));
}

fn write(blocks: &str) {
    // Nowhere to report that standard output is gone: the kernel that reads it is gone too.
    let _ = io::stdout().lock().write_all(blocks.as_bytes());
    let _ = io::stdout().flush();
}

/// What our own kernel reads: the same blocks, of this display alone.
fn with_header(kind: &str, shown: Shown) -> String {
    let count = if shown.html.is_some() { 2 } else { 1 };
    block(HEADER, &format!("{kind} {count}")) + &blocks(&[shown])
}

/// What evcxr reads: a text block, and an HTML block if anything has HTML.
fn blocks(all: &[Shown]) -> String {
    let texts: Vec<&str> = all.iter().map(|shown| shown.text.as_str()).collect();
    let mut out = block("text/plain", &texts.join("\n"));
    if all.iter().any(|shown| shown.html.is_some()) {
        let page = html! {
            @for shown in all {
                div {
                    @match &shown.html {
                        Some(markup) => (markup),
                        None => pre { (shown.text) },
                    }
                }
            }
        };
        out += &block("text/html", page.into_string().as_str());
    }
    out
}

fn block(mime: &str, content: &str) -> String {
    // A line of the content that looks like the end would end the block.
    let content = format!("\n{content}").replace("\nEVCXR_", "\n EVCXR_");
    format!("EVCXR_BEGIN_CONTENT {mime}{content}\nEVCXR_END_CONTENT\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Shown {
        Shown {
            text: text.into(),
            html: None,
        }
    }

    #[test]
    fn several_displays_become_one_block_of_each_type() {
        let picture = Shown {
            text: "a picture".into(),
            html: Some(html! { img; }),
        };
        assert_eq!(
            blocks(&[picture, text("1 < 2")]),
            "EVCXR_BEGIN_CONTENT text/plain\na picture\n1 < 2\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT text/html\n<div><img></div><div><pre>1 &lt; 2</pre></div>\n\
             EVCXR_END_CONTENT\n"
        );
    }

    #[test]
    fn a_header_tells_the_kind_and_how_many_blocks_follow() {
        assert_eq!(
            with_header("value", text("1 < 2")),
            "EVCXR_BEGIN_CONTENT application/x-mantissa-display\nvalue 1\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT text/plain\n1 < 2\nEVCXR_END_CONTENT\n"
        );
        let picture = Shown {
            text: "a picture".into(),
            html: Some(html! { img; }),
        };
        let sent = with_header("show", picture);
        assert!(sent.contains("\nshow 2\n"));
        assert!(sent.ends_with("text/html\n<div><img></div>\nEVCXR_END_CONTENT\n"));
    }

    #[test]
    fn text_alone_has_no_html() {
        assert!(!blocks(&[text("1")]).contains("text/html"));
    }

    #[test]
    fn content_cannot_end_its_block() {
        for content in ["EVCXR_END_CONTENT", "a\nEVCXR_END_CONTENT\nb"] {
            let sent = blocks(&[text(content)]);
            assert_eq!(sent.matches("\nEVCXR_END_CONTENT").count(), 1, "{sent}");
        }
    }
}
