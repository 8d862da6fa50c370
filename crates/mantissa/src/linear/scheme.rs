//! How a linear layer is quantized: its weights, its activations, its output.

use crate::affine::{Affine, AffineParams, AffineTensor};
use crate::dtype::DType;
use crate::format::{FP32, FloatFormat};
use crate::granularity::Granularity;
use crate::int::{INT4, INT8};
use crate::quantized::{QuantError, Quantizer};
use ndarray::Array2;

/// How the numbers that go into a layer are represented.
#[derive(Clone, Debug, PartialEq)]
pub enum Activations {
    /// As floats: [`FP32`] as they are, another format ([`BF16`](crate::BF16),
    /// [`FP16`](crate::FP16)) rounded to it, and the output too.
    Float(FloatFormat),
    /// As integers with parameters found beforehand, for instance by an
    /// [`Observer`](crate::Observer): one scale and zero point.
    Static(AffineParams),
    /// As integers with parameters fitted to every batch: for the whole batch, or with
    /// [`Affine::per_axis`]`(0)` for each row, that is for each token.
    Dynamic(Affine),
}

/// How to quantize a [`Linear`](crate::Linear) layer: WnAm is n-bit weights and m-bit activations.
///
/// | scheme | weights | activations | sum |
/// |---|---|---|---|
/// | [`w8a32`](LinearScheme::w8a32) | int8, a scale a row | float32 | float |
/// | [`w8a16`](LinearScheme::w8a16) | int8, a scale a row | bfloat16 or float16 | float |
/// | [`w4a16`](LinearScheme::w4a16) | int4, a scale and zero point a group | bfloat16 or float16 | float |
/// | [`w8a8_dynamic`](LinearScheme::w8a8_dynamic) | int8, a scale a row | int8, fitted to each row | integer |
/// | [`w8a8_static`](LinearScheme::w8a8_static) | int8, a scale a row | int8, given parameters | integer |
///
/// Any of their parts can be replaced:
///
/// ```
/// use mantissa::prelude::*;
/// let scheme = LinearScheme::w8a8_dynamic().weights(Affine::asymmetric(UINT4).per_axis(0));
/// let layer = Linear::seeded(64, 10, 1).quantize(&scheme);
/// assert_eq!(layer.name(), "W4A8 dynamic");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LinearScheme {
    weights: Affine,
    activations: Activations,
    output: Option<Output>,
}

/// An integer output.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Output {
    pub(super) params: AffineParams,
    pub(super) integer_only: bool,
}

impl LinearScheme {
    /// Quantized weights, and float32 for all else.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let nf = LinearScheme::new(Affine::symmetric(FP8_E4M3FN));
    /// assert_eq!(Linear::seeded(64, 10, 1).quantize(&nf).weight().codes().bytes().len(), 640);
    /// ```
    pub fn new(weights: Affine) -> LinearScheme {
        LinearScheme {
            weights,
            activations: Activations::Float(FP32),
            output: None,
        }
    }

    /// Weights only: int8, symmetric, one scale a row; activations stay float32.
    pub fn w8a32() -> LinearScheme {
        LinearScheme::new(Affine::symmetric(INT8).per_axis(0))
    }

    /// The same with activations and outputs rounded to `half`, usually bfloat16 or float16.
    pub fn w8a16(half: FloatFormat) -> LinearScheme {
        LinearScheme::w8a32().activations(Activations::Float(half))
    }

    /// int4 weights, asymmetric, a scale and a zero point for each `group` of them in a row;
    /// activations and outputs rounded to `half`.
    pub fn w4a16(half: FloatFormat, group: usize) -> LinearScheme {
        LinearScheme::new(Affine::asymmetric(INT4).per_group(1, group))
            .activations(Activations::Float(half))
    }

    /// int8 both: weights symmetric, one scale a row; activations asymmetric, fitted to each row of
    /// the batch.
    pub fn w8a8_dynamic() -> LinearScheme {
        let rows = Affine::asymmetric(INT8).per_axis(0);
        LinearScheme::w8a32().activations(Activations::Dynamic(rows))
    }

    /// int8 weights, symmetric, one scale a row; activations with the parameters given.
    pub fn w8a8_static(activations: AffineParams) -> LinearScheme {
        LinearScheme::w8a32().activations(Activations::Static(activations))
    }

    /// The same with other weights.
    pub fn weights(self, weights: Affine) -> LinearScheme {
        LinearScheme { weights, ..self }
    }

    /// The same with other activations.
    pub fn activations(self, activations: Activations) -> LinearScheme {
        LinearScheme {
            activations,
            ..self
        }
    }

    /// The output as integers with these parameters, and the bias as int32 in steps of sx sw. The
    /// accumulator is multiplied by sx sw / sy in float64 and rounded, ties to even.
    ///
    /// It takes static activations, and weights with one scale for the tensor or for each row.
    pub fn output(self, params: AffineParams) -> LinearScheme {
        let output = Some(Output {
            params,
            integer_only: false,
        });
        LinearScheme { output, ..self }
    }

    /// [`LinearScheme::output`] without any float: the accumulator is multiplied by a
    /// [`FixedMultiplier`](crate::FixedMultiplier). Codes differ from those by one at most.
    pub fn output_integer_only(self, params: AffineParams) -> LinearScheme {
        let output = Some(Output {
            params,
            integer_only: true,
        });
        LinearScheme { output, ..self }
    }

    pub(super) fn quantize_weight(&self, weight: &Array2<f32>) -> Result<AffineTensor, QuantError> {
        self.weights.try_quantize(weight)
    }

    pub(super) fn parts(&self) -> (&Activations, Option<&Output>) {
        (&self.activations, self.output.as_ref())
    }
}

impl Activations {
    /// What a name says of them after `WnA`: `32`, `16 bfloat16`, `8 dynamic`.
    pub(super) fn name(&self) -> String {
        match self {
            Activations::Float(format) if *format == FP32 => "32".to_owned(),
            Activations::Float(format) => format!("{} {format}", format.bits()),
            Activations::Static(params) => format!("{} static", params.dtype().bits()),
            Activations::Dynamic(scheme) => format!("{} dynamic", scheme.dtype().bits()),
        }
    }

    /// Whether they can multiply weights of this dtype, `inputs` of them in a row.
    pub(super) fn check(&self, weights: DType, inputs: usize) -> Result<(), QuantError> {
        let (params, by_row) = match self {
            Activations::Float(_) => return Ok(()),
            Activations::Static(params) => (params.clone(), false),
            // A row of zeros shows what the scheme does, and whether it can.
            Activations::Dynamic(scheme) => {
                (scheme.try_fit(Array2::<f32>::zeros((1, inputs)))?, true)
            }
        };
        if !(by_row && *params.granularity() == Granularity::Axis(0)) {
            single("activations", &params)?;
        }
        integer("activations with a scale", params.dtype())?;
        integer("weights for integer activations", weights)
    }
}

/// # Errors
/// Several scales.
fn single(what: &str, params: &AffineParams) -> Result<(), QuantError> {
    if *params.granularity() == Granularity::Tensor && params.scales().len() == 1 {
        return Ok(());
    }
    Err(QuantError::argument(
        &format!("the granularity of {what}"),
        params.granularity(),
        "take one scale for all, or for dynamic activations one for each row (axis 0)",
    ))
}

/// # Errors
/// A float dtype.
fn integer(what: &str, dtype: DType) -> Result<(), QuantError> {
    match dtype {
        DType::Int(_) => Ok(()),
        DType::Float(_) => Err(QuantError::argument(
            &format!("the dtype of {what}"),
            dtype,
            "the sum is one of integers: take int8, or Activations::Float",
        )),
    }
}

impl Output {
    /// # Errors
    /// A float dtype; several scales.
    pub(super) fn check(&self) -> Result<(), QuantError> {
        single("an integer output", &self.params)?;
        integer("an integer output", self.params.dtype())
    }
}
