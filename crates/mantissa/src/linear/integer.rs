//! The product of two quantized matrices in integers.

use crate::affine::AffineTensor;

/// Codes of one row that share a scale and a zero point.
#[derive(Clone, Debug)]
pub(super) struct Run {
    codes: Vec<i32>,
    /// The sum of the codes.
    sum: i64,
    pub(super) scale: f64,
    zero_point: i64,
}

impl Run {
    /// Σ (q - z)(p - y) over two runs of n codes, as hardware computes it, which multiplies the
    /// codes themselves and takes the zero points into account once for the whole run:
    ///
    /// ```text
    /// Σ q p  -  y Σ q  -  z Σ p  +  n z y
    /// ```
    ///
    /// Exact for any n below 2^29: codes have at most 16 bits, so that each term is below 2^61.
    pub(super) fn dot(&self, other: &Run) -> i64 {
        let pairs = self.codes.iter().zip(&other.codes);
        let products: i64 = pairs.map(|(q, p)| i64::from(*q) * i64::from(*p)).sum();
        let n = self.codes.len() as i64;
        let (z, y) = (self.zero_point, other.zero_point);
        products - y * self.sum - z * other.sum + n * z * y
    }

    /// Σ |q - z|.
    pub(super) fn magnitude(&self) -> i64 {
        let steps = self.codes.iter().map(|q| i64::from(*q) - self.zero_point);
        steps.map(i64::abs).sum()
    }
}

/// The rows of a matrix of integer codes, each cut into runs of `length` codes. Within a run there is
/// one scale; `length` divides the columns of a group.
pub(super) fn runs(matrix: &AffineTensor, length: usize) -> Vec<Vec<Run>> {
    let [rows, columns] = matrix.codes().shape() else {
        unreachable!("a layer's codes are a matrix")
    };
    let grid = matrix.grid();
    let params = matrix.params();
    let codes: Vec<i32> = matrix.codes().values().map(|q| q.to_f64() as i32).collect();
    let run = |row: usize, start: usize| {
        let group = (row * grid[0] / rows) * grid[1] + start * grid[1] / columns;
        let codes = codes[row * columns + start..][..length].to_vec();
        Run {
            sum: codes.iter().map(|q| i64::from(*q)).sum(),
            codes,
            scale: params.scales()[group].into(),
            zero_point: params.zero_points()[group].into(),
        }
    };
    let starts = || (0..*columns).step_by(length);
    (0..*rows)
        .map(|row| starts().map(|start| run(row, start)).collect())
        .collect()
}

/// How many codes in a row of weights share a scale.
pub(super) fn run_length(weight: &AffineTensor) -> usize {
    weight.codes().shape()[1] / weight.grid()[1]
}
