//! Codebooks: a code is the number of a level, and the levels stand in a table.
//!
//! ```text
//! code = the nearest level's number to x / s        x' = levels[code] * s
//! ```
//!
//! [`Codebook`] is the table. [`CodebookScheme`] says where s comes from: the largest magnitude of
//! each block, as in [`NF4`], or nowhere, if the levels are the values themselves.
//! [`CodebookTensor`] is a quantized tensor. [`lloyd_max`] learns a table from data; [`TERNARY`]
//! and [`BINARY`] are the two smallest ones, scaled by the mean magnitude.

mod absmean;
mod known;
mod lloyd;
mod scheme;
mod tensor;

pub use absmean::{Absmean, AbsmeanTensor, BINARY, TERNARY};
pub use known::{BNB_DYNAMIC8, BNB_FP4, NF4};
pub use lloyd::{lloyd_max, try_lloyd_max};
pub use scheme::{CodebookScales, CodebookScheme};
pub use tensor::CodebookTensor;

use crate::dtype::DType;
use crate::quantized::{QuantError, finite, to_f32, unwrap};
use crate::real::Real;
use crate::tensor::TensorData;
use std::borrow::Cow;

/// A table of 2 to 256 levels; a code is a place in it.
///
/// The nearest level to x is found by the midpoints between neighbouring levels, each rounded to
/// float32: with the levels in ascending order, it is the one with as many midpoints below x as it
/// has levels below it. So a number on a midpoint goes to the **lower** level, and one beyond the
/// outermost level to that. These are the thresholds of bitsandbytes' `quantize_blockwise` and
/// `quantize_4bit` (backends/default/ops.py).
///
/// Of several levels with the same value, x at or below that value takes the first in the table,
/// and x above it the last; -0 counts as below +0.
///
/// ```
/// use mantissa::prelude::*;
/// let thirds = Codebook::new("thirds", [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]);
/// assert_eq!((thirds.bits(), thirds.code(0.4), thirds.code(-7)), (2, 1, 0));
/// let coins = Codebook::new("coins", [50, 20, 10, 5]); // any order
/// assert_eq!(coins.code(15), 2); // halfway between 10 and 20: the lower, which is number 2
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Codebook {
    name: Cow<'static, str>,
    levels: Cow<'static, [f32]>,
    /// Whether the levels must be stored with the codes, because the name does not tell them.
    own: bool,
}

impl Codebook {
    /// A table of the reader's own, in the order of its codes; the levels are rounded to float32.
    ///
    /// # Panics
    /// Where [`Codebook::try_new`] has an error.
    #[track_caller]
    pub fn new(name: impl Into<String>, levels: impl TensorData) -> Codebook {
        unwrap(Codebook::try_new(name, levels))
    }

    /// [`Codebook::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// Fewer than 2 or more than 256 levels; a level that is not finite.
    pub fn try_new(
        name: impl Into<String>,
        levels: impl TensorData,
    ) -> Result<Codebook, QuantError> {
        let name = name.into();
        let levels = finite(levels, &name)?.into_raw_vec_and_offset().0;
        check_count(levels.len())?;
        Ok(Codebook {
            name: name.into(),
            levels: levels.into(),
            own: true,
        })
    }

    /// The values of a format of up to 8 bits, in the order of its codes. Infinities and NaNs keep
    /// their codes but are never the nearest.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let fp4 = Codebook::of(FP4_E2M1FN);
    /// assert_eq!(fp4.levels()[..8], [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]);
    /// // A codebook has its own rule for ties: 3.5 goes down here, and to the even code in the format.
    /// assert_eq!((fp4.code(-0.9), fp4.code(3.5)), (0b1010, 0b0101));
    /// assert_eq!(FP4_E2M1FN.nearest(3.5).code(), 0b0110);
    /// ```
    ///
    /// # Panics
    /// Where [`Codebook::try_of`] has an error.
    #[track_caller]
    pub fn of(dtype: impl Into<DType>) -> Codebook {
        unwrap(Codebook::try_of(dtype))
    }

    /// [`Codebook::of`] with an error instead of a panic.
    ///
    /// # Errors
    /// A format that is wider than 8 bits.
    pub fn try_of(dtype: impl Into<DType>) -> Result<Codebook, QuantError> {
        let dtype = dtype.into();
        if dtype.bits() > 8 {
            let right =
                "it has more than the 256 levels of a codebook: take one of 8 bits or fewer";
            return Err(QuantError::argument(
                "the dtype of a codebook",
                dtype,
                right,
            ));
        }
        let level = |code| dtype.value(code).to_f64() as f32;
        Ok(Codebook {
            name: dtype.to_string().into(),
            levels: (0..1 << dtype.bits()).map(level).collect(),
            own: false,
        })
    }

    /// A table that is known by its name.
    const fn known(name: &'static str, levels: &'static [f32]) -> Codebook {
        Codebook {
            name: Cow::Borrowed(name),
            levels: Cow::Borrowed(levels),
            own: false,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The levels, in the order of their codes.
    pub fn levels(&self) -> &[f32] {
        &self.levels
    }

    /// The width of a code: the fewest bits that can number all levels.
    pub fn bits(&self) -> u32 {
        (self.levels.len() - 1).ilog2() + 1
    }

    /// The code of the level nearest to `x`, which is first rounded to float32; see [`Codebook`].
    ///
    /// # Panics
    /// Where [`Codebook::try_code`] has an error.
    #[track_caller]
    pub fn code(&self, x: impl Real) -> u8 {
        unwrap(self.try_code(x))
    }

    /// [`Codebook::code`] with an error instead of a panic.
    ///
    /// # Errors
    /// NaN, which is near no level.
    pub fn try_code(&self, x: impl Real) -> Result<u8, QuantError> {
        let x = to_f32(x.parts());
        if x.is_nan() {
            let what = format!("the number to look up in {}", self.name);
            return Err(QuantError::argument(&what, "nan", "it is near no level"));
        }
        Ok(self.lookup().code(x))
    }

    /// The same levels divided by the largest of their magnitudes, so that it becomes 1.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(Codebook::of(FP4_E2M1FN).normalized().levels()[6..8], [4.0 / 6.0, 1.0]);
    /// ```
    pub fn normalized(self) -> Codebook {
        let magnitudes = self.levels.iter().filter(|l| l.is_finite());
        let max = magnitudes.fold(0f32, |max, level| max.max(level.abs()));
        if max == 0.0 || max == 1.0 {
            return self;
        }
        Codebook {
            levels: self.levels.iter().map(|level| level / max).collect(),
            ..self
        }
    }

    /// The scheme whose levels are the values themselves: there is no scale.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = Codebook::new("mine", [-1.0, 0.5, 2.0]).absolute().quantize([9.0, 0.1]);
    /// assert_eq!(q.dequantize().as_slice().unwrap(), [2.0, 0.5]);
    /// ```
    pub fn absolute(self) -> CodebookScheme {
        CodebookScheme::new(self)
    }

    /// The scheme whose levels are fractions of the largest magnitude of `block` consecutive
    /// numbers; the levels are [normalized](Codebook::normalized).
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = Codebook::of(FP4_E2M1FN).blockwise(2).quantize([0.6, -0.3, 12.0, 9.0]);
    /// assert_eq!(q.absmax(), [0.6, 12.0]);
    /// assert_eq!(q.dequantize().as_slice().unwrap(), [0.6, -0.3, 12.0, 8.0]);
    /// ```
    pub fn blockwise(self, block: usize) -> CodebookScheme {
        CodebookScheme::new(self).block(block)
    }

    /// The levels made ready for many searches.
    fn lookup(&self) -> Lookup {
        Lookup::new(&self.levels)
    }
}

/// That many levels make a codebook.
fn check_count(levels: usize) -> Result<(), QuantError> {
    if (2..=256).contains(&levels) {
        Ok(())
    } else {
        let what = "the number of levels";
        Err(QuantError::argument(
            what,
            levels,
            "a codebook has 2 to 256",
        ))
    }
}

/// The codes in ascending order of their levels, and the midpoints between neighbours.
struct Lookup {
    codes: Vec<u8>,
    midpoints: Vec<f32>,
}

impl Lookup {
    fn new(levels: &[f32]) -> Lookup {
        let level = |code: &u8| levels[usize::from(*code)];
        let mut codes: Vec<u8> = (0..levels.len()).map(|code| code as u8).collect();
        codes.retain(|code| level(code).is_finite());
        codes.sort_by(|a, b| level(a).total_cmp(&level(b)));
        let midpoint = |pair: &[u8]| match (level(&pair[0]), level(&pair[1])) {
            // Of two zeros the lower one, so that -0 and +0 part here.
            (lower, upper) if lower == upper => lower,
            (lower, upper) => lower.midpoint(upper),
        };
        Lookup {
            midpoints: codes.windows(2).map(midpoint).collect(),
            codes,
        }
    }

    fn code(&self, x: f32) -> u8 {
        let below = |midpoint: &f32| midpoint.total_cmp(&x).is_lt();
        self.codes[self.midpoints.partition_point(below)]
    }
}
