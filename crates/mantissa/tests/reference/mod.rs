//! A slow reference for the codec that shares no step with it.
//!
//! The codec takes a number apart into bits and shifts. This takes a format's definition, writes down
//! every value in order, finds the two neighbours of a number by bisection, and compares the number
//! with their middle. All of that is exact in `f64`:
//!
//! - The values are built by adding gaps. Zero comes first (E8M0: 2^-bias); the gap begins at the
//!   smallest subnormal and doubles after every 2^m values, from the second binade on. Every sum
//!   has at most m + 1 <= 17 significant bits.
//! - x against the middle of a and b is 2x against a + b. Both are exact below 2^1023, subnormals
//!   included: doubling never loses a bit, and a + b has at most m + 2 significant bits.
//!
//! One point past each end, the value that one more code would have, says where overflow begins.
#![allow(dead_code)] // each test file uses a part of this

use mantissa::prelude::*;
use std::cmp::Ordering;

/// Every rounding mode that needs no random bits.
pub const MODES: [Rounding; 6] = [
    Rounding::TiesToEven,
    Rounding::TiesToAway,
    Rounding::TowardZero,
    Rounding::Up,
    Rounding::Down,
    Rounding::ToOdd,
];

/// Both overflow rules.
pub const RULES: [Overflow; 2] = [Overflow::Format, Overflow::Saturate];

/// A finite value, and how many positive values there are up to it: its code without the sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// Its code without the sign; at the two ends of the line, one more than the largest.
    pub magnitude: u64,
}

/// Where a number lies between the values of a format.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Between two values (twice the same one if it is exact); how it compares with their middle.
    Between(Point, Point, Ordering),
    /// Beyond the point past the end, or infinite.
    Beyond,
}

/// The values of a format of at most 16 bits, in order.
pub struct Reference {
    /// The format.
    pub format: FloatFormat,
    line: Vec<Point>,
    largest: u64,
    has_zero: bool,
}

impl Reference {
    /// Writes down the values.
    pub fn new(format: FloatFormat) -> Reference {
        assert!(format.bits() <= 16);
        let per_binade = 1u64 << format.mantissa_bits();
        let codes = per_binade << format.exponent_bits();
        let nans = match format.specials().nan {
            Nan::Absent | Nan::NegativeZero => 0,
            Nan::AllOnes => 1,
            Nan::TopExponent => per_binade - 1,
        };
        let largest = codes - nans - u64::from(format.has_infinity()) - 1;
        let zero = format.specials().zero;
        let first_exponent = i32::from(zero) - format.bias();
        let mut gap = power_of_two(first_exponent - format.mantissa_bits() as i32);
        let mut value = if zero {
            0.0
        } else {
            power_of_two(first_exponent)
        };
        let mut positive = Vec::new();
        for magnitude in 0..=largest + 1 {
            positive.push(Point { value, magnitude });
            value += gap;
            let binade_ends = (magnitude + 1).is_multiple_of(per_binade);
            if binade_ends && (magnitude >= per_binade || !zero) {
                gap *= 2.0;
            }
        }
        assert!(value < power_of_two(1023));
        let negative = positive.iter().rev().map(|point| Point {
            value: -point.value,
            ..*point
        });
        let mut line: Vec<Point> = negative.collect();
        line.extend(&positive[usize::from(zero)..]);
        Reference {
            format,
            line,
            largest,
            has_zero: zero,
        }
    }

    /// Every finite value that is not below zero, smallest first, and after them the point past the
    /// end.
    pub fn positive(&self) -> &[Point] {
        &self.line[self.line.len() - self.largest as usize - 2..]
    }

    /// Finds the neighbours of a number that is not NaN.
    pub fn place(&self, x: f64) -> Place {
        let above = self.line.partition_point(|point| point.value < x);
        let Some(&high) = self.line.get(above) else {
            return Place::Beyond;
        };
        if high.value == x {
            return Place::Between(high, high, Ordering::Equal);
        }
        if above == 0 {
            return Place::Beyond;
        }
        let low = self.line[above - 1];
        let middle = (x + x).partial_cmp(&(low.value + high.value)).unwrap();
        Place::Between(low, high, middle)
    }

    /// The code that `x` must get; `None` where it must be refused.
    pub fn encode(&self, x: f64, rounding: Rounding, overflow: Overflow) -> Option<u64> {
        if x.is_nan() {
            return self.nan(x.is_sign_negative());
        }
        self.encode_at(self.place(x), x, rounding, overflow)
    }

    /// [`Reference::encode`] with the place of `x` already found.
    pub fn encode_at(
        &self,
        place: Place,
        x: f64,
        rounding: Rounding,
        overflow: Overflow,
    ) -> Option<u64> {
        let negative = x.is_sign_negative();
        let saturate = overflow == Overflow::Saturate;
        if x == 0.0 && !self.has_zero {
            // Zero is not a number there: NaN, and without one the smallest.
            return Some(self.nan(false).filter(|_| !saturate).unwrap_or(0));
        }
        let magnitude = match place {
            Place::Beyond => self.largest + 1,
            // Without zero, nothing is nearer to it than the smallest value of each sign.
            Place::Between(low, high, _) if low.magnitude == 0 && high.magnitude == 0 => 0,
            Place::Between(low, high, middle) => choose(low, high, middle, rounding).magnitude,
        };
        if negative && !self.format.signed() {
            return match magnitude {
                0 if self.has_zero => Some(0),
                _ if saturate => Some(0),
                _ => self.nan(false),
            };
        }
        if magnitude <= self.largest {
            let minus_zero_is_nan = self.format.specials().nan == Nan::NegativeZero;
            return Some(self.signed(
                negative && !(magnitude == 0 && minus_zero_is_nan),
                magnitude,
            ));
        }
        let inward = match rounding {
            Rounding::TowardZero | Rounding::ToOdd => true,
            Rounding::Up => negative,
            Rounding::Down => !negative,
            _ => false,
        };
        if saturate || inward && x.is_finite() {
            Some(self.signed(negative, self.largest))
        } else if self.format.has_infinity() {
            Some(self.signed(negative, self.largest + 1))
        } else {
            let largest = self.signed(negative, self.largest);
            Some(self.nan(negative).unwrap_or(largest))
        }
    }

    /// The canonical NaN: quiet in IEEE formats.
    pub fn nan(&self, negative: bool) -> Option<u64> {
        let (e, m) = (self.format.exponent_bits(), self.format.mantissa_bits());
        match self.format.specials().nan {
            Nan::Absent => None,
            Nan::NegativeZero => Some(self.signed(true, 0)),
            Nan::AllOnes => Some(self.signed(negative, (1 << (e + m)) - 1)),
            // The exponent's ones and the first bit of the fraction, if there is one.
            Nan::TopExponent => (m > 0).then(|| {
                let ones = (1 << (e + 1)) - 1;
                self.signed(negative, ones << (m - 1))
            }),
        }
    }

    fn signed(&self, negative: bool, magnitude: u64) -> u64 {
        let top = 1 << (self.format.exponent_bits() + self.format.mantissa_bits());
        if negative && self.format.signed() {
            top + magnitude
        } else {
            magnitude
        }
    }
}

/// The neighbour that a rounding mode picks.
fn choose(low: Point, high: Point, middle: Ordering, rounding: Rounding) -> Point {
    let (inner, outer) = if low.value >= 0.0 {
        (low, high)
    } else {
        (high, low)
    };
    let with_parity = |odd: u64| if low.magnitude % 2 == odd { low } else { high };
    match (rounding, middle) {
        _ if low == high => low,
        (Rounding::Up, _) => high,
        (Rounding::Down, _) => low,
        (Rounding::TowardZero, _) => inner,
        (Rounding::ToOdd, _) => with_parity(1),
        (Rounding::TiesToEven | Rounding::TiesToAway, Ordering::Less) => low,
        (Rounding::TiesToEven | Rounding::TiesToAway, Ordering::Greater) => high,
        (Rounding::TiesToEven, Ordering::Equal) => with_parity(0),
        (Rounding::TiesToAway, Ordering::Equal) => outer,
        (Rounding::Stochastic { .. } | Rounding::StochasticBits { .. }, _) => {
            panic!("the reference knows no chance")
        }
    }
}

/// 2^e, by doubling or halving one.
pub fn power_of_two(e: i32) -> f64 {
    let factor = if e < 0 { 0.5 } else { 2.0 };
    (0..e.abs()).fold(1.0, |power, _| power * factor)
}

/// Formats of the reader's own, one for each thing that can be unusual about one.
pub fn own_formats() -> Vec<FloatFormat> {
    let no_zero = Specials {
        zero: false,
        ..Specials::FN
    };
    let own = |name, e, m, bias, signed, nan, infinity| {
        let specials = Specials {
            nan,
            infinity,
            zero: true,
        };
        FloatFormat::new(name, e, m, bias, signed, specials).unwrap()
    };
    vec![
        FloatFormat::new("e3m1, no zero", 3, 1, 3, true, no_zero).unwrap(),
        FloatFormat::ieee("e2m1, IEEE", 2, 1),
        FloatFormat::ieee("e6m9, IEEE", 6, 9),
        own("e1m6, fixed point", 1, 6, 0, true, Nan::Absent, false),
        own("e1m6, IEEE", 1, 6, -3, true, Nan::TopExponent, true),
        own(
            "e4m4, IEEE, unsigned",
            4,
            4,
            7,
            false,
            Nan::TopExponent,
            true,
        ),
        own("e3m2, finite, unsigned", 3, 2, 3, false, Nan::Absent, false),
        own("e6m0, finite", 6, 0, 31, true, Nan::Absent, false),
        own("e5m0, infinity, no NaN", 5, 0, 15, true, Nan::Absent, true),
        own(
            "e4m3, NaN but no infinity",
            4,
            3,
            7,
            true,
            Nan::TopExponent,
            false,
        ),
        own(
            "e3m4, -0 NaN, infinity",
            3,
            4,
            4,
            true,
            Nan::NegativeZero,
            true,
        ),
        own(
            "e4m3, one NaN, infinity",
            4,
            3,
            20,
            true,
            Nan::AllOnes,
            true,
        ),
        own("e3m3, large values", 3, 3, -9, true, Nan::AllOnes, false),
    ]
}

/// Every member of the P3109 family with `k` bits.
pub fn p3109(k: u32) -> Vec<FloatFormat> {
    let mut family = Vec::new();
    for domain in [Domain::Finite, Domain::Extended] {
        for p in 1..k {
            family.push(FloatFormat::p3109(k, p, Signedness::Signed, domain).unwrap());
        }
        for p in 1..=k {
            family.push(FloatFormat::p3109(k, p, Signedness::Unsigned, domain).unwrap());
        }
    }
    family
}

/// The formats with a constant and at most `bits` bits.
pub fn constants(bits: u32) -> Vec<FloatFormat> {
    let all = FLOAT_FORMATS.iter().copied();
    all.filter(|format| format.bits() <= bits).collect()
}

/// The P3109 formats of this name.
pub fn named(names: &[&str]) -> Vec<FloatFormat> {
    let parse = |name: &&str| match name.parse() {
        Ok(DType::Float(format)) => format,
        other => panic!("{name}: {other:?}"),
    };
    names.iter().map(parse).collect()
}
