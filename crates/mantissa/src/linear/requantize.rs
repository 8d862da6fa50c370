//! From accumulators to the integer codes of the next layer.

use super::integer::{Run, run_length, runs};
use super::scheme::Output;
use crate::affine::{AffineParams, AffineTensor};
use crate::quantized::{QuantError, unwrap};
use crate::real::{Parts, Real};
use ndarray::Array1;
use std::fmt;

/// A positive real number as hardware without floats multiplies by it: a 31-bit integer and a shift.
///
/// M = m * 2^-31 * 2^shift with 2^30 <= m < 2^31. An accumulator times m is rounded at bit 31 (ties
/// up), then shifted and rounded again (ties away from zero). From the product rounded once, ties to
/// even, the result differs by one at most: at half of the ties, and for about 2^(shift - 1) of all
/// other accumulators, where the first rounding makes a tie. Jacob et al., arXiv:1712.05877,
/// section 2.2 and appendix B; gemmlowp's `SaturatingRoundingDoublingHighMul` and
/// `RoundingDivideByPOT`, TFLite's `QuantizeMultiplier` and `MultiplyByQuantizedMultiplier`.
///
/// ```
/// use mantissa::prelude::*;
/// let m = FixedMultiplier::new(0.0075);
/// assert_eq!((m.multiplier(), m.shift()), (2061584302, -7));
/// assert_eq!(m.multiply(10_000), 75);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FixedMultiplier {
    multiplier: i32,
    shift: i32,
}

impl FixedMultiplier {
    /// The nearest to `m`; 0 below 2^-32, which takes every accumulator to 0.
    ///
    /// # Panics
    /// Where [`FixedMultiplier::try_new`] has an error.
    #[track_caller]
    pub fn new(m: f64) -> FixedMultiplier {
        unwrap(FixedMultiplier::try_new(m))
    }

    /// [`FixedMultiplier::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// A number that is not finite and above zero.
    pub fn try_new(m: f64) -> Result<FixedMultiplier, QuantError> {
        let (significand, exponent) = match m.parts() {
            Parts::Finite {
                negative: false,
                significand: significand @ 1..,
                exponent,
            } => (significand, exponent),
            _ => {
                let right = "it is finite and above zero";
                return Err(QuantError::argument("a multiplier", m, right));
            }
        };
        // m = f * 2^shift with 1/2 <= f < 1, and f is `left` * 2^-64.
        let zeros = significand.leading_zeros();
        let left = significand << zeros;
        let shift = exponent + 64 - zeros as i32;
        let rounded = (left >> 33) + (left >> 32 & 1);
        let (multiplier, shift) = match rounded {
            0x8000_0000 => (1 << 30, shift + 1),
            _ => (rounded as i32, shift),
        };
        Ok(if shift < -31 {
            FixedMultiplier {
                multiplier: 0,
                shift: 0,
            }
        } else {
            FixedMultiplier { multiplier, shift }
        })
    }

    /// m, from 2^30 to 2^31 - 1, or 0.
    pub fn multiplier(&self) -> i32 {
        self.multiplier
    }

    /// The power of two, at least -31; above 0 it shifts to the left.
    pub fn shift(&self) -> i32 {
        self.shift
    }

    /// The number it stands for, m * 2^(shift - 31); infinity beyond float64.
    pub fn to_f64(&self) -> f64 {
        f64::from(self.multiplier) * 2f64.powi(self.shift - 31)
    }

    /// An accumulator times this, in integers. One that the shift to the left would take beyond int32
    /// saturates there: the result is then beyond +-2^30 and no code.
    pub fn multiply(&self, accumulator: i32) -> i32 {
        let left = self.shift.clamp(0, 31);
        let right = (-self.shift).max(0);
        let shifted = saturate(i64::from(accumulator) << left);
        let high = (i64::from(shifted) * i64::from(self.multiplier) + (1 << 30)) >> 31;
        let half = (1 << right) >> 1;
        let magnitude = (high.abs() + half) >> right;
        saturate(high.signum() * magnitude)
    }
}

fn saturate(x: i64) -> i32 {
    x.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

impl fmt::Display for FixedMultiplier {
    /// `2061584302 * 2^-38`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} * 2^{}", self.multiplier, self.shift - 31)
    }
}

impl fmt::Debug for FixedMultiplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What turns int32 accumulators into output codes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Requantize {
    pub(super) output: AffineParams,
    /// The bias of each output in steps of sx sw.
    pub(super) bias: Vec<i32>,
    /// M = sx sw / sy of each output.
    multipliers: Vec<Multiplier>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Multiplier {
    Float(f64),
    Fixed(FixedMultiplier),
}

impl Requantize {
    /// # Errors
    /// Several scales in a row of weights; an output that is not one integer dtype with one scale; a
    /// bias or an accumulator that int32 cannot hold.
    pub(super) fn new(
        weight: &AffineTensor,
        bias: Option<&Array1<f32>>,
        activations: &AffineParams,
        output: &Output,
    ) -> Result<Requantize, QuantError> {
        let inputs = weight.codes().shape()[1];
        if run_length(weight) != inputs {
            return Err(QuantError::argument(
                "the granularity of the weights of a layer with integer output",
                weight.params().granularity(),
                "each output has one accumulator and so one scale: take one for the tensor or for each row",
            ));
        }
        let input_scale = f64::from(activations.scale());
        let output_scale = f64::from(output.params.scale());
        let (mut codes, mut multipliers) = (Vec::new(), Vec::new());
        for (o, row) in runs(weight, inputs).iter().enumerate() {
            let scale = input_scale * row[0].scale;
            let code = bias_code(super::bias_of(bias, o), scale, o)?;
            check_accumulator(&row[0], activations, code, o)?;
            codes.push(code);
            multipliers.push(if output.integer_only {
                Multiplier::Fixed(FixedMultiplier::try_new(scale / output_scale)?)
            } else {
                Multiplier::Float(scale / output_scale)
            });
        }
        Ok(Requantize {
            output: output.params.clone(),
            bias: codes,
            multipliers,
        })
    }

    /// clamp(round((accumulator + bias) M) + zy) for output `o`. The sum fits, as was checked.
    pub(super) fn code(&self, accumulator: i64, o: usize) -> i32 {
        let sum = accumulator + i64::from(self.bias[o]);
        let steps = match self.multipliers[o] {
            Multiplier::Float(m) => (sum as f64 * m).round_ties_even() as i64,
            Multiplier::Fixed(m) => m.multiply(saturate(sum)).into(),
        };
        let (low, high) = self.output.codes();
        let code = steps.saturating_add(self.output.zero_point().into());
        code.clamp(low.into(), high.into()) as i32
    }
}

/// The bias in steps of the accumulator.
fn bias_code(bias: f64, scale: f64, o: usize) -> Result<i32, QuantError> {
    let steps = (bias / scale).round_ties_even();
    if steps.abs() <= i32::MAX.into() {
        return Ok(steps as i32);
    }
    Err(QuantError::argument(
        &format!("the bias of output {o}"),
        format!("{bias:e} in steps of {scale:e}"),
        "that is no int32: give the weights of this output a larger scale, or let the output be float32",
    ))
}

/// Whether every accumulator that these weights can produce, with the bias, fits int32.
fn check_accumulator(
    row: &Run,
    activations: &AffineParams,
    bias: i32,
    o: usize,
) -> Result<(), QuantError> {
    let zero_point = activations.zero_point();
    let (low, high) = activations.codes();
    let step = (high - zero_point).max(zero_point - low);
    let largest = row.magnitude() * i64::from(step) + i64::from(bias).abs();
    if largest <= i32::MAX.into() {
        return Ok(());
    }
    Err(QuantError::argument(
        &format!("the accumulator of output {o}"),
        format!("as large as {largest}"),
        "int32 holds 2147483647: take codes of fewer bits, or let the output be float32",
    ))
}
