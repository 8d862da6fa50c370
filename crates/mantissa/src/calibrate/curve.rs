//! The error at every clip threshold, in its two parts.

use super::ends;
use crate::affine::Affine;
use crate::quantized::{QuantError, Quantizer, finite, unwrap};
use crate::tensor::TensorData;

/// The mean squared error of a scheme against where the numbers are clipped; made by [`clip_curve`].
#[derive(Clone, PartialEq)]
pub struct ClipCurve {
    scheme: String,
    /// The range without clipping.
    full: (f32, f32),
    points: Vec<ClipPoint>,
    best: usize,
}

/// One threshold of a [`ClipCurve`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipPoint {
    /// The fraction of the whole range that is kept, 0.01 to 1.
    pub fraction: f64,
    /// The largest magnitude that is kept.
    pub threshold: f32,
    /// The part of the mean squared error that comes from numbers beyond the threshold.
    pub clipping: f64,
    /// The part that comes from rounding the others.
    pub rounding: f64,
}

impl ClipPoint {
    /// The mean squared error.
    pub fn mse(&self) -> f64 {
        self.clipping + self.rounding
    }
}

/// The mean squared error of `scheme`, for a whole tensor, at 100 clip thresholds: 1 to 100
/// hundredths of the range from the smallest to the largest number.
///
/// A low threshold clips much, a high one makes the steps coarse; between them is the best.
///
/// ```
/// use mantissa::prelude::*;
/// let mut x: Vec<f64> = (-1000..=1000).map(|i| f64::from(i) / 1000.0).collect();
/// x.push(8.0); // an outlier
/// let curve = clip_curve(&x, &Affine::symmetric(INT4));
/// assert_eq!(curve.best().fraction, 0.26);
/// assert!(curve.best().mse() < 0.25 * curve.points()[99].mse());
/// ```
///
/// # Panics
/// Where [`try_clip_curve`] has an error.
#[track_caller]
pub fn clip_curve(x: impl TensorData, scheme: &Affine) -> ClipCurve {
    unwrap(try_clip_curve(x, scheme))
}

/// [`clip_curve`] with an error instead of a panic.
///
/// # Errors
/// NaN or infinity among the numbers; a dtype that is not one for the scheme.
pub fn try_clip_curve(x: impl TensorData, scheme: &Affine) -> Result<ClipCurve, QuantError> {
    let x: Vec<f32> = finite(x, &scheme.name())?.into_iter().collect();
    let full = ends(&x);
    let points = (1..=100).map(|hundredths| point(&x, scheme, full, hundredths, f64::INFINITY));
    let points = points.collect::<Result<Vec<_>, QuantError>>()?;
    // Of equal errors that of the widest range, which clips least.
    let least = points
        .iter()
        .enumerate()
        .rev()
        .min_by(|(_, a), (_, b)| a.mse().total_cmp(&b.mse()));
    let best = least.map_or(0, |(i, _)| i);
    Ok(ClipCurve {
        scheme: scheme.name(),
        full,
        points,
        best,
    })
}

/// The best range of [`clip_curve`], without the rest of the curve.
pub(super) fn best_range(x: &[f32], scheme: &Affine) -> Result<(f32, f32), QuantError> {
    let full = ends(x);
    let mut best = point(x, scheme, full, 100, f64::INFINITY)?;
    for hundredths in (1..100).rev() {
        let point = point(x, scheme, full, hundredths, best.mse())?;
        if point.mse() < best.mse() {
            best = point;
        }
    }
    Ok(part(full, best.fraction))
}

/// The error at so many hundredths of the range, or a part of it that is above `enough`.
fn point(
    x: &[f32],
    scheme: &Affine,
    full: (f32, f32),
    hundredths: u32,
    enough: f64,
) -> Result<ClipPoint, QuantError> {
    let fraction = f64::from(hundredths) / 100.0;
    let (low, high) = part(full, fraction);
    let params = scheme.try_fit_range(low, high)?;
    let threshold = high.max(-low);
    let (first, last) = match scheme.is_symmetric() {
        true => (-threshold, threshold),
        false => (low, high),
    };
    let n = x.len().max(1) as f64;
    let (mut clipping, mut rounding) = (0.0, 0.0);
    for x in x.chunks(16) {
        for &x in x {
            let error = f64::from(x) - f64::from(params.there_and_back(x, 0));
            if x < first || x > last {
                clipping += error * error;
            } else {
                rounding += error * error;
            }
        }
        if clipping / n + rounding / n > enough {
            break;
        }
    }
    Ok(ClipPoint {
        fraction,
        threshold,
        clipping: clipping / n,
        rounding: rounding / n,
    })
}

/// A fraction of a range, from 0 both ways.
fn part((low, high): (f32, f32), fraction: f64) -> (f32, f32) {
    let scaled = |x: f32| (f64::from(x) * fraction) as f32;
    (scaled(low.min(0.0)), scaled(high.max(0.0)))
}

impl ClipCurve {
    /// The scheme.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Every threshold, from the lowest to that without clipping.
    pub fn points(&self) -> &[ClipPoint] {
        &self.points
    }

    /// The threshold with the smallest error; of several the highest.
    pub fn best(&self) -> ClipPoint {
        self.points[self.best]
    }

    /// The range up to the best threshold.
    pub fn best_range(&self) -> (f32, f32) {
        part(self.full, self.best().fraction)
    }
}
