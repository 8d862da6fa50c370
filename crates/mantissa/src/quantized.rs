//! What every quantizer shares: how numbers come in, how it fails, how its result describes itself.

mod error;

pub use error::QuantError;

use crate::format::{FP32, FP64};
use crate::granularity::Groups;
use crate::real::Parts;
pub(crate) use crate::tensor::countable;
use crate::tensor::{Tensor, TensorData, TensorError};
use ndarray::{ArrayD, IxDyn};
use std::fmt;

/// A way to quantize: every scheme of this library is one, a plain value that describes it.
///
/// ```
/// use mantissa::prelude::*;
/// let q = Affine::symmetric(INT8).quantize([0.5, -1.0, 0.25]);
/// assert_eq!(q.codes().to_vec(), [64.0, -127.0, 32.0]);
/// assert!(Affine::symmetric(INT8).try_quantize([f32::NAN]).is_err());
/// ```
pub trait Quantizer {
    /// What comes out: codes and parameters.
    type Output: Quantized;

    /// A short name, as tables show it.
    fn name(&self) -> String;

    /// Codes and parameters of `x`, whose numbers are first rounded to float32, in which every
    /// reference implementation computes.
    ///
    /// # Errors
    /// [`QuantError`], which says what would be right; each scheme documents its own.
    fn try_quantize(&self, x: impl TensorData) -> Result<Self::Output, QuantError>;

    /// [`Quantizer::try_quantize`] for notebooks: a panic costs a cell no variable.
    ///
    /// # Panics
    /// Where that has an error, with its message.
    #[track_caller]
    fn quantize(&self, x: impl TensorData) -> Self::Output {
        unwrap(self.try_quantize(x))
    }

    /// There and back in one call: the values that `x` has after quantization.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let y = Affine::symmetric(INT4).fake_quantize([7.0, 3.2, -0.4]);
    /// assert_eq!(y.as_slice().unwrap(), [7.0, 3.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// Where [`Quantizer::try_quantize`] has an error, with its message.
    #[track_caller]
    fn fake_quantize(&self, x: impl TensorData) -> ArrayD<f32> {
        unwrap(self.try_fake_quantize(x))
    }

    /// [`Quantizer::fake_quantize`] with an error instead of a panic.
    ///
    /// # Errors
    /// Where [`Quantizer::try_quantize`] has one.
    fn try_fake_quantize(&self, x: impl TensorData) -> Result<ArrayD<f32>, QuantError> {
        Ok(self.try_quantize(x)?.dequantize())
    }
}

/// A quantized tensor: it gives its values back and describes itself.
pub trait Quantized: fmt::Debug {
    /// The values that the codes stand for, in the tensor's shape.
    fn dequantize(&self) -> ArrayD<f32>;

    /// Dtype, shape, granularity, parameters, bytes.
    fn summary(&self) -> Summary;

    /// All bits, those of the parameters included, for each element; NaN if there is none.
    fn bits_per_weight(&self) -> f64 {
        self.summary().bits_per_weight()
    }

    /// The codes in the tensor's shape, for pictures; `None` where a code is no number by itself.
    fn code_tensor(&self) -> Option<Tensor> {
        None
    }

    /// Which elements share a scale, for pictures; `None` where there is no scale.
    fn scale_groups(&self) -> Option<Groups> {
        None
    }
}

/// How a quantized tensor describes itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The scheme's name.
    pub scheme: String,
    /// What one code is: `int8`, `float4_e2m1fn`, `nf4`.
    pub dtype: String,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    /// Which elements share parameters: `tensor`, `axis 0`, `groups of 32 along axis 1`.
    pub granularity: String,
    /// The bits of one code.
    pub code_bits: f64,
    /// The bytes of all codes.
    pub code_bytes: usize,
    /// What is stored besides the codes.
    pub parameters: Vec<Parameter>,
}

/// Parameters of one kind that are stored with the codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// What they are: `scale`, `zero point`.
    pub name: String,
    /// The format of each: `float32`, `float8_e8m0fnu`.
    pub dtype: String,
    /// How many there are.
    pub count: usize,
    /// The bytes of all.
    pub bytes: usize,
    /// The values themselves, in a few words: `0.08504`, `0.0125 to 0.0831`.
    pub values: String,
}

impl Parameter {
    /// `count` parameters of `bits` bits each, which lie within `values`.
    pub(crate) fn new(
        name: &str,
        dtype: impl fmt::Display,
        bits: u32,
        values: impl IntoIterator<Item = f64>,
    ) -> Parameter {
        let mut values = values.into_iter();
        let first = values.next();
        let (mut count, mut low, mut high) = (usize::from(first.is_some()), first, first);
        for value in values {
            count += 1;
            low = low.map(|low| low.min(value));
            high = high.map(|high| high.max(value));
        }
        let text = |x: f64| crate::text::general(x, 6);
        Parameter {
            name: name.to_owned(),
            dtype: dtype.to_string(),
            count,
            bytes: (count * bits as usize).div_ceil(8),
            values: match (low, high) {
                (Some(low), Some(high)) if low == high => text(low),
                (Some(low), Some(high)) => format!("{} to {}", text(low), text(high)),
                _ => String::new(),
            },
        }
    }
}

impl Summary {
    /// The number of elements.
    pub fn len(&self) -> usize {
        crate::tensor::elements(&self.shape).unwrap_or(usize::MAX)
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes: those of the codes and of the parameters.
    pub fn bytes(&self) -> usize {
        self.code_bytes + self.parameters.iter().map(|p| p.bytes).sum::<usize>()
    }

    /// All bits for each element, 8 * bytes / len; NaN if there is none.
    pub fn bits_per_weight(&self) -> f64 {
        match self.len() {
            0 => f64::NAN,
            len => 8.0 * self.bytes() as f64 / len as f64,
        }
    }
}

/// The value, or a panic with the error's message.
#[track_caller]
pub(crate) fn unwrap<T>(result: Result<T, QuantError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

/// The numbers of `x` as float32, each rounded once; NaN and infinity stay.
pub(crate) fn numbers(x: impl TensorData) -> Result<ArrayD<f32>, QuantError> {
    array(x, to_f32)
}

/// The numbers of `x` in its shape, each as `number` makes it.
pub(crate) fn array<T>(
    x: impl TensorData,
    number: fn(Parts) -> T,
) -> Result<ArrayD<T>, QuantError> {
    let shape = x.shape()?;
    let mut numbers = Vec::new();
    x.visit(&mut |parts| numbers.push(number(parts)));
    ArrayD::from_shape_vec(IxDyn(&shape), numbers).map_err(|_| TensorError::Memory { shape }.into())
}

/// [`numbers`], all of them finite.
pub(crate) fn finite(x: impl TensorData, scheme: &str) -> Result<ArrayD<f32>, QuantError> {
    let rounded = numbers(&x)?;
    let lost = rounded.indexed_iter().find(|(_, x)| !x.is_finite());
    if let Some((index, _)) = lost {
        let given = array(x, to_f64)?[&index];
        return Err(QuantError::not_finite(&index, given, scheme));
    }
    Ok(rounded)
}

/// A number rounded to float32, ties to even.
pub(crate) fn to_f32(parts: Parts) -> f32 {
    match parts {
        // Such a number is a float64, and `as` rounds that once.
        Parts::Finite { significand, .. } if significand < 1 << 53 => to_f64(parts) as f32,
        Parts::Finite { .. } => FP32.nearest(parts).to_f64() as f32,
        Parts::Nan { .. } | Parts::Infinite { .. } => to_f64(parts) as f32,
    }
}

/// A number rounded to float64, ties to even.
pub(crate) fn to_f64(parts: Parts) -> f64 {
    match parts {
        Parts::Nan { .. } => f64::NAN,
        Parts::Infinite { negative: true } => f64::NEG_INFINITY,
        Parts::Infinite { negative: false } => f64::INFINITY,
        Parts::Finite {
            negative,
            significand,
            exponent,
        } if significand < 1 << 53 => crate::real::exact_f64(negative, significand, exponent),
        Parts::Finite { .. } => FP64.nearest(parts).to_f64(),
    }
}
