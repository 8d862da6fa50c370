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

    /// Reads torch's and ml_dtypes' names (with or without `torch.`), P3109's (`binary8p3se`), the
    /// constants' (`FP8_E4M3FN`) and common short ones (`bf16`); upper and lower case are the same.
    fn from_str(text: &str) -> Result<DType, UnknownDType> {
        let lower = text.trim().to_ascii_lowercase();
        let name = lower.strip_prefix("torch.").unwrap_or(&lower);
        let alias = ALIASES.iter().find(|(short, _)| *short == name);
        let name = alias.map_or(name, |(_, full)| full);
        // FP8_E4M3FN is float8_e4m3fn.
        let constant = name.strip_prefix("fp").map(|rest| format!("float{rest}"));
        let name = constant.as_deref().unwrap_or(name);
        dtypes()
            .find(|dtype| dtype.name() == name)
            .or_else(|| parse_p3109(name).map(DType::Float))
            .ok_or_else(|| UnknownDType {
                name: cut(text),
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
    // `parse` alone would take a `+` too.
    let number = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    FloatFormat::p3109(number(k)?, number(p)?, signedness, domain).ok()
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

/// What a message repeats, and what is compared, of a text of any length.
fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

/// The spelling in which names are compared: `MXFP4-E2M1` is `float4_e2m1`.
fn normal(name: &str) -> String {
    let name = cut(name).to_lowercase().replace(['-', ' '], "_");
    let bare = name.strip_prefix("mx").or_else(|| name.strip_prefix("nv"));
    let name = bare.unwrap_or(&name);
    for (short, full) in [
        ("fp", "float"),
        ("bf", "bfloat"),
        ("f", "float"),
        ("i", "int"),
        ("u", "uint"),
    ] {
        let rest = name.strip_prefix(short);
        if let Some(rest) = rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return format!("{full}{rest}");
        }
    }
    name.to_owned()
}

/// Of the names that contain a text, those that are usually meant.
const USUAL: &[&str] = &["float8_e4m3fn", "float8_e5m2"];

/// The three known names most like `name`: those that contain it, the usual ones first, then those
/// that take the fewest edits.
fn nearest_names(name: &str) -> Vec<String> {
    let query = normal(name);
    let known: Vec<DType> = dtypes().chain(p3109_family()).collect();
    let named = known.iter().map(|dtype| (dtype.name(), dtype.name()));
    let mut ranked: Vec<((bool, bool, usize), &str)> = named
        .chain(ALIASES.iter().copied())
        .map(|(spelling, name)| {
            let rank = if query.len() > 1 && spelling.contains(&query) {
                (false, !USUAL.contains(&name), 0)
            } else {
                (true, true, strsim::damerau_levenshtein(&query, spelling))
            };
            (rank, name)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut nearest: Vec<String> = Vec::new();
    for (_, name) in ranked {
        if nearest.len() < 3 && !nearest.iter().any(|n| n == name) {
            nearest.push(name.to_owned());
        }
    }
    nearest
}
