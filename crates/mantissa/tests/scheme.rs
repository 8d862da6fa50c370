//! Any scheme, by value and by name.

use mantissa::prelude::*;

#[test]
fn every_name_is_a_scheme_of_that_name() {
    for format in ggml::FORMATS {
        let scheme: Scheme = format.name().to_lowercase().parse().unwrap();
        // MXFP4 and NVFP4 are the OCP's and NVIDIA's, not ggml's layout of them.
        assert_eq!(scheme.name(), format.name());
    }
    for (name, full) in [
        ("mxfp8_e4m3", "MXFP8 E4M3"),
        (" NF4 ", "nf4, blocks of 64"),
        ("int4", "int4 symmetric"),
        ("fp8_e4m3fn", "float8_e4m3fn symmetric"),
        ("bf16", "bfloat16"),
        ("ternary", "ternary"),
        ("binary", "binary"),
    ] {
        assert_eq!(name.parse::<Scheme>().unwrap().name(), full);
    }
}

#[test]
fn an_unknown_name_gets_the_nearest() {
    let error = "mxfp5".parse::<Scheme>().unwrap_err().to_string();
    assert!(
        error.starts_with("the name of a scheme cannot be mxfp5: did you mean mxfp4, "),
        "{error}"
    );
    assert_eq!(error.matches("mxfp4").count(), 1, "{error}");
}

#[test]
fn a_cast_rounds_once() {
    let x = [1.0 + 2f64.powi(-8) + 2f64.powi(-40)];
    let q = Scheme::from("bfloat16").quantize(x);
    assert_eq!(q.dequantize()[0], 1.0078125);
    assert_eq!(q.bits_per_weight(), 16.0);
}

#[test]
fn a_scheme_gives_what_its_quantizer_gives() {
    let w = normal([4, 256], 7);
    let same = |scheme: Scheme, y: ndarray::ArrayD<f32>, bits: f64| {
        let q = scheme.quantize(&w);
        assert_eq!(
            (q.dequantize(), q.bits_per_weight()),
            (y, bits),
            "{}",
            scheme.name()
        );
    };
    let int4 = Affine::symmetric(INT4).per_axis(0);
    let q = int4.quantize(&w);
    same(int4.into(), q.dequantize(), q.bits_per_weight());
    same(
        q.params().clone().into(),
        q.dequantize(),
        q.bits_per_weight(),
    );
    let q = MXFP4.quantize(&w);
    same(MXFP4.into(), q.dequantize(), q.bits_per_weight());
    let q = NVFP4.quantize(&w);
    same(NVFP4.into(), q.dequantize(), q.bits_per_weight());
    let q = ggml::Q4_K.quantize(&w);
    same(ggml::Q4_K.into(), q.dequantize(), q.bits_per_weight());
    let q = NF4.quantize(&w);
    same(NF4.into(), q.dequantize(), q.bits_per_weight());
    let q = TERNARY.quantize(&w);
    same(TERNARY.into(), q.dequantize(), q.bits_per_weight());
}

#[test]
fn a_table_stops_at_what_cannot_be_done() {
    let error = try_error_table([1.0, 2.0], [NF4.into(), ggml::Q4_0.into()]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("groups of 32 do not divide the 2 elements"),
        "{error}"
    );
}
