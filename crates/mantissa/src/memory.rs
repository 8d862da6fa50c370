//! How much memory a model's parameters take.

use crate::dtype::DType;
use crate::text::general;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The static memory of a number of parameters in one dtype.
///
/// bytes = ceil(parameters * bits / 8), plus, for block formats, one scale every `block`
/// parameters.
///
/// ```
/// use mantissa::prelude::*;
/// let m = memory("10B", FP64);
/// assert_eq!(m.bytes(), 80_000_000_000);
/// assert_eq!(m.to_string(), "10B x float64 = 80.0 GB = 74.506 GiB");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    parameters: u128,
    dtype: DType,
    scales: Option<Scales>,
}

/// One scale for every block of parameters: the overhead of a block format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scales {
    block: u128,
    bits: u128,
}

/// A number of parameters: an integer, a whole float such as `7e9`, or a name such as `"10B"`,
/// `"350M"`, `"1.5B"`. A `usize` needs `as u64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(u128);

/// A number of parameters that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{0:?} is not a number of parameters: write an integer, or a number with K, M, B or T, such as \
     \"350M\", \"1.5B\" or \"7e9\""
)]
pub struct BadCount(String);

impl FromStr for Count {
    type Err = BadCount;

    /// Reads `12`, `1_000`, `1,000`, `7e9`, `350M`, `1.5 B`: whole numbers of at most 64 bits.
    fn from_str(text: &str) -> Result<Count, BadCount> {
        parse(text).ok_or_else(|| BadCount(text.chars().take(64).collect()))
    }
}

fn parse(text: &str) -> Option<Count> {
    let clean = text.trim().replace('_', "").to_ascii_uppercase();
    let units = [('K', 3), ('M', 6), ('B', 9), ('G', 9), ('T', 12)];
    let mut named = units
        .into_iter()
        .filter_map(|(unit, zeros)| Some((clean.strip_suffix(unit)?.trim_end(), zeros)));
    let (number, zeros): (&str, u32) = match (named.next(), clean.split_once('E')) {
        (Some(named), _) => named,
        (None, Some((number, exponent))) => (number, exponent.parse().ok()?),
        (None, None) => (clean.as_str(), 0),
    };
    // "1.5B" is 15 with 8 zeros: no float comes between.
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = part.trim_end_matches('0');
    // A comma groups thousands; as a decimal comma it would make 15 of 1,5.
    if whole.split(',').skip(1).any(|group| group.len() != 3) {
        return None;
    }
    let digits = whole.replace(',', "") + part;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let zeros = zeros.checked_sub(u32::try_from(part.len()).ok()?)?;
    let value: u128 = digits.parse().ok()?;
    let count = value.checked_mul(10u128.checked_pow(zeros)?)?;
    // Bits are counted in u128 too.
    (count <= u128::from(u64::MAX)).then_some(Count(count))
}

impl From<&str> for Count {
    /// # Panics
    /// If the text is no number of parameters; [`Count::from_str`] gives an error instead.
    #[track_caller]
    fn from(text: &str) -> Count {
        match text.parse() {
            Ok(count) => count,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The only integer type, so that a literal of any size is one.
impl From<u64> for Count {
    fn from(n: u64) -> Count {
        Count(n.into())
    }
}

impl From<f64> for Count {
    /// # Panics
    /// If the number is not whole, negative, or 2^64 or more.
    #[track_caller]
    fn from(n: f64) -> Count {
        assert!(
            (0.0..2f64.powi(64)).contains(&n) && n.fract() == 0.0,
            "a model cannot have {n:?} parameters: write a whole number from 0 to 2^64, such as 7e9"
        );
        Count(n as u128)
    }
}

impl fmt::Display for Count {
    /// Short where that is exact (`10B`, `1.5B`), else in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, letter) in [(1e12 as u128, 'T'), (1e9 as u128, 'B'), (1e6 as u128, 'M')] {
            if self.0 >= unit && (self.0 * 1000).is_multiple_of(unit) {
                return write!(f, "{}{letter}", (self.0 * 1000 / unit) as f64 / 1000.0);
            }
        }
        write!(f, "{}", self.0)
    }
}

/// The memory of `parameters` in `dtype`.
///
/// # Panics
/// If `parameters` is a text that is no number, or a float that is negative or not whole.
#[track_caller]
pub fn memory(parameters: impl Into<Count>, dtype: impl Into<DType>) -> Memory {
    Memory {
        parameters: parameters.into().0,
        dtype: dtype.into(),
        scales: None,
    }
}

impl Memory {
    /// The same with one scale of type `scale` for every `block` parameters.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let mxfp4 = memory("7B", FP4_E2M1FN).with_scales(32, FP8_E8M0FNU);
    /// assert_eq!(mxfp4.bits_per_parameter(), 4.25);
    /// assert_eq!(mxfp4.bytes(), 3_718_750_000);
    /// ```
    ///
    /// # Panics
    /// If `block` is 0.
    #[track_caller]
    pub fn with_scales(self, block: u64, scale: impl Into<DType>) -> Memory {
        assert!(block > 0, "a block has at least one parameter");
        Memory {
            scales: Some(Scales {
                block: block.into(),
                bits: scale.into().bits().into(),
            }),
            ..self
        }
    }

    /// The number of parameters.
    pub fn parameters(&self) -> u128 {
        self.parameters
    }

    /// The dtype of the parameters.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// All bytes: elements and scales, each rounded up to whole bytes.
    pub fn bytes(&self) -> u128 {
        let elements = (self.parameters * u128::from(self.dtype.bits())).div_ceil(8);
        elements + self.scale_bytes()
    }

    /// The bytes of the scales alone.
    pub fn scale_bytes(&self) -> u128 {
        self.scales.map_or(0, |scales| {
            (self.parameters.div_ceil(scales.block) * scales.bits).div_ceil(8)
        })
    }

    /// Bits for one parameter, its share of the scales included.
    pub fn bits_per_parameter(&self) -> f64 {
        let share = self.scales.map_or(0.0, |s| s.bits as f64 / s.block as f64);
        f64::from(self.dtype.bits()) + share
    }

    /// Gigabytes, 10^9 bytes.
    pub fn gb(&self) -> f64 {
        self.bytes() as f64 / 1e9
    }

    /// Gibibytes, 2^30 bytes.
    pub fn gib(&self) -> f64 {
        self.bytes() as f64 / (1u64 << 30) as f64
    }

    /// `10B`.
    pub(crate) fn count_text(&self) -> String {
        Count(self.parameters).to_string()
    }

    /// `float64`, or with scales `float4_e2m1fn + 8 bit / 32`.
    pub(crate) fn dtype_text(&self) -> String {
        match self.scales {
            Some(scales) => format!("{} + {} bit / {}", self.dtype, scales.bits, scales.block),
            None => self.dtype.to_string(),
        }
    }

    /// `80.0 GB`: one to three places, or the significant digits of a tiny size.
    pub(crate) fn gb_text(&self) -> String {
        let bytes = self.bytes();
        if bytes > 0 && bytes < 100_000_000 {
            return format!("{} GB", general(self.gb(), 3));
        }
        // In integers, so that a half rounds up.
        let thousandths = (bytes + 500_000) / 1_000_000;
        let places = format!("{:03}", thousandths % 1000);
        let more = places[1..].trim_end_matches('0');
        format!("{}.{}{more} GB", thousandths / 1000, &places[..1])
    }

    /// `74.506 GiB`: three places, or the significant digits of a tiny size.
    pub(crate) fn gib_text(&self) -> String {
        let gib = self.gib();
        if gib == 0.0 || gib >= 0.1 {
            format!("{gib:.3} GiB")
        } else {
            format!("{} GiB", general(gib, 5))
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, dtype) = (self.count_text(), self.dtype_text());
        let (gb, gib) = (self.gb_text(), self.gib_text());
        write!(f, "{count} x {dtype} = {gb} = {gib}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn the_tutorials_model_is_80_gb_and_74_506_gib() {
        let m = memory("10B", FP64);
        assert_eq!(m.gb(), 80.0);
        assert_eq!(format!("{:.3}", m.gib()), "74.506");
        assert_eq!(memory(10_000_000_000, FP64), m);
        assert_eq!(memory(10_000_000_000_u64, FP64), m);
        assert_eq!(memory(1e10, FP64), m);
    }

    #[test]
    fn floats_are_whole_numbers_of_parameters() {
        assert_eq!(memory(7e9, BF16).parameters(), 7_000_000_000);
        assert_eq!(memory(-0.0, BF16).parameters(), 0);
        for bad in [0.5, -1.0, f64::NAN, f64::INFINITY, 2f64.powi(64)] {
            let panic = std::panic::catch_unwind(|| memory(bad, BF16)).unwrap_err();
            let message = panic.downcast_ref::<String>().unwrap();
            let start = format!("a model cannot have {bad:?} parameters: write a whole number");
            assert!(message.starts_with(&start), "{message}");
        }
    }

    #[test]
    fn names_of_counts() {
        for (text, count) in [
            ("350M", 350_000_000),
            ("1.5b", 1_500_000_000),
            ("12", 12),
            ("1_000", 1000),
            ("1,000", 1000),
            ("1,234,567", 1_234_567),
            ("7e9", 7_000_000_000),
            ("1.5E+3", 1500),
            (" 10 B ", 10_000_000_000),
            ("2.000", 2),
            ("18446744073709551615", u128::from(u64::MAX)),
        ] {
            assert_eq!(text.parse(), Ok(Count(count)), "{text}");
        }
        for bad in [
            "",
            "B",
            "ten",
            "-1",
            "1.23",
            "0.0001K",
            "1,5B",
            "1,00",
            "1e-3",
            "1.5e0",
            "1e9B",
            "1e4000000000",
            "10BB",
            "+1",
            "18446744073709551616",
            "99999999999999T",
        ] {
            assert!(bad.parse::<Count>().is_err(), "{bad}");
        }
    }

    #[test]
    fn gigabytes_have_one_to_three_places() {
        for (model, gb) in [
            (memory("10B", FP64), "80.0 GB = 74.506 GiB"),
            (memory("350M", INT4), "0.175 GB = 0.163 GiB"),
            (memory("5312.5M", INT8), "5.313 GB = 4.948 GiB"),
            (memory("1.55B", INT8), "1.55 GB = 1.444 GiB"),
            (memory("1234567890", INT8), "1.235 GB = 1.150 GiB"),
            (memory("999999999", INT8), "1.0 GB = 0.931 GiB"),
            (memory("99999999", INT8), "0.1 GB = 0.093132 GiB"),
            (memory(3, INT4), "2e-09 GB = 1.8626e-09 GiB"),
            (memory(0, INT4), "0.0 GB = 0.000 GiB"),
        ] {
            let text = model.to_string();
            assert_eq!(text.split_once(" = ").unwrap().1, gb, "{text}");
        }
    }

    #[test]
    fn odd_sizes_round_up_to_bytes() {
        assert_eq!(memory(3, INT4).bytes(), 2);
        assert_eq!(
            memory(33, FP4_E2M1FN).with_scales(32, FP8_E8M0FNU).bytes(),
            17 + 2
        );
        assert_eq!(memory(0, FP32).bytes(), 0);
    }
}
