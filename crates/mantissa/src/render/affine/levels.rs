//! The codes that parameters use, and the values that they stand for.

use crate::affine::{AffineParams, AffineTensor};
use crate::dtype::DType;
use crate::quantized::Quantized;
use crate::tensor::Tensor;

/// The codes of one scale and zero point in order, at least two, with their values.
#[derive(Clone)]
pub(super) struct Levels {
    pub(super) codes: Vec<f64>,
    pub(super) values: Vec<f64>,
    /// The code that a narrow range leaves out.
    pub(super) unused: Option<f64>,
    pub(super) scale: f64,
    pub(super) zero_point: f64,
}

impl Levels {
    pub(super) fn new(params: &AffineParams) -> Levels {
        let (low, high) = params.codes();
        let (codes, unused) = match params.dtype() {
            DType::Int(int) => {
                let smallest = int.min() as i32;
                let unused = (smallest < low).then_some(f64::from(smallest));
                ((low..=high).map(f64::from).collect(), unused)
            }
            DType::Float(format) => {
                let finite = format.sorted().filter(|value| value.is_finite());
                let mut codes: Vec<f64> = finite.map(|value| value.to_f64() + 0.0).collect();
                codes.dedup(); // zero has two codes
                (codes, None)
            }
        };
        let tensor = Tensor::new(&codes, params.dtype()).expect("codes of this dtype");
        let tensor = AffineTensor::from_parts(params.clone(), tensor).expect("one scale");
        Levels {
            codes,
            values: tensor.dequantize().iter().map(|x| f64::from(*x)).collect(),
            unused,
            scale: params.scale().into(),
            zero_point: params.zero_point().into(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The smallest and the largest code.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.codes[0], self.codes[self.len() - 1])
    }

    /// The smallest and the largest value.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.values[0], self.values[self.len() - 1])
    }

    /// The place of a code in the order.
    pub(super) fn index(&self, code: f64) -> usize {
        self.codes.partition_point(|other| *other < code)
    }

    /// Whether 0 is exactly a value: the one of the zero point.
    pub(super) fn has_zero(&self) -> bool {
        self.codes.contains(&self.zero_point)
    }

    /// The codes, as numbers, between which those lie that are rounded to the code at `index`; at the
    /// ends the cell is as long to the outside as to the inside.
    pub(super) fn cell(&self, index: usize) -> (f64, f64) {
        let code = self.codes[index];
        let below = index.checked_sub(1).map(|i| (code - self.codes[i]) / 2.0);
        let above = self.codes.get(index + 1).map(|next| (next - code) / 2.0);
        let below_or_above = below.or(above).unwrap_or(0.5);
        (code - below_or_above, code + above.or(below).unwrap_or(0.5))
    }

    /// The numbers between which those lie that become the value at `index`: (q -+ 1/2 - z) * s for
    /// integers. Exact but for one rounding to float64.
    pub(super) fn step(&self, index: usize) -> (f64, f64) {
        let (low, high) = self.cell(index);
        let number = |code: f64| (code - self.zero_point) * self.scale;
        (number(low), number(high))
    }

    /// The first and the last number that are no further from their value than half a step.
    pub(super) fn reach(&self) -> (f64, f64) {
        (self.step(0).0, self.step(self.len() - 1).1)
    }

    /// Whether a number lies beyond the range by more than half a step, and more than what float32
    /// rounds away.
    pub(super) fn clips(&self, x: f64) -> bool {
        let (low, high) = self.reach();
        let slack = x.abs() * f64::from(f32::EPSILON);
        x < low - slack || x > high + slack
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn steps_of_integers_are_even() {
        let levels = Levels::new(&AffineParams::tensor(INT3, 0.5, 1));
        assert_eq!(levels.codes, [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(levels.range(), (-2.5, 1.0));
        assert_eq!(levels.step(0), (-2.75, -2.25));
        assert_eq!(levels.reach(), (-2.75, 1.25));
        assert!(!levels.clips(1.25) && levels.clips(1.2501) && levels.clips(-2.7501));
        let narrow = Levels::new(&AffineParams::tensor(INT3, 0.5, 0).narrow());
        assert_eq!((narrow.ends(), narrow.unused), ((-3.0, 3.0), Some(-4.0)));
    }

    #[test]
    fn steps_of_floats_are_not() {
        let levels = Levels::new(&AffineParams::tensor(FP4_E2M1FN, 2.0, 0));
        assert_eq!((levels.len(), levels.range()), (15, (-12.0, 12.0)));
        assert_eq!(levels.step(levels.index(0.0)), (-0.5, 0.5));
        assert_eq!(levels.step(levels.index(4.0)), (7.0, 10.0));
        assert_eq!(levels.reach(), (-14.0, 14.0));
    }
}
