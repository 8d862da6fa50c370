//! Codebooks learned from data.

use super::{Codebook, check_count};
use crate::quantized::{QuantError, finite, unwrap};
use crate::tensor::TensorData;
use std::ops::Range;

/// Up to so many different numbers the search is exact.
const POINTS: usize = 4096;

/// The codebook with the least squared error for `x`: the Lloyd-Max quantizer, k-means in one
/// dimension.
///
/// Its levels are the means of the numbers that are nearest to them (Lloyd, "Least squares
/// quantization in PCM", 1982; Max, "Quantizing for minimum distortion", 1960). Lloyd's iteration
/// finds one of many codebooks for which that holds; here it is the best of all, as far as
/// float64 sums can tell: among numbers whose squares differ by more than 2^52, small ones are one. In sorted numbers
/// a cell is a range, so the best j cells up to a number are the best j - 1 up to some earlier one,
/// and one more: dynamic programming, with the rule that the last cell starts no earlier for a
/// later number (Wu, "Optimal quantization by matrix searching", 1991; Groenlund et al.,
/// arXiv:1701.07204).
///
/// More than 4096 different numbers are first taken together in runs of at most 1/2048 of their
/// range and 1/2048 of their count, and cells begin and end with a run.
///
/// The levels have the scale of `x`: use them with [`Codebook::absolute`]. Where `x` has fewer
/// different numbers than there are levels, the last level repeats.
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
/// Where [`try_lloyd_max`] has an error, with its message.
#[track_caller]
pub fn lloyd_max(x: impl TensorData, levels: usize) -> Codebook {
    unwrap(try_lloyd_max(x, levels))
}

/// [`lloyd_max`], with an error instead of a panic.
///
/// # Errors
/// NaN or infinity; no numbers at all; fewer than 2 or more than 256 levels.
pub fn try_lloyd_max(x: impl TensorData, levels: usize) -> Result<Codebook, QuantError> {
    check_count(levels)?;
    let name = format!("lloyd-max {levels}");
    let x = finite(x, &name)?;
    if x.is_empty() {
        let right = "a codebook is learned from at least one number";
        return Err(QuantError::argument("the data", "empty", right));
    }
    let mut x: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
    x.sort_by(f64::total_cmp);
    Codebook::try_new(name, means(&x, levels))
}

/// The means of the best cells of sorted numbers.
fn means(x: &[f64], count: usize) -> Vec<f64> {
    let runs = runs(x);
    let mut start = 0;
    let mut levels: Vec<f64> = best_cells(&Errors::new(x, &runs), count)
        .into_iter()
        .map(|cell| {
            let numbers = &x[start..runs[cell - 1]];
            start = runs[cell - 1];
            numbers.iter().sum::<f64>() / numbers.len() as f64
        })
        .collect();
    levels.resize(count, levels[levels.len() - 1]);
    levels
}

/// Where runs of sorted numbers end: of equal ones, or of near ones if there are too many.
fn runs(x: &[f64]) -> Vec<usize> {
    let different = 1 + x.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let merge = different > POINTS;
    let width = (x[x.len() - 1] - x[0]) / (POINTS / 2) as f64;
    let most = x.len() / (POINTS / 2) + 1;
    let (mut ends, mut start) = (Vec::new(), 0);
    for i in 1..x.len() {
        let near = merge && x[i] - x[start] <= width && i - start < most;
        if x[i] != x[i - 1] && !near {
            ends.push(i);
            start = i;
        }
    }
    ends.push(x.len());
    ends
}

/// Squared errors of cells, from sums over all runs before a place. Numbers count from their mean.
struct Errors {
    counts: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Errors {
    fn new(x: &[f64], runs: &[usize]) -> Errors {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let (mut counts, mut sums, mut squares) = (vec![0.0], vec![0.0], vec![0.0]);
        let (mut sum, mut square, mut start) = (0.0, 0.0, 0);
        for &end in runs {
            for x in &x[start..end] {
                sum += x - mean;
                square += (x - mean) * (x - mean);
            }
            start = end;
            counts.push(end as f64);
            sums.push(sum);
            squares.push(square);
        }
        Errors {
            counts,
            sums,
            squares,
        }
    }

    fn runs(&self) -> usize {
        self.counts.len() - 1
    }

    /// The squared error of a cell of runs about its mean; a cell is not empty.
    fn of(&self, cell: Range<usize>) -> f64 {
        let within = |totals: &[f64]| totals[cell.end] - totals[cell.start];
        let sum = within(&self.sums);
        (within(&self.squares) - sum * sum / within(&self.counts)).max(0.0)
    }
}

/// Where the cells end that have the least error together, at most `count` and none of them empty.
fn best_cells(errors: &Errors, count: usize) -> Vec<usize> {
    let runs = errors.runs();
    // The least error of the runs before each place, in one cell, two cells, ...
    let mut best = vec![0.0];
    best.extend((1..=runs).map(|end| errors.of(0..end)));
    let mut starts = Vec::new();
    for cells in 2..=count.min(runs) {
        let mut next = Layer {
            errors,
            before: &best,
            best: vec![0.0; runs + 1],
            starts: vec![0; runs + 1],
        };
        next.fill(cells..runs + 1, cells - 1..runs);
        let Layer {
            best: found,
            starts: from,
            ..
        } = next;
        starts.push(from);
        best = found;
    }
    let mut ends = vec![runs];
    for starts in starts.iter().rev() {
        ends.push(starts[ends[ends.len() - 1]]);
    }
    ends.reverse();
    ends
}

/// The best cells up to every place, with one cell more than `before`.
struct Layer<'a> {
    errors: &'a Errors,
    before: &'a [f64],
    best: Vec<f64>,
    /// Where the last of them starts.
    starts: Vec<usize>,
}

impl Layer<'_> {
    /// Finds them for these ends, given where their last cells can start: first for the end in the
    /// middle, whose start halves the search for the others.
    fn fill(&mut self, ends: Range<usize>, starts: Range<usize>) {
        if ends.is_empty() {
            return;
        }
        let end = usize::midpoint(ends.start, ends.end);
        let error = |start: usize| self.before[start] + self.errors.of(start..end);
        let (mut best, mut at) = (f64::INFINITY, starts.start);
        for start in starts.start..starts.end.min(end) {
            let error = error(start);
            if error < best {
                (best, at) = (error, start);
            }
        }
        self.best[end] = best;
        self.starts[end] = at;
        self.fill(ends.start..end, starts.start..at + 1);
        self.fill(end + 1..ends.end, at..starts.end);
    }
}
