//! Ranges gathered over batches, for static quantization.

use crate::affine::{Affine, AffineParams};
use crate::granularity::Granularity;
use crate::quantized::{QuantError, Quantizer, finite, unwrap};
use crate::tensor::TensorData;

/// Watches batches of activations and then gives one scale and zero point for all of them: static
/// quantization. (Dynamic quantization fits each batch anew: [`Affine::quantize`](Quantizer::quantize).)
///
/// ```
/// use mantissa::prelude::*;
/// let mut observer = Observer::new(Affine::asymmetric(UINT8));
/// observer.observe([0.0, 1.0]);
/// observer.observe([-0.55, 2.0]);
/// assert_eq!(observer.range(), Some((-0.55, 2.0)));
/// assert_eq!(observer.params().zero_point(), 55);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Observer {
    scheme: Affine,
    /// The weight of a new batch; none to keep the ends of all.
    average: Option<f32>,
    range: Option<(f32, f32)>,
    batches: usize,
}

impl Observer {
    /// Keeps the smallest and the largest number of all batches; if `scheme` has a
    /// [`Clip`](crate::Clip), those of the clipped ranges.
    ///
    /// # Panics
    /// Where [`Observer::try_new`] has an error.
    #[track_caller]
    pub fn new(scheme: Affine) -> Observer {
        unwrap(Observer::try_new(scheme))
    }

    /// [`Observer::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// A scheme with several scales: there is one range for all.
    pub fn try_new(scheme: Affine) -> Result<Observer, QuantError> {
        let granularity = scheme.shared_by();
        if *granularity != Granularity::Tensor {
            let right = "it finds one range for the tensor: take an observer for each group";
            return Err(QuantError::argument(
                "the granularity of an observer",
                granularity,
                right,
            ));
        }
        Ok(Observer {
            scheme,
            average: None,
            range: None,
            batches: 0,
        })
    }

    /// Averages instead: each batch moves both ends by `weight` times what is left to its own, as
    /// torch's MovingAverageMinMaxObserver does (with 0.01).
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let mut observer = Observer::new(Affine::symmetric(INT8)).moving_average(0.25);
    /// observer.observe([-1.0, 1.0]);
    /// observer.observe([-1.0, 5.0]);
    /// assert_eq!(observer.range(), Some((-1.0, 2.0)));
    /// ```
    ///
    /// # Panics
    /// Where [`Observer::try_moving_average`] has an error.
    #[track_caller]
    pub fn moving_average(self, weight: f32) -> Observer {
        unwrap(self.try_moving_average(weight))
    }

    /// [`Observer::moving_average`] with an error instead of a panic.
    ///
    /// # Errors
    /// A weight that is not above 0 and at most 1.
    pub fn try_moving_average(self, weight: f32) -> Result<Observer, QuantError> {
        if !(weight > 0.0 && weight <= 1.0) {
            let right = "it is above 0 and at most 1, such as 0.01";
            return Err(QuantError::argument("the weight of a batch", weight, right));
        }
        Ok(Observer {
            average: Some(weight),
            ..self
        })
    }

    /// Takes in one batch; an empty one changes nothing.
    ///
    /// # Panics
    /// Where [`Observer::try_observe`] has an error.
    #[track_caller]
    pub fn observe(&mut self, batch: impl TensorData) {
        unwrap(self.try_observe(batch));
    }

    /// [`Observer::observe`] with an error instead of a panic; the batch is then not counted.
    ///
    /// # Errors
    /// NaN or infinity in the batch; a clip that cannot be.
    pub fn try_observe(&mut self, batch: impl TensorData) -> Result<(), QuantError> {
        let x: Vec<f32> = finite(batch, &self.scheme.name())?.into_iter().collect();
        let (low, high) = self.scheme.clip_rule().range(&x, &self.scheme)?;
        if x.is_empty() {
            return Ok(());
        }
        self.batches += 1;
        self.range = Some(match (self.range, self.average) {
            (None, _) => (low, high),
            (Some(old), None) => (old.0.min(low), old.1.max(high)),
            (Some(old), Some(weight)) => (
                old.0 + weight * (low - old.0),
                old.1 + weight * (high - old.1),
            ),
        });
        Ok(())
    }

    /// The range so far; `None` before the first batch.
    pub fn range(&self) -> Option<(f32, f32)> {
        self.range
    }

    pub(crate) fn scheme(&self) -> &Affine {
        &self.scheme
    }

    /// The weight of a new batch, if the ends are averaged.
    pub(crate) fn weight(&self) -> Option<f32> {
        self.average
    }

    /// How many batches were taken in.
    pub fn batches(&self) -> usize {
        self.batches
    }

    /// Scale and zero point for the range so far.
    ///
    /// # Panics
    /// Where [`Observer::try_params`] has an error.
    #[track_caller]
    pub fn params(&self) -> AffineParams {
        unwrap(self.try_params())
    }

    /// [`Observer::params`] with an error instead of a panic.
    ///
    /// # Errors
    /// No batch yet; a range that float32 cannot span; a dtype that the scheme is not made for.
    pub fn try_params(&self) -> Result<AffineParams, QuantError> {
        let Some((low, high)) = self.range else {
            return Err(QuantError::argument(
                "the number of batches",
                0,
                "an observer must have seen one before it can give parameters",
            ));
        };
        self.scheme.try_fit_range(low, high)
    }
}
