//! One value of one format, with everything that its bits say.

use crate::dtype::DType;
use crate::format::{FloatFormat, Nan};
use crate::int::IntFormat;
use std::cmp::Ordering;
use std::fmt;

/// What kind of number a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Zero, plus or minus.
    Zero,
    /// Exponent field 0, fraction not zero: no hidden bit.
    Subnormal,
    /// An ordinary number. Every integer but zero is one.
    Normal,
    /// Infinity.
    Infinite,
    /// Not a number.
    Nan,
}

/// A code and the format that gives it a meaning.
///
/// ```
/// use mantissa::prelude::*;
/// let third = FP16.nearest(1.0 / 3.0);
/// assert_eq!(third.code(), 0x3555);
/// assert_eq!((third.negative(), third.exponent(), third.fraction()), (false, -2, 0x155));
/// assert_eq!(third.decimal(), "0.333251953125");
/// assert_eq!(third.next_up().unwrap().to_f64() - third.to_f64(), third.ulp());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value {
    dtype: DType,
    code: u64,
}

impl FloatFormat {
    /// The value of a code.
    ///
    /// # Panics
    /// If `code` has bits above the format's width.
    #[inline]
    #[track_caller]
    pub fn value(&self, code: u64) -> Value {
        Value::new(DType::Float(*self), code)
    }

    /// Every code's value, in the order of the codes.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E4M3FN.values().filter(|v| v.is_nan()).count(), 2);
    /// ```
    pub fn values(&self) -> impl Iterator<Item = Value> + use<> {
        DType::Float(*self).values()
    }

    /// Every value but NaN, from the smallest to the largest.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let positive: Vec<f64> = FP4_E2M1FN.sorted().map(|v| v.to_f64()).skip(8).collect();
    /// assert_eq!(positive, [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]);
    /// ```
    pub fn sorted(&self) -> impl Iterator<Item = Value> + use<> {
        let top = self.max_magnitude() + u64::from(self.has_infinity());
        let format = *self;
        let lowest = u64::from(self.specials().zero && !self.has_negative_zero());
        let end = if self.signed() { top + 1 } else { lowest };
        let sign = if self.signed() {
            1 << (self.bits() - 1)
        } else {
            0
        };
        (lowest..end)
            .rev()
            .map(move |magnitude| format.value(sign | magnitude))
            .chain((0..=top).map(move |magnitude| format.value(magnitude)))
    }
}

impl IntFormat {
    /// The value of a code.
    ///
    /// # Panics
    /// If `code` has bits above the format's width.
    #[inline]
    #[track_caller]
    pub fn value(&self, code: u64) -> Value {
        Value::new(DType::Int(*self), code)
    }

    /// Every code's value, in the order of the codes.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let values: Vec<f64> = INT2.values().map(|v| v.to_f64()).collect();
    /// assert_eq!(values, [0.0, 1.0, -2.0, -1.0]);
    /// ```
    pub fn values(&self) -> impl Iterator<Item = Value> + use<> {
        DType::Int(*self).values()
    }
}

impl DType {
    /// Every code's value, in the order of the codes.
    pub fn values(&self) -> impl Iterator<Item = Value> + use<> {
        let dtype = *self;
        (0..=u64::MAX >> (64 - dtype.bits())).map(move |code| Value { dtype, code })
    }
}

impl Value {
    /// The value of `code` in `dtype`.
    ///
    /// # Panics
    /// If `code` has bits above the format's width.
    #[inline]
    #[track_caller]
    pub fn new(dtype: impl Into<DType>, code: u64) -> Value {
        let dtype = dtype.into();
        let bits = dtype.bits();
        assert!(
            code <= u64::MAX >> (64 - bits),
            "code {code:#x} has more than the {bits} bits of {dtype}"
        );
        Value { dtype, code }
    }

    /// The format.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The code, in the low bits.
    pub fn code(&self) -> u64 {
        self.code
    }

    /// The code in binary, most significant bit first, as wide as the format.
    pub fn binary(&self) -> String {
        format!("{:0width$b}", self.code, width = self.dtype.bits() as usize)
    }

    /// The code in hexadecimal with `0x`, padded to whole digits.
    pub fn hex(&self) -> String {
        let digits = self.dtype.bits().div_ceil(4) as usize;
        format!("{:#0width$x}", self.code, width = digits + 2)
    }

    /// What kind of number this is.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E5M2.value(0x03).class(), Class::Subnormal);
    /// ```
    #[inline]
    pub fn class(&self) -> Class {
        let DType::Float(format) = self.dtype else {
            return if self.code == 0 {
                Class::Zero
            } else {
                Class::Normal
            };
        };
        let magnitude = self.magnitude();
        let negative_zero = magnitude == 0 && self.sign_bit();
        if negative_zero && format.specials().nan == Nan::NegativeZero {
            Class::Nan
        } else if magnitude > format.max_magnitude() {
            let infinite = format.has_infinity() && magnitude == format.max_magnitude() + 1;
            if infinite {
                Class::Infinite
            } else {
                Class::Nan
            }
        } else if !format.specials().zero || self.exponent_field() > 0 {
            Class::Normal
        } else if magnitude == 0 {
            Class::Zero
        } else {
            Class::Subnormal
        }
    }

    /// Whether this is NaN.
    pub fn is_nan(&self) -> bool {
        self.class() == Class::Nan
    }

    /// Whether this is a number, neither infinite nor NaN.
    pub fn is_finite(&self) -> bool {
        !matches!(self.class(), Class::Nan | Class::Infinite)
    }

    /// Whether the value is below zero, or is minus zero. For NaN, whether its sign bit is set.
    pub fn negative(&self) -> bool {
        self.sign_bit()
    }

    /// The exponent field as an unsigned integer; 0 for integers.
    pub fn exponent_field(&self) -> u64 {
        match self.dtype {
            DType::Float(format) => self.magnitude() >> format.mantissa_bits(),
            DType::Int(_) => 0,
        }
    }

    /// The power of two of the leading digit that the formula multiplies by: exponent field - bias,
    /// or 1 - bias for zero and subnormals; 0 for integers. For infinity and NaN it has no meaning.
    pub fn exponent(&self) -> i32 {
        match self.dtype {
            DType::Float(format) => {
                let least = u64::from(format.specials().zero);
                self.exponent_field().max(least) as i32 - format.bias()
            }
            DType::Int(_) => 0,
        }
    }

    /// The fraction field as an unsigned integer; 0 for integers.
    pub fn fraction(&self) -> u64 {
        match self.dtype {
            DType::Float(format) => self.magnitude() & ((1 << format.mantissa_bits()) - 1),
            DType::Int(_) => 0,
        }
    }

    /// The hidden bit: 1 for normal numbers, 0 for zero and subnormals; 0 for integers.
    pub fn hidden_bit(&self) -> u64 {
        match (self.dtype, self.class()) {
            (DType::Float(_), Class::Normal) => 1,
            _ => 0,
        }
    }

    /// The value. Exact for every float format and for integers up to 2^53; beyond that int64 and
    /// uint64 round to the nearest, and [`Value::to_i128`] is exact.
    #[inline]
    pub fn to_f64(&self) -> f64 {
        let sign = if self.sign_bit() { -1.0 } else { 1.0 };
        match (self.dtype, self.class()) {
            (DType::Int(format), _) => format.decode(self.code) as f64,
            (_, Class::Nan) => f64::NAN.copysign(sign),
            (_, Class::Infinite) => f64::INFINITY * sign,
            (DType::Float(format), _) => format.magnitude_value(self.sign_bit(), self.magnitude()),
        }
    }

    /// The value of an integer format, exactly; `None` for float formats.
    pub fn to_i128(&self) -> Option<i128> {
        match self.dtype {
            DType::Int(format) => Some(format.decode(self.code)),
            DType::Float(_) => None,
        }
    }

    /// All digits of the value: the exact decimal, without an exponent.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E5M2.nearest(1e-4).decimal(), "0.0001068115234375");
    /// assert_eq!(INT4.value(0xf).decimal(), "-1");
    /// ```
    pub fn decimal(&self) -> String {
        if let Some(integer) = self.to_i128() {
            return integer.to_string();
        }
        let x = self.to_f64();
        if !x.is_finite() {
            return self.to_string();
        }
        // A float is an odd integer times 2^e; below zero, e is the number of digits after the point.
        format!("{x:.digits$}", digits = self.decimal_places())
    }

    /// How many digits the exact decimal has after the point.
    fn decimal_places(&self) -> usize {
        use crate::real::{Parts, Real};
        match self.to_f64().parts() {
            Parts::Finite {
                significand,
                exponent,
                ..
            } if significand != 0 => {
                let lowest = exponent + significand.trailing_zeros() as i32;
                lowest.min(0).unsigned_abs() as usize
            }
            _ => 0,
        }
    }

    /// The gap from this value's magnitude to the next larger one, the unit in the last place; 1 for
    /// integers, NaN for infinity and NaN.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!((FP16.nearest(1000).ulp(), BF16.nearest(1000).ulp()), (0.5, 4.0));
    /// ```
    pub fn ulp(&self) -> f64 {
        match (self.dtype, self.is_finite()) {
            (DType::Int(_), _) => 1.0,
            (DType::Float(_), false) => f64::NAN,
            (DType::Float(format), true) => {
                let place = self.exponent() - format.mantissa_bits() as i32;
                crate::real::exact_f64(false, 1, place)
            }
        }
    }

    /// The next larger value of the format; `None` at its end and for NaN. Both zeros step to the
    /// smallest positive number, as IEEE 754 nextUp does.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E4M3FN.nearest(1).next_up().unwrap().to_f64(), 1.125);
    /// assert_eq!(INT4.nearest(7).next_up(), None);
    /// ```
    pub fn next_up(&self) -> Option<Value> {
        self.step(true)
    }

    /// The next smaller value of the format; `None` at its end and for NaN.
    pub fn next_down(&self) -> Option<Value> {
        self.step(false)
    }

    fn step(&self, up: bool) -> Option<Value> {
        let with = |code| Value { code, ..*self };
        let format = match self.dtype {
            DType::Int(format) => {
                let next = format.decode(self.code) + if up { 1 } else { -1 };
                return format.code(next).ok().map(with);
            }
            DType::Float(format) => format,
        };
        if self.is_nan() {
            return None;
        }
        let top = format.max_magnitude() + u64::from(format.has_infinity());
        let sign = |negative: bool| {
            let bit = if format.signed() {
                format.bits() - 1
            } else {
                63
            };
            u64::from(negative) << bit
        };
        let (negative, magnitude) = (self.sign_bit(), self.magnitude());
        if magnitude == 0 && format.specials().zero {
            // From either zero to the smallest number of the other side.
            return (up || format.signed()).then(|| with(sign(!up) | 1));
        }
        if negative != up {
            // Away from zero.
            return (magnitude < top).then(|| with(sign(negative) | (magnitude + 1)));
        }
        if magnitude == 0 {
            // There is no zero: over the gap to the other sign.
            return format.signed().then(|| with(sign(!up)));
        }
        let inner = magnitude - 1;
        let keeps_sign = inner > 0 || !format.specials().zero || format.has_negative_zero();
        Some(with(sign(negative && keeps_sign) | inner))
    }

    #[inline]
    fn sign_bit(&self) -> bool {
        self.dtype.signed() && self.code >> (self.dtype.bits() - 1) == 1
    }

    #[inline]
    fn magnitude(&self) -> u64 {
        if self.dtype.signed() {
            self.code & !(1 << (self.dtype.bits() - 1))
        } else {
            self.code
        }
    }
}

/// Compares as numbers, exactly: +0 equals -0, NaN equals nothing.
impl PartialEq<f64> for Value {
    fn eq(&self, other: &f64) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

/// Compares as numbers, exactly: nothing is less or greater than NaN.
impl PartialOrd<f64> for Value {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        let Some(integer) = self.to_i128() else {
            return self.to_f64().partial_cmp(other);
        };
        // An integer against the whole part of the float, which `as` keeps exactly, then the rest.
        let whole = integer.cmp(&(other.trunc() as i128));
        (!other.is_nan()).then(|| whole.then(0.0_f64.total_cmp(&(other.fract() + 0.0))))
    }
}

/// The value as Python prints a float: the fewest digits that read back as the same `float64`; with
/// a precision (`{:.60}`), exactly that many digits after the point.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.to_f64();
        match (self.to_i128(), self.class()) {
            (Some(integer), _) => fmt::Display::fmt(&integer, f),
            (None, Class::Nan) => f.pad("nan"),
            (None, Class::Infinite) => f.pad(if x > 0.0 { "inf" } else { "-inf" }),
            _ if f.precision().is_some() => fmt::Display::fmt(&x, f),
            _ => f.pad(&crate::text::repr(x)),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({} {})", self.dtype, self.hex())
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use std::cmp::Ordering;

    #[test]
    fn integers_compare_with_floats_exactly() {
        let big = INT64.value((1 << 53) + 1);
        assert!(big > 9007199254740992.0 && big != 9007199254740992.0);
        assert!(INT64.value(i64::MAX as u64) < 9223372036854775808.0);
        assert!(INT64.value(i64::MAX as u64) < f64::INFINITY);
        assert!(INT8.nearest(-3) > -3.5 && INT8.nearest(-3) < -2.5);
        assert!(INT8.nearest(0) == -0.0 && INT8.nearest(3) < 3.5);
        assert_eq!(INT8.nearest(3).partial_cmp(&f64::NAN), None);
        assert_eq!(INT8.nearest(3).partial_cmp(&3.0), Some(Ordering::Equal));
    }
}
