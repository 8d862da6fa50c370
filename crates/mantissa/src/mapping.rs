//! A large set mapped onto a small one: what quantization is.

pub(crate) mod places;
pub(crate) mod preimage;
mod quotient;
pub(crate) mod shares;

pub use preimage::{Preimage, preimage, sharing};

use crate::codec::Overflow;
use crate::dtype::DType;
use crate::format::{FP64, FloatFormat};
use crate::int::IntFormat;
use crate::real::{Parts, Real};
use crate::tensor::TensorData;
use crate::value::Value;
use places::{Source, length, place, search, span};
use preimage::Rule;
use std::ops::RangeInclusive;

/// The numbers that a [`mapping`] starts from: all finite values of a format, or the ones given
/// (anything a tensor can be made of: a number, arrays, slices and vectors, nested ones too, an
/// `ndarray`, a tensor).
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers(Source);

/// A set of numbers rounded to the values of a format: which of them share a value, counted.
///
/// The picture joins each number (top, at its true position) with what it becomes (bottom), and
/// counts; the text is the same as a table. [`Mapping::figure`] gives the picture to save.
///
/// ```
/// use mantissa::prelude::*;
/// let m = mapping([5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8], INT8).with_scale(10.8 / 127.0);
/// assert_eq!(m.image(-7.59).unwrap().to_f64(), -89.0);
///
/// let m = mapping(FP8_E4M3FN, INT4);
/// assert_eq!(m.preimage(INT4.value(0)).count(), 97);
/// assert!(m.text().contains("253 values"));
/// ```
#[derive(Clone, PartialEq)]
pub struct Mapping {
    pub(crate) source: Source,
    pub(crate) rule: Rule,
    pub(crate) window: RangeInclusive<i128>,
    pub(crate) evenly: bool,
}

/// The mapping of `numbers` (all finite values of a format, or an array, a vector, a tensor, ... of
/// numbers) to the nearest values of `target`, ties to even.
///
/// Integer targets clamp what is beyond their ends; float targets follow their own rule (infinity,
/// NaN or the largest number), unless [`Mapping::saturate`] is called. +0 and -0 are one value.
/// Numbers are drawn at their true positions; but a float format of more than 8 bits, as a whole, has
/// most of its values too near to zero for that, so there every value gets the same room.
///
/// # Panics
/// If there are no numbers, or one is infinite, NaN, or an integer that is no float64 value.
#[track_caller]
pub fn mapping(numbers: impl Into<Numbers>, target: impl Into<DType>) -> Mapping {
    let Numbers(source) = numbers.into();
    Mapping {
        evenly: matches!(&source, Source::Format(DType::Float(format)) if format.bits() > 8),
        window: source.span(),
        source,
        rule: Rule::new(target.into()),
    }
}

impl Mapping {
    /// The same after a division by `scale`: x becomes the value nearest to x / scale, whose exact
    /// quotient is rounded only once.
    ///
    /// # Panics
    /// If `scale` is not a positive finite number.
    #[track_caller]
    pub fn with_scale(mut self, scale: f64) -> Mapping {
        assert!(
            scale.is_finite() && scale > 0.0,
            "a scale is a positive finite number, not {scale}"
        );
        self.rule.scale = scale;
        self
    }

    /// The same with numbers beyond the target's ends clamped to its largest (smallest) value.
    pub fn saturate(mut self) -> Mapping {
        self.rule.overflow = Overflow::Saturate;
        self
    }

    /// Only the numbers from `low` to `high`.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn between(self, low: f64, high: f64) -> Mapping {
        let all = self.source.span();
        let first = search(all.clone(), |p| self.source.value(p) >= low);
        let after = search(all, |p| self.source.value(p) > high);
        assert!(
            first < after,
            "there are no numbers from {low} to {high} to map; the order is (low, high)"
        );
        self.windowed(first..=after - 1)
    }

    /// Only the numbers that become one of `targets` neighbouring values, the middle one being what
    /// `x` becomes.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// // Below 1 the gaps of bfloat16 are half as wide, and so are those of float32.
    /// let m = mapping(FP32, BF16).around(1.0, 5);
    /// assert_eq!(m.count(), 65537 + 65535 + 65537 + 65535 + 65537);
    /// ```
    ///
    /// # Panics
    /// If `targets` is 0, `x` is infinite or NaN or becomes so, or no number becomes one of them.
    #[track_caller]
    pub fn around(self, x: f64, targets: u32) -> Mapping {
        let middle = self.image(x).and_then(place);
        let Some(middle) = middle.filter(|_| targets > 0) else {
            panic!("around({x}, {targets}) needs one target or more around a finite one");
        };
        let values = span(self.rule.target);
        let low = middle - i128::from(targets - 1) / 2;
        let high = (low + i128::from(targets) - 1).min(*values.end());
        let low = low.max(*values.start());
        let all = self.source.span();
        let first = self.rule.run(&self.source, all.clone(), low);
        let last = self.rule.run(&self.source, all, high);
        assert!(
            first.start() <= last.end(),
            "no number becomes one of the {targets} values around {x}"
        );
        self.windowed(*first.start()..=*last.end())
    }

    fn windowed(mut self, window: RangeInclusive<i128>) -> Mapping {
        self.window = window;
        self.evenly = false;
        self
    }

    /// The same, drawn with the same room for every number; for floats the axis is logarithmic
    /// then.
    pub fn evenly(mut self) -> Mapping {
        self.evenly = true;
        self
    }

    /// The same, drawn with every number at its true position.
    pub fn to_scale(mut self) -> Mapping {
        self.evenly = false;
        self
    }

    /// What a number becomes; `None` if the target has no value for it.
    ///
    /// # Panics
    /// If `x` is infinite or NaN.
    #[track_caller]
    pub fn image(&self, x: f64) -> Option<Value> {
        self.rule
            .image(FP64.value(given(x.parts()).to_bits()))
            .value
    }

    /// The numbers of this mapping that become `target`. Given numbers are float64 values.
    ///
    /// # Panics
    /// If `target` is not a value of the mapping's target.
    #[track_caller]
    pub fn preimage(&self, target: Value) -> Preimage {
        assert!(
            target.dtype() == self.rule.target,
            "this mapping is onto {}, and {target} is of {}",
            self.rule.target,
            target.dtype()
        );
        self.rule
            .preimage(&self.source, self.window.clone(), target)
    }

    /// How many numbers are mapped.
    pub fn count(&self) -> u128 {
        length(&self.window)
    }

    /// How many numbers lie below and above the target's range.
    pub(crate) fn clipped(&self) -> (u128, u128) {
        let inside = self.inside();
        let below = *self.window.start()..=*inside.start() - 1;
        let above = *inside.end() + 1..=*self.window.end();
        (length(&below), length(&above))
    }

    /// The places of the numbers that lie within the target's range.
    pub(crate) fn inside(&self) -> RangeInclusive<i128> {
        let side = |p: i128| self.rule.side(self.source.value(p));
        let first = search(self.window.clone(), |p| side(p).is_ge());
        let after = search(first..=*self.window.end(), |p| side(p).is_gt());
        first..=after - 1
    }
}

impl From<DType> for Numbers {
    fn from(dtype: DType) -> Numbers {
        Numbers(Source::Format(dtype))
    }
}

impl From<FloatFormat> for Numbers {
    fn from(format: FloatFormat) -> Numbers {
        DType::from(format).into()
    }
}

impl From<IntFormat> for Numbers {
    fn from(format: IntFormat) -> Numbers {
        DType::from(format).into()
    }
}

impl<T: TensorData> From<T> for Numbers {
    /// # Panics
    /// If there are no numbers, one is infinite or NaN, or an integer of more than 53 bits that no
    /// float64 is, or nested rows differ.
    #[track_caller]
    fn from(data: T) -> Numbers {
        if let Err(error) = data.shape() {
            panic!("a mapping takes numbers in rows of one length: {error}");
        }
        let mut parts = Vec::new();
        data.visit(&mut |number| parts.push(number));
        assert!(!parts.is_empty(), "a mapping needs at least one number");
        let mut numbers = Vec::with_capacity(parts.len());
        for number in parts {
            numbers.push(given(number)); // no `map`: a panic names the caller
        }
        numbers.sort_by(f64::total_cmp);
        Numbers(Source::Data(numbers))
    }
}

/// A given number, which must be a finite float64 value.
#[track_caller]
fn given(number: Parts) -> f64 {
    let Parts::Finite { significand, .. } = number else {
        panic!("a mapping takes finite numbers, not {number}");
    };
    let zeros = significand.leading_zeros() + significand.trailing_zeros();
    assert!(
        zeros >= u64::BITS - FP64.precision(),
        "a mapping takes float64 values, and {number} is none: map a format, or round it first"
    );
    FP64.nearest(number).to_f64()
}
