//! Colours, fonts and sizes: one place, so that every picture looks like the others.
//!
//! The colours are those of Okabe and Ito (2008), which readers with any kind of colour blindness
//! can tell apart, some darkened for contrast; the tints are for areas under dark text.

/// Text and lines.
pub(crate) const INK: &str = "#1f2933";
/// Secondary text.
pub(crate) const MUTED: &str = "#5f6b7a";
/// Grid lines and borders.
pub(crate) const RULE: &str = "#cbd2d9";
/// The pictures' own background: they stay readable on a dark page.
pub(crate) const PAPER: &str = "#ffffff";
/// Areas that hold something apart.
pub(crate) const SHADE: &str = "#f3f5f7";

/// The sign bit.
pub(crate) const SIGN: Hue = Hue {
    line: "#a84700",
    fill: "#fbe0cf",
};
/// The exponent field.
pub(crate) const EXPONENT: Hue = Hue {
    line: "#0072b2",
    fill: "#d3e8f5",
};
/// The fraction field.
pub(crate) const FRACTION: Hue = Hue {
    line: "#00795a",
    fill: "#d2efe5",
};
/// What is lost, clipped or otherwise to be noticed.
pub(crate) const LOST: Hue = Hue {
    line: "#a83279",
    fill: "#f5d9e9",
};
/// Integers' bits.
pub(crate) const INTEGER: Hue = Hue {
    line: "#8a6200",
    fill: "#faeac4",
};
/// Neutral marks.
pub(crate) const PLAIN: Hue = Hue {
    line: "#5f6b7a",
    fill: "#e8ebef",
};

/// A strong colour for lines and text, and its tint for areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hue {
    /// For lines and text; a contrast of at least 4.5 to 1 on paper, 4 to 1 on the tint.
    pub(crate) line: &'static str,
    /// For areas.
    pub(crate) fill: &'static str,
}

/// Words.
pub(crate) const SANS: &str = "'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
/// Digits and codes.
pub(crate) const MONO: &str =
    "'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono', 'Noto Sans Mono CJK SC', monospace";
