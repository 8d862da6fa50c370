//! Which elements of a tensor share a scale: runs of so many along one axis.

use crate::dtype::DType;
use crate::granularity::{Granularity, Grid, Groups};
use crate::pack::pack;
use crate::quantized::QuantError;
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// A shape divided into blocks of `size` elements along `axis`, with one scale each.
pub(super) struct Blocks {
    grid: Grid,
    axis: usize,
    size: usize,
}

impl Blocks {
    /// Blocks along `axis`, the last one if none is given.
    pub(super) fn new(
        shape: &[usize],
        axis: Option<usize>,
        size: usize,
    ) -> Result<Blocks, QuantError> {
        if size == 0 {
            let right = "it has at least one";
            return Err(QuantError::argument("a block", "0 elements", right));
        }
        let axis = axis.unwrap_or(shape.len().saturating_sub(1));
        let grid = Grid::new(&Granularity::Group { axis, size }, shape)?;
        Ok(Blocks { grid, axis, size })
    }

    /// The shape of the scales: that of the tensor, with `axis` `size` times shorter.
    pub(super) fn scales(&self) -> &[usize] {
        self.grid.counts()
    }

    /// The block of each element, in row-major order.
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.grid.indices()
    }

    /// The largest magnitude of each block: infinity if it has one, NaN if it has one of these.
    pub(super) fn largest(&self, x: &ArrayD<f32>) -> Vec<f32> {
        let mut largest = vec![0; self.grid.len()];
        for (x, block) in x.iter().zip(self.indices()) {
            // Magnitudes are in the order of their bits, NaN above infinity.
            largest[block] = x.abs().to_bits().max(largest[block]);
        }
        largest.into_iter().map(f32::from_bits).collect()
    }

    /// The values of `codes`, each times the scale of its block.
    pub(super) fn values(&self, codes: &Tensor, scales: &[f32]) -> ArrayD<f32> {
        let values = codes.values().zip(self.indices());
        let scaled = values.map(|(value, block)| value.to_f64() as f32 * scales[block]);
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
        if scales.shape() == self.scales() {
            return Ok(());
        }
        let expected = format!("{:?}, one for each of the {}", self.scales(), self.words());
        let what = "the tensor of scales";
        Err(QuantError::shape(what, scales.shape(), expected))
    }

    /// As a summary names them.
    pub(super) fn words(&self) -> String {
        let (axis, size) = (self.axis, self.size);
        Granularity::Group { axis, size }.to_string()
    }

    /// Which elements share which of these scales.
    pub(super) fn groups(&self, scales: impl IntoIterator<Item = f64>) -> Groups {
        self.grid.groups(scales, [])
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
