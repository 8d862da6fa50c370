//! Where numbers lie on a line, round numbers for its ticks, and which labels have room.

use crate::dtype::DType;
use crate::render::svg::Font;
use crate::text::{general, repr};
use crate::value::Value;

/// A straight line of numbers: `low` at the pixel `left`, `high` at the pixel `right`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) left: f64,
    pub(crate) right: f64,
}

impl Axis {
    /// The pixel of a number. A line of one number has it in the middle.
    pub(crate) fn x(&self, number: f64) -> f64 {
        let unit = self.unit();
        let right_of_low = |number: f64| number * unit - self.low * unit;
        let width = right_of_low(self.high);
        let part = if width > 0.0 {
            right_of_low(number) / width
        } else {
            0.5
        };
        self.left + part * (self.right - self.left)
    }

    /// What numbers are multiplied by before they are subtracted: a half if the width of the line
    /// would be an infinity, as of all float64 values; else 1, which keeps every bit of the smallest.
    fn unit(&self) -> f64 {
        if (self.high - self.low).is_finite() {
            1.0
        } else {
            0.5
        }
    }

    /// Round numbers (1, 2 or 5 times a power of ten) within the line, in order, at most about
    /// `count` of them.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        let unit = self.unit();
        let rough = (self.high * unit - self.low * unit) / count.max(1) as f64 / unit;
        if !(rough.is_finite() && rough > 0.0) {
            return vec![self.low];
        }
        let exponent = rough.log10().floor() as i32;
        let steps = [(1, exponent), (2, exponent), (5, exponent)];
        let step = steps.into_iter().find(|step| decimal(*step) >= rough);
        let (digit, exponent) = step.unwrap_or((1, exponent + 1));
        let first = (self.low / decimal((digit, exponent))).ceil() as i64;
        (first..)
            .map(|i| decimal((i * digit, exponent)))
            .take_while(|tick| *tick <= self.high)
            .collect()
    }
}

/// integer * 10^exponent, correctly rounded.
fn decimal((integer, exponent): (i64, i32)) -> f64 {
    format!("{integer}e{exponent}")
        .parse()
        .expect("a decimal number")
}

/// A label with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    /// The pixel that it is about.
    pub(crate) at: f64,
    /// The middle of the text.
    pub(crate) x: f64,
    pub(crate) text: String,
}

/// The labels, the most important first, that have room between `left` and `right` without touching
/// each other; those near an end are moved inside.
pub(crate) fn fitting(
    labels: impl IntoIterator<Item = (f64, String)>,
    font: Font,
    (left, right): (f64, f64),
) -> Vec<Label> {
    let gap = 8.0;
    let mut placed: Vec<(f64, Label)> = Vec::new();
    for (at, text) in labels {
        let half = font.width(&text) / 2.0;
        let x = at.min(right - half).max(left + half);
        let free = |(other, label): &(f64, Label)| (label.x - x).abs() >= half + other + gap;
        if placed.iter().all(free) {
            placed.push((half, Label { at, x, text }));
        }
    }
    placed.into_iter().map(|(_, label)| label).collect()
}

/// A value for a label: the six significant digits that torch prints, more if its format needs more
/// to tell it from its neighbours (float32's largest is 3.4028235e+38).
pub(crate) fn numeral(value: Value) -> String {
    let x = value.to_f64();
    let format = match value.dtype() {
        DType::Int(_) => return value.to_string(),
        DType::Float(format) => format,
    };
    if x.is_nan() {
        return "NaN".into();
    }
    (6..17)
        .map(|digits| general(x, digits))
        .find(|text| {
            let back: f64 = text.parse().expect("a decimal number or inf");
            !x.is_finite() || format.nearest(back) == x
        })
        .unwrap_or_else(|| repr(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn numerals_tell_values_apart() {
        let largest = |format: FloatFormat| numeral(format.nearest(format.max()));
        assert_eq!(largest(FP32), "3.4028235e+38");
        assert_eq!(largest(BF16), "3.38953e+38");
        assert_eq!(largest(FP16), "65504");
        assert_eq!(numeral(FP32.nearest(0.1)), "0.1");
        assert_eq!(numeral(FP64.nearest(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(numeral(FP8_E5M2.value(0x7c)), "inf");
        assert_eq!(numeral(FP4_E2M1FN.value(0x8)), "-0");
        assert_eq!(numeral(INT64.value(u64::MAX >> 1)), "9223372036854775807");
    }

    fn axis(low: f64, high: f64) -> Axis {
        Axis {
            low,
            high,
            left: 100.0,
            right: 200.0,
        }
    }

    #[test]
    fn numbers_lie_where_they_are() {
        assert_eq!(axis(-1.0, 3.0).x(0.0), 125.0);
        assert_eq!(axis(2.0, 2.0).x(2.0), 150.0);
        assert_eq!(axis(f64::MIN, f64::MAX).x(0.0), 150.0);
        assert_eq!(axis(0.0, 2e-323).x(5e-324), 125.0); // 1 and 4 times the smallest float64
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            axis(-8.0, 7.0).ticks(8),
            [-8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0]
        );
        assert_eq!(axis(0.0, 0.3).ticks(3), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(axis(5.0, 5.0).ticks(3), [5.0]);
        assert!(axis(f64::MIN, f64::MAX).ticks(5).contains(&0.0));
    }

    #[test]
    fn labels_do_not_touch() {
        let font = Font::mono(10.0); // 6.1 px a letter
        let labels = [
            (0.0, "aaaa"),
            (100.0, "bbbb"),
            (20.0, "cccc"),
            (50.0, "dddd"),
        ];
        let labels = labels.map(|(x, label)| (x, label.to_owned()));
        let placed = fitting(labels, font, (0.0, 105.0));
        let names: Vec<&str> = placed.iter().map(|label| label.text.as_str()).collect();
        assert_eq!(names, ["aaaa", "bbbb", "dddd"]);
        assert_eq!((placed[0].x, placed[1].x), (12.2, 105.0 - 12.2));
        assert_eq!((placed[0].at, placed[1].at), (0.0, 100.0));
    }
}
