//! How far a quantized tensor is from the original.

use crate::quantized::{QuantError, array, to_f64, unwrap};
use crate::tensor::TensorData;
use crate::text::general;
use std::fmt;

/// The differences between a tensor x and what became of it, y: e = y - x, in float64.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// How many numbers were compared.
    pub count: usize,
    /// Mean squared error, mean(e^2).
    pub mse: f64,
    /// Largest |e|.
    pub max_abs: f64,
    /// Mean |e|.
    pub mean_abs: f64,
    /// Signal to quantization noise ratio in dB, 10 log10(sum x^2 / sum e^2): infinite where nothing
    /// was lost, minus infinite where x is all zeros and y is not.
    pub sqnr_db: f64,
    /// Cosine of the angle between x and y, sum(x y) / (|x| |y|); NaN if either is all zeros.
    pub cosine: f64,
    /// Relative error, |e| / |x| in Euclidean norm: 0 where nothing was lost.
    pub relative: f64,
    /// The most float32 values that lie from an x to its y, both rounded to float32: 0 where they are
    /// equal.
    pub max_ulp: u64,
}

impl Errors {
    /// Root mean squared error, the square root of `mse`.
    pub fn rmse(&self) -> f64 {
        self.mse.sqrt()
    }
}

/// All of them in one line, to five significant digits, the cosine to seven.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(
///     errors([3.0, -4.0], [3.0, -5.0]).to_string(),
///     "MSE 0.5, RMSE 0.70711, max |e| 1, mean |e| 0.5, SQNR 13.979 dB, cosine 0.9946918, \
///      relative 0.2, max 2097152 ULP"
/// );
/// ```
impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |x: f64| general(x, 5);
        write!(
            f,
            "MSE {}, RMSE {}, max |e| {}, mean |e| {}, SQNR {} dB, cosine {}, relative {}, max {} ULP",
            text(self.mse),
            text(self.rmse()),
            text(self.max_abs),
            text(self.mean_abs),
            text(self.sqnr_db),
            general(self.cosine, 7),
            text(self.relative),
            self.max_ulp
        )
    }
}

/// Compares a tensor with what became of it.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let y = AffineParams::tensor(INT8, 3.5, -70).fake_quantize(x);
/// assert_eq!(format!("{:.4}", errors(x, y).mse), "170.8755");
/// ```
///
/// Of no numbers everything is NaN but the largest errors, which are 0. NaN in either tensor makes
/// the others NaN too, and so does infinity most of them.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn errors(x: impl TensorData, y: impl TensorData) -> Errors {
    unwrap(try_errors(x, y))
}

/// [`errors`] with an error instead of a panic.
///
/// # Errors
/// Shapes that differ; rows of different lengths.
pub fn try_errors(x: impl TensorData, y: impl TensorData) -> Result<Errors, QuantError> {
    let (x, y) = (array(x, to_f64)?, array(y, to_f64)?);
    if x.shape() != y.shape() {
        let expected = format!("the shape of the original, {:?}", x.shape());
        return Err(QuantError::shape("the other tensor", y.shape(), expected));
    }
    // In units of the largest number, so that no square is too large or too small.
    let unit = power_below(x.iter().chain(&y).copied());
    let (mut ee, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0);
    let (mut abs, mut max_abs, mut max_ulp) = (0.0, 0.0f64, 0);
    for (&x, &y) in x.iter().zip(&y) {
        max_ulp = max_ulp.max(ulps_apart(x as f32, y as f32));
        let (x, y) = (x / unit, y / unit);
        let e = y - x;
        ee += e * e;
        xx += x * x;
        yy += y * y;
        xy += x * y;
        abs += e.abs();
        max_abs = max_abs.max(e.abs());
    }
    let n = x.len() as f64;
    let lossless = max_abs == 0.0 && !abs.is_nan() && !x.is_empty();
    Ok(Errors {
        count: x.len(),
        mse: ee / n * unit * unit,
        // `max` passes over NaN; the sums have kept it.
        max_abs: if abs.is_nan() { abs } else { max_abs * unit },
        mean_abs: abs / n * unit,
        sqnr_db: if lossless {
            f64::INFINITY
        } else {
            10.0 * (xx / ee).log10()
        },
        cosine: xy / (xx * yy).sqrt(),
        relative: if lossless { 0.0 } else { (ee / xx).sqrt() },
        max_ulp,
    })
}

/// The power of two at or below the largest finite magnitude, kept where its inverse is a number too;
/// 1 for zeros.
fn power_below(x: impl Iterator<Item = f64>) -> f64 {
    let finite = x.map(f64::abs).filter(|x| x.is_finite());
    let largest = finite.fold(0.0, f64::max);
    if largest == 0.0 {
        return 1.0;
    }
    let exponent = (largest.to_bits() >> 52) as i32 - 1023;
    crate::real::exact_f64(false, 1, exponent.clamp(-1000, 1000))
}

/// How many float32 values lie from `a` to `b`, counting one of the two: their distance in ULP where
/// the exponent is the same. +0 and -0 are one value; NaN is no distance from NaN and 2^32 from
/// anything else.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(ulps_apart(1.0, 1.0 + f32::EPSILON), 1);
/// assert_eq!(ulps_apart(-f32::from_bits(1), f32::from_bits(1)), 2);
/// ```
pub fn ulps_apart(a: f32, b: f32) -> u64 {
    // The magnitudes are in the order of their codes.
    let place = |x: f32| {
        let magnitude = i64::from(x.to_bits() & 0x7fff_ffff);
        if x.is_sign_negative() {
            -magnitude
        } else {
            magnitude
        }
    };
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => place(a).abs_diff(place(b)),
        _ => 1 << 32,
    }
}
