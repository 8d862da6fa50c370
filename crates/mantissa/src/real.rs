//! Numbers on their way into a format, taken apart exactly.

use crate::codec::{Overflow, Rounding};
use crate::format::FP64;
use crate::text::repr;
use half::{bf16, f16};
use std::fmt;

/// A number as sign and magnitude: what the codec rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parts {
    /// Not a number.
    Nan {
        /// The sign bit.
        negative: bool,
    },
    /// Infinity.
    Infinite {
        /// Whether it is minus infinity.
        negative: bool,
    },
    /// (-1)^negative * significand * 2^exponent.
    Finite {
        /// Whether the number is below zero, or is minus zero.
        negative: bool,
        /// The integer significand.
        significand: u64,
        /// The power of two it is multiplied by.
        exponent: i32,
    },
}

/// As a message names the number: an integer in full, anything else with the fewest digits that
/// read back as the same `f64`.
impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Parts::Finite {
            negative,
            significand,
            exponent: 0,
        } = self
        {
            let sign = if *negative { "-" } else { "" };
            return write!(f, "{sign}{significand}");
        }
        let code = FP64.encode(*self, Rounding::TiesToEven, Overflow::Format);
        let x = f64::from_bits(code.expect("float64 has a code for every number"));
        if x.trunc() == x && x.abs() < 1e20 {
            write!(f, "{x:.0}")
        } else {
            f.write_str(&repr(x))
        }
    }
}

/// A type whose every value the codec can take without rounding: `f64`, `f32`, `half::f16`,
/// `half::bf16` and the integers of up to 64 bits.
///
/// ```
/// use mantissa::prelude::*;
/// // 2^53 + 1 is no float64, yet it reaches float32 rounded only once.
/// assert_eq!(FP32.nearest(9007199254740993_i64).to_f64(), 9007199254740992.0);
/// ```
pub trait Real: Copy {
    /// The number taken apart, exactly.
    fn parts(self) -> Parts;
}

impl Real for f64 {
    fn parts(self) -> Parts {
        let bits = self.to_bits();
        let negative = bits >> 63 == 1;
        let field = (bits >> 52 & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        match field {
            0x7ff if fraction != 0 => Parts::Nan { negative },
            0x7ff => Parts::Infinite { negative },
            0 => Parts::Finite {
                negative,
                significand: fraction,
                exponent: -1074,
            },
            _ => Parts::Finite {
                negative,
                significand: fraction | 1 << 52,
                exponent: field - 1075,
            },
        }
    }
}

impl Real for f32 {
    fn parts(self) -> Parts {
        f64::from(self).parts()
    }
}

impl Real for f16 {
    fn parts(self) -> Parts {
        self.to_f64().parts()
    }
}

impl Real for bf16 {
    fn parts(self) -> Parts {
        self.to_f64().parts()
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Real for $int {
            #[allow(unused_comparisons)]
            fn parts(self) -> Parts {
                Parts::Finite {
                    negative: self < 0,
                    significand: (self as i128).unsigned_abs() as u64,
                    exponent: 0,
                }
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// (-1)^negative * significand * 2^exponent as a `f64`, which must hold it exactly.
#[inline]
pub(crate) fn exact_f64(negative: bool, significand: u64, exponent: i32) -> f64 {
    let sign = u64::from(negative) << 63;
    if significand == 0 {
        return f64::from_bits(sign);
    }
    // Drop trailing zeros, so that an integer of more than 53 bits may still fit.
    let zeros = significand.trailing_zeros();
    let (significand, exponent) = (significand >> zeros, exponent + zeros as i32);
    let top = 63 - significand.leading_zeros() as i32; // exponent of the leading bit, before 2^exponent
    debug_assert!(top <= 52 && exponent >= -1074 && top + exponent <= 1023);
    let bits = if top + exponent >= -1022 {
        let field = (top + exponent + 1023) as u64;
        field << 52 | (significand << (52 - top)) & ((1 << 52) - 1)
    } else {
        significand << (exponent + 1074)
    };
    f64::from_bits(sign | bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_apart_and_putting_together_is_the_identity() {
        for x in [
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.1,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            2.225e-308,
            -3.3e-310,
        ] {
            let Parts::Finite {
                negative,
                significand,
                exponent,
            } = x.parts()
            else {
                panic!("{x} is finite")
            };
            let back = exact_f64(negative, significand, exponent);
            assert_eq!(back.to_bits(), x.to_bits(), "{x:e}");
        }
        assert_eq!(exact_f64(false, 1 << 63, 0), 9223372036854775808.0);
    }

    #[test]
    fn integers_keep_every_bit() {
        assert_eq!(
            i64::MIN.parts(),
            Parts::Finite {
                negative: true,
                significand: 1 << 63,
                exponent: 0
            }
        );
    }
}
