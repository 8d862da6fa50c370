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
        "binary8p+3se",
        "binary+8p3se",
        "p3109_k8p+3se",
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
        ("bf17", "bfloat16"),
        ("fp8", "float8_e5m2, float8_e4m3fn"),
        ("FP8-E5M2", "float8_e5m2"),
        ("float8", "float8_e5m2, float8_e4m3fn"),
        ("float8 e5m2", "float8_e5m2"),
        ("e4m3", "float8_e4m3fn"),
        ("fp4", "float4_e2m1fn"),
        ("mxfp4", "float4_e2m1fn"),
        ("nvfp4", "float4_e2m1fn"),
        ("i9", "int8"),
        ("u9", "uint8"),
        ("hlaf", "float16"),
        ("doubel", "float64"),
        ("binary8p3", "binary8p3s"),
        ("binary8p9se", "binary8p3se"),
        ("", "float64, float32, float16"),
    ] {
        let message = name.parse::<DType>().unwrap_err().to_string();
        let (said, nearest) = message.split_once("; the nearest are ").unwrap();
        assert_eq!(said, format!("no dtype is called {name:?}"));
        assert!(nearest.contains(near), "{message}");
        assert_eq!(nearest.split(", ").count(), 3, "{message}");
    }
}

#[test]
fn a_constants_own_spelling_is_a_name() {
    macro_rules! constants {
        ($($constant:ident),* $(,)?) => { [$((stringify!($constant), DType::from($constant))),*] };
    }
    let constants = constants![
        FP64,
        FP32,
        TF32,
        FP16,
        BF16,
        FP8_E5M2,
        FP8_E4M3,
        FP8_E3M4,
        FP8_E4M3FN,
        FP8_E4M3FNUZ,
        FP8_E5M2FNUZ,
        FP8_E4M3B11FNUZ,
        FP8_E8M0FNU,
        FP6_E3M2FN,
        FP6_E2M3FN,
        FP4_E2M1FN,
        INT64,
        UINT64,
        INT32,
        UINT32,
        INT16,
        UINT16,
        INT8,
        UINT8,
        INT7,
        UINT7,
        INT6,
        UINT6,
        INT5,
        UINT5,
        INT4,
        UINT4,
        INT3,
        UINT3,
        INT2,
        UINT2,
        INT1,
        UINT1
    ];
    for (text, dtype) in constants {
        assert_eq!(text.parse(), Ok(dtype));
        assert_eq!(text.to_lowercase().parse(), Ok(dtype));
    }
    assert_eq!(constants.len(), dtypes().count());
}

#[test]
fn a_long_text_is_cut() {
    let start = std::time::Instant::now();
    let error = "x".repeat(20_000).parse::<DType>().unwrap_err();
    assert!(error.to_string().len() < 200);
    assert!(start.elapsed().as_secs_f64() < 1.0);
}

#[test]
fn a_formats_name_is_printable_and_short() {
    let rule = "a format's name must have 1 to 30 bytes of UTF-8 and no control characters";
    let long = "m".repeat(40);
    for name in [
        "",
        &long,
        "a\0b",
        "a\tb",
        "a\n",
        "\x1b[1m",
        "a\x7f",
        "a\u{80}b",
        "\u{9f}",
        "a\u{fffe}",
        "\u{ffff}",
    ] {
        let error = FloatFormat::new(name, 4, 3, 7, true, Specials::FN).unwrap_err();
        assert_eq!(error, FormatError::Name, "{name:?}");
        assert_eq!(error.to_string(), rule);
        let panic = std::panic::catch_unwind(|| FloatFormat::ieee(name, 4, 3)).unwrap_err();
        let message = match panic.downcast_ref::<String>() {
            Some(message) => message,
            None => *panic.downcast_ref::<&str>().unwrap(),
        };
        assert_eq!(message, rule, "{name:?}");
    }
    for name in [
        "E4M3 (mine)",
        "<&>\"'",
        "\u{a0}\u{e9}",
        "数",
        "\u{fffd}",
        "\u{1f600}",
    ] {
        let format = FloatFormat::new(name, 4, 3, 7, true, Specials::FN).unwrap();
        assert_eq!(format.name(), name);
    }
}
