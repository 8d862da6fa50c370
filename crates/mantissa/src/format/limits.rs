//! What a format can hold: its special codes, and the ends of its range.

use super::{FloatFormat, Nan};
use crate::real::exact_f64;

impl FloatFormat {
    /// The code of infinity, if the format has one.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!((FP16.infinity_code(true), FP8_E4M3FN.infinity_code(true)), (Some(0xfc00), None));
    /// ```
    pub fn infinity_code(&self, negative: bool) -> Option<u64> {
        (self.has_infinity() && (self.signed() || !negative))
            .then(|| self.sign_bit(negative) | (self.max_magnitude() + 1))
    }

    /// The code of the canonical NaN, if the format has one: IEEE formats set the top fraction bit
    /// (a quiet NaN).
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!((FP16.nan_code(false), FP8_E4M3FNUZ.nan_code(false)), (Some(0x7e00), Some(0x80)));
    /// ```
    pub fn nan_code(&self, negative: bool) -> Option<u64> {
        let all_ones = (1 << (self.bits() - u32::from(self.signed()))) - 1;
        let sign = if self.signed() {
            self.sign_bit(negative)
        } else {
            0
        };
        match self.specials().nan {
            Nan::Absent => None,
            Nan::AllOnes => Some(sign | all_ones),
            Nan::NegativeZero => Some(self.sign_bit(true)),
            Nan::TopExponent if self.mantissa_bits() == 0 => None,
            Nan::TopExponent => {
                let fraction = (1 << self.mantissa_bits()) - 1;
                Some(sign | (all_ones & !fraction) | 1 << (self.mantissa_bits() - 1))
            }
        }
    }

    /// The value of a magnitude code that is finite.
    #[inline]
    pub(crate) fn magnitude_value(&self, negative: bool, magnitude: u64) -> f64 {
        let field = magnitude >> self.mantissa_bits();
        let fraction = magnitude & ((1 << self.mantissa_bits()) - 1);
        let hidden = u64::from(field > 0 || !self.specials().zero);
        let exponent = field.max(u64::from(self.specials().zero)) as i32 - self.bias();
        exact_f64(
            negative,
            hidden << self.mantissa_bits() | fraction,
            exponent - self.mantissa_bits() as i32,
        )
    }

    /// The largest finite value.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E4M3FN.max(), 448.0);
    /// ```
    pub fn max(&self) -> f64 {
        self.magnitude_value(false, self.max_magnitude())
    }

    /// The smallest finite value: -max if signed, else the smallest of the unsigned ones.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!((FP16.min(), FP8_E8M0FNU.min()), (-65504.0, 5.877471754111438e-39));
    /// ```
    pub fn min(&self) -> f64 {
        if self.signed() {
            -self.max()
        } else {
            self.magnitude_value(false, 0)
        }
    }

    /// The smallest positive normal number, 2^(1 - bias) (E8M0: 2^-bias).
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E4M3FN.smallest_normal(), 0.015625); // 2^-6
    /// ```
    pub fn smallest_normal(&self) -> f64 {
        exact_f64(false, 1, self.min_exponent())
    }

    /// The smallest positive number: 2^(1 - bias - m) where there are subnormals.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(FP8_E4M3FN.smallest_positive(), 0.001953125); // 2^-9
    /// ```
    pub fn smallest_positive(&self) -> f64 {
        let lowest = u64::from(self.specials().zero);
        self.magnitude_value(false, lowest)
    }

    /// The gap above a power of two relative to it, 2^-m; where 1 is a value, from 1 to the next.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(BF16.eps(), 0.0078125); // 2^-7
    /// ```
    pub fn eps(&self) -> f64 {
        exact_f64(false, 1, -(self.mantissa_bits() as i32))
    }

    /// The sign bit of a number, in its place.
    #[inline]
    pub(crate) fn sign_bit(&self, negative: bool) -> u64 {
        u64::from(negative) << (self.bits() - 1)
    }
}
