//! Which elements of a tensor share a scale: runs of so many along one axis.

use crate::dtype::DType;
use crate::pack::pack;
use crate::quantized::{QuantError, countable};
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// A shape divided into blocks of `size` elements along `axis`, with one scale each; the scales have
/// the shape of the tensor, with that axis `size` times shorter.
pub(super) struct Blocks {
    pub(super) scales: Vec<usize>,
    axis: usize,
    size: usize,
    /// How far the elements of a block lie apart in row-major order.
    stride: usize,
}

impl Blocks {
    /// Blocks along `axis`, the last one if none is given.
    pub(super) fn new(
        shape: &[usize],
        axis: Option<usize>,
        size: usize,
    ) -> Result<Blocks, QuantError> {
        let axis = axis.unwrap_or(shape.len().saturating_sub(1));
        let (Some(&length), false) = (shape.get(axis), size == 0) else {
            return Err(if size == 0 {
                QuantError::argument("a block", "0 elements", "it has at least one")
            } else {
                QuantError::Axis {
                    axis,
                    shape: shape.to_vec(),
                }
            });
        };
        if !length.is_multiple_of(size) {
            return Err(QuantError::Groups {
                group: size,
                length,
                axis,
            });
        }
        // What `ndarray` asks of a shape, also of an empty one.
        countable(shape)?;
        let mut scales = shape.to_vec();
        scales[axis] /= size;
        Ok(Blocks {
            scales,
            axis,
            size,
            stride: shape[axis + 1..].iter().product(),
        })
    }

    /// The block of an element, both counted in row-major order.
    pub(super) fn of(&self, element: usize) -> usize {
        element / (self.size * self.stride) * self.stride + element % self.stride
    }

    /// The largest magnitude of each block: infinity if it has one, NaN if it has one of these.
    pub(super) fn largest(&self, x: &ArrayD<f32>) -> Vec<f32> {
        let mut largest = vec![0; self.scales.iter().product()];
        for (element, x) in x.iter().enumerate() {
            // Magnitudes are in the order of their bits, NaN above infinity.
            let block: &mut u32 = &mut largest[self.of(element)];
            *block = x.abs().to_bits().max(*block);
        }
        largest.into_iter().map(f32::from_bits).collect()
    }

    /// The values of `codes`, each times the scale of its block.
    pub(super) fn values(&self, codes: &Tensor, scales: &[f32]) -> ArrayD<f32> {
        let values = codes.values().enumerate();
        let scaled = values.map(|(i, value)| value.to_f64() as f32 * scales[self.of(i)]);
        ArrayD::from_shape_vec(IxDyn(codes.shape()), scaled.collect())
            .expect("as many as the shape holds")
    }

    /// Whether `what` has the dtype given.
    pub(super) fn check_dtype(
        what: &str,
        tensor: &Tensor,
        dtype: impl Into<DType>,
    ) -> Result<(), QuantError> {
        let (got, dtype) = (tensor.dtype(), dtype.into());
        if got == dtype {
            return Ok(());
        }
        let what = format!("the dtype of {what}");
        Err(QuantError::argument(&what, got, &format!("it is {dtype}")))
    }

    /// Whether the scales have the shape that they must have.
    pub(super) fn check_scales(&self, scales: &Tensor) -> Result<(), QuantError> {
        if scales.shape() == self.scales {
            return Ok(());
        }
        let expected = format!("{:?}, one for each of the {}", self.scales, self.words());
        let what = "the tensor of scales";
        Err(QuantError::shape(what, scales.shape(), expected))
    }

    /// As a summary names them.
    pub(super) fn words(&self) -> String {
        format!("groups of {} along axis {}", self.size, self.axis)
    }
}

/// A tensor of as many codes as its shape holds.
pub(super) fn tensor_of(
    codes: impl IntoIterator<Item = u64>,
    shape: &[usize],
    dtype: impl Into<DType>,
) -> Tensor {
    let dtype = dtype.into();
    Tensor::from_bytes(pack(codes, dtype.bits()), shape, dtype).expect("as many as the shape holds")
}
