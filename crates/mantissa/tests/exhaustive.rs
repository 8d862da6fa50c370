//! Rounding, exhaustively, against the slow exact reference of `reference/mod.rs`.
//!
//! - All 65 536 float16 and all 65 536 bfloat16 numbers, from `half`'s types, into every smaller
//!   format that has a constant, into P3109 formats and into formats of the reader's own, in all six
//!   deterministic modes and both overflow rules.
//! - Every value, every middle of two values, and the `f64` on either side of each, of every format
//!   of at most 8 bits (all of P3109 included) and of float16 and bfloat16, over the end as well.
//! - What becomes of NaN, infinity and the two zeros, and E8M0.

mod reference;

use half::{bf16, f16};
use mantissa::prelude::*;
use reference::{MODES, RULES, Reference};

/// Every format of at most 8 bits with a constant, some of P3109, and the reader's own.
fn small_formats() -> Vec<FloatFormat> {
    let p3109 = [
        "binary3p1uf",
        "binary4p2se",
        "binary6p3ue",
        "binary8p1se",
        "binary8p1uf",
        "binary8p3se",
        "binary8p4sf",
        "binary8p4ue",
        "binary8p8uf",
        "binary12p5se",
    ];
    let mut formats = reference::constants(8);
    formats.extend(reference::named(&p3109));
    formats.extend(reference::own_formats());
    formats
}

/// Compares the codec with the reference for every number of a 16-bit type.
fn compare_all<T: Real>(formats: &[FloatFormat], number: fn(u16) -> T, to_f64: fn(T) -> f64) {
    for &format in formats {
        let reference = Reference::new(format);
        for bits in 0..=u16::MAX {
            let x = number(bits);
            compare(&reference, x, to_f64(x));
        }
    }
}

/// Compares the codec with the reference for one number, in every mode and with both rules.
fn compare(reference: &Reference, x: impl Real, same: f64) {
    let x = x.parts();
    let place = (!same.is_nan()).then(|| reference.place(same));
    for &rounding in &MODES {
        for &overflow in &RULES {
            let expected = match place {
                None => reference.nan(same.is_sign_negative()),
                Some(place) => reference.encode_at(place, same, rounding, overflow),
            };
            let got = reference.format.encode(x, rounding, overflow).ok();
            if got != expected {
                let case = format!(
                    "{same:e} into {}, {rounding:?}, {overflow:?}",
                    reference.format
                );
                panic!("{case}: {got:x?}, reference {expected:x?}");
            }
        }
    }
}

/// Compares the codec with the reference at every value of a format, at the middle of every two,
/// and at the `f64`s next to each of those: on both sides of zero and over the end of the format.
fn compare_boundaries(format: FloatFormat) {
    let reference = Reference::new(format);
    let points = reference.positive();
    for pair in points.windows(2) {
        let (low, high) = (pair[0].value, pair[1].value);
        let middle = low + (high - low) / 2.0;
        assert_eq!(middle - low, high - middle);
        for centre in [low, middle] {
            for x in [centre.next_down(), centre, centre.next_up()] {
                compare(&reference, x, x);
                compare(&reference, -x, -x);
            }
        }
    }
    let past = points.last().unwrap().value;
    let beyond = [
        past.next_down(),
        past,
        past.next_up(),
        2.0 * past,
        f64::MAX,
        f64::INFINITY,
    ];
    for x in beyond.into_iter().chain([0.0, f64::from_bits(1), f64::NAN]) {
        compare(&reference, x, x);
        compare(&reference, -x, -x);
    }
}

#[test]
fn every_float16_rounds_into_every_smaller_format_as_the_reference_does() {
    let mut formats = small_formats();
    formats.push(BF16);
    assert_eq!(formats.len(), 11 + 10 + 13 + 1);
    compare_all(&formats, f16::from_bits, f16::to_f64);
}

#[test]
fn every_bfloat16_rounds_into_every_smaller_format_as_the_reference_does() {
    let mut formats = small_formats();
    formats.push(FP16);
    assert_eq!(formats.len(), 11 + 10 + 13 + 1);
    compare_all(&formats, bf16::from_bits, bf16::to_f64);
}

#[test]
fn every_16_bit_number_goes_into_a_wider_format_exactly_in_every_mode() {
    fn exact<T: Real>(x: T, same: f64) {
        for format in [TF32, FP32, FP64] {
            for rounding in MODES {
                let code = format.encode(x, rounding, Overflow::Format).unwrap();
                let value = format.value(code).to_f64();
                let both_nan = value.is_nan() && same.is_nan();
                assert!(
                    both_nan || value.to_bits() == same.to_bits(),
                    "{same:e} {format}"
                );
            }
        }
    }
    for bits in 0..=u16::MAX {
        exact(f16::from_bits(bits), f16::from_bits(bits).to_f64());
        exact(bf16::from_bits(bits), bf16::from_bits(bits).to_f64());
    }
}

#[test]
fn boundaries_of_every_format_of_at_most_8_bits_round_as_the_reference_says() {
    let mut formats = reference::constants(8);
    formats.extend(reference::own_formats());
    formats.extend((3..=8).flat_map(reference::p3109));
    assert_eq!(formats.len(), 11 + 13 + 120);
    formats.into_iter().for_each(compare_boundaries);
}

#[test]
fn boundaries_of_the_16_bit_formats_round_as_the_reference_says() {
    [FP16, BF16].into_iter().for_each(compare_boundaries);
}

#[test]
fn a_float32_rounds_as_the_float64_of_the_same_value() {
    for format in small_formats() {
        let reference = Reference::new(format);
        for pair in reference.positive().windows(2) {
            let middle = (pair[0].value + (pair[1].value - pair[0].value) / 2.0) as f32;
            for x in [
                pair[0].value as f32,
                middle.next_down(),
                middle,
                middle.next_up(),
            ] {
                compare(&reference, x, f64::from(x));
                compare(&reference, -x, f64::from(-x));
            }
        }
    }
}

#[test]
fn integers_round_as_the_float64_of_the_same_value() {
    for format in small_formats() {
        let reference = Reference::new(format);
        for n in -700_i32..700 {
            compare(&reference, n, f64::from(n));
        }
        for n in [i8::MIN, i8::MAX] {
            compare(&reference, n, f64::from(n));
        }
        for n in [u16::MAX, 449, 464, 465] {
            compare(&reference, n, f64::from(n));
        }
        compare(&reference, i64::MIN, -9_223_372_036_854_775_808.0);
        compare(&reference, 1_u64 << 63, 9_223_372_036_854_775_808.0);
    }
}

#[test]
fn the_overflow_threshold_is_where_the_formats_own_text_puts_it() {
    // The largest number that still rounds to a finite one (a tie goes to the even code), and
    // what the next float64 gives.
    for (format, last, next) in [
        (FP16, 65520.0_f64.next_down(), f64::INFINITY),
        (
            BF16,
            (2.0_f64 - power(-8)).next_down() * power(127),
            f64::INFINITY,
        ),
        (FP8_E5M2, 61440.0_f64.next_down(), f64::INFINITY),
        (FP8_E4M3, 248.0_f64.next_down(), f64::INFINITY),
        (FP8_E4M3FN, 464.0, f64::NAN),
        (FP8_E4M3FNUZ, 248.0_f64.next_down(), f64::NAN),
        (FP8_E5M2FNUZ, 61440.0_f64.next_down(), f64::NAN),
        (FP6_E3M2FN, 30.0_f64.next_down(), 28.0),
        (FP4_E2M1FN, 7.0_f64.next_down(), 6.0),
    ] {
        for sign in [1.0, -1.0] {
            assert_eq!(format.nearest(sign * last), sign * format.max(), "{format}");
            let over = format.nearest(sign * last.next_up()).to_f64();
            let both_nan = over.is_nan() && next.is_nan();
            assert!(both_nan || over == sign * next, "{format}: {over}");
        }
    }
}

#[test]
fn infinity_saturates_only_where_asked_and_where_there_is_nothing_else() {
    for rounding in MODES {
        let into = |format: FloatFormat, x: f64, overflow| {
            format.value(format.encode(x, rounding, overflow).unwrap())
        };
        for x in [f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(into(FP16, x, Overflow::Format), x);
            assert!(into(FP8_E4M3FN, x, Overflow::Format).is_nan());
            assert_eq!(into(FP4_E2M1FN, x, Overflow::Format), 6.0_f64.copysign(x));
            for format in [FP16, FP8_E4M3FN, FP4_E2M1FN] {
                let largest = format.max().copysign(x);
                assert_eq!(into(format, x, Overflow::Saturate), largest);
            }
        }
    }
}

#[test]
fn nan_stays_nan_or_is_refused() {
    for format in small_formats()
        .into_iter()
        .chain([FP16, BF16, TF32, FP32, FP64])
    {
        for overflow in RULES {
            match format.encode(f64::NAN, Rounding::TiesToEven, overflow) {
                Ok(code) => assert!(format.has_nan() && format.value(code).is_nan(), "{format}"),
                Err(error) => {
                    assert!(!format.has_nan(), "{format}");
                    let name = format.name().to_owned();
                    assert_eq!(error, EncodeError::NoNan { format: name });
                }
            }
        }
    }
    // The sign is kept where there is one, and IEEE's is quiet.
    assert_eq!(FP16.nearest(-f16::NAN).code(), 0xfe00);
    assert_eq!(FP16.nearest(f16::from_bits(0x7c01)).code(), 0x7e00);
    assert_eq!(FP8_E4M3FN.nearest(-f64::NAN).code(), 0xff);
    assert_eq!(FP8_E4M3FNUZ.nearest(f64::NAN).code(), 0x80);
}

#[test]
fn minus_zero_keeps_its_sign_where_the_format_has_one() {
    for format in small_formats()
        .into_iter()
        .chain([FP16, BF16, TF32, FP32, FP64])
    {
        if !format.specials().zero {
            continue;
        }
        let zero = format.nearest(-0.0).to_f64();
        assert_eq!(zero, 0.0);
        assert_eq!(
            zero.is_sign_negative(),
            format.has_negative_zero(),
            "{format}"
        );
        let tiny = format.nearest(-f64::from_bits(1));
        if format != FP64 {
            assert_eq!(tiny.code(), format.nearest(-0.0).code(), "{format}");
        }
    }
}

#[test]
fn e8m0_holds_powers_of_two_and_nan_and_no_zero() {
    for code in 0..=254 {
        let value = FP8_E8M0FNU.value(code);
        assert_eq!(value.to_f64(), power(code as i32 - 127));
        for rounding in MODES {
            let back = FP8_E8M0FNU.encode(value.to_f64(), rounding, Overflow::Format);
            assert_eq!(back, Ok(code));
        }
    }
    assert!(FP8_E8M0FNU.value(255).is_nan());
    for rounding in MODES {
        let into = |x: f64, overflow| FP8_E8M0FNU.encode(x, rounding, overflow).unwrap();
        // Zero and what is below it has no code; saturating, it becomes the smallest.
        for x in [0.0, -0.0, -1.0, -power(-127), -f64::MAX, f64::NEG_INFINITY] {
            assert_eq!(into(x, Overflow::Format), 255, "{x:e}");
            assert_eq!(into(x, Overflow::Saturate), 0, "{x:e}");
        }
        // Nothing is between zero and the smallest.
        assert_eq!(into(power(-127).next_down(), Overflow::Format), 0);
        assert_eq!(into(f64::from_bits(1), Overflow::Format), 0);
        assert_eq!(into(f64::INFINITY, Overflow::Saturate), 254);
    }
    let up = |x| {
        FP8_E8M0FNU
            .encode(x, Rounding::Up, Overflow::Format)
            .unwrap()
    };
    let down = |x| {
        FP8_E8M0FNU
            .encode(x, Rounding::Down, Overflow::Format)
            .unwrap()
    };
    assert_eq!((up(1.25), down(1.25)), (128, 127));
    assert_eq!((up(power(127).next_up()), down(f64::MAX)), (255, 254));
}

/// 2^e.
fn power(e: i32) -> f64 {
    reference::power_of_two(e)
}
