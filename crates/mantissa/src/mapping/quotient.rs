//! A value divided by a scale, exactly enough to be rounded as the exact quotient would be.

use crate::real::{Parts, Real};
use crate::value::Value;
use std::cmp::Ordering;

/// A value divided by a positive scale: (-1)^negative * significand * 2^exponent, where the lowest
/// bit of the significand may stand for all that follows. There are 62 bits above it, so a format
/// rounds it as it would the exact quotient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quotient {
    negative: bool,
    significand: u128,
    exponent: i32,
}

impl Quotient {
    pub(crate) fn new(value: Value, scale: f64) -> Quotient {
        let number = match value.to_i128() {
            Some(integer) => Quotient {
                negative: integer < 0,
                significand: integer.unsigned_abs(),
                exponent: 0,
            },
            None => Quotient::exact(value.to_f64()),
        };
        if number.significand == 0 || scale == 1.0 {
            return number;
        }
        let divisor = Quotient::exact(scale);
        let shift = number.significand.leading_zeros();
        let dividend = number.significand << shift;
        let quotient = dividend / divisor.significand;
        let rest = dividend % divisor.significand;
        // The quotient has 75 bits or more.
        let dropped = 66 - quotient.leading_zeros();
        let follows = rest != 0 || quotient & ((1 << dropped) - 1) != 0;
        Quotient {
            negative: number.negative,
            significand: quotient >> dropped << 1 | u128::from(follows),
            exponent: number.exponent - shift as i32 + dropped as i32 - 1 - divisor.exponent,
        }
    }

    fn exact(x: f64) -> Quotient {
        match x.parts() {
            Parts::Finite {
                negative,
                significand,
                exponent,
            } => Quotient {
                negative,
                significand: significand.into(),
                exponent,
            },
            _ => unreachable!("a number is finite here"),
        }
    }

    /// Half a unit in the last place beyond an end of a format's range: below the lower one, which is
    /// zero or negative, or above the other.
    pub(crate) fn half_beyond(end: Value, lower: bool) -> Quotient {
        let unit = Quotient::exact(end.ulp());
        let units = match end.to_i128() {
            Some(integer) => integer.unsigned_abs(),
            None => (end.to_f64() / end.ulp()).abs() as u128, // an exact integer of 53 bits
        };
        Quotient {
            negative: lower,
            significand: (2 * units + 1) * unit.significand,
            exponent: unit.exponent - 1,
        }
    }

    /// Exactly, if one of the two has no more than 62 bits.
    pub(crate) fn compare(self, other: Quotient) -> Ordering {
        let sign = |q: Quotient| match (q.significand, q.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign.is_ne() || sign(self) == 0 {
            return by_sign;
        }
        // With the leading bits brought to the same place.
        let aligned = |q: Quotient| {
            let zeros = q.significand.leading_zeros();
            (q.exponent - zeros as i32, q.significand << zeros)
        };
        let magnitude = aligned(self).cmp(&aligned(other));
        if self.negative {
            magnitude.reverse()
        } else {
            magnitude
        }
    }
}

impl Real for Quotient {
    fn parts(self) -> Parts {
        Parts::Finite {
            negative: self.negative,
            significand: self.significand as u64, // 64 bits at most before and after a division
            exponent: self.exponent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn a_quotient_that_never_ends_is_above_its_digits() {
        let third = Quotient::new(FP64.nearest(1.0), 3.0);
        // 3 * floor(2^k / 3) misses 2^k by 1 or 2; the lowest bit says so.
        assert_eq!((third.significand & 1, third.significand >> 62), (1, 1));
        let half = Quotient::new(FP64.nearest(1.5), 3.0);
        assert_eq!((half.significand, half.exponent), (1 << 62, -63));
    }

    #[test]
    fn quotients_compare_as_numbers() {
        let numbers = [-3.0, -0.5, 0.0, 5e-324, 0.25, 0.75, 1e300];
        for (i, x) in numbers.iter().enumerate() {
            for (j, y) in numbers.iter().enumerate() {
                assert_eq!(
                    Quotient::exact(*x).compare(Quotient::exact(*y)),
                    i.cmp(&j),
                    "{x} {y}"
                );
            }
        }
    }
}
