//! Numbers to try things on.

use crate::codec::random_bits;
use ndarray::{ArrayD, IxDyn};

/// Numbers as weights of a trained layer are distributed: a bell curve with mean 0 and standard
/// deviation 1, the same for the same seed, on every machine.
///
/// Each is the sum of twelve uniform numbers from 0 to 1, less 6 (the central limit theorem at
/// work): very nearly normal, and never beyond 6. Their bits come from SplitMix64.
///
/// ```
/// use mantissa::prelude::*;
/// let w = normal([64, 64], 7);
/// assert_eq!(w.shape(), [64, 64]);
/// let variance = w.iter().map(|w| w * w).sum::<f32>() / 4096.0;
/// assert!((variance - 1.0).abs() < 0.05, "{variance}");
/// ```
///
/// # Panics
/// If the shape holds more numbers than memory has room for.
#[track_caller]
pub fn normal(shape: impl AsRef<[usize]>, seed: u64) -> ArrayD<f32> {
    let shape = shape.as_ref();
    let mut n = 0;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        // Twelve uniform numbers in units of 2^-32: their sum is exact.
        let sum: u64 = (n..n + 6).map(|i| random_bits(seed, i)).map(halves).sum();
        n += 6;
        (sum as f64 / 2f64.powi(32) - 6.0) as f32
    })
}

/// The sum of the upper and the lower half.
fn halves(bits: u64) -> u64 {
    (bits >> 32) + (bits & u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_bell_curve_of_the_right_width() {
        let x = normal([20_000], 1);
        let within = |limit: f32| x.iter().filter(|x| x.abs() < limit).count() as f64 / 20_000.0;
        for (limit, share) in [(1.0, 0.683), (2.0, 0.954), (3.0, 0.9973)] {
            assert!(
                (within(limit) - share).abs() < 0.01,
                "{limit}: {}",
                within(limit)
            );
        }
        let mean = x.iter().sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.02, "{mean}");
    }

    #[test]
    fn a_seed_is_a_sample() {
        assert_eq!(normal([3, 5], 2), normal(vec![3, 5], 2));
        assert_ne!(normal([8], 2), normal([8], 3));
        assert_eq!(normal([0, 4], 2).len(), 0);
    }
}
