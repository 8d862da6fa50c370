//! `Tensor`: numbers of one dtype, stored as their packed codes.

mod data;
mod print;

pub use data::TensorData;

use crate::codec::{EncodeError, Overflow, Rounding};
use crate::dtype::DType;
use crate::pack::{pack, unpack};
use crate::value::Value;
use ndarray::{ArrayD, IxDyn};
use thiserror::Error;

/// Numbers of one dtype in any shape, row-major, as packed bytes: eight `int1` to a byte, two
/// `float4_e2m1fn`, half a `float16`.
///
/// ```
/// use mantissa::prelude::*;
/// let t = tensor([[1.0, -2.5], [0.3, 7.0]], FP4_E2M1FN);
/// assert_eq!((t.shape(), t.bytes().len()), (&[2, 2][..], 2));
/// assert_eq!(t.to_vec(), [1.0, -2.0, 0.5, 6.0]);
/// assert_eq!(tensor(1.0 / 3.0, BF16).to_string(), "tensor(0.3340, dtype=bfloat16)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Tensor {
    shape: Vec<usize>,
    dtype: DType,
    bytes: Vec<u8>,
}

/// Why a tensor cannot be made.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TensorError {
    /// Nested rows of different lengths.
    #[error(
        "the rows have different shapes, {first:?} and, at row {row}, {other:?}; all rows of a \
         tensor have the same"
    )]
    Ragged {
        /// Shape of the first row.
        first: Vec<usize>,
        /// The first row that differs.
        row: usize,
        /// Its shape.
        other: Vec<usize>,
    },
    /// A shape that does not hold the given number of elements.
    #[error("shape {shape:?} holds {} elements, but there are {len}", count(shape))]
    Shape {
        /// The shape asked for.
        shape: Vec<usize>,
        /// The number of elements given.
        len: usize,
    },
    /// Packed bytes of the wrong length.
    #[error("shape {shape:?} of {dtype} takes {} bytes, but there are {len}", size(*expected))]
    Bytes {
        /// The shape asked for.
        shape: Vec<usize>,
        /// The dtype asked for.
        dtype: String,
        /// How many bytes that takes, if that can be counted.
        expected: Option<u128>,
        /// How many there are.
        len: usize,
    },
    /// More elements than memory has room for; or none, along other axes that are so long.
    #[error(
        "shape {shape:?} holds {} more than memory has room for",
        excess(shape)
    )]
    Memory {
        /// The shape.
        shape: Vec<usize>,
    },
    /// A number that the dtype cannot hold.
    #[error("{}{source}", place(index))]
    Element {
        /// Where the number stands.
        index: Vec<usize>,
        /// What is wrong with it.
        source: EncodeError,
    },
}

/// Where in a tensor, for a message; a single number needs no place.
fn place(index: &[usize]) -> String {
    if index.is_empty() {
        String::new()
    } else {
        format!("element {index:?}: ")
    }
}

/// A tensor of `data` (a number, nested arrays, slices, vectors, or an `ndarray`) in `dtype`.
///
/// Floats round to the nearest, ties to even; what is beyond the largest number follows the
/// format's own rule. A float going into an integer dtype loses its fraction, as in torch.
///
/// ```
/// use mantissa::prelude::*;
/// let third = tensor(1.0 / 3.0, FP16);
/// assert_eq!(format!("{:.60}", third.item()),
///     "0.333251953125000000000000000000000000000000000000000000000000");
/// ```
///
/// # Panics
/// Where [`Tensor::new`] has an error, with its message.
#[track_caller]
pub fn tensor(data: impl TensorData, dtype: impl Into<DType>) -> Tensor {
    unwrap(Tensor::new(data, dtype))
}

#[track_caller]
fn unwrap<T>(result: Result<T, TensorError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

/// Truncation for integers, nearest for floats: what torch does.
fn torch_rounding(dtype: DType) -> Rounding {
    match dtype {
        DType::Float(_) => Rounding::TiesToEven,
        DType::Int(_) => Rounding::TowardZero,
    }
}

impl Tensor {
    /// [`tensor`], with an error instead of a panic.
    ///
    /// # Errors
    /// Rows of different lengths; a number that the dtype cannot hold (an integer out of range,
    /// NaN into a format without one).
    pub fn new(data: impl TensorData, dtype: impl Into<DType>) -> Result<Tensor, TensorError> {
        let dtype = dtype.into();
        Tensor::encode(data, dtype, torch_rounding(dtype), Overflow::Format)
    }

    /// A tensor with the rounding and the overflow rule given.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let t = Tensor::encode([500.0, -3.3], FP8_E4M3FN, Rounding::TowardZero, Overflow::Saturate)?;
    /// assert_eq!(t.to_vec(), [448.0, -3.25]);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::new`].
    pub fn encode(
        data: impl TensorData,
        dtype: impl Into<DType>,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<Tensor, TensorError> {
        let dtype = dtype.into();
        let shape = data.shape()?;
        countable(&shape)?;
        let mut codes = Vec::new();
        let reserved = elements(&shape).map(|len| codes.try_reserve_exact(len));
        if !matches!(reserved, Some(Ok(()))) {
            return Err(TensorError::Memory { shape });
        }
        let mut failed = None;
        data.visit(&mut |number| {
            if failed.is_none() {
                match dtype.encode_nth(number, codes.len() as u64, rounding, overflow) {
                    Ok(code) => codes.push(code),
                    Err(error) => failed = Some(error),
                }
            }
        });
        match failed {
            Some(source) => Err(TensorError::Element {
                index: unravel(codes.len(), &shape),
                source,
            }),
            None => Ok(Tensor {
                bytes: pack(codes, dtype.bits()),
                shape,
                dtype,
            }),
        }
    }

    /// A tensor from its packed bytes.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let t = Tensor::from_bytes([177, 255], &[2, 4], UINT2)?;
    /// assert_eq!(t.to_vec(), [1.0, 0.0, 3.0, 2.0, 3.0, 3.0, 3.0, 3.0]);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// [`TensorError::Bytes`] when the length is not that of the shape; [`TensorError::Memory`] for an
    /// empty shape whose other axes are longer than memory.
    pub fn from_bytes(
        bytes: impl Into<Vec<u8>>,
        shape: &[usize],
        dtype: impl Into<DType>,
    ) -> Result<Tensor, TensorError> {
        let (mut bytes, dtype) = (bytes.into(), dtype.into());
        let bits = elements(shape).map(|elements| elements as u128 * u128::from(dtype.bits()));
        let expected = bits.map(|bits| bits.div_ceil(8));
        if expected != Some(bytes.len() as u128) {
            return Err(TensorError::Bytes {
                shape: shape.to_vec(),
                dtype: dtype.to_string(),
                expected,
                len: bytes.len(),
            });
        }
        countable(shape)?;
        // What the last byte has beyond the last code is no part of the tensor.
        if let (Some(last), Some(bits)) = (bytes.last_mut(), bits) {
            *last &= u8::MAX >> ((8 - bits % 8) % 8);
        }
        Ok(Tensor {
            shape: shape.to_vec(),
            dtype,
            bytes,
        })
    }

    /// The same numbers in another dtype, rounded as [`tensor`] does.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(tensor(3.7, FP32).to(INT8).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the dtype cannot hold a number; [`Tensor::convert`] has an error instead.
    #[track_caller]
    pub fn to(&self, dtype: impl Into<DType>) -> Tensor {
        let dtype = dtype.into();
        unwrap(self.convert(dtype, torch_rounding(dtype), Overflow::Format))
    }

    /// The same numbers in another dtype, with the rounding and the overflow rule given.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let t = tensor([2.5, 300.0], FP32);
    /// let q = t.convert(INT8, Rounding::TiesToEven, Overflow::Saturate)?;
    /// assert_eq!(q.to_vec(), [2.0, 127.0]);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// [`TensorError::Element`] if the dtype cannot hold a number.
    pub fn convert(
        &self,
        dtype: impl Into<DType>,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Result<Tensor, TensorError> {
        Tensor::encode(self, dtype, rounding, overflow)
    }

    /// The same elements in another shape.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(tensor([1, 2, 3, 4], INT8).reshape(&[2, 2])?.value(&[1, 0]).to_f64(), 3.0);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// [`TensorError::Shape`] if it holds another number of elements; [`TensorError::Memory`] if it is
    /// empty and its other axes are longer than memory.
    pub fn reshape(&self, shape: &[usize]) -> Result<Tensor, TensorError> {
        if elements(shape) != Some(self.len()) {
            return Err(TensorError::Shape {
                shape: shape.to_vec(),
                len: self.len(),
            });
        }
        countable(shape)?;
        Ok(Tensor {
            shape: shape.to_vec(),
            ..self.clone()
        })
    }

    /// The lengths of the axes; empty for a single number.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The dtype.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        elements(&self.shape).expect("a tensor's elements have been counted")
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The packed codes, low bits first: ceil(len * bits / 8) bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The only element, as a `f64`: exact, but for integers beyond 2^53, which
    /// [`Tensor::value`] gives exactly.
    ///
    /// # Panics
    /// If there is not exactly one element.
    #[track_caller]
    pub fn item(&self) -> f64 {
        assert!(
            self.len() == 1,
            "item() takes a tensor of one element; this one has {} (shape {:?}): use to_vec() or \
             value(index)",
            self.len(),
            self.shape
        );
        self.at(0).to_f64()
    }

    /// The element at an index, one number an axis.
    ///
    /// # Panics
    /// If the index is not within the shape.
    #[track_caller]
    pub fn value(&self, index: &[usize]) -> Value {
        let inside = index.len() == self.shape.len()
            && index.iter().zip(&self.shape).all(|(i, length)| i < length);
        assert!(
            inside,
            "index {index:?} is outside a tensor of shape {:?}",
            self.shape
        );
        let flat = index
            .iter()
            .zip(&self.shape)
            .fold(0, |flat, (i, length)| flat * length + i);
        self.at(flat)
    }

    /// The elements in row-major order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Value> + '_ {
        (0..self.len()).map(|i| self.at(i))
    }

    /// The elements in row-major order, as `f64`.
    pub fn to_vec(&self) -> Vec<f64> {
        self.values().map(|value| value.to_f64()).collect()
    }

    /// The elements as an `ndarray` of the same shape.
    pub fn to_ndarray(&self) -> ArrayD<f64> {
        ArrayD::from_shape_vec(IxDyn(&self.shape), self.to_vec())
            .expect("as many as the shape holds, which has been counted")
    }

    fn at(&self, i: usize) -> Value {
        self.dtype.value(unpack(&self.bytes, self.dtype.bits(), i))
    }
}

/// How many elements a shape holds, if that can be counted.
pub(crate) fn elements(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1usize, |product, length| product.checked_mul(*length))
}

/// Whether an array can have this shape: an empty one may have axes longer than memory.
pub(crate) fn countable(shape: &[usize]) -> Result<(), TensorError> {
    let mut long = shape.iter().filter(|length| **length > 0);
    let count = long.try_fold(1isize, |count, length| {
        count.checked_mul(isize::try_from(*length).ok()?)
    });
    let shape = || shape.to_vec();
    count
        .map(drop)
        .ok_or_else(|| TensorError::Memory { shape: shape() })
}

/// That number for a message.
fn count(shape: &[usize]) -> String {
    elements(shape).map_or_else(|| "uncountably many".to_owned(), |n| n.to_string())
}

/// What of a shape is too much, for a message.
fn excess(shape: &[usize]) -> String {
    match elements(shape) {
        Some(0) => "no element, but its other axes are".to_owned(),
        _ => format!("{} elements,", count(shape)),
    }
}

/// A number of bytes for a message.
fn size(bytes: Option<u128>) -> String {
    bytes.map_or_else(|| "uncountably many".to_owned(), |n| n.to_string())
}

/// The index of the `flat`-th element.
fn unravel(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|length| {
            let i = flat % length;
            flat /= length;
            i
        })
        .collect();
    index.reverse();
    index
}
