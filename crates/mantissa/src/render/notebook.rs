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
//! block of type `application/x-mantissa-display` before it that says `KIND COUNT [ID]`: `show`, `value` (of
//! the cell, if nothing comes after it) or `update` (of what was shown with this ID), and how many blocks
//! follow.
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
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Set by a kernel that understands [`HEADER`].
const DISPLAYS: &str = "MANTISSA_DISPLAYS";

/// The type of the block that says what the next ones are.
const HEADER: &str = "application/x-mantissa-display";

/// One thing that the running cell has shown.
struct Shown {
    text: String,
    html: Option<Markup>,
    /// The place that it is in.
    id: Option<String>,
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

/// A place in a notebook for something that changes: progress, an animation.
///
/// What is shown first appears in the cell that shows it. Whatever is shown later, from the same cell or
/// another one, takes its place. (On the stock evcxr kernel, in the same cell only.)
///
/// ```
/// use mantissa::prelude::*;
/// let w = normal([64, 64], 1);
/// let mut place = Place::new();
/// for format in [INT2, INT4, INT8] {
///     let q = Affine::symmetric(format).quantize(&w);
///     place.show(&errors(&w, q.dequantize()));
/// }
/// place.show("done");
/// ```
#[derive(Debug, Default)]
pub struct Place {
    /// Once something is shown.
    id: Option<String>,
}

impl Place {
    /// A place where nothing is yet.
    pub const fn new() -> Place {
        Place { id: None }
    }

    /// Shows a value here, in the place of the one before.
    pub fn show(&mut self, value: &(impl Render + ?Sized)) {
        let (kind, id) = self.next();
        let id = Some(id);
        send(
            kind,
            Shown {
                id,
                ..picture(value)
            },
        );
    }

    /// What becomes of the next display, and the name of this place.
    fn next(&mut self) -> (&'static str, String) {
        let kind = if self.id.is_some() { "update" } else { "show" };
        (kind, self.id.get_or_insert_with(new_id).clone())
    }
}

/// A name that nothing else in the notebook has. Counting is not enough: every cell counts for itself.
fn new_id() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{count}", now.unwrap_or_default().as_nanos())
}

/// Shows what may be the value of the cell.
pub(crate) fn show_value(value: &(impl Render + ?Sized)) {
    send("value", picture(value));
}

fn picture(value: &(impl Render + ?Sized)) -> Shown {
    Shown {
        text: value.text(),
        html: Some(value.html()),
        id: None,
    }
}

/// Text as it is.
impl Render for str {
    fn html(&self) -> Markup {
        html! { pre { (self) } }
    }

    fn text(&self) -> String {
        self.to_owned()
    }
}

/// Text as it is.
impl Render for String {
    fn html(&self) -> Markup {
        self.as_str().html()
    }

    fn text(&self) -> String {
        self.clone()
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
                id: None,
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
    add(&mut all, shown);
    write(&blocks(&all));
}

/// Adds a display to those of the cell, or replaces the one in its place.
fn add(all: &mut Vec<Shown>, shown: Shown) {
    let mut same = all.iter_mut().filter(|old| old.id.is_some());
    match same.find(|old| old.id == shown.id) {
        Some(old) => *old = shown,
        None => all.push(shown),
    }
}

fn write(blocks: &str) {
    // Nowhere to report that standard output is gone: the kernel that reads it is gone too.
    let _ = io::stdout().lock().write_all(blocks.as_bytes());
    let _ = io::stdout().flush();
}

/// What our own kernel reads: the same blocks, of this display alone.
fn with_header(kind: &str, shown: Shown) -> String {
    let count = if shown.html.is_some() { 2 } else { 1 };
    let id = shown.id.as_deref().unwrap_or_default();
    block(HEADER, format!("{kind} {count} {id}").trim_end()) + &blocks(&[shown])
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
            id: None,
        }
    }

    fn placed(text: &str, id: &str) -> Shown {
        let shown = picture(text);
        Shown {
            id: Some(id.into()),
            ..shown
        }
    }

    #[test]
    fn several_displays_become_one_block_of_each_type() {
        let picture = Shown {
            text: "a picture".into(),
            html: Some(html! { img; }),
            id: None,
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
            id: None,
        };
        let sent = with_header("show", picture);
        assert!(sent.contains("\nshow 2\n"));
        assert!(sent.ends_with("text/html\n<div><img></div>\nEVCXR_END_CONTENT\n"));
    }

    #[test]
    fn a_place_is_named_in_the_header() {
        let sent = with_header("update", placed("2 < 3", "a-0"));
        assert!(sent.contains("\nupdate 2 a-0\n"));
        assert!(sent.ends_with("<div><pre>2 &lt; 3</pre></div>\nEVCXR_END_CONTENT\n"));
    }

    #[test]
    fn places_have_names_of_their_own_and_keep_them() {
        let (mut one, mut other) = (Place::new(), Place::new());
        let (first, second) = (one.next(), one.next());
        assert_eq!((first.0, second.0), ("show", "update"));
        assert_eq!(first.1, second.1);
        assert_ne!(first.1, other.next().1);
    }

    #[test]
    fn in_one_collection_a_place_holds_what_came_last() {
        let mut all = Vec::new();
        for shown in [
            text("a"),
            placed("1", "x"),
            placed("1", "y"),
            text("b"),
            placed("2", "x"),
        ] {
            add(&mut all, shown);
        }
        let texts: Vec<&str> = all.iter().map(|shown| shown.text.as_str()).collect();
        assert_eq!(texts, ["a", "2", "1", "b"]);
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
