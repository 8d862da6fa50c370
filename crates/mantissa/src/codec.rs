//! The codec: between a number and the code of a format, in integer arithmetic, rounding once.

use crate::format::FloatFormat;
use crate::real::{Parts, Real};
use crate::value::Value;
use std::cmp::Ordering;
use thiserror::Error;

/// Which neighbour a number between two values goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// The nearest; of two equally near the one with an even code. IEEE 754's default.
    #[default]
    TiesToEven,
    /// The nearest; of two equally near the one farther from zero.
    TiesToAway,
    /// Toward zero: cut off.
    TowardZero,
    /// Toward plus infinity.
    Up,
    /// Toward minus infinity.
    Down,
    /// If not exact, the neighbour with an odd code, so that a second rounding to at least two bits
    /// less cannot go wrong. Boldo and Melquiond, 2008. Like `TowardZero` it never overflows.
    ToOdd,
    /// Away from zero with a probability equal to the part cut off, in units of the last place: a
    /// seeded generator gives the n-th number of a slice or tensor its own 64 random bits.
    Stochastic {
        /// The same seed gives the same result.
        seed: u64,
    },
    /// Stochastic with the random bits given: away from zero if the first `count` bits of the part
    /// cut off, plus `random`, reach 2^count.
    StochasticBits {
        /// The random bits, of which the low `count` are used.
        random: u64,
        /// How many of them, 1 to 64; other numbers are taken for the nearest of these.
        count: u32,
    },
}

impl Rounding {
    /// The mode for the `n`-th number of a slice: a seed becomes that number's own random bits.
    pub(crate) fn of_nth(self, n: u64) -> Rounding {
        match self {
            Rounding::Stochastic { seed } => Rounding::StochasticBits {
                random: random_bits(seed, n),
                count: 64,
            },
            other => other,
        }
    }
}

/// What becomes of a number beyond the largest one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The format's own rule: infinity if it has one, else NaN if it has one, else the largest
    /// number (OCP MX FP6 and FP4). A rounding mode that points back toward zero gives the largest
    /// number, as in IEEE 754, section 7.4.
    #[default]
    Format,
    /// The largest number, also for infinity.
    Saturate,
}

/// Why a number has no code in a format.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EncodeError {
    /// NaN, and the format has none.
    #[error("{format} has no NaN: every one of its codes is a number")]
    NoNan {
        /// Name of the format.
        format: String,
    },
    /// Below zero, in an unsigned format without NaN.
    #[error("{value} is below zero and {format} is unsigned; saturate to clamp it to {min}")]
    Negative {
        /// The number.
        value: String,
        /// Name of the format.
        format: String,
        /// The smallest value of the format.
        min: String,
    },
    /// Outside an integer format's range.
    #[error("{value} does not fit {format}, which holds {min} to {max}")]
    OutOfRange {
        /// The number.
        value: String,
        /// Name of the format.
        format: String,
        /// The smallest value of the format.
        min: i128,
        /// The largest value of the format.
        max: i128,
    },
    /// NaN or infinity into an integer format.
    #[error("{value} is not a number that the integer format {format} can hold")]
    NotFinite {
        /// The number.
        value: String,
        /// Name of the format.
        format: String,
    },
}

impl FloatFormat {
    /// The code of `x`: correctly rounded, once.
    ///
    /// With q = max(floor(log2 |x|), emin) - m the place of the last bit kept, |x| = (n + r) * 2^q
    /// with 0 <= r < 1; the rounding mode picks n or n + 1, and a carry out of the fraction runs
    /// into the exponent field by itself.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let code = FP8_E4M3FN.encode(0.3, Rounding::TiesToEven, Overflow::Saturate)?;
    /// assert_eq!((code, FP8_E4M3FN.value(code).to_f64()), (0x2a, 0.3125));
    /// // bf16 from f64 directly: going through float32 would give 1.
    /// let x = 1.0 + 1.0 / 256.0 + 1e-12;
    /// assert_eq!(BF16.nearest(x).to_f64(), 1.0078125);
    /// # Ok::<(), EncodeError>(())
    /// ```
    ///
    /// # Errors
    /// NaN into a format that has none; a number below zero into an unsigned format that has no
    /// NaN, unless saturating.
    pub fn encode(
        &self,
        x: impl Real,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<u64, EncodeError> {
        self.encode_nth(x, 0, rounding, overflow)
    }

    /// [`FloatFormat::encode`] of the `n`-th number of a slice, for the seeded generator.
    pub(crate) fn encode_nth(
        &self,
        x: impl Real,
        n: u64,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<u64, EncodeError> {
        let x = x.parts();
        match x {
            Parts::Nan { negative } => self.nan_code(negative).ok_or_else(|| EncodeError::NoNan {
                format: self.name().to_owned(),
            }),
            Parts::Infinite { negative: true } if !self.signed() => {
                self.below_unsigned(x, overflow)
            }
            Parts::Infinite { negative } => Ok(self.overflowed(negative, overflow)),
            Parts::Finite {
                negative,
                significand,
                exponent,
            } => {
                if significand == 0 && !self.specials().zero {
                    return self.zero_without_a_code(overflow);
                }
                let rounding = rounding.of_nth(n);
                let magnitude = self.round_magnitude(negative, significand, exponent, rounding);
                if !self.signed() && negative && (magnitude > 0 || !self.specials().zero) {
                    self.below_unsigned(x, overflow)
                } else if magnitude <= self.max_magnitude() {
                    Ok(self.with_sign(negative, magnitude))
                } else if points_inward(rounding, negative) {
                    Ok(self.with_sign(negative, self.max_magnitude()))
                } else {
                    Ok(self.overflowed(negative, overflow))
                }
            }
        }
    }

    /// The nearest value, ties to even, with the format's own rule for overflow.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(BF16.nearest(1.0 / 3.0).to_f64(), 0.333984375);
    /// ```
    ///
    /// # Panics
    /// Where [`FloatFormat::encode`] has an error: NaN or a negative number that the format has no
    /// place for.
    #[track_caller]
    pub fn nearest(&self, x: impl Real) -> Value {
        match self.encode(x, Rounding::TiesToEven, Overflow::Format) {
            Ok(code) => self.value(code),
            Err(error) => panic!("{error}"),
        }
    }

    /// The magnitude code of |x| rounded, as if the exponent had no upper end; from
    /// `max_magnitude() + 1` on it means overflow.
    #[inline]
    fn round_magnitude(
        &self,
        negative: bool,
        significand: u64,
        exponent: i32,
        rounding: Rounding,
    ) -> u64 {
        let m = self.mantissa_bits();
        let zero = self.specials().zero;
        if significand == 0 {
            return 0;
        }
        // Beyond these every number is too large or too small for every format; sums stay small.
        let exponent = exponent.clamp(-4096, 1024);
        // 1. The place of the leading bit, and from it that of the last bit kept.
        let top = exponent + 63 - significand.leading_zeros() as i32;
        let kept = top.max(self.min_exponent());
        let last = kept - m as i32;
        // 2. n and the part cut off, as an integer of `cut` bits.
        let cut = last - exponent;
        let (n, rest) = match cut {
            ..=0 => (significand << -cut, 0),
            1..=63 => (significand >> cut, significand & ((1 << cut) - 1)),
            _ => (0, significand),
        };
        // 3. n as a magnitude code. Fields run without a gap, so a carry needs no special case.
        let field = (kept + self.bias()) as u64;
        let code = if zero {
            ((field - 1) << m) + n
        } else if top < self.min_exponent() {
            return 0; // below the smallest value of a format without zero
        } else {
            (field << m) + n - (1 << m)
        };
        // 4. Round.
        code + u64::from(rest != 0 && rounds_away(rounding, negative, code, rest, cut as u32))
    }

    /// Puts the sign to a finite magnitude, but for a zero that has only one code.
    #[inline]
    fn with_sign(&self, negative: bool, magnitude: u64) -> u64 {
        let takes_sign = (magnitude > 0) | !self.specials().zero | self.has_negative_zero();
        self.sign_bit(negative & takes_sign) | magnitude
    }

    /// The code for a number beyond the range.
    fn overflowed(&self, negative: bool, overflow: Overflow) -> u64 {
        let largest = self.sign_bit(negative) | self.max_magnitude();
        match overflow {
            Overflow::Saturate => largest,
            Overflow::Format => self
                .infinity_code(negative)
                .or_else(|| self.nan_code(negative))
                .unwrap_or(largest),
        }
    }

    /// The code for a number below zero in an unsigned format.
    fn below_unsigned(&self, x: Parts, overflow: Overflow) -> Result<u64, EncodeError> {
        match (overflow, self.nan_code(false)) {
            (Overflow::Saturate, _) => Ok(0),
            (Overflow::Format, Some(nan)) => Ok(nan),
            (Overflow::Format, None) => Err(EncodeError::Negative {
                value: x.to_string(),
                format: self.name().to_owned(),
                min: self.min().to_string(),
            }),
        }
    }

    /// The code for zero in a format without one (E8M0): NaN, as ml_dtypes has it.
    fn zero_without_a_code(&self, overflow: Overflow) -> Result<u64, EncodeError> {
        match (overflow, self.nan_code(false)) {
            (Overflow::Format, Some(nan)) => Ok(nan),
            _ => Ok(0),
        }
    }
}

/// Whether a magnitude with a nonzero part cut off goes up by one. `rest` is that part in units of
/// 2^-cut of the last place; `code` is the magnitude code below.
#[inline]
pub(crate) fn rounds_away(
    rounding: Rounding,
    negative: bool,
    code: u64,
    rest: u64,
    cut: u32,
) -> bool {
    let odd = code & 1 == 1;
    // The part cut off against one half, 2^(cut - 1).
    let half = match cut {
        ..=64 => rest.cmp(&(1 << (cut - 1))),
        _ => Ordering::Less,
    };
    match rounding {
        Rounding::TiesToEven => half.is_gt() | (half.is_eq() & odd),
        Rounding::TiesToAway => half.is_ge(),
        Rounding::TowardZero => false,
        Rounding::Up => !negative,
        Rounding::Down => negative,
        Rounding::ToOdd => !odd,
        Rounding::StochasticBits { random, count } => {
            let count = count.clamp(1, 64);
            // The first `count` bits of rest / 2^cut.
            let leading = if cut <= count {
                u128::from(rest) << (count - cut)
            } else if cut - count < 64 {
                u128::from(rest >> (cut - count))
            } else {
                0
            };
            let random = random & (u64::MAX >> (64 - count));
            leading + u128::from(random) >= 1 << count
        }
        Rounding::Stochastic { .. } => unreachable!("the seed has become random bits by now"),
    }
}

/// Whether the mode sends an overflowing number of this sign back to the largest one.
#[inline]
fn points_inward(rounding: Rounding, negative: bool) -> bool {
    match rounding {
        Rounding::TowardZero | Rounding::ToOdd => true,
        Rounding::Up => negative,
        Rounding::Down => !negative,
        _ => false,
    }
}

/// The n-th output of SplitMix64 (Steele, Lea and Flood, 2014) from `seed`: any element of the
/// sequence without those before it.
pub(crate) fn random_bits(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(n.wrapping_add(1)));
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
