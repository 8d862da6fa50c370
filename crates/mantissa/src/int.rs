//! Integer formats: two's complement and unsigned, any width that a model file uses.

use crate::codec::{EncodeError, Overflow, Rounding};
use crate::name::Name;
use crate::real::{Parts, Real};
use crate::value::Value;
use std::fmt;

/// An integer format of 1 to 64 bits.
///
/// Signed ones are two's complement, -2^(bits-1) to 2^(bits-1) - 1; unsigned ones run from 0 to
/// 2^bits - 1.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!((INT4.min(), INT4.max()), (-8, 7));
/// assert_eq!(INT8.code(-1), Ok(0xff));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntFormat {
    name: Name,
    bits: u32,
    signed: bool,
}

impl IntFormat {
    const fn known(name: &str, bits: u32, signed: bool) -> IntFormat {
        IntFormat {
            name: Name::new(name),
            bits,
            signed,
        }
    }

    /// The name, spelled as torch spells it.
    pub const fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Width of a code in bits.
    pub const fn bits(&self) -> u32 {
        self.bits
    }

    /// Whether values below zero exist.
    pub const fn signed(&self) -> bool {
        self.signed
    }

    /// The smallest value.
    pub const fn min(&self) -> i128 {
        if self.signed {
            -(1 << (self.bits - 1))
        } else {
            0
        }
    }

    /// The largest value.
    pub const fn max(&self) -> i128 {
        (1 << (self.bits - self.signed as u32)) - 1
    }

    /// The value of a code; bits above the format's width are ignored.
    pub const fn decode(&self, code: u64) -> i128 {
        let unused = 128 - self.bits;
        if self.signed {
            (code as i128) << unused >> unused
        } else {
            ((code as u128) << unused >> unused) as i128
        }
    }

    /// The code of an integer.
    ///
    /// # Errors
    /// [`EncodeError::OutOfRange`] with the range.
    pub fn code(&self, value: i128) -> Result<u64, EncodeError> {
        if value < self.min() || value > self.max() {
            return Err(self.out_of_range(value.to_string()));
        }
        Ok(value as u64 & (u64::MAX >> (64 - self.bits)))
    }

    /// The code of `x` rounded to an integer.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let code = INT4.encode(7.5, Rounding::TiesToEven, Overflow::Saturate)?;
    /// assert_eq!(INT4.decode(code), 7);
    /// assert!(INT4.encode(7.5, Rounding::TiesToEven, Overflow::Format).is_err());
    /// # Ok::<(), EncodeError>(())
    /// ```
    ///
    /// # Errors
    /// NaN always; infinity and integers out of range unless saturating. An integer format's own
    /// rule is to refuse: it never wraps around.
    pub fn encode(
        &self,
        x: impl Real,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<u64, EncodeError> {
        self.encode_nth(x, 0, rounding, overflow)
    }

    /// The nearest value, ties to even.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(INT8.nearest(-88.5), INT8.value(0xa8)); // -88
    /// ```
    ///
    /// # Panics
    /// Where [`IntFormat::encode`] has an error: out of range, infinite or NaN.
    #[track_caller]
    pub fn nearest(&self, x: impl Real) -> Value {
        match self.encode(x, Rounding::TiesToEven, Overflow::Format) {
            Ok(code) => self.value(code),
            Err(error) => panic!("{error}"),
        }
    }

    /// [`IntFormat::encode`] of the `n`-th number of a slice, for the seeded generator.
    pub(crate) fn encode_nth(
        &self,
        x: impl Real,
        n: u64,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<u64, EncodeError> {
        let x = x.parts();
        let rounded = match x {
            Parts::Finite {
                negative,
                significand,
                exponent,
            } => {
                let rounding = rounding.of_nth(n);
                round_to_integer(negative, significand, exponent, rounding)
            }
            Parts::Infinite { negative } if overflow == Overflow::Saturate => {
                if negative {
                    i128::MIN
                } else {
                    i128::MAX
                }
            }
            Parts::Infinite { .. } | Parts::Nan { .. } => {
                return Err(EncodeError::NotFinite {
                    value: x.to_string(),
                    format: self.name().to_owned(),
                });
            }
        };
        match overflow {
            Overflow::Saturate => self.code(rounded.clamp(self.min(), self.max())),
            Overflow::Format => self
                .code(rounded)
                .map_err(|_| self.out_of_range(x.to_string())),
        }
    }

    fn out_of_range(&self, value: String) -> EncodeError {
        EncodeError::OutOfRange {
            value,
            format: self.name().to_owned(),
            min: self.min(),
            max: self.max(),
        }
    }
}

/// (-1)^negative * significand * 2^exponent rounded to an integer; what is beyond 2^100 becomes
/// 2^100, which is out of range for every format.
fn round_to_integer(negative: bool, significand: u64, exponent: i32, rounding: Rounding) -> i128 {
    let exponent = exponent.clamp(-4096, 4096); // beyond, nothing changes and sums stay small
    let magnitude = if exponent >= 0 {
        let top = 64 - significand.leading_zeros() as i32 + exponent;
        if significand != 0 && top > 100 {
            1 << 100
        } else {
            i128::from(significand) << exponent.min(100)
        }
    } else {
        let cut = -exponent as u32;
        let (n, rest) = if cut < 64 {
            (significand >> cut, significand & ((1 << cut) - 1))
        } else {
            (0, significand)
        };
        let up = rest != 0 && crate::codec::rounds_away(rounding, negative, n, rest, cut);
        i128::from(n) + i128::from(up)
    };
    if negative { -magnitude } else { magnitude }
}

impl fmt::Display for IntFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for IntFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

macro_rules! integers {
    ($($constant:ident = $name:literal, $bits:literal, $signed:literal;)*) => {
        $(
            #[doc = concat!("The integer format `", $name, "`, ", $bits, " bits wide.")]
            pub const $constant: IntFormat = IntFormat::known($name, $bits, $signed);
        )*
        /// Every integer format, widest first.
        pub const INT_FORMATS: &[IntFormat] = &[$($constant),*];
    };
}

integers! {
    INT64 = "int64", 64, true;
    UINT64 = "uint64", 64, false;
    INT32 = "int32", 32, true;
    UINT32 = "uint32", 32, false;
    INT16 = "int16", 16, true;
    UINT16 = "uint16", 16, false;
    INT8 = "int8", 8, true;
    UINT8 = "uint8", 8, false;
    INT7 = "int7", 7, true;
    UINT7 = "uint7", 7, false;
    INT6 = "int6", 6, true;
    UINT6 = "uint6", 6, false;
    INT5 = "int5", 5, true;
    UINT5 = "uint5", 5, false;
    INT4 = "int4", 4, true;
    UINT4 = "uint4", 4, false;
    INT3 = "int3", 3, true;
    UINT3 = "uint3", 3, false;
    INT2 = "int2", 2, true;
    UINT2 = "uint2", 2, false;
    INT1 = "int1", 1, true;
    UINT1 = "uint1", 1, false;
}
