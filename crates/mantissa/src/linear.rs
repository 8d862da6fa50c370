//! Linear layers: in float32, quantized, and in a small network.
//!
//! ```text
//! float        y = x W^T + b
//! W8A32        y = x W'^T + b                            W' = (qw - zw) sw, dequantized on the fly
//! W8A8         y = sx sw Σ (qx - zx)(qw - zw) + b        the sum in integers, exactly
//! integer out  qy = round((Σ (qx - zx)(qw - zw) + qb) sx sw / sy) + zy
//! ```
//!
//! [`Linear`] is the float layer, [`LinearScheme`] says how to quantize one, [`QuantizedLinear`] is
//! what comes out, [`Mlp`] a network of both.

mod integer;
mod mlp;
mod quantized;
mod requantize;
mod scheme;

pub use mlp::{Layer, Mlp};
pub use quantized::QuantizedLinear;
pub use requantize::FixedMultiplier;
pub use scheme::{Activations, LinearScheme};

use crate::codec::random_bits;
use crate::quantized::{QuantError, finite, numbers, unwrap};
use crate::tensor::TensorData;
use ndarray::{Array1, Array2, ArrayD};
use std::fmt;

/// A linear layer in float32: y = x W^T + b, with W of shape `[out, in]` as in torch.
///
/// ```
/// use mantissa::prelude::*;
/// let layer = Linear::new([[1.0, 2.0], [0.5, -1.0], [0.0, 4.0]]).with_bias([10.0, 0.0, -1.0]);
/// let y = layer.forward([[3.0, 1.0]]);
/// assert_eq!(y, ndarray::array![[15.0, 0.5, 3.0]]);
/// assert_eq!(layer.to_string(), "Linear(2 -> 3, bias): 36 bytes");
/// ```
#[derive(Clone, PartialEq)]
pub struct Linear {
    weight: Array2<f32>,
    bias: Option<Array1<f32>>,
}

impl Linear {
    /// A layer without bias, of a weight matrix `[out, in]`.
    ///
    /// # Panics
    /// Where [`Linear::try_new`] has an error.
    #[track_caller]
    pub fn new(weight: impl TensorData) -> Linear {
        unwrap(Linear::try_new(weight))
    }

    /// [`Linear::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// A weight that is no matrix or has no element; NaN or infinity in it, in float32.
    pub fn try_new(weight: impl TensorData) -> Result<Linear, QuantError> {
        let expected = "[out, in], at least one of each";
        let weight = matrix(finite(weight, "the weight")?, "the weight", expected)?;
        if weight.is_empty() {
            return Err(QuantError::shape("the weight", weight.shape(), expected));
        }
        Ok(Linear { weight, bias: None })
    }

    /// The same with a bias, one number for each output.
    ///
    /// # Panics
    /// Where [`Linear::try_with_bias`] has an error.
    #[track_caller]
    pub fn with_bias(self, bias: impl TensorData) -> Linear {
        unwrap(self.try_with_bias(bias))
    }

    /// [`Linear::with_bias`] with an error instead of a panic.
    ///
    /// # Errors
    /// Another shape than `[out]`; NaN or infinity.
    pub fn try_with_bias(self, bias: impl TensorData) -> Result<Linear, QuantError> {
        let bias = Some(bias_vector(bias, self.outputs())?);
        Ok(Linear { bias, ..self })
    }

    /// A layer of random numbers for examples: weights, then bias, uniform between -1/sqrt(in) and
    /// 1/sqrt(in), from SplitMix64. The same seed gives the same layer.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let layer = Linear::seeded(64, 10, 1);
    /// assert_eq!(layer.weight().shape(), [10, 64]);
    /// assert!(layer.weight().iter().all(|w| w.abs() <= 0.125));
    /// ```
    ///
    /// # Panics
    /// If `inputs` or `outputs` is 0.
    #[track_caller]
    pub fn seeded(inputs: usize, outputs: usize, seed: u64) -> Linear {
        let bound = 1.0 / (inputs as f32).sqrt();
        let number = |n: usize| {
            let unit = (random_bits(seed, n as u64) >> 40) as f32 / (1 << 24) as f32;
            (2.0 * unit - 1.0) * bound
        };
        let weight = Array2::from_shape_fn((outputs, inputs), |(o, i)| number(o * inputs + i));
        let bias = Array1::from_shape_fn(outputs, |o| number(outputs * inputs + o));
        Linear::new(weight).with_bias(bias)
    }

    /// The numbers that go in, for each row of a batch.
    pub fn inputs(&self) -> usize {
        self.weight.ncols()
    }

    /// The numbers that come out.
    pub fn outputs(&self) -> usize {
        self.weight.nrows()
    }

    /// The weights, `[out, in]`.
    pub fn weight(&self) -> &Array2<f32> {
        &self.weight
    }

    /// The bias, `[out]`.
    pub fn bias(&self) -> Option<&Array1<f32>> {
        self.bias.as_ref()
    }

    /// The bytes of weights and bias.
    pub fn bytes(&self) -> usize {
        4 * (self.weight.len() + self.bias.as_ref().map_or(0, Array1::len))
    }

    /// y = x W^T + b for a batch `[batch, in]`, which may be empty: `[batch, out]`.
    ///
    /// Products of float32 are exact in float64; they are added there in order, then the bias, and
    /// the sum is rounded to float32 once. NaN and infinity go through as in IEEE 754.
    ///
    /// # Panics
    /// Where [`Linear::try_forward`] has an error.
    #[track_caller]
    pub fn forward(&self, x: impl TensorData) -> Array2<f32> {
        unwrap(self.try_forward(x))
    }

    /// [`Linear::forward`] with an error instead of a panic.
    ///
    /// # Errors
    /// Another shape than `[batch, in]`.
    pub fn try_forward(&self, x: impl TensorData) -> Result<Array2<f32>, QuantError> {
        let x = batch(x, self.inputs())?;
        Ok(product(&x, &self.weight, self.bias()))
    }

    /// The layer quantized.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let layer = Linear::new([[1.0, -0.5], [0.25, 2.0]]);
    /// let q = layer.quantize(&LinearScheme::w8a32());
    /// assert_eq!(q.weight().codes().to_vec(), [127.0, -64.0, 16.0, 127.0]);
    /// ```
    ///
    /// # Panics
    /// Where [`Linear::try_quantize`] has an error.
    #[track_caller]
    pub fn quantize(&self, scheme: &LinearScheme) -> QuantizedLinear {
        unwrap(self.try_quantize(scheme))
    }

    /// [`Linear::quantize`] with an error instead of a panic.
    ///
    /// # Errors
    /// Groups that do not divide the weights, and what [`QuantizedLinear::from_parts`] refuses.
    pub fn try_quantize(&self, scheme: &LinearScheme) -> Result<QuantizedLinear, QuantError> {
        let weight = scheme.quantize_weight(&self.weight)?;
        QuantizedLinear::from_parts(weight, self.bias.clone(), scheme)
    }
}

impl fmt::Display for Linear {
    /// Shape, bias, bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bias = if self.bias.is_some() {
            "bias"
        } else {
            "no bias"
        };
        let (inputs, outputs) = (self.inputs(), self.outputs());
        write!(
            f,
            "Linear({inputs} -> {outputs}, {bias}): {} bytes",
            self.bytes()
        )
    }
}

impl fmt::Debug for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A matrix, or an error that says which shape would be right.
fn matrix(x: ArrayD<f32>, what: &str, expected: &str) -> Result<Array2<f32>, QuantError> {
    let shape = x.shape().to_vec();
    x.into_dimensionality()
        .map_err(|_| QuantError::shape(what, &shape, expected))
}

/// The rows that go into a layer.
fn batch(x: impl TensorData, inputs: usize) -> Result<Array2<f32>, QuantError> {
    let expected = format!("[batch, {inputs}]");
    let x = matrix(numbers(x)?, "x", &expected)?;
    if x.ncols() != inputs {
        return Err(QuantError::shape("x", x.shape(), expected));
    }
    Ok(x)
}

/// One finite number for each output.
fn bias_vector(bias: impl TensorData, outputs: usize) -> Result<Array1<f32>, QuantError> {
    let bias = finite(bias, "the bias")?;
    if bias.shape() != [outputs] {
        let expected = format!("[{outputs}], one number for each output");
        return Err(QuantError::shape("the bias", bias.shape(), expected));
    }
    Ok(bias.into_iter().collect())
}

/// x W^T + b: sums in float64, each rounded once to float32.
fn product(x: &Array2<f32>, weight: &Array2<f32>, bias: Option<&Array1<f32>>) -> Array2<f32> {
    Array2::from_shape_fn((x.nrows(), weight.nrows()), |(row, output)| {
        let pairs = x.row(row).into_iter().zip(weight.row(output));
        let sum: f64 = pairs.map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
        (sum + bias_of(bias, output)) as f32
    })
}

/// The bias of one output, 0 without.
fn bias_of(bias: Option<&Array1<f32>>, output: usize) -> f64 {
    bias.map_or(0.0, |bias| bias[output].into())
}
