//! Which elements of a tensor share their parameters.

use crate::quantized::QuantError;
use crate::tensor::TensorError;
use ndarray::{ArrayD, IxDyn};
use std::fmt;

/// Which elements of a tensor share a scale and a zero point.
///
/// The parameters form a grid: the tensor's shape divided by the shape of a group.
///
/// ```
/// use mantissa::prelude::*;
/// let w = [[1.0, -2.0, 0.5, 4.0], [0.1, 0.2, -0.4, 0.3]];
/// let scheme = Affine::symmetric(INT8).granularity(Granularity::Group { axis: 1, size: 2 });
/// assert_eq!(scheme.quantize(w).grid(), [2, 2]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Granularity {
    /// All of them: one scale.
    #[default]
    Tensor,
    /// Those with the same index along this axis: a scale for each, as for the rows (axis 0) or the
    /// columns (axis 1) of a matrix.
    Axis(usize),
    /// Runs of `size` elements along `axis`.
    Group {
        /// The axis along which a group lies.
        axis: usize,
        /// The elements of a group; they divide the axis.
        size: usize,
    },
    /// Boxes with these lengths, one for each axis: `Block(vec![128, 128])` for a matrix.
    Block(Vec<usize>),
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Granularity::Tensor => f.write_str("tensor"),
            Granularity::Axis(axis) => write!(f, "axis {axis}"),
            Granularity::Group { axis, size } => write!(f, "groups of {size} along axis {axis}"),
            Granularity::Block(lengths) => {
                let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
                write!(f, "blocks of {}", lengths.join(" x "))
            }
        }
    }
}

/// The elements of a tensor that share a scale, whatever their pattern, and the scales.
///
/// ```
/// use mantissa::prelude::*;
/// let q = Affine::symmetric(INT8).per_axis(0).quantize([[1.0, -127.0], [0.5, 12.7]]);
/// let groups = q.scale_groups().unwrap();
/// assert_eq!(groups.of.as_slice().unwrap(), [0, 0, 1, 1]);
/// assert_eq!(groups.scales, [1.0, f64::from(0.1_f32)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// The group of each element, in the tensor's shape.
    pub of: ArrayD<usize>,
    /// The scale of each group: what a step of its codes is worth, or by what the levels of its
    /// codebook are multiplied.
    pub scales: Vec<f64>,
    /// The zero point of each group; empty where all are 0 or the scheme has none.
    pub zero_points: Vec<f64>,
}

impl Groups {
    /// Runs of `size` elements in row-major order, whatever the shape; the last may be shorter.
    pub(crate) fn runs(
        shape: &[usize],
        size: usize,
        scales: impl IntoIterator<Item = f64>,
    ) -> Groups {
        let len = shape.iter().product::<usize>();
        let of = ArrayD::from_shape_vec(IxDyn(shape), (0..len).map(|i| i / size).collect());
        Groups {
            of: of.expect("as many as the shape holds"),
            scales: scales.into_iter().collect(),
            zero_points: Vec::new(),
        }
    }
}

/// A tensor's shape cut into groups of one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    shape: Vec<usize>,
    /// The lengths of a group.
    group: Vec<usize>,
    /// How many groups there are along each axis.
    counts: Vec<usize>,
}

impl Grid {
    /// The groups of a tensor. A group that takes a whole axis is one even if the axis is empty.
    pub(crate) fn new(granularity: &Granularity, shape: &[usize]) -> Result<Grid, QuantError> {
        let axis_of = |axis: usize| {
            let shape = shape.to_vec();
            let inside = axis < shape.len();
            inside
                .then_some(axis)
                .ok_or(QuantError::Axis { axis, shape })
        };
        let mut group = vec![1; shape.len()];
        let mut counts = vec![1; shape.len()];
        match granularity {
            Granularity::Tensor => group.copy_from_slice(shape),
            Granularity::Axis(axis) => {
                group.copy_from_slice(shape);
                group[axis_of(*axis)?] = 1;
                counts[*axis] = shape[*axis];
            }
            Granularity::Group { axis, size } => {
                group[axis_of(*axis)?] = *size;
                counts = divided(shape, &group)?;
            }
            Granularity::Block(lengths) if lengths.len() == shape.len() => {
                group.copy_from_slice(lengths);
                counts = divided(shape, lengths)?;
            }
            Granularity::Block(lengths) => {
                let expected = format!("one length for each of the {} axes", shape.len());
                return Err(QuantError::shape("the block", lengths, expected));
            }
        }
        Ok(Grid {
            shape: shape.to_vec(),
            group,
            counts,
        })
    }

    /// How many groups there are along each axis.
    pub(crate) fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.counts().iter().product()
    }

    /// The group of each element, in row-major order of both.
    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        let mut index = vec![0; self.shape.len()];
        (0..self.shape.iter().product::<usize>()).map(move |_| {
            let group = index.iter().zip(&self.group).zip(&self.counts);
            let group = group.fold(0, |flat, ((i, length), count)| flat * count + i / length);
            for (i, length) in index.iter_mut().zip(&self.shape).rev() {
                *i += 1;
                if *i < *length {
                    break;
                }
                *i = 0;
            }
            group
        })
    }

    /// Which elements share which of these scales and zero points.
    pub(crate) fn groups(
        &self,
        scales: impl IntoIterator<Item = f64>,
        zero_points: impl IntoIterator<Item = f64>,
    ) -> Groups {
        let of = ArrayD::from_shape_vec(IxDyn(&self.shape), self.indices().collect());
        Groups {
            of: of.expect("as many as the shape holds"),
            scales: scales.into_iter().collect(),
            zero_points: zero_points.into_iter().collect(),
        }
    }

    /// The elements of each group.
    ///
    /// # Errors
    /// More groups than memory has room for, all of them empty.
    pub(crate) fn split<'a>(
        &self,
        x: impl IntoIterator<Item = &'a f32>,
    ) -> Result<Vec<Vec<f32>>, QuantError> {
        let mut groups = Vec::new();
        if groups.try_reserve_exact(self.len()).is_err() || self.len() > isize::MAX as usize >> 5 {
            let shape = self.shape.clone();
            return Err(TensorError::Memory { shape }.into());
        }
        let each = self.shape.iter().product::<usize>() / self.len().max(1);
        groups.resize_with(self.len(), || Vec::with_capacity(each));
        for (&x, group) in x.into_iter().zip(self.indices()) {
            groups[group].push(x);
        }
        Ok(groups)
    }
}

/// How often the lengths of a group go into those of a shape.
fn divided(shape: &[usize], group: &[usize]) -> Result<Vec<usize>, QuantError> {
    let axes = shape.iter().zip(group).enumerate();
    let count = |(axis, (&length, &group)): (usize, (&usize, &usize))| {
        if group == 0 || !length.is_multiple_of(group) {
            return Err(QuantError::Groups {
                group,
                length,
                axis,
            });
        }
        Ok(length / group)
    };
    axes.map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(granularity: Granularity, shape: &[usize]) -> Vec<usize> {
        Grid::new(&granularity, shape).unwrap().indices().collect()
    }

    #[test]
    fn every_element_has_its_group() {
        assert_eq!(indices(Granularity::Tensor, &[2, 3]), [0; 6]);
        assert_eq!(indices(Granularity::Tensor, &[]), [0]);
        assert_eq!(indices(Granularity::Axis(0), &[2, 3]), [0, 0, 0, 1, 1, 1]);
        assert_eq!(indices(Granularity::Axis(1), &[2, 3]), [0, 1, 2, 0, 1, 2]);
        let group = Granularity::Group { axis: 1, size: 2 };
        assert_eq!(indices(group, &[2, 4]), [0, 0, 1, 1, 2, 2, 3, 3]);
        let block = Granularity::Block(vec![2, 2]);
        assert_eq!(indices(block, &[2, 4]), [0, 0, 1, 1, 0, 0, 1, 1]);
        assert_eq!(indices(Granularity::Axis(1), &[0, 3]), [0; 0]);
        let groups = |g, shape: &[usize]| Grid::new(&g, shape).unwrap().len();
        assert_eq!(groups(Granularity::Tensor, &[0, 3]), 1);
        assert_eq!(groups(Granularity::Axis(1), &[0, 3]), 3);
        assert_eq!(groups(Granularity::Axis(0), &[0, 3]), 0);
        assert_eq!(groups(Granularity::Group { axis: 1, size: 3 }, &[0, 3]), 0);
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        let error =
            |granularity, shape: &[usize]| Grid::new(&granularity, shape).unwrap_err().to_string();
        assert_eq!(
            error(Granularity::Group { axis: 1, size: 16 }, &[6, 50]),
            "groups of 16 do not divide the 50 elements of axis 1: take 10 or 25, or pad the axis"
        );
        assert_eq!(
            error(Granularity::Group { axis: 0, size: 0 }, &[6]),
            "groups of 0 do not divide the 6 elements of axis 0: take 1, or pad the axis"
        );
        assert_eq!(
            error(Granularity::Axis(2), &[6, 50]),
            "there is no axis 2 in shape [6, 50]: its axes are 0 to 1"
        );
        assert_eq!(
            error(Granularity::Axis(0), &[]),
            "there is no axis 0 in shape []: it is a single number"
        );
        assert_eq!(
            error(Granularity::Block(vec![2]), &[6, 50]),
            "the block has shape [2]; it takes one length for each of the 2 axes"
        );
    }
}
