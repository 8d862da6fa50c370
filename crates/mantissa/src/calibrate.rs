//! Calibration: from which range of the numbers a scale is fitted.
//!
//! The largest number decides the step of all the others. Cutting it off costs an error there and
//! makes the step smaller everywhere: where is the best place to cut?

mod curve;
mod entropy;
mod observer;

pub use curve::{ClipCurve, ClipPoint, clip_curve, try_clip_curve};
pub use observer::Observer;

use crate::affine::Affine;
use crate::dtype::DType;
use crate::quantized::QuantError;
use std::fmt;

/// Which range of a group's numbers an [`Affine`] scheme is fitted to; what lies beyond is clipped.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Clip {
    /// From the smallest to the largest: nothing is clipped.
    #[default]
    None,
    /// From one given number to another; for a symmetric fit up to the larger magnitude of the two.
    Range(f32, f32),
    /// Symmetric: up to the p-th percentile of the magnitudes. Asymmetric: from the (100 - p)-th to the
    /// p-th percentile. Between two numbers it is interpolated, as numpy's `percentile` does.
    Percentile(f64),
    /// The fraction of the whole range, of 1 to 100 hundredths, that gives the smallest mean squared
    /// error; see [`clip_curve`].
    Mse,
    /// The magnitude at which the histogram, cut there, loses least information when its bins are
    /// merged to as many as the codes tell magnitudes apart (128 for int8; 256 for an asymmetric fit of
    /// numbers that are not negative; at most 1024): the smallest Kullback-Leibler divergence, over a
    /// histogram of 2048 bins, whose lowest bin, that of zeros, counts as the next one. It is made for
    /// thousands of numbers, and evenly spaced codes. After Migacz, "8-bit inference with TensorRT",
    /// GTC 2017, but for the cut, which is at the upper end of a bin.
    Entropy,
}

impl fmt::Display for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clip::None => f.write_str("no clipping"),
            Clip::Range(low, high) => write!(f, "clipped to {low} to {high}"),
            Clip::Percentile(p) => write!(f, "percentile {p}"),
            Clip::Mse => f.write_str("least squared error"),
            Clip::Entropy => f.write_str("least entropy loss"),
        }
    }
}

impl Clip {
    /// The range that `scheme` is fitted to for these finite numbers; (0, 0) for none.
    pub(crate) fn range(self, x: &[f32], scheme: &Affine) -> Result<(f32, f32), QuantError> {
        if let Clip::Range(low, high) = self {
            return Ok((low, high));
        }
        if let Clip::Percentile(p) = self
            && !(50.0..=100.0).contains(&p)
        {
            return Err(QuantError::argument(
                "a percentile",
                p,
                "it lies between 50 and 100, such as 99.9",
            ));
        }
        if x.is_empty() {
            return Ok((0.0, 0.0));
        }
        let symmetric = scheme.is_symmetric();
        Ok(match self {
            Clip::Percentile(p) if symmetric => {
                let high = percentile(x.iter().map(|x| x.abs()), p);
                (-high, high)
            }
            Clip::Percentile(p) => {
                let all = || x.iter().copied();
                (percentile(all(), 100.0 - p), percentile(all(), p))
            }
            Clip::Mse => curve::best_range(x, scheme)?,
            Clip::Entropy => {
                let (low, high) = ends(x);
                let one_sided = !symmetric && low >= 0.0;
                let levels = levels(scheme.dtype()) << u32::from(one_sided);
                let threshold = entropy::threshold(x, levels.min(1024));
                (low.max(-threshold), high.min(threshold))
            }
            Clip::None | Clip::Range(..) => ends(x),
        })
    }
}

/// The smallest and the largest of some numbers; (0, 0) for none.
pub(crate) fn ends(x: &[f32]) -> (f32, f32) {
    let low = x.iter().copied().reduce(f32::min);
    let high = x.iter().copied().reduce(f32::max);
    (low.unwrap_or(0.0), high.unwrap_or(0.0))
}

/// How many magnitudes the codes of a dtype tell apart: 128 for int8.
fn levels(dtype: DType) -> usize {
    1 << (dtype.bits() - 1).min(10)
}

/// The p-th percentile, interpolated linearly.
fn percentile(x: impl Iterator<Item = f32>, p: f64) -> f32 {
    let mut sorted: Vec<f32> = x.collect();
    sorted.sort_by(f32::total_cmp);
    let place = (sorted.len() - 1) as f64 * (p / 100.0);
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    (f64::from(below) + (f64::from(above) - f64::from(below)) * place.fract()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_numpys() {
        let x = [4.0, 1.0, 3.0, 2.0];
        for (p, expected) in [(0.0, 1.0), (50.0, 2.5), (90.0, 3.7), (100.0, 4.0)] {
            assert_eq!(percentile(x.into_iter(), p), expected, "{p}");
        }
        assert_eq!(percentile([7.0].into_iter(), 99.9), 7.0);
    }
}
