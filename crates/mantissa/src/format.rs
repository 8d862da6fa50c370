//! Floating-point formats as values: one struct describes every one of them.
//!
//! A code of a format is read from the top bit down as
//!
//! ```text
//! [sign] [exponent field E, exponent_bits] [fraction field f, mantissa_bits = m]
//! ```
//!
//! and means
//!
//! ```text
//! E > 0   (-1)^sign * 2^(E - bias)     * (1 + f / 2^m)      normal
//! E = 0   (-1)^sign * 2^(1 - bias)     * (f / 2^m)          zero and subnormal
//! ```
//!
//! except for the codes that [`Specials`] sets aside. The magnitudes (the code without its sign)
//! are in the order of their values, and the special ones are always the topmost: first the NaNs,
//! below them infinity. That is why a format needs only a few fields and no table.

mod known;
mod limits;

pub use known::*;

use crate::name::Name;
use std::fmt;
use thiserror::Error;

/// A floating-point format: how many bits mean what.
///
/// It is a plain `Copy` value. The known formats are constants ([`FP32`], [`BF16`],
/// [`FP8_E4M3FN`], ...), the reader's own come from [`FloatFormat::ieee`] or
/// [`FloatFormat::new`], and the IEEE P3109 family from [`FloatFormat::p3109`].
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(BF16.max(), 3.3895313892515355e38);
/// let mine = FloatFormat::ieee("mine", 3, 4);
/// assert_eq!((mine.bits(), mine.bias(), mine.max()), (8, 3, 15.5));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FloatFormat {
    name: Name,
    exponent_bits: u32,
    mantissa_bits: u32,
    bias: i32,
    signed: bool,
    specials: Specials,
    /// The largest magnitude code that is a finite number. It follows from the other fields; the
    /// codec asks for it at every number.
    max_magnitude: u64,
}

/// Which codes of a format are not ordinary finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Specials {
    /// Where the NaNs are.
    pub nan: Nan,
    /// Whether the largest magnitude that is not a NaN is infinity.
    pub infinity: bool,
    /// Whether exponent field 0 holds zero and the subnormals. Without it (E8M0) field 0 is one
    /// more normal exponent, and a number nearer to zero than every value becomes the smallest one
    /// of its sign.
    pub zero: bool,
}

/// Where a format keeps its NaNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nan {
    /// There is none (OCP MX FP4 and FP6).
    Absent,
    /// Exponent field all ones, fraction not zero (IEEE 754).
    TopExponent,
    /// Exponent and fraction all ones (E4M3FN, E8M0, unsigned P3109).
    AllOnes,
    /// The code that would be minus zero; there is no minus zero then (FNUZ, signed P3109).
    NegativeZero,
}

impl Nan {
    /// How many of the topmost magnitudes are NaN.
    const fn high(self, mantissa_bits: u32) -> u64 {
        match self {
            Nan::Absent | Nan::NegativeZero => 0,
            Nan::AllOnes => 1,
            Nan::TopExponent => (1 << mantissa_bits) - 1,
        }
    }
}

impl Specials {
    /// IEEE 754: infinities, and NaNs in the rest of the top exponent.
    pub const IEEE: Specials = Specials {
        nan: Nan::TopExponent,
        infinity: true,
        zero: true,
    };
    /// "FN", finite with NaN: no infinity, one NaN (of each sign) at all ones. OCP OFP8 E4M3.
    pub const FN: Specials = Specials {
        nan: Nan::AllOnes,
        infinity: false,
        zero: true,
    };
    /// "FNUZ", finite with NaN, unsigned zero: the one NaN takes the place of minus zero.
    pub const FNUZ: Specials = Specials {
        nan: Nan::NegativeZero,
        infinity: false,
        zero: true,
    };
    /// Every code is a finite number. OCP MX FP4 and FP6.
    pub const FINITE: Specials = Specials {
        nan: Nan::Absent,
        infinity: false,
        zero: true,
    };
}

/// Whether a P3109 format has infinities ("extended", `e`) or not ("finite", `f`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// No infinities.
    Finite,
    /// With infinities.
    Extended,
}

/// Whether a P3109 format has a sign bit (`s`) or not (`u`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signedness {
    /// One sign bit.
    Signed,
    /// No sign bit, no negative values.
    Unsigned,
}

/// Why a format cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// The fields leave no room, or too much, for a code of 1 to 64 bits.
    #[error(
        "{exponent_bits} exponent bits and {mantissa_bits} mantissa bits do not make a format: \
         1 to 11 exponent bits and 0 to 52 mantissa bits do"
    )]
    Fields {
        /// Exponent bits asked for.
        exponent_bits: u32,
        /// Mantissa bits asked for.
        mantissa_bits: u32,
    },
    /// Some value would not be exactly a `f64`, which is what every computation here goes through.
    #[error(
        "with bias {bias} the exponents of this format run from {min} to {max}; they must stay \
         within -1074 and 1023, the range of float64"
    )]
    Range {
        /// Bias asked for.
        bias: i32,
        /// Exponent of the smallest positive value.
        min: i32,
        /// Exponent of the largest value.
        max: i32,
    },
    /// The codes that are set aside leave no finite number, or contradict each other.
    #[error("these special values leave no room in the format: {0}")]
    Specials(&'static str),
    /// The name is empty or too long, or has control characters, which no picture can hold.
    #[error("{}", NAME_RULE)]
    Name,
    /// Not a member of the P3109 family.
    #[error(
        "binary{k}p{p} is not a P3109 format here: k runs from 3 to 16 bits, the precision p from 1 \
         to k - 1 (signed) or k (unsigned), as far as every value is a float64"
    )]
    P3109 {
        /// Width in bits asked for.
        k: u32,
        /// Precision asked for.
        p: u32,
    },
}

const NAME_RULE: &str =
    "a format's name must have 1 to 30 bytes of UTF-8 and no control characters";

/// Whether no character is a control character or one of the two that XML refuses.
const fn printable(name: &str) -> bool {
    let mut rest = name.as_bytes();
    while let [_, after @ ..] = rest {
        let refused = match rest {
            [0..0x20 | 0x7f, ..] => true,
            [0xc2, 0x80..0xa0, ..] => true,        // U+0080 to U+009F
            [0xef, 0xbf, 0xbe | 0xbf, ..] => true, // U+FFFE and U+FFFF
            _ => false,
        };
        if refused {
            return false;
        }
        rest = after;
    }
    true
}

impl FloatFormat {
    /// A format as IEEE 754 would make it: signed, bias 2^(exponent_bits - 1) - 1, infinities and
    /// NaNs in the top exponent. IEEE 754-2019, section 3.4.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FloatFormat::ieee("half", 5, 10).max(), 65504.0);
    /// ```
    ///
    /// # Panics
    /// If there are not 2 to 11 exponent bits and 1 to 52 mantissa bits, or the name has not 1 to
    /// 30 bytes or has control characters; see [`FloatFormat::new`] for an error instead.
    pub const fn ieee(name: &str, exponent_bits: u32, mantissa_bits: u32) -> FloatFormat {
        assert!(
            exponent_bits >= 2 && exponent_bits <= 11 && mantissa_bits >= 1 && mantissa_bits <= 52,
            "an IEEE format needs 2 to 11 exponent bits and 1 to 52 mantissa bits"
        );
        FloatFormat::known(
            name,
            exponent_bits,
            mantissa_bits,
            (1 << (exponent_bits - 1)) - 1,
            true,
            Specials::IEEE,
        )
    }

    /// Any format: every field as given.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// // E4M3 with the bias moved by one, NaN at minus zero: float8_e4m3fnuz.
    /// let f = FloatFormat::new("e4m3b8", 4, 3, 8, true, Specials::FNUZ)?;
    /// assert_eq!(f.max(), 240.0);
    /// # Ok::<(), FormatError>(())
    /// ```
    ///
    /// # Errors
    /// [`FormatError`], which says what would be right.
    pub const fn new(
        name: &str,
        exponent_bits: u32,
        mantissa_bits: u32,
        bias: i32,
        signed: bool,
        specials: Specials,
    ) -> Result<FloatFormat, FormatError> {
        if name.is_empty() || name.len() > crate::name::MAX_NAME || !printable(name) {
            return Err(FormatError::Name);
        }
        if exponent_bits < 1 || exponent_bits > 11 || mantissa_bits > 52 {
            return Err(FormatError::Fields {
                exponent_bits,
                mantissa_bits,
            });
        }
        if matches!(specials.nan, Nan::NegativeZero) && !(signed && specials.zero) {
            return Err(FormatError::Specials(
                "without a sign, or without zero, there is no minus zero to hold a NaN",
            ));
        }
        let magnitudes = 1 << (exponent_bits + mantissa_bits);
        let set_aside = specials.nan.high(mantissa_bits) + specials.infinity as u64;
        if magnitudes <= set_aside + specials.zero as u64 {
            return Err(FormatError::Specials("no finite number is left"));
        }
        let max_magnitude = magnitudes - 1 - set_aside;
        // Saturating, so that any bias can be asked for. A 1-bit exponent may leave field 0 alone.
        let first = specials.zero as i32;
        let last = (max_magnitude >> mantissa_bits) as i32;
        let last = if last > first { last } else { first };
        let min = first
            .saturating_sub(bias)
            .saturating_sub(mantissa_bits as i32);
        let max = last.saturating_sub(bias);
        if min < -1074 || max > 1023 {
            return Err(FormatError::Range { bias, min, max });
        }
        Ok(FloatFormat {
            name: Name::new(name),
            exponent_bits,
            mantissa_bits,
            bias,
            signed,
            specials,
            max_magnitude,
        })
    }

    /// A member of the IEEE P3109 family, `binary{k}p{p}{s|u}{f|e}`: `k` bits, precision `p`
    /// (mantissa bits plus the hidden one), bias 2^(k-p-1) signed or 2^(k-p) unsigned, one NaN
    /// (at minus zero when signed, at all ones when unsigned), one zero, and infinities just
    /// above the largest number when extended. IEEE P3109 interim report, "Value sets".
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let f = FloatFormat::p3109(8, 3, Signedness::Signed, Domain::Extended)?;
    /// assert_eq!((f.name(), f.max()), ("binary8p3se", 49152.0));
    /// # Ok::<(), FormatError>(())
    /// ```
    ///
    /// # Errors
    /// [`FormatError::P3109`] when `k` and `p` are out of range or some value is not a `f64`.
    pub fn p3109(
        k: u32,
        p: u32,
        signedness: Signedness,
        domain: Domain,
    ) -> Result<FloatFormat, FormatError> {
        let signed = signedness == Signedness::Signed;
        let refused = FormatError::P3109 { k, p };
        if !(3..=16).contains(&k) || p < 1 || p > k - signed as u32 {
            return Err(refused);
        }
        let exponent_bits = k - p + !signed as u32;
        let name = format!(
            "binary{k}p{p}{}{}",
            if signed { 's' } else { 'u' },
            if domain == Domain::Extended { 'e' } else { 'f' }
        );
        let specials = Specials {
            nan: if signed {
                Nan::NegativeZero
            } else {
                Nan::AllOnes
            },
            infinity: domain == Domain::Extended,
            zero: true,
        };
        let bias = 1 << (exponent_bits - 1);
        FloatFormat::new(&name, exponent_bits, p - 1, bias, signed, specials).map_err(|_| refused)
    }

    /// [`FloatFormat::new`] for formats known to be right, in a `const`.
    const fn known(
        name: &str,
        exponent_bits: u32,
        mantissa_bits: u32,
        bias: i32,
        signed: bool,
        specials: Specials,
    ) -> FloatFormat {
        match FloatFormat::new(name, exponent_bits, mantissa_bits, bias, signed, specials) {
            Ok(format) => format,
            Err(FormatError::Name) => panic!("{}", NAME_RULE),
            Err(_) => panic!("these fields make no float format; FloatFormat::new says why"),
        }
    }

    /// The name, spelled as torch and ml_dtypes spell it.
    pub const fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Width of a code in bits.
    pub const fn bits(&self) -> u32 {
        self.signed as u32 + self.exponent_bits + self.mantissa_bits
    }

    /// Width of the exponent field in bits.
    pub const fn exponent_bits(&self) -> u32 {
        self.exponent_bits
    }

    /// Width of the fraction field in bits, without the hidden bit.
    pub const fn mantissa_bits(&self) -> u32 {
        self.mantissa_bits
    }

    /// Precision in bits: the fraction field and the hidden bit.
    pub const fn precision(&self) -> u32 {
        self.mantissa_bits + 1
    }

    /// What is subtracted from the exponent field.
    pub const fn bias(&self) -> i32 {
        self.bias
    }

    /// Whether there is a sign bit.
    pub const fn signed(&self) -> bool {
        self.signed
    }

    /// The codes that are not ordinary numbers.
    pub const fn specials(&self) -> Specials {
        self.specials
    }

    /// Whether the format has infinities.
    pub const fn has_infinity(&self) -> bool {
        self.specials.infinity
    }

    /// Whether the format has a NaN.
    pub const fn has_nan(&self) -> bool {
        self.nan_count() > 0
    }

    /// Whether zero has two codes, +0 and -0.
    pub const fn has_negative_zero(&self) -> bool {
        self.signed && self.specials.zero && !matches!(self.specials.nan, Nan::NegativeZero)
    }

    /// The number of codes, 2^bits.
    pub const fn code_count(&self) -> u128 {
        1 << self.bits()
    }

    /// How many codes are NaN. float32 spends 16 777 214 of them.
    pub const fn nan_count(&self) -> u64 {
        match self.specials.nan {
            Nan::NegativeZero => 1,
            nan => nan.high(self.mantissa_bits) << self.signed as u32,
        }
    }

    /// How many different finite values there are (+0 and -0 are one value).
    pub const fn finite_count(&self) -> u128 {
        let magnitudes = self.max_magnitude as u128 + 1;
        if self.signed {
            2 * magnitudes - self.specials.zero as u128
        } else {
            magnitudes
        }
    }

    /// Exponent of the smallest normal number.
    pub const fn min_exponent(&self) -> i32 {
        self.specials.zero as i32 - self.bias
    }

    /// The largest magnitude code that is a finite number.
    pub(crate) const fn max_magnitude(&self) -> u64 {
        self.max_magnitude
    }
}

impl fmt::Display for FloatFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for FloatFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
