//! What a tensor can be made of.

use super::{Tensor, TensorError};
use crate::real::{Parts, Real};
use crate::value::Value;
use half::{bf16, f16};
use ndarray::{ArrayBase, Data, Dimension, RawData};

/// Data for [`super::tensor`]: a number, nested arrays, slices and vectors of numbers, an
/// `ndarray` of any dimension, or another tensor.
pub trait TensorData {
    /// The lengths of the axes.
    ///
    /// # Errors
    /// [`TensorError::Ragged`] when nested rows differ.
    fn shape(&self) -> Result<Vec<usize>, TensorError>;

    /// Gives every number, in row-major order, to `each`.
    fn visit(&self, each: &mut dyn FnMut(Parts));
}

/// Parts can be rounded like the number that they came from.
impl Real for Parts {
    fn parts(self) -> Parts {
        self
    }
}

impl Real for Value {
    fn parts(self) -> Parts {
        match self.to_i128() {
            Some(integer) => Parts::Finite {
                negative: integer < 0,
                significand: integer.unsigned_abs() as u64,
                exponent: 0,
            },
            None => self.to_f64().parts(),
        }
    }
}

macro_rules! scalars {
    ($($number:ty),*) => {$(
        impl TensorData for $number {
            fn shape(&self) -> Result<Vec<usize>, TensorError> {
                Ok(Vec::new())
            }

            fn visit(&self, each: &mut dyn FnMut(Parts)) {
                each(self.parts());
            }
        }
    )*};
}
scalars!(
    f64, f32, f16, bf16, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, Value
);

impl<T: TensorData> TensorData for [T] {
    fn shape(&self) -> Result<Vec<usize>, TensorError> {
        let mut rows = self.iter().enumerate();
        let Some((_, first)) = rows.next() else {
            return Ok(vec![0]);
        };
        let first = first.shape()?;
        for (row, data) in rows {
            let other = data.shape()?;
            if other != first {
                return Err(TensorError::Ragged { first, row, other });
            }
        }
        Ok([&[self.len()], &first[..]].concat())
    }

    fn visit(&self, each: &mut dyn FnMut(Parts)) {
        for row in self {
            row.visit(each);
        }
    }
}

macro_rules! rows {
    ($(($($generics:tt)*) $rows:ty;)*) => {$(
        impl<$($generics)*> TensorData for $rows {
            fn shape(&self) -> Result<Vec<usize>, TensorError> {
                self[..].shape()
            }

            fn visit(&self, each: &mut dyn FnMut(Parts)) {
                self[..].visit(each);
            }
        }
    )*};
}
rows! {
    (T: TensorData) Vec<T>;
    (T: TensorData, const N: usize) [T; N];
}

impl<T: TensorData + ?Sized> TensorData for &T {
    fn shape(&self) -> Result<Vec<usize>, TensorError> {
        (**self).shape()
    }

    fn visit(&self, each: &mut dyn FnMut(Parts)) {
        (**self).visit(each);
    }
}

impl<S, D> TensorData for ArrayBase<S, D>
where
    S: Data + RawData<Elem: Real>,
    D: Dimension,
{
    fn shape(&self) -> Result<Vec<usize>, TensorError> {
        Ok(ArrayBase::shape(self).to_vec())
    }

    fn visit(&self, each: &mut dyn FnMut(Parts)) {
        for number in self {
            each(number.parts());
        }
    }
}

impl TensorData for Tensor {
    fn shape(&self) -> Result<Vec<usize>, TensorError> {
        Ok(self.shape.clone())
    }

    fn visit(&self, each: &mut dyn FnMut(Parts)) {
        for value in self.values() {
            each(value.parts());
        }
    }
}
