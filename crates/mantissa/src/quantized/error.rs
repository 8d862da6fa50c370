//! Why something cannot be quantized.

use crate::tensor::TensorError;
use ndarray::{Dimension, IxDyn};
use std::fmt;
use thiserror::Error;

/// Why something cannot be quantized, or read back.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum QuantError {
    /// The data are no tensor.
    #[error(transparent)]
    Data(Box<TensorError>),
    /// NaN or infinity among the numbers.
    #[error(
        "element {index:?} is {value}, which has no place in {scheme}: replace it, or clip the data \
         to finite numbers first"
    )]
    NotFinite {
        /// Where it stands.
        index: Vec<usize>,
        /// What it is.
        value: String,
        /// The scheme's name.
        scheme: String,
    },
    /// A finite number that float32 cannot hold.
    #[error(
        "element {index:?} is {value}, which has no place in {scheme}: float32, in which it is \
         computed, ends at 3.4028235e38; divide the data by a power of two first"
    )]
    TooLarge {
        /// Where it stands.
        index: Vec<usize>,
        /// What it is.
        value: String,
        /// The scheme's name.
        scheme: String,
    },
    /// A scale that no division can use.
    #[error("scale {scale} of group {group} cannot be used: a scale is finite and above zero")]
    Scale {
        /// The scale.
        scale: f32,
        /// Which group has it.
        group: usize,
    },
    /// A zero point that is no code.
    #[error("zero point {zero_point} of group {group} is no code: {dtype} has {min} to {max}")]
    ZeroPoint {
        /// The zero point.
        zero_point: i64,
        /// Which group has it.
        group: usize,
        /// The dtype of the codes.
        dtype: String,
        /// The smallest code.
        min: i64,
        /// The largest code.
        max: i64,
    },
    /// An axis that the tensor does not have.
    #[error("there is no axis {axis} in shape {shape:?}: {}", axes(shape))]
    Axis {
        /// The axis asked for.
        axis: usize,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// Groups that do not divide an axis.
    #[error(
        "groups of {group} do not divide the {length} elements of axis {axis}: take {}, or pad the \
         axis", divisors(*length, *group)
    )]
    Groups {
        /// Elements of a group.
        group: usize,
        /// Elements along the axis.
        length: usize,
        /// The axis.
        axis: usize,
    },
    /// Shapes that do not fit each other.
    #[error("{what} has shape {got:?}; it takes {expected}")]
    Shape {
        /// What has the shape.
        what: String,
        /// The shape it has.
        got: Vec<usize>,
        /// The shape that would be right, in words.
        expected: String,
    },
    /// Bytes that are not a whole number of blocks.
    #[error("{len} bytes are no {format}: {expected}")]
    Bytes {
        /// The format.
        format: String,
        /// How many bytes there are.
        len: usize,
        /// What would be right.
        expected: String,
    },
    /// An argument out of its range.
    #[error("{what} cannot be {got}: {right}")]
    Argument {
        /// Which argument.
        what: String,
        /// What it is.
        got: String,
        /// What would be right.
        right: String,
    },
}

/// Boxed, because it is large and errors travel up by value.
impl From<TensorError> for QuantError {
    fn from(error: TensorError) -> QuantError {
        QuantError::Data(Box::new(error))
    }
}

impl QuantError {
    pub(crate) fn argument(what: &str, got: impl fmt::Display, right: &str) -> QuantError {
        QuantError::Argument {
            what: what.to_owned(),
            got: got.to_string(),
            right: right.to_owned(),
        }
    }

    /// Of a number that is not finite in float32.
    pub(crate) fn not_finite(index: &IxDyn, number: f64, scheme: &str) -> QuantError {
        let (index, scheme) = (index.slice().to_vec(), scheme.to_owned());
        let value = crate::text::repr(number);
        if number.is_finite() {
            QuantError::TooLarge {
                index,
                value,
                scheme,
            }
        } else {
            QuantError::NotFinite {
                index,
                value,
                scheme,
            }
        }
    }

    pub(crate) fn shape(what: &str, got: &[usize], expected: impl Into<String>) -> QuantError {
        QuantError::Shape {
            what: what.to_owned(),
            got: got.to_vec(),
            expected: expected.into(),
        }
    }
}

/// The axes of a shape, for a message.
fn axes(shape: &[usize]) -> String {
    match shape.len() {
        0 => "it is a single number".to_owned(),
        1 => "its only axis is 0".to_owned(),
        n => format!("its axes are 0 to {}", n - 1),
    }
}

/// The divisors of `length` on both sides of `group`, for a message.
fn divisors(length: usize, group: usize) -> String {
    let divides = |n: &usize| length.is_multiple_of(*n);
    let below = (1..group.min(length + 1)).rev().find(divides);
    let above = (group.saturating_add(1)..=length).find(divides);
    match (below, above) {
        (Some(below), Some(above)) => format!("{below} or {above}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => "another size".to_owned(),
    }
}
