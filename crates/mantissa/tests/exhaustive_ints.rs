//! Integer formats of every width: every code, every boundary with its neighbours one half away, in
//! every mode and with both overflow rules, against arithmetic on `i128`.

mod reference;

use mantissa::prelude::*;
use reference::MODES;

/// `x` rounded to an integer. The whole part and the part cut off are both exact in `f64`.
fn round(x: f64, rounding: Rounding) -> i128 {
    let toward_zero = x.trunc() as i128;
    let cut = (x - x.trunc()).abs();
    if cut == 0.0 {
        return toward_zero;
    }
    let away = toward_zero + if x < 0.0 { -1 } else { 1 };
    let even = if toward_zero % 2 == 0 {
        toward_zero
    } else {
        away
    };
    match rounding {
        Rounding::TowardZero => toward_zero,
        Rounding::Up => toward_zero.max(away),
        Rounding::Down => toward_zero.min(away),
        Rounding::ToOdd => toward_zero + away - even,
        Rounding::TiesToEven | Rounding::TiesToAway if cut < 0.5 => toward_zero,
        Rounding::TiesToEven if cut == 0.5 => even,
        _ => away,
    }
}

/// Compares a format with [`round`] and its range, for one number in every mode.
fn compare(format: IntFormat, x: f64) {
    for rounding in MODES {
        let exact = round(x, rounding);
        let clamped = exact.clamp(format.min(), format.max());
        let saturated = format.encode(x, rounding, Overflow::Saturate).unwrap();
        assert_eq!(
            format.decode(saturated),
            clamped,
            "{x:e} into {format}, {rounding:?}"
        );
        match format.encode(x, rounding, Overflow::Format) {
            Ok(code) => assert_eq!(
                format.decode(code),
                exact,
                "{x:e} into {format}, {rounding:?}"
            ),
            Err(error) => {
                assert_ne!(exact, clamped, "{x:e} into {format}, {rounding:?}: {error}");
                assert!(matches!(error, EncodeError::OutOfRange { .. }));
            }
        }
    }
}

#[test]
fn the_range_is_that_of_twos_complement() {
    assert_eq!(INT_FORMATS.len(), 22);
    for format in INT_FORMATS {
        let width = format.bits();
        let (min, max) = if format.signed() {
            (-(1_i128 << (width - 1)), (1_i128 << (width - 1)) - 1)
        } else {
            (0, (1_i128 << width) - 1)
        };
        assert_eq!((format.min(), format.max()), (min, max), "{format}");
        let kind = if format.signed() { "int" } else { "uint" };
        assert_eq!(format.name(), format!("{kind}{width}"));
    }
    assert_eq!((INT1.min(), INT1.max()), (-1, 0));
    assert_eq!(
        (INT64.min(), INT64.max()),
        (i64::MIN.into(), i64::MAX.into())
    );
    assert_eq!(UINT64.max(), u64::MAX.into());
}

#[test]
fn every_code_of_up_to_16_bits_comes_back_and_steps_to_its_neighbours() {
    for format in INT_FORMATS.iter().filter(|format| format.bits() <= 16) {
        let mut seen: Vec<i128> = Vec::new();
        for value in format.values() {
            let integer = value.to_i128().unwrap();
            assert_eq!(format.code(integer), Ok(value.code()));
            assert_eq!(format.decode(value.code()), integer);
            assert_eq!(value.to_f64(), integer as f64);
            assert_eq!(value.decimal(), integer.to_string());
            let neighbour = |value: Option<Value>| value.and_then(|value| value.to_i128());
            let inside = |n: i128| (format.min()..=format.max()).contains(&n).then_some(n);
            assert_eq!(neighbour(value.next_up()), inside(integer + 1), "{value:?}");
            assert_eq!(
                neighbour(value.next_down()),
                inside(integer - 1),
                "{value:?}"
            );
            assert_eq!(value.ulp(), 1.0);
            seen.push(integer);
        }
        seen.sort_unstable();
        assert!(seen.into_iter().eq(format.min()..=format.max()), "{format}");
    }
}

#[test]
fn every_quarter_around_a_small_range_rounds_as_arithmetic_says() {
    for format in INT_FORMATS.iter().filter(|format| format.bits() <= 8) {
        for quarters in -4 * 300..=4 * 300 {
            let x = f64::from(quarters) / 4.0;
            for x in [x.next_down(), x, x.next_up()] {
                compare(*format, x);
            }
        }
    }
}

#[test]
fn the_ends_of_every_range_and_their_neighbours_round_as_arithmetic_says() {
    for format in INT_FORMATS {
        for end in [format.min(), format.max(), 0] {
            let end = end as f64;
            for offset in [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5] {
                let x = end + offset;
                for x in [x.next_down(), x, x.next_up()] {
                    compare(*format, x);
                }
            }
        }
        // Far outside, and far below one.
        for x in [
            1e18,
            1e19,
            2e19,
            1e30,
            1e38,
            f64::MAX,
            f64::from_bits(1),
            1e-300,
            1e-20,
            1e-19,
        ] {
            for x in [x, -x] {
                if x.abs() < 1e38 {
                    compare(*format, x);
                } else {
                    let end = if x < 0.0 { format.min() } else { format.max() };
                    let code = format
                        .encode(x, Rounding::Down, Overflow::Saturate)
                        .unwrap();
                    assert_eq!(format.decode(code), end);
                    assert!(format.encode(x, Rounding::Down, Overflow::Format).is_err());
                }
            }
        }
    }
}

#[test]
fn integers_are_taken_whole() {
    for format in INT_FORMATS {
        for n in [
            i64::MIN,
            i64::MIN + 1,
            -129,
            -1,
            0,
            1,
            255,
            i64::MAX - 1,
            i64::MAX,
        ] {
            let inside = (format.min()..=format.max()).contains(&n.into());
            let code = format.encode(n, Rounding::TiesToEven, Overflow::Format);
            assert_eq!(
                code.ok().map(|code| format.decode(code)),
                inside.then_some(n.into())
            );
            let clamped = i128::from(n).clamp(format.min(), format.max());
            let code = format
                .encode(n, Rounding::TiesToEven, Overflow::Saturate)
                .unwrap();
            assert_eq!(format.decode(code), clamped, "{n} into {format}");
        }
    }
    let code = UINT64.encode(u64::MAX, Rounding::TowardZero, Overflow::Format);
    assert_eq!(code, Ok(u64::MAX));
    // 2^64 is one too many.
    assert!(
        UINT64
            .encode(18446744073709551616.0, Rounding::Down, Overflow::Format)
            .is_err()
    );
    assert!(
        INT64
            .encode(9223372036854775808.0, Rounding::Down, Overflow::Format)
            .is_err()
    );
}

#[test]
fn nan_is_refused_always_and_infinity_unless_saturating() {
    for format in INT_FORMATS {
        for rounding in MODES {
            for overflow in [Overflow::Format, Overflow::Saturate] {
                let error = format.encode(f64::NAN, rounding, overflow).unwrap_err();
                assert!(matches!(error, EncodeError::NotFinite { .. }));
            }
            for (x, end) in [
                (f64::INFINITY, format.max()),
                (f64::NEG_INFINITY, format.min()),
            ] {
                let error = format.encode(x, rounding, Overflow::Format).unwrap_err();
                assert!(matches!(error, EncodeError::NotFinite { .. }));
                let code = format.encode(x, rounding, Overflow::Saturate).unwrap();
                assert_eq!(format.decode(code), end, "{x} into {format}");
            }
        }
    }
}

#[test]
fn minus_zero_and_what_rounds_to_it_are_zero() {
    for format in INT_FORMATS {
        assert_eq!(format.nearest(-0.0).code(), 0);
        let up = format.encode(-0.9, Rounding::Up, Overflow::Format);
        assert_eq!(up, Ok(0), "{format}");
    }
}

#[test]
fn an_error_names_the_number_that_was_given() {
    let refused = |format: IntFormat, x: f64| {
        let error = format.encode(x, Rounding::TiesToEven, Overflow::Format);
        error.unwrap_err().to_string()
    };
    assert_eq!(
        refused(INT4, 7.5),
        "7.5 does not fit int4, which holds -8 to 7"
    );
    assert_eq!(
        refused(INT8, 300.0),
        "300 does not fit int8, which holds -128 to 127"
    );
    assert_eq!(
        refused(UINT8, -1e300),
        "-1e+300 does not fit uint8, which holds 0 to 255"
    );
    assert_eq!(
        refused(INT8, f64::NEG_INFINITY),
        "-inf is not a number that the integer format int8 can hold"
    );
    assert_eq!(
        refused(UINT1, f64::NAN),
        "nan is not a number that the integer format uint1 can hold"
    );
    assert_eq!(
        refused(INT64, 9223372036854775808.0),
        "9223372036854775808 does not fit int64, which holds -9223372036854775808 to \
         9223372036854775807"
    );
    assert_eq!(
        INT2.code(2).unwrap_err().to_string(),
        "2 does not fit int2, which holds -2 to 1"
    );
    let error = INT64
        .encode(u64::MAX, Rounding::Up, Overflow::Format)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("18446744073709551615 does not fit int64"),
        "{error}"
    );
}
