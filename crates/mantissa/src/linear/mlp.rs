//! A small network of linear layers, and how its layers are replaced.

use super::{Linear, LinearScheme, QuantizedLinear, batch};
use crate::quantized::{QuantError, unwrap};
use crate::tensor::TensorData;
use ndarray::Array2;
use std::fmt;

/// A layer of a network: float or quantized.
#[derive(Clone, PartialEq)]
pub enum Layer {
    /// In float32.
    Float(Linear),
    /// With quantized weights.
    Quantized(Box<QuantizedLinear>),
}

impl Layer {
    /// The numbers that go in, for each row of a batch.
    pub fn inputs(&self) -> usize {
        match self {
            Layer::Float(layer) => layer.inputs(),
            Layer::Quantized(layer) => layer.inputs(),
        }
    }

    /// The numbers that come out.
    pub fn outputs(&self) -> usize {
        match self {
            Layer::Float(layer) => layer.outputs(),
            Layer::Quantized(layer) => layer.outputs(),
        }
    }

    /// The bytes of all that the layer stores.
    pub fn bytes(&self) -> usize {
        match self {
            Layer::Float(layer) => layer.bytes(),
            Layer::Quantized(layer) => layer.bytes(),
        }
    }

    /// y for a batch `[batch, in]`.
    ///
    /// # Panics
    /// Where [`Layer::try_forward`] has an error.
    #[track_caller]
    pub fn forward(&self, x: impl TensorData) -> Array2<f32> {
        unwrap(self.try_forward(x))
    }

    /// [`Layer::forward`] with an error instead of a panic.
    ///
    /// # Errors
    /// Those of [`Linear::try_forward`] and [`QuantizedLinear::try_forward`].
    pub fn try_forward(&self, x: impl TensorData) -> Result<Array2<f32>, QuantError> {
        match self {
            Layer::Float(layer) => layer.try_forward(x),
            Layer::Quantized(layer) => layer.try_forward(x),
        }
    }
}

impl From<Linear> for Layer {
    fn from(layer: Linear) -> Layer {
        Layer::Float(layer)
    }
}

impl From<QuantizedLinear> for Layer {
    fn from(layer: QuantizedLinear) -> Layer {
        Layer::Quantized(Box::new(layer))
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layer::Float(layer) => fmt::Display::fmt(layer, f),
            Layer::Quantized(layer) => fmt::Display::fmt(layer, f),
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A multilayer perceptron: linear layers with ReLU, max(0, y), between them.
///
/// ```
/// use mantissa::prelude::*;
/// let model = Mlp::seeded(&[64, 128, 10], 1);
/// let last = model.layers().len() - 1;
/// let small = model.quantize_layers(|i, _| (i < last).then(LinearScheme::w8a32));
/// assert_eq!((model.bytes(), small.bytes()), (38_440, 14_376));
/// let x = ndarray::Array2::from_shape_fn((8, 64), |(b, i)| ((b * 64 + i) as f32).sin());
/// assert!(errors(model.forward(&x), small.forward(&x)).sqnr_db > 45.0);
/// println!("{small}");
/// ```
#[derive(Clone, PartialEq)]
pub struct Mlp {
    layers: Vec<Layer>,
}

impl Mlp {
    /// A network of these layers, float or quantized, each fed by the one before.
    ///
    /// # Panics
    /// Where [`Mlp::try_new`] has an error.
    #[track_caller]
    pub fn new(layers: impl IntoIterator<Item = impl Into<Layer>>) -> Mlp {
        unwrap(Mlp::try_new(layers))
    }

    /// [`Mlp::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// No layer; a layer that does not take what the one before gives.
    pub fn try_new(layers: impl IntoIterator<Item = impl Into<Layer>>) -> Result<Mlp, QuantError> {
        let layers: Vec<Layer> = layers.into_iter().map(Into::into).collect();
        if layers.is_empty() {
            let right = "a network has at least one";
            return Err(QuantError::argument("the number of layers", 0, right));
        }
        for (i, pair) in layers.windows(2).enumerate() {
            if pair[0].outputs() != pair[1].inputs() {
                return Err(QuantError::argument(
                    &format!("the number of inputs of layer {}", i + 1),
                    pair[1].inputs(),
                    &format!("layer {i} gives {}", pair[0].outputs()),
                ));
            }
        }
        Ok(Mlp { layers })
    }

    /// A network of random float layers between these widths; see [`Linear::seeded`].
    ///
    /// # Panics
    /// If there are fewer than two widths, or one is 0.
    #[track_caller]
    pub fn seeded(widths: &[usize], seed: u64) -> Mlp {
        let layer = |(i, pair): (usize, &[usize])| {
            Linear::seeded(pair[0], pair[1], crate::codec::random_bits(seed, i as u64))
        };
        Mlp::new(widths.windows(2).enumerate().map(layer))
    }

    /// The layers, in order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The bytes of all layers.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(Layer::bytes).sum()
    }

    /// What comes out for a batch `[batch, in]`.
    ///
    /// # Panics
    /// Where [`Mlp::try_forward`] has an error.
    #[track_caller]
    pub fn forward(&self, x: impl TensorData) -> Array2<f32> {
        unwrap(self.try_forward(x))
    }

    /// [`Mlp::forward`] with an error instead of a panic.
    ///
    /// # Errors
    /// Those of the layers.
    pub fn try_forward(&self, x: impl TensorData) -> Result<Array2<f32>, QuantError> {
        let (_, y) = self.run(x)?;
        Ok(y)
    }

    /// What goes into each layer for a batch: what an [`Observer`](crate::Observer) is shown before
    /// static quantization.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let model = Mlp::new([Linear::new([[1.0], [-1.0]]), Linear::new([[1.0, 1.0]])]);
    /// let inputs = model.layer_inputs([[3.0], [-2.0]]);
    /// assert_eq!(inputs[1], ndarray::array![[3.0, 0.0], [0.0, 2.0]]);
    /// ```
    ///
    /// # Panics
    /// Where [`Mlp::try_forward`] has an error.
    #[track_caller]
    pub fn layer_inputs(&self, x: impl TensorData) -> Vec<Array2<f32>> {
        unwrap(self.try_layer_inputs(x))
    }

    /// [`Mlp::layer_inputs`] with an error instead of a panic.
    ///
    /// # Errors
    /// Where [`Mlp::try_forward`] has one.
    pub fn try_layer_inputs(&self, x: impl TensorData) -> Result<Vec<Array2<f32>>, QuantError> {
        let (inputs, _) = self.run(x)?;
        Ok(inputs)
    }

    /// What goes into each layer, and what comes out of the last.
    fn run(&self, x: impl TensorData) -> Result<(Vec<Array2<f32>>, Array2<f32>), QuantError> {
        let mut y = batch(x, self.layers[0].inputs())?;
        let mut inputs = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                y.mapv_inplace(relu);
            }
            let out = layer.try_forward(&y)?;
            inputs.push(std::mem::replace(&mut y, out));
        }
        Ok((inputs, y))
    }

    /// The network with every float layer quantized.
    ///
    /// # Panics
    /// Where [`Mlp::try_quantize`] has an error.
    #[track_caller]
    pub fn quantize(&self, scheme: &LinearScheme) -> Mlp {
        unwrap(self.try_quantize(scheme))
    }

    /// [`Mlp::quantize`] with an error instead of a panic.
    ///
    /// # Errors
    /// Where [`Linear::try_quantize`] has one.
    pub fn try_quantize(&self, scheme: &LinearScheme) -> Result<Mlp, QuantError> {
        self.try_quantize_layers(|_, _| Some(scheme.clone()))
    }

    /// The network with those float layers quantized for which `choose`, given their place and
    /// themselves, names a scheme. Layers that are quantized already stay.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let model = Mlp::seeded(&[64, 128, 10], 1);
    /// let x = ndarray::Array2::from_shape_fn((32, 64), |(b, i)| ((b * 64 + i) as f32).sin());
    /// // Static quantization: a range for the input of each layer.
    /// let inputs = model.layer_inputs(&x);
    /// let small = model.quantize_layers(|i, _| {
    ///     let mut observer = Observer::new(Affine::asymmetric(INT8));
    ///     observer.observe(&inputs[i]);
    ///     Some(LinearScheme::w8a8_static(observer.params()))
    /// });
    /// assert!(errors(model.forward(&x), small.forward(&x)).sqnr_db > 30.0);
    /// ```
    ///
    /// # Panics
    /// Where [`Mlp::try_quantize_layers`] has an error.
    #[track_caller]
    pub fn quantize_layers(
        &self,
        choose: impl FnMut(usize, &Linear) -> Option<LinearScheme>,
    ) -> Mlp {
        unwrap(self.try_quantize_layers(choose))
    }

    /// [`Mlp::quantize_layers`] with an error instead of a panic.
    ///
    /// # Errors
    /// Where [`Linear::try_quantize`] has one.
    pub fn try_quantize_layers(
        &self,
        mut choose: impl FnMut(usize, &Linear) -> Option<LinearScheme>,
    ) -> Result<Mlp, QuantError> {
        let replaced = self.layers.iter().enumerate().map(|(i, layer)| {
            let Layer::Float(linear) = layer else {
                return Ok(layer.clone());
            };
            match choose(i, linear) {
                Some(scheme) => linear.try_quantize(&scheme).map(Layer::from),
                None => Ok(layer.clone()),
            }
        });
        let layers = replaced.collect::<Result<_, QuantError>>()?;
        Ok(Mlp { layers })
    }
}

/// max(0, x); NaN stays.
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

impl fmt::Display for Mlp {
    /// One layer a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Mlp: {} bytes", self.bytes())?;
        for (i, layer) in self.layers.iter().enumerate() {
            let end = if i + 1 < self.layers.len() { "\n" } else { "" };
            write!(f, "  {i}: {layer}{end}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Mlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
