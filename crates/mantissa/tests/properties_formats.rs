//! Formats under attack: every combination of fields either is refused with an error
//! or makes a format whose every part fits together. Nothing here may panic or overflow (the dev
//! profile checks arithmetic).
//!
//! All small formats that can be made are checked whole against the table of `reference/mod.rs`; large ones
//! by random codes; `FloatFormat::new` also with arguments that no one should pass.

mod reference;

use mantissa::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use reference::{MODES, RULES, Reference};

const NANS: [Nan; 4] = [
    Nan::Absent,
    Nan::TopExponent,
    Nan::AllOnes,
    Nan::NegativeZero,
];

fn config() -> Config {
    Config {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(3109),
        ..Config::default()
    }
}

/// Every choice of special values, and of a sign.
fn all_specials() -> impl Iterator<Item = (bool, Specials)> {
    (0..32).map(|choice| {
        let specials = Specials {
            nan: NANS[choice % 4],
            infinity: choice & 4 != 0,
            zero: choice & 8 != 0,
        };
        (choice & 16 != 0, specials)
    })
}

/// What must hold of any format and any of its codes.
fn check(format: FloatFormat, code: u64) {
    let value = format.value(code & (u64::MAX >> (64 - format.bits())));
    let x = value.to_f64();

    // The limits, and the text that is made of them.
    assert!(
        format.min() < format.max() || format.finite_count() == 1,
        "{format:?}"
    );
    assert!(format.max() < f64::INFINITY && format.smallest_positive() > 0.0);
    assert!(format.smallest_positive() <= format.smallest_normal());
    assert!(format.eps() > 0.0 && format.eps() <= 1.0);
    let minus_zeros = u128::from(format.has_negative_zero());
    let infinities = u128::from(format.has_infinity()) << u32::from(format.signed());
    let counted = format.finite_count() + minus_zeros + infinities + u128::from(format.nan_count());
    assert_eq!(counted, format.code_count());
    assert!(finfo(format).to_string().starts_with("finfo(resolution="));

    // The value: back to its code, between its neighbours, and drawn in some way.
    if !value.is_nan() {
        for rounding in MODES {
            assert_eq!(
                format.encode(x, rounding, Overflow::Format),
                Ok(value.code()),
                "{value:?}"
            );
        }
    }
    if let Some(next) = value.next_up() {
        assert!(next.to_f64() > x, "{value:?} {next:?}");
        let back = next.next_down().unwrap();
        assert!(back == value || back.to_f64() == x, "{value:?} {back:?}");
    }
    if let Some(next) = value.next_down() {
        assert!(next.to_f64() < x, "{value:?} {next:?}");
    }
    if value.is_finite() {
        assert!(format.min() <= x && x <= format.max());
        assert!(value.ulp() > 0.0);
    }
    assert!(!value.decimal().is_empty() && !value.binary().is_empty());
}

#[test]
fn every_small_format_is_refused_or_is_as_defined() {
    let (mut made, mut refused) = (0, 0);
    for (signed, specials) in all_specials() {
        for (e, m) in (0..=4).flat_map(|e| (0..=3).map(move |m| (e, m))) {
            for bias in [-980, 3, 1070] {
                let Ok(format) = FloatFormat::new("small", e, m, bias, signed, specials) else {
                    refused += 1;
                    continue;
                };
                made += 1;
                let reference = Reference::new(format);
                let (past, positive) = reference.positive().split_last().unwrap();
                for point in positive {
                    assert_eq!(
                        format.value(point.magnitude),
                        point.value,
                        "{e} {m} {bias} {specials:?}"
                    );
                }
                let infinite = format.infinity_code(false).map(|code| format.value(code));
                assert_eq!(
                    infinite.map(|value| value.code()),
                    specials.infinity.then_some(past.magnitude)
                );
                for code in 0..format.code_count() as u64 {
                    check(format, code);
                }
                for pair in reference.positive().windows(2) {
                    let x = pair[0].value + (pair[1].value - pair[0].value) / 2.0;
                    for (rounding, overflow) in MODES
                        .iter()
                        .flat_map(|mode| RULES.map(|rule| (*mode, rule)))
                    {
                        for x in [x, -x] {
                            let got = format.encode(x, rounding, overflow).ok();
                            assert_eq!(
                                got,
                                reference.encode(x, rounding, overflow),
                                "{x:e} {specials:?}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert_eq!(made + refused, 32 * 5 * 4 * 3);
    assert!(made > 400 && refused > 400, "{made} {refused}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_fields_are_refused_or_fit_together(
        (e, m) in (0..=13_u32, 0..=54_u32),
        (bias, centred) in (-1200..=2200_i32, any::<bool>()),
        choice in 0..32_usize,
        codes: [u64; 4],
    ) {
        let (signed, specials) = all_specials().nth(choice).unwrap();
        let bias = if centred { (1 << e) / 2 - 1 } else { bias };
        if let Ok(format) = FloatFormat::new("any", e, m, bias, signed, specials) {
            for code in codes {
                check(format, code);
            }
            for code in [0, 1, u64::MAX, u64::MAX >> 1, 1 << (format.bits() - 1)] {
                check(format, code);
            }
        }
    }

    #[test]
    fn larger_codes_are_larger_values(
        (e, m) in (1..=11_u32, 0..=52_u32),
        choice in 0..32_usize,
        codes: [u64; 2],
    ) {
        let (signed, specials) = all_specials().nth(choice).unwrap();
        if let Ok(format) = FloatFormat::new("any", e, m, (1 << (e - 1)) - 1, signed, specials) {
            let largest = format.encode(format.max(), Rounding::TiesToEven, Overflow::Format).unwrap();
            let [a, b] = codes.map(|code| format.value(code % (largest + 1)));
            prop_assert_eq!(a.code().cmp(&b.code()), a.to_f64().total_cmp(&b.to_f64()));
        }
    }

    #[test]
    fn extreme_arguments_are_refused(e: u32, m: u32, bias: i32, choice in 0..32_usize) {
        let (signed, specials) = all_specials().nth(choice).unwrap();
        let _ = FloatFormat::new("any", e % 16, m % 64, bias, signed, specials);
        if FloatFormat::new("any", e, m, bias, signed, specials).is_ok() {
            prop_assert!((1..=11).contains(&e) && m <= 52);
        }
        let kinds = [(Signedness::Signed, Domain::Finite), (Signedness::Unsigned, Domain::Extended)];
        for (signedness, domain) in kinds {
            if FloatFormat::p3109(e, m, signedness, domain).is_ok() {
                prop_assert!((3..=16).contains(&e) && (1..=e).contains(&m));
            }
            let _ = FloatFormat::p3109(e % 20, m % 20, signedness, domain);
        }
    }

    #[test]
    fn any_number_in_parts_is_encoded(significand: u64, exponent: i32, small in -80..80_i32, choice: [bool; 2]) {
        // `Parts` can be written down by hand, so no exponent may overflow anything.
        let [negative, tame] = choice;
        let exponent = if tame { small } else { exponent };
        let x = Parts::Finite { negative, significand, exponent };
        for rounding in MODES.into_iter().chain([Rounding::Stochastic { seed: significand }]) {
            let code = FP64.encode(x, rounding, Overflow::Saturate).unwrap();
            let same = FP64.value(code).to_f64();
            if exponent < -1200 && rounding == Rounding::TiesToEven {
                prop_assert_eq!(same.abs(), 0.0);
            }
            if exponent > 1200 && significand > 0 {
                prop_assert_eq!(same.abs(), f64::MAX);
            }
            let code = INT64.encode(x, rounding, Overflow::Saturate).unwrap();
            if exponent > 64 && significand > 0 {
                let end = if negative { INT64.min() } else { INT64.max() };
                prop_assert_eq!(INT64.decode(code), end);
            }
            for format in [FP8_E4M3FN, FP8_E8M0FNU, FP4_E2M1FN] {
                prop_assert!(format.encode(x, rounding, Overflow::Saturate).is_ok());
            }
        }
        prop_assert!(!x.to_string().is_empty());
    }
}

#[test]
fn arguments_at_the_ends_of_their_types_are_refused() {
    let ends = [
        0,
        1,
        2,
        11,
        12,
        31,
        32,
        52,
        53,
        63,
        64,
        u32::MAX / 2,
        u32::MAX - 1,
        u32::MAX,
    ];
    let biases = [
        i32::MIN,
        i32::MIN + 1,
        -1024,
        -1023,
        0,
        1023,
        1024,
        i32::MAX - 1,
        i32::MAX,
    ];
    for (signed, specials) in all_specials() {
        for (e, m) in ends.iter().flat_map(|e| ends.map(|m| (*e, m))) {
            for bias in biases {
                if let Ok(format) = FloatFormat::new("any", e, m, bias, signed, specials) {
                    check(format, u64::MAX);
                    check(format, 0);
                }
            }
        }
    }
}

#[test]
fn each_refusal_says_what_would_be_right() {
    let refusal = |e, m, bias, signed, specials| {
        let refused: Result<FloatFormat, FormatError> =
            FloatFormat::new("mine", e, m, bias, signed, specials);
        refused.unwrap_err().to_string()
    };
    for (e, m) in [(0, 3), (12, 3), (5, 53), (u32::MAX, u32::MAX)] {
        let message = refusal(e, m, 0, true, Specials::IEEE);
        assert!(
            message.ends_with("1 to 11 exponent bits and 0 to 52 mantissa bits do"),
            "{message}"
        );
    }
    let message = refusal(4, 3, 8, false, Specials::FNUZ);
    assert!(message.contains("no minus zero to hold a NaN"), "{message}");
    let message = refusal(
        1,
        0,
        0,
        true,
        Specials {
            infinity: true,
            ..Specials::FN
        },
    );
    assert!(message.contains("no finite number is left"), "{message}");
    let no_zero = Specials {
        zero: false,
        ..Specials::FNUZ
    };
    let message = refusal(4, 3, 7, true, no_zero);
    assert!(message.contains("no minus zero to hold a NaN"), "{message}");
    // The exponents are those that the bias gives, however far they are out.
    let message = refusal(4, 3, -2000, true, Specials::FN);
    assert!(message.contains("from 1998 to 2015"), "{message}");
    let message = refusal(4, 3, 5000, true, Specials::FN);
    assert!(message.contains("from -5002 to -4985"), "{message}");
    for name in ["", "a name of thirty-one bytes, long."] {
        let refused = FloatFormat::new(name, 4, 3, 7, true, Specials::FN);
        assert_eq!(refused, Err(FormatError::Name));
    }
    // 30 bytes fit, in any script.
    let name = "\u{6570}".repeat(10);
    let named = FloatFormat::new(&name, 4, 3, 7, true, Specials::FN).unwrap();
    assert_eq!(named.name(), name);
}

#[test]
fn a_refused_number_is_named_as_it_was_given() {
    let unsigned = FloatFormat::new("u", 3, 2, 3, false, Specials::FINITE).unwrap();
    for (x, text) in [
        (-0.3, "-0.3"),
        (-1e300, "-1e+300"),
        (-2.0, "-2"),
        (f64::NEG_INFINITY, "-inf"),
    ] {
        let error = unsigned
            .encode(x, Rounding::TiesToEven, Overflow::Format)
            .unwrap_err();
        let expected = format!("{text} is below zero and u is unsigned; saturate to clamp it to 0");
        assert_eq!(error.to_string(), expected);
    }
    let error = FP4_E2M1FN.encode(f64::NAN, Rounding::TiesToEven, Overflow::Format);
    let message = "float4_e2m1fn has no NaN: every one of its codes is a number";
    assert_eq!(error.unwrap_err().to_string(), message);
}

#[test]
fn ieee_with_other_fields_panics_with_the_right_ones() {
    for (e, m) in [
        (1, 3),
        (12, 3),
        (4, 0),
        (4, 53),
        (33, 3),
        (u32::MAX, u32::MAX),
    ] {
        let panic = std::panic::catch_unwind(|| FloatFormat::ieee("mine", e, m)).unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(
            message.contains("2 to 11 exponent bits and 1 to 52 mantissa bits"),
            "{message}"
        );
    }
}
