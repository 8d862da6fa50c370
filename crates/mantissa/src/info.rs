//! `finfo` and `iinfo`: the numbers that describe a format, printed as torch prints them.

use crate::format::FloatFormat;
use crate::int::IntFormat;
use crate::text::general;
use std::fmt;

/// The numbers that describe a float format; `Display` is the text of `torch.finfo`.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(
///     finfo(BF16).to_string(),
///     "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, \
///      smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=bfloat16)"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FInfo {
    /// The format.
    pub dtype: FloatFormat,
    /// Width in bits.
    pub bits: u32,
    /// Gap between a power of two and the next number, relative to it, 2^-m: the gap above 1 where
    /// the format has 1 as a normal number.
    pub eps: f64,
    /// Smallest finite value.
    pub min: f64,
    /// Largest finite value.
    pub max: f64,
    /// Smallest positive normal number, 2^(1 - bias); above `max` where no number is normal.
    pub smallest_normal: f64,
    /// Smallest positive number.
    pub smallest_subnormal: f64,
    /// 10^-d, where every decimal of d significant digits survives: d = floor(m * log10 2).
    pub resolution: f64,
}

/// The numbers that describe a float format.
///
/// `resolution` follows C++'s `std::numeric_limits::digits10`, as torch's does.
pub fn finfo(format: FloatFormat) -> FInfo {
    // log10(2) = 0.30103 is close enough: no m up to 52 brings m * log10(2) near an integer.
    let digits = format.mantissa_bits() as usize * 30103 / 100000;
    FInfo {
        dtype: format,
        bits: format.bits(),
        eps: format.eps(),
        min: format.min(),
        max: format.max(),
        smallest_normal: format.smallest_normal(),
        smallest_subnormal: format.smallest_positive(),
        resolution: format!("1e-{digits}").parse().expect("a decimal number"),
    }
}

impl fmt::Display for FInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "finfo(resolution={}, min={}, max={}, eps={}, smallest_normal={}, tiny={}, dtype={})",
            general(self.resolution, 6),
            general(self.min, 6),
            general(self.max, 6),
            general(self.eps, 6),
            general(self.smallest_normal, 6),
            general(self.smallest_normal, 6),
            self.dtype
        )
    }
}

/// The numbers that describe an integer format; `Display` is the text of `torch.iinfo`.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(iinfo(INT4).to_string(), "iinfo(min=-8, max=7, dtype=int4)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IInfo {
    /// The format.
    pub dtype: IntFormat,
    /// Width in bits.
    pub bits: u32,
    /// Smallest value.
    pub min: i128,
    /// Largest value.
    pub max: i128,
}

/// The numbers that describe an integer format.
pub fn iinfo(format: IntFormat) -> IInfo {
    IInfo {
        dtype: format,
        bits: format.bits(),
        min: format.min(),
        max: format.max(),
    }
}

impl fmt::Display for IInfo {
    /// Like torch, with six significant digits: the fields are exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "iinfo(min={}, max={}, dtype={})",
            general(self.min as f64, 6),
            general(self.max as f64, 6),
            self.dtype
        )
    }
}
