//! Several formats as one argument.

use crate::dtype::DType;
use crate::format::FloatFormat;
use crate::int::IntFormat;

/// Formats to put side by side: one, an array, slice or vector of one kind, or a tuple of up to
/// eight of any kind, such as `(FP4_E2M1FN, INT4)`. Names are formats too: `["int4", "fp16"]`.
pub trait Formats {
    /// The formats, in their order.
    fn dtypes(self) -> Vec<DType>;
}

macro_rules! single {
    ($($format:ty),*) => {$(
        impl Formats for $format {
            fn dtypes(self) -> Vec<DType> {
                vec![self.into()]
            }
        }
    )*};
}
single!(FloatFormat, IntFormat, DType, &str);

impl<T: Into<DType>, const N: usize> Formats for [T; N] {
    fn dtypes(self) -> Vec<DType> {
        self.map(Into::into).into()
    }
}

impl<T: Into<DType> + Copy> Formats for &[T] {
    fn dtypes(self) -> Vec<DType> {
        self.iter().map(|format| (*format).into()).collect()
    }
}

impl<T: Into<DType> + Copy, const N: usize> Formats for &[T; N] {
    fn dtypes(self) -> Vec<DType> {
        self[..].dtypes()
    }
}

impl<T: Into<DType> + Copy> Formats for &Vec<T> {
    fn dtypes(self) -> Vec<DType> {
        self[..].dtypes()
    }
}

impl<T: Into<DType>> Formats for Vec<T> {
    fn dtypes(self) -> Vec<DType> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Into<DType>),*> Formats for ($($name,)*) {
            #[allow(non_snake_case, reason = "the type parameters name the variables")]
            fn dtypes(self) -> Vec<DType> {
                let ($($name,)*) = self;
                vec![$($name.into()),*]
            }
        }
    };
}
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
