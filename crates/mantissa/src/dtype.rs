//! `DType`: a float or an integer format, by value or by name.

use crate::codec::{EncodeError, Overflow, Rounding};
use crate::format::{Domain, FLOAT_FORMATS, FloatFormat, Signedness};
use crate::int::{INT_FORMATS, IntFormat};
use crate::real::Real;
use crate::value::Value;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The format of a tensor's elements.
///
/// ```
/// use mantissa::prelude::*;
/// let dtype: DType = "bfloat16".parse()?;
/// assert_eq!(dtype, DType::from(BF16));
/// let error = "float8_e4m3fnn".parse::<DType>().unwrap_err();
/// assert!(error.to_string().contains("float8_e4m3fn"));
/// # Ok::<(), UnknownDType>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// A floating-point format.
    Float(FloatFormat),
    /// An integer format.
    Int(IntFormat),
}

impl DType {
    /// The name, spelled as torch and ml_dtypes spell it.
    pub const fn name(&self) -> &str {
        match self {
            DType::Float(format) => format.name(),
            DType::Int(format) => format.name(),
        }
    }

    /// Width of a code in bits.
    pub const fn bits(&self) -> u32 {
        match self {
            DType::Float(format) => format.bits(),
            DType::Int(format) => format.bits(),
        }
    }

    /// Whether values below zero exist.
    pub const fn signed(&self) -> bool {
        match self {
            DType::Float(format) => format.signed(),
            DType::Int(format) => format.signed(),
        }
    }

    /// The code of `x`; see [`FloatFormat::encode`] and [`IntFormat::encode`].
    ///
    /// # Errors
    /// Where those have one.
    pub fn encode(
        &self,
        x: impl Real,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<u64, EncodeError> {
        self.encode_nth(x, 0, rounding, overflow)
    }

    pub(crate) fn encode_nth(
        &self,
        x: impl Real,
        n: u64,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<u64, EncodeError> {
        match self {
            DType::Float(format) => format.encode_nth(x, n, rounding, overflow),
            DType::Int(format) => format.encode_nth(x, n, rounding, overflow),
        }
    }

    /// The value of a code.
    ///
    /// # Panics
    /// If `code` has bits above the format's width.
    #[track_caller]
    pub fn value(&self, code: u64) -> Value {
        Value::new(*self, code)
    }
}

impl From<FloatFormat> for DType {
    fn from(format: FloatFormat) -> DType {
        DType::Float(format)
    }
}

impl From<IntFormat> for DType {
    fn from(format: IntFormat) -> DType {
        DType::Int(format)
    }
}

impl From<&str> for DType {
    /// The dtype of this name, so that one can be written where a dtype is asked for.
    ///
    /// # Panics
    /// If no dtype has the name; `"int4".parse::<DType>()` gives an error instead.
    #[track_caller]
    fn from(name: &str) -> DType {
        match name.parse() {
            Ok(dtype) => dtype,
            Err(error) => panic!("{error}"),
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No dtype has this name; the message names the nearest ones.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no dtype is called {name:?}; the nearest are {}", nearest.join(", "))]
pub struct UnknownDType {
    name: String,
    nearest: Vec<String>,
}

/// Other spellings that people use, and the name they mean.
const ALIASES: &[(&str, &str)] = &[
    ("double", "float64"),
    ("float", "float32"),
    ("half", "float16"),
    ("fp64", "float64"),
    ("fp32", "float32"),
    ("fp16", "float16"),
    ("bf16", "bfloat16"),
    ("f64", "float64"),
    ("f32", "float32"),
    ("f16", "float16"),
    ("tensorfloat32", "tf32"),
    ("long", "int64"),
    ("int", "int32"),
    ("short", "int16"),
];

/// Every dtype that has a constant.
pub fn dtypes() -> impl Iterator<Item = DType> {
    let floats = FLOAT_FORMATS.iter().copied().map(DType::Float);
    floats.chain(INT_FORMATS.iter().copied().map(DType::Int))
}

impl FromStr for DType {
    type Err = UnknownDType;

    /// Reads torch's and ml_dtypes' names (with or without `torch.`), P3109's (`binary8p3se`), and
    /// common short ones (`bf16`).
    fn from_str(text: &str) -> Result<DType, UnknownDType> {
        let lower = text.trim().to_ascii_lowercase();
        let name = lower.strip_prefix("torch.").unwrap_or(&lower);
        let alias = ALIASES.iter().find(|(short, _)| *short == name);
        let name = alias.map_or(name, |(_, full)| full);
        dtypes()
            .find(|dtype| dtype.name() == name)
            .or_else(|| parse_p3109(name).map(DType::Float))
            .ok_or_else(|| UnknownDType {
                name: text.to_owned(),
                nearest: nearest_names(name),
            })
    }
}

/// `binary8p3se`, or gfloat's `p3109_k8p3se`.
fn parse_p3109(name: &str) -> Option<FloatFormat> {
    let rest = name
        .strip_prefix("binary")
        .or_else(|| name.strip_prefix("p3109_k"))?;
    let (k, rest) = rest.split_once('p')?;
    let (p, kind) = rest.split_at_checked(rest.len().checked_sub(2)?)?;
    let (signedness, domain) = match kind {
        "sf" => (Signedness::Signed, Domain::Finite),
        "se" => (Signedness::Signed, Domain::Extended),
        "uf" => (Signedness::Unsigned, Domain::Finite),
        "ue" => (Signedness::Unsigned, Domain::Extended),
        _ => return None,
    };
    FloatFormat::p3109(k.parse().ok()?, p.parse().ok()?, signedness, domain).ok()
}

/// Every P3109 format.
fn p3109_family() -> impl Iterator<Item = DType> {
    let kinds = [Signedness::Signed, Signedness::Unsigned]
        .into_iter()
        .flat_map(|sign| [Domain::Finite, Domain::Extended].map(|domain| (sign, domain)));
    kinds
        .flat_map(|kind| (3..=16).flat_map(move |k| (1..=k).map(move |p| (k, p, kind))))
        .filter_map(|(k, p, (sign, domain))| FloatFormat::p3109(k, p, sign, domain).ok())
        .map(DType::Float)
}

/// The three known names most like `name`.
fn nearest_names(name: &str) -> Vec<String> {
    let mut known: Vec<(usize, String)> = dtypes()
        .chain(p3109_family())
        .map(|dtype| {
            (
                strsim::damerau_levenshtein(name, dtype.name()),
                dtype.name().to_owned(),
            )
        })
        .collect();
    known.sort_by_key(|(distance, _)| *distance);
    known.truncate(3);
    known.into_iter().map(|(_, name)| name).collect()
}
