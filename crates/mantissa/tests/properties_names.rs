//! Names of dtypes: every one parses to its own dtype, the whole P3109 family included; any other text
//! is an error that lists near names, and never a panic.

use mantissa::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

fn config() -> Config {
    Config {
        cases: 50, // an unknown name is compared with every known one
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(38),
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_a_dtype_or_an_error_with_names(text: String, k: u32, p: u32) {
        for text in [text, format!("binary{k}p{p}se"), format!("binary{}p{}uf", k % 20, p % 20)] {
            match text.parse::<DType>() {
                Ok(dtype) => prop_assert_eq!(dtype.name().parse(), Ok(dtype)),
                Err(error) => prop_assert!(error.to_string().contains("the nearest are ")),
            }
            let _ = text.parse::<Count>();
        }
    }
}

#[test]
fn every_name_parses_to_its_own_dtype() {
    let mut names = 0;
    for dtype in dtypes() {
        for text in [
            dtype.name().to_owned(),
            format!("torch.{dtype}"),
            dtype.name().to_ascii_uppercase(),
            format!(" {dtype}\n"),
        ] {
            assert_eq!(text.parse(), Ok(dtype), "{text:?}");
        }
        names += 1;
    }
    assert_eq!(names, 16 + 22);
    for (short, dtype) in [
        ("bf16", BF16),
        ("half", FP16),
        ("double", FP64),
        ("torch.float", FP32),
    ] {
        assert_eq!(short.parse(), Ok(DType::from(dtype)));
    }
}

#[test]
fn every_p3109_name_parses_to_its_format() {
    let mut formats = 0;
    for (k, p) in (0..=20).flat_map(|k| (0..=21).map(move |p| (k, p))) {
        for (signedness, s) in [(Signedness::Signed, 's'), (Signedness::Unsigned, 'u')] {
            for (domain, d) in [(Domain::Finite, 'f'), (Domain::Extended, 'e')] {
                let format = FloatFormat::p3109(k, p, signedness, domain);
                let signed = u32::from(s == 's');
                // The exponent has what the precision leaves: at most 11 bits for a float64.
                let valid =
                    (3..=16).contains(&k) && p >= 1 && p <= k - signed && k - p + 1 - signed <= 11;
                assert_eq!(format.is_ok(), valid, "binary{k}p{p}{s}{d}");
                if let Ok(format) = format {
                    let name = format!("binary{k}p{p}{s}{d}");
                    assert_eq!((format.name(), format.bits()), (name.as_str(), k));
                    assert_eq!(name.parse(), Ok(DType::from(format)));
                    assert_eq!(
                        format!("p3109_k{k}p{p}{s}{d}").parse(),
                        Ok(DType::from(format))
                    );
                    formats += 1;
                }
            }
        }
    }
    assert!(formats > 400, "{formats}");
    for name in [
        "binary2p1sf",
        "binary17p9sf",
        "binary8p0se",
        "binary8p8se",
        "binary8p9uf",
        "binary16p4se",
        "binary8p3s",
        "binary8p3xe",
        "binaryp3se",
        "binary99999999999p3se",
    ] {
        assert!(name.parse::<DType>().is_err(), "{name}");
    }
}

#[test]
fn an_unknown_name_lists_near_ones() {
    for (name, near) in [
        ("float8_e4m3fnn", "float8_e4m3fn"),
        ("bfloat61", "bfloat16"),
        ("torch.flaot32", "float32"),
        ("uint9", "uint8"),
        ("fp4_e2m1fn", "float4_e2m1fn"),
        ("binary8p3", "binary8p3s"),
        ("binary8p9se", "binary8p3se"),
        ("", "int"),
    ] {
        let message = name.parse::<DType>().unwrap_err().to_string();
        let (said, nearest) = message.split_once("; the nearest are ").unwrap();
        assert_eq!(said, format!("no dtype is called {name:?}"));
        assert!(nearest.contains(near), "{message}");
        assert_eq!(nearest.split(", ").count(), 3, "{message}");
    }
}
