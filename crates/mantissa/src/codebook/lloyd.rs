//! Codebooks learned from data.

use super::{Codebook, check_count};
use crate::quantized::{QuantError, finite, unwrap};
use crate::tensor::TensorData;

/// Rounds after which learning stops even if numbers still change cells.
const ROUNDS: usize = 1000;

/// A codebook with levels that fit `x`: Lloyd-Max quantization, k-means in one dimension.
///
/// Every number belongs to the cell of its nearest level, and every level moves to the mean of its
/// cell; both make the squared error smaller, and they alternate until no number changes cells, at most
/// 1000 times. The levels start as quantiles of `x`. A level whose cell is empty moves to the number
/// farthest from its own level. Nothing is random. The result is a local optimum; for densities that
/// are log-concave, as the normal one is, there is no other. Lloyd, "Least squares quantization in
/// PCM", 1982; Max, "Quantizing for minimum distortion", 1960; Fleischer, 1964.
///
/// The levels are values of `x`'s own scale: use them with [`Codebook::absolute`]. Where `x` has
/// fewer different numbers than there are levels, some levels are equal.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [0.0, 0.1, 0.2, 5.0, 5.2, 9.0];
/// let learned = lloyd_max(x, 3);
/// assert_eq!(learned.levels(), [0.1, 5.1, 9.0]);
/// let q = learned.absolute().quantize(x);
/// assert_eq!(q.codes().to_vec(), [0.0, 0.0, 0.0, 1.0, 1.0, 2.0]);
/// ```
///
/// # Panics
/// Where [`Codebook::learn`] has an error, with its message.
#[track_caller]
pub fn lloyd_max(x: impl TensorData, levels: usize) -> Codebook {
    unwrap(Codebook::learn(x, levels))
}

impl Codebook {
    /// [`lloyd_max`], with an error instead of a panic.
    ///
    /// # Errors
    /// NaN or infinity; no numbers at all; fewer than 2 or more than 256 levels.
    pub fn learn(x: impl TensorData, levels: usize) -> Result<Codebook, QuantError> {
        check_count(levels)?;
        let name = format!("lloyd-max {levels}");
        let x = finite(x, &name)?;
        if x.is_empty() {
            let right = "a codebook is learned from at least one number";
            return Err(QuantError::argument("the data", "empty", right));
        }
        let mut x: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        x.sort_by(f64::total_cmp);
        let levels: Vec<f32> = learn(&x, levels).iter().map(|l| *l as f32).collect();
        Codebook::new(name, levels)
    }
}

/// The levels for sorted numbers.
fn learn(x: &[f64], count: usize) -> Vec<f64> {
    let quantile = |i| x[(2 * i + 1) * x.len() / (2 * count)];
    let mut levels: Vec<f64> = (0..count).map(quantile).collect();
    let mut ends = Vec::new();
    for _ in 0..ROUNDS {
        let moved = improve(x, &mut levels);
        if moved == ends {
            break;
        }
        ends = moved;
    }
    levels
}

/// One round: cells, then means. Gives the ends of the cells that the levels came with.
fn improve(x: &[f64], levels: &mut [f64]) -> Vec<usize> {
    let ends = cell_ends(x, levels);
    let (mut start, mut empty) = (0, None);
    let (mut distance, mut farthest) = (0.0, 0.0);
    for (i, &end) in ends.iter().enumerate() {
        let cell = &x[start..end];
        start = end;
        let (Some(first), Some(last)) = (cell.first(), cell.last()) else {
            empty = Some(i);
            continue;
        };
        let mean = cell.iter().sum::<f64>() / cell.len() as f64;
        levels[i] = mean.clamp(*first, *last); // the sum is rounded
        for number in [first, last] {
            if (number - levels[i]).abs() > distance {
                distance = (number - levels[i]).abs();
                farthest = *number;
            }
        }
    }
    // Only one moves: the next round moves another.
    if let (Some(i), true) = (empty, distance > 0.0) {
        levels[i] = farthest;
        levels.sort_by(f64::total_cmp);
    }
    ends
}

/// Where in the sorted numbers the cell of each level ends: at the midpoint to the next.
fn cell_ends(x: &[f64], levels: &[f64]) -> Vec<usize> {
    let midpoint = |pair: &[f64]| pair[0].midpoint(pair[1]);
    let inner = levels.windows(2).map(midpoint);
    let ends = inner.map(|middle| x.partition_point(|x| *x <= middle));
    ends.chain([x.len()]).collect()
}
