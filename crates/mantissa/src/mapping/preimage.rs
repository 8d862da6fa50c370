//! Which values of one format become the same value of another, counted exactly.
//!
//! Rounding is monotone, so the source values that share a target are a run in their order, and a
//! binary search with the codec finds both ends of the run: 64 steps for a float64.

use super::places::{Source, at, length, place, search, span};
use super::quotient::Quotient;
use crate::codec::{Overflow, Rounding};
use crate::dtype::DType;
use crate::value::Value;
use std::cmp::Ordering;
use std::ops::RangeInclusive;

/// The values of one format that become one value of another: what shares a target.
///
/// Made by [`preimage`] and [`Mapping::preimage`](crate::Mapping::preimage). The sets are those of
/// numbers: +0 and -0 are one value, infinity and NaN are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preimage {
    pub(crate) source: DType,
    pub(crate) target: Value,
    pub(crate) count: u128,
    pub(crate) ends: Option<(Value, Value)>,
    /// The numbers just before and after them, and what becomes of those.
    pub(crate) next: [Option<(Value, Value)>; 2],
}

impl Preimage {
    /// How many values there are.
    pub fn count(&self) -> u128 {
        self.count
    }

    /// The smallest of them; `None` if there is none.
    pub fn first(&self) -> Option<Value> {
        self.ends.map(|(first, _)| first)
    }

    /// The largest of them; `None` if there is none. All values between the first and the last are
    /// in the set too, except that a NaN may be shared by what overflows at both ends.
    pub fn last(&self) -> Option<Value> {
        self.ends.map(|(_, last)| last)
    }

    /// What they become.
    pub fn target(&self) -> Value {
        self.target
    }

    /// The format they are of.
    pub fn source(&self) -> DType {
        self.source
    }
}

/// The finite values of `source` that become `target` when rounded to the nearest, ties to even.
///
/// Numbers beyond a float format's largest follow its own rule (they are in the preimage of infinity
/// or NaN, or, in a format without either, of the largest number); beyond an integer format's ends
/// they are clamped. +0 and -0 count as one value, in both formats.
///
/// ```
/// use mantissa::prelude::*;
/// let shared = preimage(BF16.nearest(1.0), FP32);
/// assert_eq!(shared.count(), 65537);
/// // From halfway below 1 to halfway above; both ties go to the even code.
/// assert_eq!(shared.first().unwrap().to_f64(), 1.0 - 1.0 / 512.0);
/// assert_eq!(shared.last().unwrap().to_f64(), 1.0 + 1.0 / 256.0);
/// ```
pub fn preimage(target: Value, source: impl Into<DType>) -> Preimage {
    let source = Source::Format(source.into());
    Rule::new(target.dtype()).preimage(&source, source.span(), target)
}

/// How many finite values of `source` share `target`: the count of [`preimage`].
///
/// ```
/// use mantissa::prelude::*;
/// // An even code wins both ties, an odd one none: 65536 on average, and never 65536.
/// assert_eq!(sharing(BF16.value(0x3f80), FP32), 65537);
/// assert_eq!(sharing(BF16.value(0x3f81), FP32), 65535);
/// // Of 253 finite FP8 numbers, 97 become the int8 number 0 and 11 become 1.
/// assert_eq!(sharing(INT8.value(0), FP8_E4M3FN), 97);
/// assert_eq!(sharing(INT8.value(1), FP8_E4M3FN), 11);
/// ```
pub fn sharing(target: Value, source: impl Into<DType>) -> u128 {
    preimage(target, source).count()
}

/// What is done to a number: divided by the scale, exactly, and rounded once into the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) target: DType,
    pub(crate) scale: f64,
    pub(crate) overflow: Overflow,
}

/// What a number becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    /// The place among the target's finite values, or [`BELOW`] or [`ABOVE`] them.
    pub(crate) place: i128,
    /// The value; `None` if the target has none for such a number.
    pub(crate) value: Option<Value>,
}

/// The place of numbers that become no finite value and are not positive.
pub(crate) const BELOW: i128 = i128::MIN;
/// The place of positive numbers that become no finite value.
pub(crate) const ABOVE: i128 = i128::MAX;

impl Rule {
    pub(crate) fn new(target: DType) -> Rule {
        Rule {
            target,
            scale: 1.0,
            overflow: Overflow::Format,
        }
    }

    /// What a finite value becomes.
    pub(crate) fn image(&self, number: Value) -> Image {
        let overflow = match self.target {
            DType::Int(_) => Overflow::Saturate,
            DType::Float(_) => self.overflow,
        };
        let quotient = Quotient::new(number, self.scale);
        let code = self.target.encode(quotient, Rounding::TiesToEven, overflow);
        let value = code.ok().map(|code| self.target.value(code));
        let outside = if number > 0.0 { ABOVE } else { BELOW };
        Image {
            place: value.and_then(place).unwrap_or(outside),
            value,
        }
    }

    /// On which side of the target's range a value falls, as if its exponent or its width had no
    /// end: whether it rounds to less than the smallest finite value, to more than the largest, or
    /// neither.
    pub(crate) fn side(&self, number: Value) -> Ordering {
        let quotient = Quotient::new(number, self.scale);
        let (low, high) = span(self.target).into_inner();
        let (low, high) = (at(self.target, low), at(self.target, high));
        let above = quotient.compare(Quotient::half_beyond(high, false));
        if above.is_gt() || above.is_eq() && high.code() & 1 == 1 {
            return Ordering::Greater;
        }
        let below = match low > 0.0 {
            // No zero: whatever is positive has a place.
            true => {
                return if number > 0.0 {
                    Ordering::Equal
                } else {
                    Ordering::Less
                };
            }
            false => quotient.compare(Quotient::half_beyond(low, true)),
        };
        if below.is_lt() || below.is_eq() && low.code() & 1 == 1 {
            return Ordering::Less;
        }
        Ordering::Equal
    }

    /// The places, within `window`, of the numbers whose image is at `place`; empty if there are
    /// none.
    pub(crate) fn run(
        &self,
        source: &Source,
        window: RangeInclusive<i128>,
        place: i128,
    ) -> RangeInclusive<i128> {
        let end = *window.end();
        let image = |p: i128| self.image(source.value(p)).place;
        let first = search(window, |p| image(p) >= place);
        let after = search(first..=end, |p| image(p) > place);
        first..=after - 1
    }

    /// The numbers within `window` that become `target`.
    pub(crate) fn preimage(
        &self,
        source: &Source,
        window: RangeInclusive<i128>,
        target: Value,
    ) -> Preimage {
        // Infinity and NaN stand at the ends, NaN perhaps at both.
        let places = match place(target) {
            Some(place) => vec![place],
            None => vec![BELOW, ABOVE],
        };
        let is_target = |p: i128| {
            let image = self.image(source.value(p)).value;
            image.is_some_and(|image| same_number(image, target))
        };
        let runs: Vec<RangeInclusive<i128>> = places
            .into_iter()
            .map(|place| self.run(source, window.clone(), place))
            .filter(|run| !run.is_empty() && is_target(*run.start()))
            .collect();
        let ends = runs.first().zip(runs.last());
        let beyond = |place: i128| {
            let value = window.contains(&place).then(|| source.value(place))?;
            Some((value, self.image(value).value?))
        };
        Preimage {
            source: source.dtype(),
            target,
            count: runs.iter().map(length).sum(),
            ends: ends.map(|(a, b)| (source.value(*a.start()), source.value(*b.end()))),
            next: [
                ends.and_then(|(a, _)| beyond(a.start() - 1)),
                ends.and_then(|(_, b)| beyond(b.end() + 1)),
            ],
        }
    }
}

/// Whether two values of one format are the same number; all NaNs are one here.
fn same_number(a: Value, b: Value) -> bool {
    a.is_nan() && b.is_nan() || a == b.to_f64() && a.to_i128() == b.to_i128()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn quotients_round_like_the_exact_ones() {
        let scale = f64::from(0.1_f32); // 13421773 * 2^-27
        let rule = Rule {
            scale,
            ..Rule::new(INT8.into())
        };
        let image = |x: f64| rule.image(FP64.nearest(x)).value.unwrap().to_f64();
        for k in 0..127_i64 {
            let tie = (2 * k + 1) as f64 * scale / 2.0; // exact: 24 + 8 bits
            let even = (k + (k & 1)) as f64;
            let even = even.min(127.0);
            assert_eq!(image(tie), even, "{k}");
            assert_eq!(image(tie.next_up()), (k + 1) as f64, "{k}");
            assert_eq!(image(tie.next_down()), k as f64, "{k}");
            assert_eq!(image(-tie), -even, "{k}");
        }
        let tiny = Rule {
            scale: 5e-324,
            ..rule
        };
        assert_eq!(tiny.image(FP64.nearest(f64::MAX)).value.unwrap(), 127.0);
        let huge = Rule {
            scale: f64::MAX,
            ..rule
        };
        assert_eq!(huge.image(FP64.nearest(-5e-324)).value.unwrap(), 0.0);
    }

    #[test]
    fn out_of_range_is_what_would_round_beyond_the_ends() {
        let ends = |target: DType, x: f64| Rule::new(target).side(FP64.nearest(x));
        for (target, inside, outside) in [
            (INT4.into(), 7.5_f64.next_down(), 7.5),
            (INT4.into(), -8.5, (-8.5_f64).next_down()),
            (UINT4.into(), -0.5, (-0.5_f64).next_down()),
            (FP8_E4M3FN.into(), 464.0, 464_f64.next_up()),
            (FP8_E4M3FN.into(), -464.0, -(464_f64.next_up())),
            (FP4_E2M1FN.into(), 7_f64.next_down(), 7.0),
            (FP8_E8M0FNU.into(), 5e-324, 0.0),
            (UINT64.into(), 1.8e19, 2_f64.powi(64)),
            (INT64.into(), -(2_f64.powi(63)), -(2_f64.powi(63)).next_up()),
        ] {
            let far = if outside > inside {
                Ordering::Greater
            } else {
                Ordering::Less
            };
            assert_eq!(ends(target, inside), Ordering::Equal, "{target} {inside}");
            assert_eq!(ends(target, outside), far, "{target} {outside}");
        }
        // The largest of the data divided by its share of 127, which is rounded: still in range.
        let rule = Rule {
            scale: 10.8 / 127.0,
            ..Rule::new(INT8.into())
        };
        assert_eq!(rule.side(FP64.nearest(10.8)), Ordering::Equal);
    }
}
