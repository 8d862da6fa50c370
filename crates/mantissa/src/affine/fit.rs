//! From a range of numbers to scale and zero point.

use super::params::wrong_dtype;
use crate::dtype::DType;
use crate::int::IntFormat;
use crate::quantized::QuantError;
use std::fmt;

/// How scale and zero point follow from the smallest and the largest number of a group, between
/// which 0 is always counted. With `low` and `high` the ends of the dtype and amax the largest
/// magnitude:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// s = amax / high, z = 0; the code `low` is not used. (Unsigned: z is the middle.)
    Symmetric,
    /// s = amax / ((high - low) / 2), z = 0.
    SymmetricFull,
    /// s = max(min / low, max / high), z = 0.
    SymmetricNoClip,
    /// s = (max - min) / (high - low), z = low - round(min / s).
    Asymmetric,
    /// The same, but where all numbers are 0 the range is taken as 1.
    OnnxDynamic,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Fit::Symmetric => "symmetric",
            Fit::SymmetricFull => "symmetric, full range",
            Fit::SymmetricNoClip => "symmetric, no clipping",
            Fit::Asymmetric => "asymmetric",
            Fit::OnnxDynamic => "dynamic",
        })
    }
}

impl Fit {
    /// Scale and zero point for the range from `min` to `max`.
    pub(super) fn params(self, min: f32, max: f32, dtype: DType) -> Result<(f32, i32), QuantError> {
        if !(min.is_finite() && max.is_finite() && min <= max) {
            let got = format!("{min} to {max}");
            return Err(QuantError::argument(
                "a range",
                got,
                "it runs from a finite number to one that is not below it",
            ));
        }
        let (min, max) = (min.min(0.0), max.max(0.0));
        let amax = max.max(-min);
        if let DType::Int(int) = dtype
            && !(2..=16).contains(&int.bits())
        {
            return Err(wrong_dtype(dtype));
        }
        let (scale, zero_point) = match dtype {
            DType::Float(format) if self == Fit::Symmetric && !format.signed() => {
                let right = "half of the numbers would be lost: take a format with a sign";
                return Err(QuantError::argument(
                    "the dtype of a symmetric fit",
                    dtype,
                    right,
                ));
            }
            DType::Float(format) if self == Fit::Symmetric => {
                ((amax / format.max() as f32).max(f32::MIN_POSITIVE), 0)
            }
            DType::Float(_) => {
                return Err(QuantError::argument(
                    &format!("the dtype of a fit called {self}"),
                    dtype,
                    "take an integer of 2 to 16 bits, or Affine::symmetric",
                ));
            }
            DType::Int(int) => self.integer(min, max, int),
        };
        // Both ends must come back as finite numbers.
        let ends = match dtype {
            DType::Int(int) => [int.min(), int.max()].map(|q| (q - i128::from(zero_point)) as f32),
            DType::Float(format) => [format.min(), format.max()].map(|q| q as f32),
        };
        if ends.iter().any(|steps| !(steps * scale).is_finite()) {
            return Err(QuantError::argument(
                "a range",
                format!("{min:e} to {max:e}"),
                "its ends would overflow float32: make the numbers smaller",
            ));
        }
        Ok((scale, zero_point))
    }

    fn integer(self, min: f32, max: f32, int: IntFormat) -> (f32, i32) {
        let (low, high) = (int.min() as f32, int.max() as f32);
        let middle = (int.min() + int.max() + 1) / 2;
        let (below, above) = (low - middle as f32, high - middle as f32);
        let amax = max.max(-min);
        let (scale, zero_point) = match self {
            Fit::Symmetric => (amax / above, None),
            Fit::SymmetricFull => (amax / ((high - low) / 2.0), None),
            Fit::SymmetricNoClip => ((min / below).max(max / above), None),
            Fit::OnnxDynamic if min == max => (1.0 / (high - low), Some(low)),
            Fit::Asymmetric | Fit::OnnxDynamic => ((max - min) / (high - low), Some(low)),
        };
        let scale = match self {
            Fit::OnnxDynamic => scale,
            _ => scale.max(f32::MIN_POSITIVE),
        };
        let zero_point = match zero_point {
            None => middle as i32,
            Some(low) => (low - (min / scale).round_ties_even()).clamp(low, high) as i32,
        };
        (scale, zero_point)
    }
}
