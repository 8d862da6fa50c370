//! Numbers as binary digits by place value, and what a format keeps of them.

use crate::codec::{Overflow, Rounding};
use crate::dtype::DType;
use crate::real::{Parts, Real, exact_f64};
use crate::value::{Class, Value};

/// The digits of a finite number other than zero: |x| = significand * 2^exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) negative: bool,
    significand: u64,
    exponent: i32,
}

impl Digits {
    pub(super) fn of(parts: Parts) -> Option<Digits> {
        match parts {
            Parts::Finite {
                negative,
                significand,
                exponent,
            } if significand != 0 => Some(Digits {
                negative,
                significand,
                exponent,
            }),
            _ => None,
        }
    }

    /// The place of the leading 1: the digit that weighs 2^top.
    pub(super) fn top(&self) -> i32 {
        self.exponent + 63 - self.significand.leading_zeros() as i32
    }

    /// The place of the last 1.
    pub(super) fn low(&self) -> i32 {
        self.exponent + self.significand.trailing_zeros() as i32
    }

    /// The digit that weighs 2^place.
    pub(super) fn at(&self, place: i32) -> bool {
        let shift = place - self.exponent;
        (0..64).contains(&shift) && self.significand >> shift & 1 == 1
    }
}

/// A number as one format stores it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) dtype: DType,
    /// The nearest value, or why there is none.
    pub(super) value: Result<Value, String>,
    /// Whether x lies beyond the range.
    pub(super) overflow: bool,
    /// The value's digits, unless it is zero, not finite, or the end of the range.
    pub(super) digits: Option<Digits>,
    /// The place of the last digit that the format keeps here.
    pub(super) last: i32,
}

impl Stored {
    pub(super) fn new(x: Parts, dtype: DType) -> Stored {
        let code = dtype.encode(x, Rounding::TiesToEven, Overflow::Format);
        let value = code.map(|code| Value::new(dtype, code));
        let last = match (dtype, &value) {
            (DType::Float(format), Ok(value)) => value.exponent() - format.mantissa_bits() as i32,
            _ => 0,
        };
        let overflow = value.as_ref().is_ok_and(|value| beyond(value, to_f64(x)));
        let digits = value.as_ref().ok().filter(|_| !overflow);
        Stored {
            dtype,
            overflow,
            digits: digits.and_then(|value| Digits::of(value.parts())),
            value: value.map_err(|error| error.to_string()),
            last,
        }
    }

    /// How many digits from the leading 1 to the last that the format keeps.
    pub(super) fn significant(&self) -> Option<u32> {
        let digits = self.digits?;
        Some((digits.top() - self.last + 1) as u32)
    }

    /// value - x.
    pub(super) fn error(&self, x: Parts) -> Option<f64> {
        let value = self.value.as_ref().ok()?.parts();
        difference(value, x)
    }
}

/// Whether x lies beyond the range; an integer format refuses such a number.
fn beyond(value: &Value, x: f64) -> bool {
    match value.dtype() {
        DType::Float(format) if format.signed() || x > 0.0 => {
            x.is_infinite() && value.class() != Class::Infinite
                || x.is_finite() && x.abs() > format.max()
                || x.is_finite() && x != 0.0 && !value.is_finite()
        }
        _ => false,
    }
}

/// a - b: exact, but for the one rounding to a `f64`, unless their exponents are far apart.
fn difference(a: Parts, b: Parts) -> Option<f64> {
    let finite = |parts| match parts {
        Parts::Finite {
            negative,
            significand,
            exponent,
        } => {
            let signed = if negative {
                -i128::from(significand)
            } else {
                i128::from(significand)
            };
            Some((signed, exponent))
        }
        _ => None,
    };
    let ((a, a_exponent), (b, b_exponent)) = (finite(a)?, finite(b)?);
    let exponent = match (a, b) {
        (0, _) => b_exponent,
        (_, 0) => a_exponent,
        _ => a_exponent.min(b_exponent),
    };
    let shifted = |n: i128, shift: i32| (n == 0 || shift < 63).then(|| n << shift.clamp(0, 62));
    let exact = shifted(a, a_exponent - exponent)
        .zip(shifted(b, b_exponent - exponent))
        .map(|(a, b)| (a - b) as f64 * exact_f64(false, 1, exponent));
    let scaled = |n: i128, exponent| n as f64 * exact_f64(false, 1, exponent);
    Some(exact.unwrap_or_else(|| scaled(a, a_exponent) - scaled(b, b_exponent)))
}

/// The number as a `f64`, rounded if it is a long integer.
pub(super) fn to_f64(x: Parts) -> f64 {
    match x {
        Parts::Nan { .. } => f64::NAN,
        Parts::Infinite { negative: false } => f64::INFINITY,
        Parts::Infinite { negative: true } => f64::NEG_INFINITY,
        Parts::Finite {
            negative,
            significand,
            exponent,
        } => {
            let magnitude = significand as f64 * exact_f64(false, 1, exponent);
            if negative { -magnitude } else { magnitude }
        }
    }
}

/// The places to show, from the left to the right: those of x's digits and of every digit kept,
/// 64 at most, and the 0 before the point where that is near.
pub(super) fn places(x: &Digits, stored: &[Stored]) -> (i32, i32) {
    let near = |row: &&Stored| row.digits.is_some_and(|d| d.top() <= x.top() + 1);
    let rows = || stored.iter().filter(near);
    let tops = rows().filter_map(|row| Some(row.digits?.top()));
    let top = tops.fold(x.top(), i32::max);
    let lasts = rows().map(|row| row.last);
    let low = lasts.fold(x.low(), i32::min).max(top - 63);
    let top = if (-8..0).contains(&top) && low >= -63 {
        0
    } else {
        top
    };
    (top, low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{BF16, FP16, FP32};

    #[test]
    fn digits_by_place() {
        let digits = Digits::of(6.5.parts()).unwrap();
        assert_eq!((digits.top(), digits.low()), (2, -1));
        let places = [3, 2, 1, 0, -1, -2].map(|place| digits.at(place));
        assert_eq!(places, [false, true, true, false, true, false]);
        assert_eq!(Digits::of(0.0.parts()), None);
    }

    #[test]
    fn what_a_format_keeps() {
        let x = (1.0_f64 / 3.0).parts();
        let kept = |format| Stored::new(x, DType::Float(format)).significant();
        assert_eq!(
            [kept(FP32), kept(FP16), kept(BF16)],
            [Some(24), Some(11), Some(8)]
        );
        let subnormal = Stored::new(1e-6.parts(), FP16.into());
        assert_eq!((subnormal.significant(), subnormal.last), (Some(5), -24));
    }

    #[test]
    fn differences_are_exact_where_f64_is_not() {
        let x = 9_007_199_254_740_993_i64;
        assert_eq!(
            difference(9007199254740992.0.parts(), x.parts()),
            Some(-1.0)
        );
        assert_eq!(difference(0.0.parts(), 5e-324.parts()), Some(-5e-324));
        assert_eq!(difference(1e300.parts(), 1e-300.parts()), Some(1e300));
        assert_eq!(
            difference(u64::MAX.parts(), i64::MIN.parts()),
            Some(27670116110564327424.0)
        );
        assert_eq!(difference(f64::NAN.parts(), 1.0.parts()), None);
    }
}
