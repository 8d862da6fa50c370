//! Every value of every format of at most 16 bits: what its code, its neighbours, its fields and its
//! decimal say must agree with the format's definition.
//!
//! The formats are all those with a constant, the whole P3109 family up to 8 bits, some of its wide
//! members, and formats of the reader's own. The definition is the table of `reference/mod.rs`,
//! which is built by adding gaps and calls no part of the codec. `half` decodes float16 and
//! bfloat16 a second time.

mod reference;

use half::{bf16, f16};
use mantissa::prelude::*;
use reference::{MODES, RULES, Reference};

/// Every format that these tests cover: 13 constants, 120 and 3 of P3109, 13 of the reader's own.
fn formats() -> Vec<FloatFormat> {
    let mut formats = reference::constants(16);
    formats.extend((3..=8).flat_map(reference::p3109));
    formats.extend(reference::named(&[
        "binary16p8ue",
        "binary12p3se",
        "binary16p15sf",
    ]));
    formats.extend(reference::own_formats());
    assert_eq!(formats.len(), 13 + 120 + 3 + 13);
    formats
}

/// The finite values of a format, smallest first, without minus zero: the reference's own.
fn line(format: FloatFormat) -> Vec<f64> {
    let reference = Reference::new(format);
    let (_, positive) = reference.positive().split_last().unwrap();
    let mut values: Vec<f64> = positive.iter().map(|point| point.value).collect();
    if format.signed() {
        let zeros = usize::from(format.specials().zero);
        values.extend(positive.iter().skip(zeros).map(|point| -point.value));
        values.sort_by(f64::total_cmp);
    }
    values
}

#[test]
fn every_code_but_nan_encodes_back_to_itself_in_every_mode() {
    let mut codes = 0;
    for format in formats() {
        for value in format.values().filter(|value| !value.is_nan()) {
            let x = value.to_f64();
            let rules = if value.is_finite() { 2 } else { 1 }; // infinity does not saturate to itself
            for rounding in MODES {
                for overflow in &RULES[..rules] {
                    let back = format.encode(x, rounding, *overflow);
                    assert_eq!(back, Ok(value.code()), "{value:?} {rounding:?}");
                }
            }
            codes += 1;
        }
    }
    assert!(codes > 4 * 65_000, "{codes}");
}

#[test]
fn every_finite_value_is_where_the_definition_has_it() {
    for format in formats() {
        let expected = line(format);
        let mut got: Vec<f64> = format
            .values()
            .filter(|value| value.is_finite())
            .map(|value| value.to_f64())
            .filter(|x| !(*x == 0.0 && x.is_sign_negative()))
            .collect();
        got.sort_by(f64::total_cmp);
        assert_eq!(got, expected, "{format}");
    }
}

#[test]
fn counts_are_what_counting_gives() {
    for format in formats() {
        let count = |wanted: fn(&Value) -> bool| format.values().filter(wanted).count();
        let minus_zeros = count(|value| value.code() != 0 && value.class() == Class::Zero);
        assert_eq!(
            minus_zeros,
            usize::from(format.has_negative_zero()),
            "{format}"
        );
        let finite = count(Value::is_finite) - minus_zeros;
        assert_eq!(format.finite_count(), finite as u128, "{format}");
        assert_eq!(format.nan_count(), count(Value::is_nan) as u64, "{format}");
        assert_eq!(format.has_nan(), format.nan_count() > 0, "{format}");
        let infinite = count(|value| value.class() == Class::Infinite);
        let signs = 1 + usize::from(format.signed());
        assert_eq!(
            infinite,
            signs * usize::from(format.has_infinity()),
            "{format}"
        );
        assert_eq!(
            format.code_count(),
            format.values().count() as u128,
            "{format}"
        );
    }
}

#[test]
fn sorted_gives_every_value_but_nan_in_order() {
    for format in formats() {
        let sorted: Vec<Value> = format.sorted().collect();
        assert_eq!(
            sorted.len() as u128,
            format.code_count() - u128::from(format.nan_count())
        );
        for pair in sorted.windows(2) {
            // The two zeros are equal; total_cmp puts minus zero first.
            let order = pair[0].to_f64().total_cmp(&pair[1].to_f64());
            assert!(order.is_lt(), "{:?} {:?}", pair[0], pair[1]);
        }
    }
}

#[test]
fn steps_walk_through_every_value_in_order_and_back() {
    for format in formats() {
        let sorted: Vec<Value> = format.sorted().collect();
        // A step goes from the last number below zero to minus zero, and from either zero to the first
        // number beyond, so each way leaves one of two zeros out.
        let zero = |value: &Value, code: u64| value.class() == Class::Zero && value.code() == code;
        let two_zeros = format.has_negative_zero();
        let up: Vec<Value> =
            std::iter::successors(sorted.first().copied(), Value::next_up).collect();
        let without_plus = sorted.iter().filter(|v| !(two_zeros && zero(v, 0)));
        assert!(up.iter().eq(without_plus), "{format}");

        let down: Vec<Value> =
            std::iter::successors(sorted.last().copied(), Value::next_down).collect();
        let minus = 1 << (format.bits() - 1);
        let without_minus = sorted
            .iter()
            .rev()
            .filter(|v| !(two_zeros && zero(v, minus)));
        assert!(down.iter().eq(without_minus), "{format}");
    }
}

#[test]
fn nan_has_no_neighbours_and_the_ends_none_beyond() {
    for format in formats() {
        for nan in format.values().filter(Value::is_nan) {
            assert_eq!((nan.next_up(), nan.next_down()), (None, None), "{nan:?}");
        }
        let largest = format.sorted().last().unwrap();
        let smallest = format.sorted().next().unwrap();
        assert_eq!(
            (largest.next_up(), smallest.next_down()),
            (None, None),
            "{format}"
        );
        assert_eq!(
            largest.class() == Class::Infinite,
            format.has_infinity(),
            "{format}"
        );
    }
}

#[test]
fn the_ulp_is_the_distance_to_the_next_larger_magnitude() {
    for format in formats() {
        let reference = Reference::new(format);
        for pair in reference.positive().windows(2) {
            let gap = pair[1].value - pair[0].value;
            assert_eq!(format.value(pair[0].magnitude).ulp(), gap, "{:?}", pair[0]);
            if format.signed() && pair[0].value > 0.0 {
                let negative = format.nearest(-pair[0].value);
                assert_eq!(negative.ulp(), gap, "{negative:?}");
            }
        }
        for value in format.values().filter(|value| !value.is_finite()) {
            assert!(value.ulp().is_nan(), "{value:?}");
        }
    }
}

#[test]
fn the_fields_put_into_the_formula_give_the_value() {
    for format in formats() {
        for value in format.values().filter(Value::is_finite) {
            let sign = if value.negative() { -1.0 } else { 1.0 };
            let unit = reference::power_of_two(format.mantissa_bits() as i32);
            let significand = value.hidden_bit() as f64 + value.fraction() as f64 / unit;
            let x = sign * reference::power_of_two(value.exponent()) * significand;
            assert_eq!(x.to_bits(), value.to_f64().to_bits(), "{value:?}");
        }
    }
}

#[test]
fn the_class_follows_from_the_value() {
    for format in formats() {
        for value in format.values() {
            let x = value.to_f64();
            let expected = if x.is_nan() {
                Class::Nan
            } else if x.is_infinite() {
                Class::Infinite
            } else if x == 0.0 {
                Class::Zero
            } else if x.abs() < format.smallest_normal() {
                Class::Subnormal
            } else {
                Class::Normal
            };
            assert_eq!(value.class(), expected, "{value:?}");
            assert_eq!(value.is_nan(), x.is_nan());
            assert_eq!(value.is_finite(), x.is_finite());
            assert_eq!(value.negative(), x.is_sign_negative(), "{value:?}");
        }
    }
}

#[test]
fn the_limits_are_the_ends_of_the_line() {
    for format in formats() {
        let line = line(format);
        assert_eq!(format.max(), line[line.len() - 1], "{format}");
        assert_eq!(format.min(), line[0], "{format}");
        let positive = line.iter().copied().find(|x| *x > 0.0).unwrap();
        assert_eq!(format.smallest_positive(), positive, "{format}");
        // The gap above one, where the format has one and a number above it.
        if let Some(one) = line.iter().position(|x| *x == 1.0)
            && let (Some(next), true) = (line.get(one + 1), format.smallest_normal() <= 1.0)
        {
            assert_eq!(format.eps(), next - 1.0, "{format}");
        }
        let info = finfo(format);
        assert_eq!((info.min, info.max), (format.min(), format.max()));
        assert_eq!(
            (info.eps, info.smallest_subnormal),
            (format.eps(), positive)
        );
    }
}

#[test]
fn the_decimal_has_all_the_digits_and_reads_back() {
    for format in formats() {
        // No value has more digits after the point than the smallest has bits.
        let places = (format.mantissa_bits() as i32 - format.min_exponent()).max(0) as usize;
        for value in format.values() {
            let (x, decimal) = (value.to_f64(), value.decimal());
            if !x.is_finite() {
                assert!(
                    ["nan", "inf", "-inf"].contains(&decimal.as_str()),
                    "{decimal}"
                );
                continue;
            }
            let back: f64 = decimal.parse().unwrap();
            assert_eq!(back.to_bits(), x.to_bits(), "{decimal}");
            let mut all = format!("{x:.places$}");
            if all.contains('.') {
                all.truncate(all.trim_end_matches('0').trim_end_matches('.').len());
            }
            assert_eq!(decimal, all, "{value:?}");
        }
    }
}

#[test]
fn half_decodes_every_code_of_float16_and_bfloat16_the_same() {
    for bits in 0..=u16::MAX {
        for (value, same) in [
            (FP16.value(bits.into()), f16::from_bits(bits).to_f64()),
            (BF16.value(bits.into()), bf16::from_bits(bits).to_f64()),
        ] {
            let x = value.to_f64();
            let both_nan = x.is_nan() && same.is_nan();
            assert!(
                both_nan || x.to_bits() == same.to_bits(),
                "{value:?} {same}"
            );
            assert_eq!(x.is_sign_negative(), same.is_sign_negative(), "{value:?}");
        }
    }
}

#[test]
fn binary_and_hex_are_as_wide_as_the_format() {
    for format in formats() {
        for value in format.values() {
            let (binary, hex) = (value.binary(), value.hex());
            assert_eq!(binary.len() as u32, format.bits());
            assert_eq!(u64::from_str_radix(&binary, 2), Ok(value.code()));
            assert_eq!(hex.len() as u32, 2 + format.bits().div_ceil(4));
            assert_eq!(u64::from_str_radix(&hex[2..], 16), Ok(value.code()));
        }
    }
}
