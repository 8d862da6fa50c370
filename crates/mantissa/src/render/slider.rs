//! A slider over pictures computed beforehand.
//!
//! The page gets one picture and, in an attribute, all of them with the words as JSON. Where scripts
//! run, `slider.js` puts the slider above the picture; where they do not, the picture remains.

use super::figure::Figure;
use super::script::{TRUST, TRUST_ZH, array, compact, object, quoted};
use super::theme::{INK, MUTED, PAPER, SANS};
use super::{Lang, Markup, Render, displays};
use maud::{PreEscaped, html};
use std::fmt;

/// What runs in the page.
const SCRIPT: &str = include_str!("slider.js");
/// More frames than this are no parameter's values but a film.
const MOST_FRAMES: usize = 40;
/// More bytes than this, and a notebook becomes hard to open.
const MOST_BYTES: usize = 2_000_000;

/// Pictures behind a slider; made by [`slider`].
#[derive(Clone, PartialEq, Eq)]
pub struct Slider {
    label: String,
    frames: Vec<(String, Figure)>,
    start: usize,
    lang: Lang,
}

/// A slider over pictures that were computed beforehand, one for each value of a parameter: the
/// reader moves it without a kernel, in a trusted notebook and in an exported HTML page.
///
/// The interaction needs scripts; where they do not run, on GitHub and in an untrusted notebook, the
/// first picture stands there, or the one chosen with [`Slider::start`].
///
/// Pictures can be compared if their axes are the same: [`Histograms::axes`](crate::Histograms::axes),
/// [`ErrorHistogram::axes`](crate::ErrorHistogram::axes) and
/// [`Staircase::error_axis`](crate::Staircase::error_axis) fix them.
///
/// ```
/// use mantissa::prelude::*;
/// let x: Vec<f64> = (0..500).map(|i| (f64::from(i) * 0.37).sin()).collect();
/// let formats = [INT2, INT3, INT4, INT5];
/// let frames = formats.map(|format| {
///     let y = Affine::symmetric(format).fake_quantize(&x);
///     (format.to_string(), histograms(&x, y).axes(-1.1..=1.1, 300.0))
/// });
/// let shown = slider("format", frames).start(2);
/// assert!(shown.text().starts_with("format: int2, int3, [int4], int5\n"));
/// ```
///
/// # Panics
/// If there is no picture, there are more than 40, or they take more than 2 MB together.
#[track_caller]
pub fn slider<N: Into<String>, F: Into<Figure>>(
    label: impl Into<String>,
    frames: impl IntoIterator<Item = (N, F)>,
) -> Slider {
    let frames = frames.into_iter();
    let frames = frames.map(|(name, frame)| (name.into(), frame.into()));
    let slider = Slider {
        label: label.into(),
        frames: frames.collect(),
        start: 0,
        lang: Lang::current(),
    };
    let count = slider.frames.len();
    assert!(
        (1..=MOST_FRAMES).contains(&count),
        "a slider moves over 1 to {MOST_FRAMES} pictures, not {count}"
    );
    let bytes = slider.html().into_string().len();
    assert!(
        bytes <= MOST_BYTES,
        "these {count} pictures take {bytes} bytes, and a slider has room for {MOST_BYTES}: take fewer, \
         or smaller ones"
    );
    slider
}

impl Slider {
    /// The same starting at another picture, counted from 0.
    ///
    /// # Panics
    /// If there is no such picture.
    #[track_caller]
    pub fn start(mut self, index: usize) -> Slider {
        let count = self.frames.len();
        assert!(
            index < count,
            "there is no picture {index}: the slider's {count} pictures are 0 to {}",
            count - 1
        );
        self.start = index;
        self
    }

    /// The picture that the slider starts at.
    pub fn figure(&self) -> &Figure {
        &self.frames[self.start].1
    }

    /// What the script needs to know, as JSON.
    fn data(&self) -> String {
        let frames = self.frames.iter().map(|(name, frame)| {
            array([
                quoted(name),
                quoted(frame.label()),
                frame.width().to_string(),
                quoted(&frame.source()),
            ])
        });
        object([
            ("label", quoted(&self.label)),
            ("start", self.start.to_string()),
            ("frames", array(frames)),
            ("ink", quoted(INK)),
            ("sans", quoted(SANS)),
        ])
    }
}

impl Render for Slider {
    fn html(&self) -> Markup {
        let name = &self.frames[self.start].0;
        let note = match self.lang {
            Lang::En => format!(
                "{}: {name}. A still picture: the slider {TRUST}",
                self.label
            ),
            Lang::Zh => format!("{}：{name}。这是静态图：滑块{TRUST_ZH}", self.label),
        };
        let frame = format!("max-width:880px;background:{PAPER};color-scheme:light");
        let muted = format!("padding:0 20px 8px;color:{MUTED};font:13px/1.5 {SANS}");
        html! {
            div data-mantissa-slider=(self.data()) style=(frame) {
                (self.figure().html())
                div data-note="" style=(muted) { (note) }
                script { (PreEscaped(script())) }
            }
        }
    }

    fn text(&self) -> String {
        let names = self.frames.iter().enumerate().map(|(i, (name, _))| {
            if i == self.start {
                format!("[{name}]")
            } else {
                name.clone()
            }
        });
        let names: Vec<String> = names.collect();
        let (colon, comma) = (self.lang.pick(": ", "："), self.lang.pick(", ", "，"));
        format!(
            "{}{colon}{}\n{}",
            self.label,
            names.join(comma),
            self.figure().text()
        )
    }
}

impl fmt::Debug for Slider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

displays!(Slider);

/// The script in a scope of its own.
fn script() -> String {
    format!(
        "(function () {{\n\"use strict\";\n{}}})();",
        compact(SCRIPT)
    )
}
