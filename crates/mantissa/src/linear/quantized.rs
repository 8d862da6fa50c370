//! A quantized linear layer.

use super::integer::{run_length, runs};
use super::requantize::Requantize;
use super::scheme::{Activations, LinearScheme};
use super::{Linear, batch, bias_of, bias_vector, matrix, product};
use crate::affine::{AffineParams, AffineTensor};
use crate::format::{FP32, FloatFormat};
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary, unwrap};
use crate::tensor::{Tensor, TensorData};
use ndarray::{Array1, Array2, Ix2};
use std::fmt;

/// A linear layer with quantized weights; made by [`Linear::quantize`].
///
/// Float activations x multiply the dequantized weights. Integer activations multiply the codes, and
/// the zero points of both are accounted for exactly:
///
/// ```text
/// Σ (qx - zx)(qw - zw)  =  Σ qx qw  -  zw Σ qx  -  zx Σ qw  +  n zx zw
/// ```
///
/// ```
/// use mantissa::prelude::*;
/// let scheme = LinearScheme::w8a8_dynamic().weights(Affine::asymmetric(INT8));
/// let layer = Linear::new([[0.0, 63.75], [12.75, 25.5]]).quantize(&scheme); // steps of 1/4
/// let x = [[0.0, 63.75]];
/// let (qx, qw) = (layer.quantize_input(x), layer.weight());
/// assert_eq!((qx.codes().to_vec(), qx.params().zero_point()), (vec![-128.0, 127.0], -128));
/// assert_eq!(qw.codes().to_vec(), [-128.0, 127.0, -77.0, -26.0]);
/// assert_eq!(layer.accumulate(x), ndarray::array![[255 * 255, 255 * 102]]);
/// assert_eq!(layer.forward(x), ndarray::array![[4064.0625, 1625.625]]);
/// ```
#[derive(Clone, PartialEq)]
pub struct QuantizedLinear {
    weight: AffineTensor,
    bias: Option<Array1<f32>>,
    activations: Activations,
    requantize: Option<Requantize>,
}

impl QuantizedLinear {
    /// A layer of codes from elsewhere, such as a model file. What the scheme says of the weights is
    /// not used.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let codes = tensor([[10, -3], [127, 0]], INT8);
    /// let weight = AffineTensor::from_parts(AffineParams::tensor(INT8, 0.5, 7), codes)?;
    /// let layer = QuantizedLinear::from_parts(weight, None, &LinearScheme::w8a32())?;
    /// assert_eq!(layer.forward([[1.0, 1.0]]), ndarray::array![[-3.5, 56.5]]);
    /// # Ok::<(), QuantError>(())
    /// ```
    ///
    /// # Errors
    /// Weights that are no matrix, or empty; a bias of another shape than `[out]`, or not finite;
    /// activations with a scale that are not integers, or multiply weights that are not, or have more
    /// than one scale (a dynamic one may be for each row); an integer output of other than static
    /// activations, or of weights with several scales in a row, or whose bias or accumulators int32
    /// cannot hold.
    pub fn from_parts(
        weight: AffineTensor,
        bias: Option<Array1<f32>>,
        scheme: &LinearScheme,
    ) -> Result<QuantizedLinear, QuantError> {
        let (outputs, inputs) = match *weight.codes().shape() {
            [outputs, inputs] if outputs > 0 && inputs > 0 => (outputs, inputs),
            ref shape => {
                let expected = "[out, in], at least one of each";
                return Err(QuantError::shape("the weight", shape, expected));
            }
        };
        let bias = bias.map(|b| bias_vector(b, outputs)).transpose()?;
        let (activations, output) = scheme.parts();
        activations.check(weight.params().dtype(), inputs)?;
        let requantize = match (activations, output) {
            (_, None) => None,
            (Activations::Static(params), Some(output)) => {
                output.check()?;
                Some(Requantize::new(&weight, bias.as_ref(), params, output)?)
            }
            (other, Some(_)) => {
                return Err(QuantError::argument(
                    "the activations of a layer with integer output",
                    other.name(),
                    "its bias is in steps of their scale: take Activations::Static",
                ));
            }
        };
        Ok(QuantizedLinear {
            weight,
            bias,
            activations: activations.clone(),
            requantize,
        })
    }

    /// The numbers that go in, for each row of a batch.
    pub fn inputs(&self) -> usize {
        self.weight.codes().shape()[1]
    }

    /// The numbers that come out.
    pub fn outputs(&self) -> usize {
        self.weight.codes().shape()[0]
    }

    /// Codes, scales and zero points of the weights, `[out, in]`.
    pub fn weight(&self) -> &AffineTensor {
        &self.weight
    }

    /// The bias that the layer was made with, `[out]`.
    pub fn bias(&self) -> Option<&Array1<f32>> {
        self.bias.as_ref()
    }

    /// The bias as it is added to the accumulators of an integer output, in steps of sx sw; `None`
    /// where the output is float.
    pub fn bias_codes(&self) -> Option<&[i32]> {
        self.requantize.as_ref().map(|r| r.bias.as_slice())
    }

    /// How activations are represented.
    pub fn activations(&self) -> &Activations {
        &self.activations
    }

    /// Scale and zero point of an integer output.
    pub fn output(&self) -> Option<&AffineParams> {
        self.requantize.as_ref().map(|r| &r.output)
    }

    /// A short name: `W8A32`, `W8A16 bfloat16`, `W4A8 dynamic`, `W8A8 static, int8 out`.
    pub fn name(&self) -> String {
        let bits = self.weight.params().dtype().bits();
        let output = self
            .output()
            .map(|output| format!(", {} out", output.dtype()));
        format!(
            "W{bits}A{}{}",
            self.activations.name(),
            output.unwrap_or_default()
        )
    }

    /// The float layer of the weights that the codes stand for.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let layer = Linear::seeded(8, 4, 1).quantize(&LinearScheme::w8a32());
    /// let x = [[1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0, -8.0]];
    /// assert_eq!(layer.forward(x), layer.dequantize().forward(x));
    /// ```
    pub fn dequantize(&self) -> Linear {
        Linear {
            weight: self.weights(),
            bias: self.bias.clone(),
        }
    }

    fn weights(&self) -> Array2<f32> {
        let weight = self.weight.dequantize().into_dimensionality::<Ix2>();
        weight.expect("a layer's codes are a matrix")
    }

    /// y for a batch `[batch, in]`, which may be empty: `[batch, out]`.
    ///
    /// - Float activations: x, rounded to its format, times the weights, dequantized at every call;
    ///   sums as in [`Linear::forward`], and y rounded to the format of x, with its own rule for what
    ///   is too large. NaN and infinity go through as in IEEE 754.
    /// - Integer activations: the exact integer sum times sx sw, summed over the groups of a row if
    ///   there are several, plus the bias, in float64, rounded once to float32, which may overflow to
    ///   infinity.
    /// - Integer output: the values of [`QuantizedLinear::forward_codes`].
    ///
    /// # Panics
    /// Where [`QuantizedLinear::try_forward`] has an error.
    #[track_caller]
    pub fn forward(&self, x: impl TensorData) -> Array2<f32> {
        unwrap(self.try_forward(x))
    }

    /// [`QuantizedLinear::forward`] with an error instead of a panic.
    ///
    /// # Errors
    /// Another shape than `[batch, in]`; NaN, which has no place among integers, and for dynamic
    /// activations infinity (static ones clip it); NaN where the float format has none.
    pub fn try_forward(&self, x: impl TensorData) -> Result<Array2<f32>, QuantError> {
        match (&self.activations, &self.requantize) {
            (Activations::Float(format), _) => {
                let x = rounded(batch(x, self.inputs())?, *format)?;
                rounded(product(&x, &self.weights(), self.bias()), *format)
            }
            (_, Some(_)) => matrix(self.try_forward_codes(x)?.dequantize(), "y", "[batch, out]"),
            (_, None) => {
                let length = run_length(&self.weight);
                let x = runs(&self.try_quantize_input(x)?, length);
                let weight = runs(&self.weight, length);
                Ok(Array2::from_shape_fn((x.len(), weight.len()), |(b, o)| {
                    let pairs = x[b].iter().zip(&weight[o]);
                    let groups = pairs.map(|(x, w)| x.dot(w) as f64 * (x.scale * w.scale));
                    (groups.sum::<f64>() + bias_of(self.bias(), o)) as f32
                }))
            }
        }
    }

    /// A batch as the integer codes that multiply those of the weights.
    ///
    /// # Panics
    /// Where [`QuantizedLinear::try_quantize_input`] has an error.
    #[track_caller]
    pub fn quantize_input(&self, x: impl TensorData) -> AffineTensor {
        unwrap(self.try_quantize_input(x))
    }

    /// [`QuantizedLinear::quantize_input`] with an error instead of a panic.
    ///
    /// # Errors
    /// Float activations; where [`QuantizedLinear::try_forward`] has one.
    pub fn try_quantize_input(&self, x: impl TensorData) -> Result<AffineTensor, QuantError> {
        let x = batch(x, self.inputs())?;
        match &self.activations {
            Activations::Static(params) => params.try_quantize(&x),
            Activations::Dynamic(scheme) => scheme.try_quantize(&x),
            Activations::Float(format) => Err(QuantError::argument(
                "the codes of activations",
                format,
                "only Activations::Static and Activations::Dynamic have integer codes",
            )),
        }
    }

    /// The integers Σ (qx - zx)(qw - zw), `[batch, out]`: what the hardware's accumulators hold, zero
    /// points accounted for, before any scale and bias. For int8 they fit int32 up to 33 025 inputs,
    /// since each term is at most 255 * 255; here they are int64.
    ///
    /// # Panics
    /// Where [`QuantizedLinear::try_accumulate`] has an error.
    #[track_caller]
    pub fn accumulate(&self, x: impl TensorData) -> Array2<i64> {
        unwrap(self.try_accumulate(x))
    }

    /// [`QuantizedLinear::accumulate`] with an error instead of a panic.
    ///
    /// # Errors
    /// Several scales in a row of weights, which leave no integer sum; where
    /// [`QuantizedLinear::try_quantize_input`] has one.
    pub fn try_accumulate(&self, x: impl TensorData) -> Result<Array2<i64>, QuantError> {
        let length = run_length(&self.weight);
        if length != self.inputs() {
            return Err(QuantError::argument(
                "the granularity of weights with one accumulator for each output",
                self.weight.params().granularity(),
                "each scale has an accumulator: take one for the tensor or for each row",
            ));
        }
        let (x, weight) = (self.try_quantize_input(x)?, runs(&self.weight, length));
        let x = runs(&x, length);
        Ok(Array2::from_shape_fn((x.len(), weight.len()), |(b, o)| {
            x[b][0].dot(&weight[o][0])
        }))
    }

    /// The codes of an integer output, clamp(round((Σ (qx - zx)(qw - zw) + qb) sx sw / sy) + zy),
    /// with the output's parameters; see [`LinearScheme::output`].
    ///
    /// # Panics
    /// Where [`QuantizedLinear::try_forward_codes`] has an error.
    #[track_caller]
    pub fn forward_codes(&self, x: impl TensorData) -> AffineTensor {
        unwrap(self.try_forward_codes(x))
    }

    /// [`QuantizedLinear::forward_codes`] with an error instead of a panic.
    ///
    /// # Errors
    /// A float output; where [`QuantizedLinear::try_forward`] has one.
    pub fn try_forward_codes(&self, x: impl TensorData) -> Result<AffineTensor, QuantError> {
        let Some(requantize) = &self.requantize else {
            return Err(QuantError::argument(
                "the codes of the output",
                "those of float32",
                "quantize the layer with LinearScheme::output to get some",
            ));
        };
        let accumulators = self.try_accumulate(x)?;
        let indexed = accumulators.indexed_iter();
        let codes: Vec<i32> = indexed.map(|((_, o), a)| requantize.code(*a, o)).collect();
        let codes = Tensor::new(codes, requantize.output.dtype())?;
        AffineTensor::from_parts(
            requantize.output.clone(),
            codes.reshape(accumulators.shape())?,
        )
    }

    /// The bytes of all that is stored: codes, their parameters, bias, and the parameters of static
    /// activations and of an integer output.
    pub fn bytes(&self) -> usize {
        self.summary().bytes()
    }

    /// The weights' [`Summary`] and all else that the layer stores. (Multipliers follow from the
    /// scales and are not counted.)
    pub fn summary(&self) -> Summary {
        let mut summary = self.weight.summary();
        summary.scheme = self.name();
        match (&self.requantize, &self.bias) {
            (_, None) => {}
            (None, Some(bias)) => {
                let values = bias.iter().map(|b| f64::from(*b));
                summary
                    .parameters
                    .push(Parameter::new("bias", "float32", 32, values));
            }
            (Some(requantize), Some(_)) => {
                let values = requantize.bias.iter().map(|b| f64::from(*b));
                summary
                    .parameters
                    .push(Parameter::new("bias", "int32", 32, values));
            }
        }
        if let Activations::Static(params) = &self.activations {
            summary.parameters.extend(stored("activation", params));
        }
        if let Some(output) = self.output() {
            summary.parameters.extend(stored("output", output));
        }
        summary
    }
}

impl fmt::Display for QuantizedLinear {
    /// Shape, bias, scheme, granularity, bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bias = if self.bias.is_some() {
            "bias"
        } else {
            "no bias"
        };
        write!(
            f,
            "QuantizedLinear({} -> {}, {bias}, {}, weight {} by {}): {} bytes",
            self.inputs(),
            self.outputs(),
            self.name(),
            self.weight.params().dtype(),
            self.weight.params().granularity(),
            self.bytes()
        )
    }
}

impl fmt::Debug for QuantizedLinear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Each number rounded to a format.
fn rounded(x: Array2<f32>, format: FloatFormat) -> Result<Array2<f32>, QuantError> {
    if format == FP32 {
        return Ok(x);
    }
    let values = Tensor::new(&x, format)?.to_ndarray().mapv(|x| x as f32);
    matrix(values, "x", "a matrix")
}

/// One scale and zero point, as they are stored.
fn stored(of: &str, params: &AffineParams) -> [Parameter; 2] {
    let (scale, zero_point) = (params.scale().into(), params.zero_point().into());
    let dtype = params.dtype();
    [
        Parameter::new(&format!("{of} scale"), "float32", 32, [scale]),
        Parameter::new(
            &format!("{of} zero point"),
            dtype,
            dtype.bits(),
            [zero_point],
        ),
    ]
}
