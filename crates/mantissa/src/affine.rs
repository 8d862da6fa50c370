//! Affine quantization: a number is an integer, less a zero point, times a scale.
//!
//! ```text
//! q = clamp(round(x / s) + z, low, high)        x' = (q - z) * s
//! ```
//!
//! [`Affine`] says how scale and zero point are fitted to data, [`AffineParams`] are the fitted or
//! given ones, [`AffineTensor`] is a quantized tensor. Arithmetic is float32, and rounding is to the
//! nearest, ties to even, as in ONNX's QuantizeLinear and in torchao.

mod fit;
mod params;
mod tensor;

use fit::Fit;
pub use params::AffineParams;
pub use tensor::AffineTensor;

use crate::calibrate::Clip;
use crate::dtype::DType;
use crate::granularity::{Granularity, Grid};
use crate::quantized::{QuantError, Quantizer, finite, unwrap};
use crate::tensor::TensorData;
use ndarray::ArrayD;

/// An affine scheme: a dtype, how scale and zero point are fitted, and to which elements.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
/// let q = Affine::symmetric(INT8).quantize(x);
/// assert_eq!(q.codes().to_vec(), [64.0, 36.0, -89.0, 0.0, -23.0, -54.0, 127.0]);
/// let q = Affine::asymmetric(INT8).quantize(x);
/// assert_eq!((q.params().zero_point(), q.params().scale()), (-23, 18.39 / 255.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    dtype: DType,
    fit: Fit,
    clip: Clip,
    granularity: Granularity,
    reciprocal: bool,
}

impl Affine {
    /// Symmetric, narrow range: s = amax / 127 and codes -127 to 127 for int8, so that every code has
    /// its negative. A float dtype such as [`FP8_E4M3FN`](crate::FP8_E4M3FN) takes s = amax / max.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let p = Affine::symmetric(INT8).fit([10.8, -7.59]);
    /// assert_eq!((p.scale(), p.range()), (10.8 / 127.0, (-127.0, 127.0)));
    /// assert_eq!(Affine::symmetric(FP8_E4M3FN).fit([10.8]).scale(), 10.8 / 448.0);
    /// ```
    pub fn symmetric(dtype: impl Into<DType>) -> Affine {
        Affine::new(dtype.into(), Fit::Symmetric)
    }

    /// Symmetric, full range: s = amax / 127.5 and codes -128 to 127 for int8. torchao's `SYMMETRIC`.
    pub fn symmetric_full(dtype: impl Into<DType>) -> Affine {
        Affine::new(dtype.into(), Fit::SymmetricFull)
    }

    /// Symmetric, full range without clipping: s = max(-min / 128, max / 127) for int8. torchao's
    /// `SYMMETRIC_NO_CLIPPING_ERR`.
    pub fn symmetric_no_clip(dtype: impl Into<DType>) -> Affine {
        Affine::new(dtype.into(), Fit::SymmetricNoClip)
    }

    /// Asymmetric: s = (max - min) / 255 and z = -128 - round(min / s) for int8, where min is at most
    /// and max at least 0, so that 0 is exactly a code. torchao's `ASYMMETRIC`.
    pub fn asymmetric(dtype: impl Into<DType>) -> Affine {
        Affine::new(dtype.into(), Fit::Asymmetric)
    }

    /// ONNX's DynamicQuantizeLinear: uint8, asymmetric; zeros alone take the scale 1 / 255.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(Affine::onnx_dynamic().fit([0.0, 0.0]).scale(), 1.0 / 255.0);
    /// ```
    pub fn onnx_dynamic() -> Affine {
        Affine::new(crate::int::UINT8.into(), Fit::OnnxDynamic)
    }

    fn new(dtype: DType, fit: Fit) -> Affine {
        Affine {
            dtype,
            fit,
            clip: Clip::None,
            granularity: Granularity::Tensor,
            reciprocal: false,
        }
    }

    /// The same with parameters for other elements.
    pub fn granularity(self, granularity: Granularity) -> Affine {
        Affine {
            granularity,
            ..self
        }
    }

    /// One scale for each index along `axis`: 0 for the rows of a matrix, 1 for its columns.
    pub fn per_axis(self, axis: usize) -> Affine {
        self.granularity(Granularity::Axis(axis))
    }

    /// One scale for each run of `size` elements along `axis`.
    pub fn per_group(self, axis: usize, size: usize) -> Affine {
        self.granularity(Granularity::Group { axis, size })
    }

    /// One scale for each box with these lengths, one an axis.
    pub fn per_block(self, lengths: impl Into<Vec<usize>>) -> Affine {
        self.granularity(Granularity::Block(lengths.into()))
    }

    /// Fits to a range chosen otherwise than from smallest to largest; what lies beyond it is
    /// clipped to the last code.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let p = Affine::symmetric(INT8).clip(Clip::Range(-5.0, 5.0)).fit([1.0, 256.0]);
    /// assert_eq!(p.scale(), 5.0 / 127.0);
    /// ```
    pub fn clip(self, clip: Clip) -> Affine {
        Affine { clip, ..self }
    }

    /// Quantizes with x * (1 / s), as torch and torchao do, instead of x / s, as ONNX does. The two
    /// differ where x / s is a tie, or next to one.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let p = AffineParams::tensor(INT8, 0.01, 0);
    /// let x = [0.045]; // 4.5 steps, but neither number is exactly that in float32
    /// assert_eq!(p.quantize(x).codes().to_vec(), [5.0]);
    /// assert_eq!(p.reciprocal().quantize(x).codes().to_vec(), [4.0]);
    /// ```
    pub fn reciprocal(self) -> Affine {
        Affine {
            reciprocal: true,
            ..self
        }
    }

    /// The dtype of the codes.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Whether the range is as wide below 0 as above.
    pub(crate) fn is_symmetric(&self) -> bool {
        !matches!(self.fit, Fit::Asymmetric | Fit::OnnxDynamic)
    }

    /// Which elements share a scale.
    pub(crate) fn shared_by(&self) -> &Granularity {
        &self.granularity
    }

    pub(crate) fn clip_rule(&self) -> Clip {
        self.clip
    }

    /// Scale and zero point for these numbers.
    ///
    /// # Panics
    /// Where [`Affine::try_fit`] has an error.
    #[track_caller]
    pub fn fit(&self, x: impl TensorData) -> AffineParams {
        unwrap(self.try_fit(x))
    }

    /// Scale and zero point for these numbers; an empty group takes those of a group of zeros.
    ///
    /// A scale below 2^-126, the smallest normal float32, becomes that number, as in torchao: zeros
    /// stay zeros.
    ///
    /// # Errors
    /// NaN or infinity among the numbers; an axis that is not there; groups that do not divide it; a
    /// range that float32 cannot span; a dtype that the fit is not made for.
    pub fn try_fit(&self, x: impl TensorData) -> Result<AffineParams, QuantError> {
        self.fit_numbers(&finite(x, &self.name())?)
    }

    fn fit_numbers(&self, x: &ArrayD<f32>) -> Result<AffineParams, QuantError> {
        let grid = Grid::new(&self.granularity, x.shape())?;
        let groups = grid.split(x)?;
        let fitted = groups.iter().map(|group| {
            let (low, high) = self.clip.range(group, self)?;
            self.fit.params(low, high, self.dtype)
        });
        let (scales, zero_points) = fitted.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        self.params(scales, zero_points)
    }

    /// Scale and zero point for a range: what a static calibration has found. One for the whole
    /// tensor.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let p = Affine::asymmetric(INT8).fit_range(-7.59, 10.8);
    /// assert_eq!(p.zero_point(), -23);
    /// ```
    ///
    /// # Panics
    /// If the range is not finite or runs backwards, or the dtype is not one for this fit.
    #[track_caller]
    pub fn fit_range(&self, low: f32, high: f32) -> AffineParams {
        unwrap(self.try_fit_range(low, high))
    }

    /// [`Affine::fit_range`] with an error instead of a panic.
    ///
    /// # Errors
    /// Where that panics.
    pub fn try_fit_range(&self, low: f32, high: f32) -> Result<AffineParams, QuantError> {
        let (scale, zero_point) = self.fit.params(low, high, self.dtype)?;
        let scheme = self.clone().granularity(Granularity::Tensor);
        scheme.params(vec![scale], vec![zero_point])
    }

    fn params(&self, scales: Vec<f32>, zero_points: Vec<i32>) -> Result<AffineParams, QuantError> {
        let params =
            AffineParams::try_new(self.dtype, self.granularity.clone(), scales, zero_points)?;
        let params = if self.fit == Fit::Symmetric {
            params.narrow()
        } else {
            params
        };
        Ok(if self.reciprocal {
            params.reciprocal()
        } else {
            params
        })
    }
}

impl Quantizer for Affine {
    type Output = AffineTensor;

    /// `int8 symmetric, axis 0`, and what else was chosen.
    fn name(&self) -> String {
        let mut name = format!("{} {}", self.dtype, self.fit);
        if self.granularity != Granularity::Tensor {
            name += &format!(", {}", self.granularity);
        }
        if self.clip != Clip::None {
            name += &format!(", {}", self.clip);
        }
        if self.reciprocal {
            name += ", reciprocal";
        }
        name
    }

    /// Fits, then quantizes; see [`Affine::try_fit`] and [`AffineParams`].
    fn try_quantize(&self, x: impl TensorData) -> Result<AffineTensor, QuantError> {
        let x = finite(x, &self.name())?;
        self.fit_numbers(&x)?.quantize_numbers(&x, Some(self))
    }
}
