//! Scales and zero points, fitted or given, and quantizing with them.

use super::{Affine, AffineTensor};
use crate::codec::{Overflow, Rounding};
use crate::dtype::DType;
use crate::granularity::{Granularity, Grid};
use crate::pack::pack;
use crate::quantized::{QuantError, Quantizer, numbers, unwrap};
use crate::tensor::{Tensor, TensorData};
use ndarray::ArrayD;

/// Scales and zero points of an affine quantization, one of each for every group of elements.
///
/// Quantizing with them is ONNX's QuantizeLinear: q = clamp(round(x / s) + z), ties to even;
/// infinities become the last code. Made by [`Affine::fit`](crate::Affine::fit), or given:
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let q = AffineParams::tensor(INT8, 3.5, -70).quantize(x);
/// assert_eq!(q.codes().value(&[0, 2]).to_f64(), 127.0); // 208.2 - 70 = 138.2 is clipped
/// assert_eq!(q.dequantize()[[0, 2]], 689.5);
/// ```
#[derive(Clone, PartialEq)]
pub struct AffineParams {
    dtype: DType,
    granularity: Granularity,
    scales: Vec<f32>,
    zero_points: Vec<i32>,
    /// The integer codes that are used.
    range: (i32, i32),
    reciprocal: bool,
}

impl AffineParams {
    /// One scale and zero point for a whole tensor.
    ///
    /// # Panics
    /// Where [`AffineParams::try_new`] has an error.
    #[track_caller]
    pub fn tensor(dtype: impl Into<DType>, scale: f32, zero_point: i32) -> AffineParams {
        AffineParams::new(dtype, Granularity::Tensor, [scale], [zero_point])
    }

    /// A scale and a zero point for each group, in row-major order of the grid. They must be as many
    /// as a tensor has groups when it comes to quantizing.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let rows = AffineParams::new(UINT4, Granularity::Axis(0), [0.5, 2.0], [8, 0]);
    /// let q = rows.quantize([[1.0, -1.0], [6.1, 100.0]]);
    /// assert_eq!(q.codes().to_vec(), [10.0, 6.0, 3.0, 15.0]);
    /// ```
    ///
    /// # Panics
    /// Where [`AffineParams::try_new`] has an error.
    #[track_caller]
    pub fn new(
        dtype: impl Into<DType>,
        granularity: Granularity,
        scales: impl Into<Vec<f32>>,
        zero_points: impl Into<Vec<i32>>,
    ) -> AffineParams {
        unwrap(AffineParams::try_new(
            dtype,
            granularity,
            scales,
            zero_points,
        ))
    }

    /// [`AffineParams::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// A scale that is zero, negative or not finite; a zero point that is no code, or is not 0 for a
    /// float dtype; not as many of one as of the other; an integer dtype that has not 2 to 16 bits.
    pub fn try_new(
        dtype: impl Into<DType>,
        granularity: Granularity,
        scales: impl Into<Vec<f32>>,
        zero_points: impl Into<Vec<i32>>,
    ) -> Result<AffineParams, QuantError> {
        let (dtype, scales, zero_points) = (dtype.into(), scales.into(), zero_points.into());
        if zero_points.len() != scales.len() {
            let expected = format!("one for each of the {} scales", scales.len());
            return Err(QuantError::shape(
                "the zero points",
                &[zero_points.len()],
                expected,
            ));
        }
        if let Some(group) = scales.iter().position(|s| !(s.is_finite() && *s > 0.0)) {
            let scale = scales[group];
            return Err(QuantError::Scale { scale, group });
        }
        let range = match dtype {
            DType::Float(_) => (0, 0),
            DType::Int(int) if (2..=16).contains(&int.bits()) => {
                (int.min() as i32, int.max() as i32)
            }
            DType::Int(_) => {
                return Err(wrong_dtype(dtype));
            }
        };
        let inside = |z: &i32| (range.0..=range.1).contains(z);
        if let Some(group) = zero_points.iter().position(|z| !inside(z)) {
            return Err(QuantError::ZeroPoint {
                zero_point: zero_points[group].into(),
                group,
                dtype: dtype.to_string(),
                min: range.0.into(),
                max: range.1.into(),
            });
        }
        Ok(AffineParams {
            dtype,
            granularity,
            scales,
            zero_points,
            range,
            reciprocal: false,
        })
    }

    /// Leaves the smallest code unused: -127 to 127 for int8. A zero point that was that code becomes
    /// the next, so that 0 keeps a code.
    pub fn narrow(self) -> AffineParams {
        let DType::Int(int) = self.dtype else {
            return self;
        };
        let low = int.min() as i32 + 1;
        let zero_points = self.zero_points.iter().map(|z| *z.max(&low)).collect();
        AffineParams {
            range: (low, int.max() as i32),
            zero_points,
            ..self
        }
    }

    /// Quantizes with x * (1 / s) instead of x / s; see
    /// [`Affine::reciprocal`](crate::Affine::reciprocal).
    pub fn reciprocal(self) -> AffineParams {
        AffineParams {
            reciprocal: true,
            ..self
        }
    }

    /// The dtype of the codes.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Which elements share a scale.
    pub fn granularity(&self) -> &Granularity {
        &self.granularity
    }

    /// The smallest and the largest code that are used; of a float dtype its least and largest number.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(AffineParams::tensor(INT8, 0.5, 0).narrow().range(), (-127.0, 127.0));
    /// assert_eq!(AffineParams::tensor(FP8_E4M3FN, 0.5, 0).range(), (-448.0, 448.0));
    /// ```
    pub fn range(&self) -> (f64, f64) {
        match self.dtype {
            DType::Int(_) => (self.range.0.into(), self.range.1.into()),
            DType::Float(format) => (format.min(), format.max()),
        }
    }

    /// The smallest and the largest integer code that are used; (0, 0) for a float dtype.
    pub(crate) fn codes(&self) -> (i32, i32) {
        self.range
    }

    /// Whether x is multiplied by 1 / s.
    pub(crate) fn multiplies(&self) -> bool {
        self.reciprocal
    }

    /// The scales, in row-major order of the grid.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// The zero points, in row-major order of the grid.
    pub fn zero_points(&self) -> &[i32] {
        &self.zero_points
    }

    /// The scale, where there is only one.
    ///
    /// # Panics
    /// If there is not exactly one.
    #[track_caller]
    pub fn scale(&self) -> f32 {
        self.only(&self.scales, "scale")
    }

    /// The zero point, where there is only one.
    ///
    /// # Panics
    /// If there is not exactly one.
    #[track_caller]
    pub fn zero_point(&self) -> i32 {
        self.only(&self.zero_points, "zero_point")
    }

    #[track_caller]
    fn only<T: Copy>(&self, all: &[T], name: &str) -> T {
        match all {
            [one] => *one,
            _ => panic!(
                "there are {} groups: {name}s() gives one for each",
                all.len()
            ),
        }
    }

    /// The code of one number in a group, as an integer. `x` is not NaN.
    #[inline]
    fn code(&self, x: f32, group: usize) -> i32 {
        let steps = self.steps(x, group).round_ties_even();
        let code = i64::from(steps as i32) + i64::from(self.zero_points[group]);
        code.clamp(self.range.0.into(), self.range.1.into()) as i32
    }

    /// x in units of the scale.
    #[inline]
    fn steps(&self, x: f32, group: usize) -> f32 {
        let scale = self.scales[group];
        if self.reciprocal {
            x * (1.0 / scale)
        } else {
            x / scale
        }
    }

    /// What a finite number of a group comes back as.
    #[inline]
    pub(crate) fn there_and_back(&self, x: f32, group: usize) -> f32 {
        match self.dtype {
            DType::Int(_) => self.value(self.code(x, group).into(), group),
            DType::Float(format) => {
                let steps = self.steps(x, group);
                let code = format.encode(steps, Rounding::TiesToEven, Overflow::Saturate);
                // What a format has no code for, a scheme has refused.
                code.map_or(f32::NAN, |code| {
                    self.value(format.value(code).to_f64(), group)
                })
            }
        }
    }

    /// The number that a code of a group stands for.
    pub(super) fn value(&self, code: f64, group: usize) -> f32 {
        (code - f64::from(self.zero_points[group])) as f32 * self.scales[group]
    }

    /// The groups of a tensor, of which there must be as many as there are scales.
    pub(super) fn groups(&self, shape: &[usize]) -> Result<Grid, QuantError> {
        let grid = Grid::new(&self.granularity, shape)?;
        if grid.len() == self.scales.len() {
            return Ok(grid);
        }
        let (scales, groups) = (self.scales.len(), grid.len());
        let expected = format!(
            "a shape with {scales} groups ({}), not {groups}",
            self.granularity
        );
        Err(QuantError::shape("the tensor", shape, expected))
    }

    /// Codes of numbers that are not NaN; `fitted` is the scheme, if one has made these parameters.
    pub(super) fn quantize_numbers(
        &self,
        x: &ArrayD<f32>,
        fitted: Option<&Affine>,
    ) -> Result<AffineTensor, QuantError> {
        let infinite = |s: &f32| self.reciprocal && (1.0 / s).is_infinite();
        if let Some(group) = self.scales.iter().position(infinite) {
            let scale = self.scales[group];
            return Err(QuantError::Scale { scale, group });
        }
        let grid = self.groups(x.shape())?;
        let of = x.iter().zip(grid.indices());
        let codes = match self.dtype {
            DType::Int(int) => {
                let codes = of.map(|(x, group)| self.code(*x, group) as u64);
                Tensor::from_bytes(pack(codes, int.bits()), x.shape(), int)?
            }
            DType::Float(format) => {
                let steps = of.map(|(x, group)| self.steps(*x, group)).collect();
                let steps = ArrayD::from_shape_vec(x.raw_dim(), steps);
                let steps = steps.expect("as many as there are numbers");
                Tensor::encode(steps, format, Rounding::TiesToEven, Overflow::Saturate)?
            }
        };
        Ok(AffineTensor::new(fitted.cloned(), self.clone(), codes))
    }
}

/// An integer too narrow or too wide for affine codes.
pub(super) fn wrong_dtype(dtype: DType) -> QuantError {
    let right = "take an integer of 2 to 16 bits or a float format";
    QuantError::argument("the dtype of affine codes", dtype, right)
}

impl Quantizer for AffineParams {
    type Output = AffineTensor;

    /// `int8, axis 0`.
    fn name(&self) -> String {
        let mut name = self.dtype.to_string();
        if self.granularity != Granularity::Tensor {
            name += &format!(", {}", self.granularity);
        }
        if self.reciprocal {
            name += ", reciprocal";
        }
        name
    }

    /// Codes of `x` with these parameters. ONNX QuantizeLinear, opset 21. In a float dtype that has a
    /// minus zero, fp4 and fp6 among them, a negative number that rounds to zero becomes that.
    ///
    /// # Errors
    /// NaN among the numbers (for which ONNX leaves the result open); another number of groups than
    /// there are scales; with [`AffineParams::reciprocal`], a scale so small that 1 / s is infinite.
    fn try_quantize(&self, x: impl TensorData) -> Result<AffineTensor, QuantError> {
        let x = numbers(x)?;
        if let Some((index, value)) = x.indexed_iter().find(|(_, x)| x.is_nan()) {
            return Err(QuantError::not_finite(
                &index,
                (*value).into(),
                &self.name(),
            ));
        }
        self.quantize_numbers(&x, None)
    }
}
