//! Number lines: all values of a small format, a window of a large one.

pub(crate) mod axis;
mod formats;
mod picture;
mod scale;
mod window;
mod words;

pub use formats::Formats;
pub use window::window;

use super::{Figure, Lang, Render, displays};
use crate::dtype::DType;
use crate::value::{Class, Value};
use maud::Markup;
use std::fmt;

/// More bits than this, and the values are too many to see.
const MOST_BITS: u32 = 8;
/// More lines than this, and the picture is too large for a notebook.
const MOST_LINES: usize = 8;

/// All values of one or several formats of up to 8 bits on one axis: made by [`number_line`] and
/// [`number_lines`].
#[derive(Clone, PartialEq)]
pub struct NumberLine {
    dtypes: Vec<DType>,
    log: bool,
    range: (f64, f64),
}

/// All values of a format of up to 8 bits, each a tick at its true position; subnormal numbers hang
/// below the line, zero is a ring, and infinities and NaNs, which have no place on it, are counted
/// beside it.
///
/// ```
/// use mantissa::prelude::*;
/// let line = number_line(FP4_E2M1FN);
/// assert!(line.text().contains("0 0.5 1 1.5 2 3 4 6"));
/// assert!(line.clone().log() != line);
/// ```
///
/// # Panics
/// If the format has more than 8 bits; [`window`] shows a part of a wide one.
#[track_caller]
pub fn number_line(format: impl Into<DType>) -> NumberLine {
    number_lines(format.into())
}

/// The values of several formats of up to 8 bits, one line below the other on a common axis.
///
/// ```
/// use mantissa::prelude::*;
/// let lines = number_lines((FP4_E2M1FN, INT4));
/// assert!(lines.text().contains("int4"));
/// ```
///
/// # Panics
/// If there is no format, there are more than 8, or one has more than 8 bits.
#[track_caller]
pub fn number_lines(formats: impl Formats) -> NumberLine {
    let dtypes = formats.dtypes();
    assert!(
        !dtypes.is_empty(),
        "a number line needs at least one format"
    );
    assert!(
        dtypes.len() <= MOST_LINES,
        "number_lines draws at most {MOST_LINES} formats, not {}; each of 8 bits has 256 ticks",
        dtypes.len()
    );
    for dtype in &dtypes {
        assert!(
            dtype.bits() <= MOST_BITS,
            "a number line shows every value of formats of up to {MOST_BITS} bits, and {dtype} has \
             {}: window({dtype:?}, 1.0, 8) shows a part",
            dtype.bits()
        );
    }
    NumberLine {
        dtypes,
        log: false,
        range: (f64::NEG_INFINITY, f64::INFINITY),
    }
}

impl NumberLine {
    /// The same with a logarithmic axis: equal steps are equal factors, negative numbers on the
    /// left, zero in a gap in the middle.
    pub fn log(mut self) -> NumberLine {
        self.log = true;
        self
    }

    /// Only the values from `low` to `high`.
    ///
    /// # Panics
    /// If no format has a value there.
    #[track_caller]
    pub fn between(mut self, low: f64, high: f64) -> NumberLine {
        self.range = (low, high);
        let any = self.dtypes.iter().any(|d| !self.shown(*d).is_empty());
        assert!(
            any,
            "there are no values from {low} to {high}; the order is (low, high)"
        );
        self
    }

    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    /// The finite values of a format that are shown, in order; zero once.
    fn shown(&self, dtype: DType) -> Vec<Value> {
        let (low, high) = self.range;
        let mut values = finite(dtype);
        values.retain(|value| *value >= low && *value <= high);
        values
    }
}

/// The finite values of a format in order; zero once.
fn finite(dtype: DType) -> Vec<Value> {
    let codes = 0..=u64::MAX >> (64 - dtype.bits());
    let values = codes.map(|code| dtype.value(code));
    let mut values: Vec<Value> = values
        .filter(|v| v.is_finite() && !(v.class() == Class::Zero && v.negative()))
        .collect();
    values.sort_by(|a, b| a.to_f64().total_cmp(&b.to_f64()));
    values
}

impl Render for NumberLine {
    fn html(&self) -> Markup {
        self.figure().html()
    }

    fn text(&self) -> String {
        self.words(Lang::current())
    }
}

impl fmt::Debug for NumberLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

displays!(NumberLine);
