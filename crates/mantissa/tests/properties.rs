//! Laws of the codec, for random formats and random numbers.
//!
//! The formats are those with a constant and random ones of 1 to 11 exponent and 0 to 20 mantissa bits
//! with any bias and any special values. Half of the numbers are any `f64` at all; the other half lie
//! within a few units of a value of the format, where rounding decides something. The seed is fixed:
//! a run repeats the last one.

mod reference;

use half::{bf16, f16};
use mantissa::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use reference::MODES;

fn config() -> Config {
    Config {
        cases: 3000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(754),
        ..Config::default()
    }
}

/// A format of the reader's own, with a bias that keeps every value a `f64`.
fn own_format() -> impl Strategy<Value = FloatFormat> {
    let nan = prop_oneof![
        Just(Nan::Absent),
        Just(Nan::TopExponent),
        Just(Nan::AllOnes),
        Just(Nan::NegativeZero),
    ];
    let fields = (1..=11_i32, 0..=20_i32).prop_flat_map(|(e, m)| {
        let bias = (1 << e) - 1024..=1075 - m;
        (Just(e as u32), Just(m as u32), bias)
    });
    let specials = (nan, any::<bool>(), proptest::bool::weighted(0.9));
    (fields, any::<bool>(), specials).prop_filter_map(
        "these fields make no format",
        |((e, m, bias), signed, (nan, infinity, zero))| {
            let specials = Specials {
                nan,
                infinity,
                zero,
            };
            FloatFormat::new("own", e, m, bias, signed, specials).ok()
        },
    )
}

fn format() -> impl Strategy<Value = FloatFormat> {
    prop_oneof![proptest::sample::select(FLOAT_FORMATS), own_format()]
}

/// Any number but NaN, or one near a value of the format: `code`, and eighths of an ulp from it.
fn number(format: FloatFormat, bits: u64, near: bool, eighths: i32, nudge: i32) -> f64 {
    let any = f64::from_bits(bits);
    let value = format.value(bits >> (64 - format.bits()));
    let x = if near && value.is_finite() {
        let x = value.to_f64() + f64::from(eighths) / 8.0 * value.ulp();
        match nudge {
            -1 => x.next_down(),
            1 => x.next_up(),
            _ => x,
        }
    } else {
        any
    };
    if x.is_nan() { 1.0 } else { x }
}

fn format_and_number() -> impl Strategy<Value = (FloatFormat, f64)> {
    let shape = (any::<u64>(), any::<bool>(), -16..=16_i32, -1..=1_i32);
    (format(), shape).prop_map(|(format, (bits, near, eighths, nudge))| {
        (format, number(format, bits, near, eighths, nudge))
    })
}

fn rounding() -> impl Strategy<Value = Rounding> {
    let with_bits =
        (1..=64_u32, any::<u64>()).prop_map(|(count, random)| Rounding::StochasticBits {
            random: random >> (64 - count),
            count,
        });
    let seeded = any::<u64>().prop_map(|seed| Rounding::Stochastic { seed });
    prop_oneof![6 => proptest::sample::select(&MODES), 1 => with_bits, 1 => seeded]
}

/// The value that `x` becomes, saturating.
fn rounded(format: FloatFormat, x: f64, rounding: Rounding) -> Value {
    format.value(format.encode(x, rounding, Overflow::Saturate).unwrap())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_of_the_format_encodes_to_its_own_code(format in format(), bits: u64, rounding in rounding()) {
        let value = format.value(bits >> (64 - format.bits()));
        if !value.is_nan() {
            let code = format.encode(value.to_f64(), rounding, Overflow::Format);
            prop_assert_eq!(code, Ok(value.code()));
        }
    }

    #[test]
    fn the_result_is_the_number_itself_or_one_of_its_two_neighbours(
        (format, x) in format_and_number(),
        rounding in rounding(),
    ) {
        let value = rounded(format, x, rounding);
        let y = value.to_f64();
        if y < x {
            // No value lies above y and not above x.
            let next = value.next_up().map_or(f64::INFINITY, |next| next.to_f64());
            prop_assert!(next > x || y == format.max(), "{:?} {}", value, next);
        }
        if y > x {
            let next = value.next_down().map_or(f64::NEG_INFINITY, |next| next.to_f64());
            prop_assert!(next < x || y == format.min(), "{:?} {}", value, next);
        }
        match rounding {
            // Without zero a number in the gap around it has its own side only.
            Rounding::Up if format.specials().zero => {
                prop_assert!(y >= x || y == format.max());
            }
            Rounding::Down if format.specials().zero => {
                prop_assert!(y <= x || y == format.min());
            }
            Rounding::TowardZero if format.specials().zero => prop_assert!(y.abs() <= x.abs()),
            _ => {}
        }
    }

    #[test]
    fn rounding_to_nearest_is_within_half_a_gap(
        (format, x) in format_and_number(),
        rounding in proptest::sample::select(&[Rounding::TiesToEven, Rounding::TiesToAway][..]),
    ) {
        let value = rounded(format, x, rounding);
        let y = value.to_f64();
        let beside = if y < x { value.next_up() } else { value.next_down() };
        let in_gap = !format.specials().zero && x.abs() < format.smallest_positive();
        let inside = format.min() <= x && x <= format.max() && !in_gap;
        if let (true, true, Some(beside)) = (y != x, inside, beside) {
            // All three differences are exact: the numbers are within a factor of two, or one is 0.
            let (error, gap) = ((y - x).abs(), (beside.to_f64() - y).abs());
            prop_assert!(error <= gap / 2.0);
            prop_assert!(error <= value.ulp() / 2.0);
            if error == gap / 2.0 {
                let picked = match rounding {
                    Rounding::TiesToEven => value.code() & 1 == 0,
                    _ => y.abs() > x.abs(),
                };
                prop_assert!(picked, "tie {} went to {:?}", x, value);
            }
        }
    }

    #[test]
    fn a_larger_number_never_becomes_a_smaller_value(
        (format, x) in format_and_number(),
        (other, delta) in (any::<f64>(), -3..=3_i64),
        rounding in rounding(),
    ) {
        // Another number altogether, or one a few steps of f64 away.
        let step = f64::from_bits(x.to_bits().saturating_add_signed(delta));
        for y in [other, step] {
            if !y.is_nan() {
                let (low, high) = if x < y { (x, y) } else { (y, x) };
                let (low, high) = (rounded(format, low, rounding), rounded(format, high, rounding));
                prop_assert!(low.to_f64() <= high.to_f64(), "{:?} > {:?}", low, high);
            }
        }
    }

    #[test]
    fn the_opposite_number_becomes_the_opposite_value(
        (format, x) in format_and_number(),
        mode in rounding(),
    ) {
        let mirrored = match mode {
            Rounding::Up => Rounding::Down,
            Rounding::Down => Rounding::Up,
            other => other,
        };
        if format.signed() {
            for overflow in reference::RULES {
                let (plus, minus) = (format.encode(x, mode, overflow), format.encode(-x, mirrored, overflow));
                // Overflow in a format without NaN cannot be refused: both are numbers.
                let (plus, minus) = (format.value(plus.unwrap()), format.value(minus.unwrap()));
                prop_assert_eq!(plus.is_nan(), minus.is_nan());
                prop_assert!(plus.is_nan() || plus.to_f64() == -minus.to_f64(), "{:?} {:?}", plus, minus);
            }
        }
    }

    #[test]
    fn rounding_twice_is_rounding_once(
        (format, x) in format_and_number(),
        first in rounding(),
        second in rounding(),
    ) {
        let value = rounded(format, x, first);
        prop_assert_eq!(rounded(format, value.to_f64(), second), value);
        prop_assert_eq!(rounded(format, x, first), value); // the same again
    }

    #[test]
    fn round_to_odd_with_two_bits_more_makes_a_second_rounding_harmless(
        (format, x) in format_and_number(),
        extra in 2..=20_u32,
    ) {
        let (e, m, bias) = (format.exponent_bits(), format.mantissa_bits() + extra, format.bias());
        let wide = FloatFormat::new("wide", e, m, bias, true, Specials::FINITE);
        if let (Ok(wide), true) = (wide, format.signed()) {
            let between = rounded(wide, x, Rounding::ToOdd).to_f64();
            for mode in [Rounding::TiesToEven, Rounding::TiesToAway] {
                prop_assert_eq!(rounded(format, between, mode), rounded(format, x, mode));
            }
        }
    }

    #[test]
    fn stochastic_rounding_by_seed_picks_a_neighbour_and_repeats(
        (format, x) in format_and_number(),
        seed: u64,
    ) {
        let value = rounded(format, x, Rounding::Stochastic { seed });
        prop_assert_eq!(rounded(format, x, Rounding::Stochastic { seed }), value);
        let ends = [Rounding::Up, Rounding::Down].map(|mode| rounded(format, x, mode));
        prop_assert!(ends.contains(&value) || value == 0.0 && ends.iter().any(|end| *end == 0.0));
    }

    #[test]
    fn float32_rounds_as_rusts_own_cast_does(bits: u64, near in any::<bool>(), eighths in -16..=16_i32, nudge in -1..=1_i32) {
        let x = number(FP32, bits, near, eighths, nudge);
        prop_assert_eq!(FP32.nearest(x).code(), u64::from((x as f32).to_bits()));
        prop_assert_eq!(FP64.nearest(x).code(), x.to_bits());
    }

    #[test]
    fn integers_round_as_rusts_own_cast_does(bits: u64, shift in 0..64_u32) {
        let (signed, unsigned) = (bits as i64 >> shift, bits >> shift);
        prop_assert_eq!(FP32.nearest(signed).code(), u64::from((signed as f32).to_bits()));
        prop_assert_eq!(FP64.nearest(signed).code(), (signed as f64).to_bits());
        prop_assert_eq!(FP32.nearest(unsigned).code(), u64::from((unsigned as f32).to_bits()));
        prop_assert_eq!(FP64.nearest(unsigned).code(), (unsigned as f64).to_bits());
    }

    #[test]
    fn float32_into_16_bits_is_what_half_does(bits: u32) {
        let x = f32::from_bits(bits);
        if !x.is_nan() {
            prop_assert_eq!(FP16.nearest(x).code(), u64::from(f16::from_f32(x).to_bits()));
            prop_assert_eq!(BF16.nearest(x).code(), u64::from(bf16::from_f32(x).to_bits()));
        }
        // The same where float16 has its numbers.
        let x = x % 131_072.0;
        if !x.is_nan() {
            prop_assert_eq!(FP16.nearest(x).code(), u64::from(f16::from_f32(x).to_bits()));
        }
    }

    #[test]
    fn wide_formats_decode_as_rusts_own_types_do(bits: u64) {
        let (single, double) = (FP32.value(bits >> 32), FP64.value(bits));
        let same = f64::from(f32::from_bits((bits >> 32) as u32));
        prop_assert!(single.to_f64().to_bits() == same.to_bits() || single.is_nan() && same.is_nan());
        let same = f64::from_bits(bits);
        prop_assert!(double.to_f64().to_bits() == bits || double.is_nan() && same.is_nan());
    }
}

#[test]
fn rounding_through_float32_can_go_wrong_and_to_odd_cannot() {
    let x = 1.0 + 1.0 / 256.0 + reference::power_of_two(-40);
    assert_eq!(BF16.nearest(x), 1.0078125);
    assert_eq!(BF16.nearest(FP32.nearest(x).to_f64()), 1.0);
    assert_eq!(
        BF16.nearest(rounded(FP32, x, Rounding::ToOdd).to_f64()),
        1.0078125
    );
}

#[test]
fn eight_random_bits_round_away_as_often_as_the_part_cut_off_says() {
    // Over all 256 values of `random` the mean is exactly x.
    for (format, every) in [(FP4_E2M1FN, 1), (FP8_E4M3FN, 13)] {
        let values: Vec<Value> = format.sorted().collect();
        for pair in values.windows(2).step_by(every) {
            let (low, high) = (pair[0].to_f64(), pair[1].to_f64());
            let gap = high - low;
            if gap == 0.0 {
                continue; // the two zeros
            }
            for part in 0..256 {
                let x = low + gap * f64::from(part) / 256.0;
                let mode = |random| Rounding::StochasticBits { random, count: 8 };
                let went_up = (0..256).filter(|random| rounded(format, x, mode(*random)) == high);
                assert_eq!(
                    went_up.count(),
                    part as usize,
                    "{x} between {low} and {high}"
                );
            }
        }
    }
    for part in 0..256 {
        let x = -3.0 + f64::from(part) / 256.0;
        let code = |random| {
            INT4.encode(
                x,
                Rounding::StochasticBits { random, count: 8 },
                Overflow::Format,
            )
        };
        let went_up = (0..256).filter(|random| INT4.decode(code(*random).unwrap()) == -2);
        assert_eq!(went_up.count(), part as usize, "{x}");
    }
}

#[test]
fn fewer_random_bits_than_cut_off_see_only_the_first_ones() {
    // 1 + 3/8 of the gap 1/8, and a tail that one random bit cannot see.
    let x = 1.0 + 0.125 * 0.375 + 1e-9;
    let away =
        |random, count| rounded(FP8_E4M3FN, x, Rounding::StochasticBits { random, count }) == 1.125;
    assert_eq!([away(0, 1), away(1, 1)], [false, false]); // the first bit of .011 is 0
    assert_eq!([away(2, 2), away(3, 2)], [false, true]); // .01 + .11 reaches 1
    assert_eq!([away(4, 3), away(5, 3)], [false, true]); // .011 + .101 reaches 1
    assert!(away(u64::MAX, 64) && !away(0, 64));
}

/// A format whose smallest value is 2^64: of an integer below that, all 64 bits are cut off.
fn coarse() -> FloatFormat {
    let coarse = FloatFormat::new("coarse", 3, 2, -65, true, Specials::FINITE).unwrap();
    assert_eq!(coarse.smallest_positive(), reference::power_of_two(64));
    coarse
}

#[test]
fn all_64_bits_of_an_integer_can_be_the_part_cut_off() {
    let half = 1_u64 << 63;
    let went = |n: u64, mode| coarse().encode(n, mode, Overflow::Format).unwrap();
    for (n, even, away) in [
        (half - 1, 0, 0),
        (half, 0, 1),
        (half + 1, 1, 1),
        (u64::MAX, 1, 1),
    ] {
        assert_eq!(went(n, Rounding::TiesToEven), even, "{n}");
        assert_eq!(went(n, Rounding::TiesToAway), away, "{n}");
        assert_eq!(went(n, Rounding::Up), 1);
        assert_eq!(went(n, Rounding::TowardZero), 0);
    }
    // And one more place than it has bits.
    let coarser = FloatFormat::new("coarser", 3, 2, -66, true, Specials::FINITE).unwrap();
    assert_eq!(coarser.nearest(u64::MAX).code(), 0);
}

#[test]
fn a_seed_is_the_first_number_of_splitmix64() {
    // Published first outputs of SplitMix64 for the seeds 0 and 1234567. With all 64 bits cut off, a
    // number goes away from zero just when it and the random number reach 2^64.
    for (seed, random) in [
        (0, 0xe220_a839_7b1d_cdaf_u64),
        (1_234_567, 6_457_827_717_110_365_317),
    ] {
        let mode = Rounding::Stochastic { seed };
        let went = |n: u64| coarse().encode(n, mode, Overflow::Format).unwrap();
        let least = random.wrapping_neg();
        assert_eq!((went(least - 1), went(least)), (0, 1));
    }
}

#[test]
fn ten_thousand_seeds_have_the_right_mean() {
    // 10 000 fair trials of probability p have a standard deviation of at most 50; the seeds are fixed.
    for (x, p) in [(1.0625, 0.5), (1.03125, 0.25), (-1.1125, 0.9)] {
        let away = (0..10_000).filter(|seed| {
            let value = rounded(FP8_E4M3FN, x, Rounding::Stochastic { seed: *seed });
            value.to_f64().abs() > f64::abs(x)
        });
        let away = away.count() as f64;
        assert!((away - 10_000.0 * p).abs() < 150.0, "{x}: {away}");
    }
}
