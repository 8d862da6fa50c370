//! The order of the numbers that are mapped: a place for each, without gaps.

use crate::dtype::DType;
use crate::format::FP64;
use crate::value::Value;
use std::ops::RangeInclusive;

/// The finite values of a format by their place in the order: 0 is zero (where there is no zero, the
/// smallest positive number), and each step is one value.
pub(crate) fn span(dtype: DType) -> RangeInclusive<i128> {
    match dtype {
        DType::Int(format) => format.min()..=format.max(),
        DType::Float(format) => {
            let top = i128::from(format.max_magnitude());
            match (format.signed(), format.specials().zero) {
                (true, true) => -top..=top,
                (true, false) => -top - 1..=top,
                (false, _) => 0..=top,
            }
        }
    }
}

/// The value at a place of [`span`].
pub(crate) fn at(dtype: DType, place: i128) -> Value {
    let code = match dtype {
        DType::Int(format) => format.code(place).expect("a place within the span"),
        DType::Float(_) if place >= 0 => place as u64,
        DType::Float(format) => {
            let magnitude = -place - i128::from(!format.specials().zero);
            1 << (format.bits() - 1) | magnitude as u64
        }
    };
    dtype.value(code)
}

/// The place of a value in its format's [`span`]; `None` for infinity and NaN.
pub(crate) fn place(value: Value) -> Option<i128> {
    if !value.is_finite() {
        return None;
    }
    let format = match value.dtype() {
        DType::Int(format) => return Some(format.decode(value.code())),
        DType::Float(format) => format,
    };
    if !value.negative() {
        return Some(value.code().into());
    }
    let magnitude = value.code() & !(1 << (format.bits() - 1));
    Some(-i128::from(magnitude) - i128::from(!format.specials().zero))
}

/// The first place of a range where `reached` holds, which must then go on holding; one past the end
/// if it never does.
pub(crate) fn search(range: RangeInclusive<i128>, reached: impl Fn(i128) -> bool) -> i128 {
    let (mut low, mut high) = (*range.start(), *range.end() + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Like [`search`], in few steps if the place is near `guess`.
pub(crate) fn search_near(
    range: RangeInclusive<i128>,
    guess: i128,
    reached: impl Fn(i128) -> bool,
) -> i128 {
    let (start, end) = range.into_inner();
    let (mut low, mut high, mut step) = (guess.min(end), guess.min(end), 1);
    while low > start && reached(low) {
        (low, step) = (start.max(low - step), 2 * step);
    }
    while high < end && !reached(high) {
        (high, step) = (end.min(high + step), 2 * step);
    }
    search(low..=high, reached)
}

/// The number of places in a range.
pub(crate) fn length(run: &RangeInclusive<i128>) -> u128 {
    if run.is_empty() {
        0
    } else {
        (run.end() - run.start()) as u128 + 1
    }
}

/// What is mapped: the finite values of a format, or numbers in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Format(DType),
    Data(Vec<f64>),
}

impl Source {
    pub(crate) fn span(&self) -> RangeInclusive<i128> {
        match self {
            Source::Format(dtype) => span(*dtype),
            Source::Data(numbers) => 0..=numbers.len() as i128 - 1,
        }
    }

    /// The number at a place; given numbers are float64 values.
    pub(crate) fn value(&self, place: i128) -> Value {
        match self {
            Source::Format(dtype) => at(*dtype, place),
            Source::Data(numbers) => FP64.value(numbers[place as usize].to_bits()),
        }
    }

    pub(crate) fn dtype(&self) -> DType {
        match self {
            Source::Format(dtype) => *dtype,
            Source::Data(_) => FP64.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn a_guess_does_not_change_what_is_found() {
        for (guess, border) in (3..12).flat_map(|g| (3..12).map(move |b| (g, b))) {
            let reached = |p: i128| p >= border;
            let expected = search(3..=9, reached);
            assert_eq!(search_near(3..=9, guess, reached), expected, "{guess}");
        }
    }

    #[test]
    fn places_are_in_the_order_of_the_values() {
        let no_zero = Specials {
            zero: false,
            ..Specials::FINITE
        };
        let signed_without_zero = FloatFormat::new("s", 3, 1, 3, true, no_zero).unwrap();
        let small = dtypes().filter(|dtype| dtype.bits() <= 16);
        for dtype in small.chain([signed_without_zero.into()]) {
            let mut before = f64::NEG_INFINITY;
            for p in span(dtype) {
                let value = at(dtype, p);
                assert_eq!(place(value), Some(p), "{dtype} {p}");
                assert!(value > before, "{dtype} {p}");
                before = value.to_f64();
            }
            let finite = match dtype {
                DType::Float(format) => format.finite_count(),
                DType::Int(format) => 1 << format.bits(),
            };
            assert_eq!(length(&span(dtype)), finite, "{dtype}");
        }
    }
}
