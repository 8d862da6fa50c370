//! Every golden vector of the formats, from the implementations that people trust.

mod vectors;

use mantissa::prelude::*;
use vectors::{Vectors, golden, same};

fn float(name: &str) -> FloatFormat {
    match name.parse() {
        Ok(DType::Float(format)) => format,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_code_of_every_format_decodes_as_its_oracle_says() {
    let mut formats = 0;
    for file in ["decode.safetensors", "decode_p3109.safetensors"] {
        let vectors = Vectors::read(file);
        for name in vectors.names() {
            let format = float(&name);
            let expected = vectors.f64s(&name);
            assert_eq!(expected.len() as u128, format.code_count(), "{name}");
            for (value, expected) in format.values().zip(expected) {
                let got = value.to_f64();
                assert!(
                    same(got, expected),
                    "{value:?}: got {got}, oracle {expected}"
                );
            }
            formats += 1;
        }
    }
    assert_eq!(formats, 67 + 120);
}

#[test]
fn rounding_in_five_modes_equals_gfloat() {
    let modes = [
        ("ties_even", Rounding::TiesToEven),
        ("ties_away", Rounding::TiesToAway),
        ("toward_zero", Rounding::TowardZero),
        ("up", Rounding::Up),
        ("down", Rounding::Down),
    ];
    let (mut compared, mut refusals) = (0, 0);
    for name in [
        "float16",
        "bfloat16",
        "float8_e4m3fn",
        "float8_e5m2",
        "float6_e3m2fn",
        "float6_e2m3fn",
        "float4_e2m1fn",
        "p3109_k8p3se",
        "p3109_k8p4se",
        "p3109_k8p4sf",
        "p3109_k6p3sf",
    ] {
        let vectors = Vectors::read(&format!("round_{name}.safetensors"));
        let format = float(name);
        let inputs = vectors.f64s("x");
        for (mode, rounding) in modes {
            for (column, overflow) in [
                ("overflow", Overflow::Format),
                ("saturate", Overflow::Saturate),
            ] {
                let expected = vectors.f64s(&format!("{mode}.{column}"));
                for (&x, expected) in inputs.iter().zip(expected) {
                    let got = match format.encode(x, rounding, overflow) {
                        Ok(code) => format.value(code).to_f64(),
                        Err(EncodeError::NoNan { .. }) => f64::NAN,
                        Err(error) => panic!("{error}"),
                    };
                    // The oracle refuses to overflow a format that has neither NaN nor infinity;
                    // the specification of those formats (OCP MX) saturates.
                    let refused = !format.has_nan() && expected.is_nan() && !x.is_nan();
                    let wanted = if refused {
                        format.max().copysign(x)
                    } else {
                        expected
                    };
                    assert!(
                        same(got, wanted),
                        "{name} {mode} {column} {x:e}: {got}, oracle {wanted}"
                    );
                    compared += 1;
                    refusals += usize::from(refused);
                }
            }
        }
    }
    assert_eq!((compared, refusals), (131_000, 291));
}

#[test]
fn encoding_f32_equals_ml_dtypes() {
    let vectors = Vectors::read("encode_ml_dtypes.safetensors");
    let names = vectors.names();
    let formats: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".x"))
        .collect();
    assert_eq!(formats.len(), 5);
    for name in formats {
        let format = float(name);
        let x = vectors.f32s(&format!("{name}.x"));
        let codes = vectors.u8s(&format!("{name}.code"));
        for (x, expected) in x.into_iter().zip(codes) {
            let got = format.nearest(x);
            assert_eq!(got.code(), u64::from(expected), "{x:e} is {got:?}");
        }
    }
}

#[test]
fn finfo_and_iinfo_print_as_torch_prints_them() {
    let text = String::from_utf8(golden("torch_info.txt")).unwrap();
    for line in text.lines() {
        let name = line.rsplit_once("dtype=").unwrap().1.trim_end_matches(')');
        let printed = match name.parse().unwrap() {
            DType::Float(format) => finfo(format).to_string(),
            DType::Int(format) => iinfo(format).to_string(),
        };
        assert_eq!(printed, line);
    }
    assert_eq!(text.lines().count(), 17);
}

#[test]
fn sixty_digits_print_as_torch_prints_them() {
    let text = String::from_utf8(golden("decimals.tsv")).unwrap();
    let mut lines = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let [x, dtype, digits] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        let value = float(dtype).nearest(hex_float(x));
        assert_eq!(format!("{value:.60}"), digits, "{x} as {dtype}");
        lines += 1;
    }
    assert_eq!(lines, 100);
}

/// Reads `[-]0x1.<13 hexadecimal digits>p<exponent>`.
fn hex_float(text: &str) -> f64 {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (fraction, exponent) = rest.strip_prefix("0x1.").unwrap().split_once('p').unwrap();
    assert_eq!(fraction.len(), 13);
    let fraction = u64::from_str_radix(fraction, 16).unwrap();
    let exponent: i64 = exponent.parse().unwrap();
    sign * f64::from_bits(((exponent + 1023) as u64) << 52 | fraction)
}
