//! `Figure`: one SVG picture with its label and its text form.

use super::{Render, displays};
use crate::render::theme::{PAPER, SANS};
use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{Markup, PreEscaped, html};
use std::path::Path;
use std::{fmt, io};

/// A picture: SVG for the eye, a label for screen readers, a text for everything else.
///
/// Shown as an `<img>` with the SVG inside, which survives JupyterLab's sanitizer and GitHub; a
/// picture is deterministic and carries its own light background.
#[derive(Clone, PartialEq, Eq)]
pub struct Figure {
    svg: String,
    width: u32,
    label: String,
    text: String,
}

impl Figure {
    /// A picture of `width` by `height` pixels (y down) with `body` inside; `label` is one sentence
    /// that says what there is to see, `text` says it without a picture.
    pub(crate) fn new(
        (width, height): (u32, u32),
        label: impl Into<String>,
        text: impl Into<String>,
        body: Markup,
    ) -> Figure {
        let label = label.into();
        let svg = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
                width=(width) height=(height) role="img" aria-label=(label)
                font-family=(SANS) font-size="14"
            {
                title { (label) }
                rect width=(width) height=(height) fill=(PAPER) {}
                (body)
            }
        };
        Figure {
            svg: svg.into_string(),
            width,
            label,
            text: text.into(),
        }
    }

    /// The SVG source.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// One sentence that says what there is to see.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its width in px.
    pub(super) fn width(&self) -> u32 {
        self.width
    }

    /// The address of an image that is this picture.
    pub(super) fn source(&self) -> String {
        format!("data:image/svg+xml;base64,{}", STANDARD.encode(&self.svg))
    }

    /// Writes the SVG to a file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        std::fs::write(path, &self.svg)
    }

    /// The same picture as SVG inside the page, so that its text can be selected. An untrusted
    /// notebook and GitHub drop it; they keep the figure itself.
    pub fn inline(&self) -> Inline {
        Inline(self.clone())
    }
}

/// A figure shown as SVG inside the page; made by [`Figure::inline`].
#[derive(Clone, PartialEq, Eq)]
pub struct Inline(Figure);

impl Render for Figure {
    fn html(&self) -> Markup {
        html! {
            img src=(self.source()) alt=(self.label) width=(self.width) style="max-width:100%;height:auto";
        }
    }

    fn text(&self) -> String {
        self.text.clone()
    }
}

impl Render for Inline {
    fn html(&self) -> Markup {
        PreEscaped(self.0.svg.clone())
    }

    fn text(&self) -> String {
        self.0.text()
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

displays!(Figure, Inline);

/// Makes types that draw a [`Figure`] with a method `figure` be shown as it, and become it.
macro_rules! figures {
    ($($shown:ty),* $(,)?) => {$(
        impl $crate::render::Render for $shown {
            fn html(&self) -> $crate::render::Markup {
                self.figure().html()
            }

            fn text(&self) -> String {
                $crate::render::Render::text(&self.figure())
            }
        }

        impl std::fmt::Debug for $shown {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::render::Render::text(self))
            }
        }

        impl From<$shown> for $crate::render::Figure {
            fn from(shown: $shown) -> $crate::render::Figure {
                shown.figure()
            }
        }

        $crate::render::displays!($shown);
    )*};
}
pub(super) use figures;

/// A coordinate: at most three decimals, so that pictures are the same everywhere.
pub(crate) fn px(x: f64) -> String {
    let rounded = (x * 1000.0).round() / 1000.0;
    // Adding zero turns -0 into 0.
    (rounded + 0.0).to_string()
}

/// A coordinate with one decimal, for the many.
pub(crate) fn px1(x: f64) -> String {
    px((x * 10.0).round() / 10.0)
}
