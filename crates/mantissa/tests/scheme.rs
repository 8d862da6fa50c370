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

#[test]
fn every_quantized_tensor_has_its_shape_and_its_scheme() {
    let w = normal([2, 256], 4);
    let int8 = Affine::symmetric_full(INT8).per_axis(0).reciprocal();
    let affine = int8.quantize(&w);
    assert_eq!(
        (affine.shape(), affine.scheme()),
        (&[2, 256][..], Scheme::from(int8.clone()))
    );
    let params = int8.fit(&w);
    let given = params.quantize(&w);
    assert_eq!(given.scheme(), Scheme::from(params));
    let mx = MXFP4.block(16).quantize(&w);
    assert_eq!((mx.shape(), mx.scheme().block_size()), (&[2, 256][..], 16));
    let [two, one] = [NVFP4, NVFP4.single_level()].map(|scheme| scheme.quantize(&w));
    assert_eq!((two.shape(), two.scheme()), (&[2, 256][..], NVFP4));
    assert_eq!(one.scheme(), NVFP4.single_level());
    let ggml = ggml::Q4_K.quantize(&w);
    assert_eq!((ggml.shape(), ggml.scheme()), (&[2, 256][..], ggml::Q4_K));
    let nf4 = NF4.quantize(&w);
    assert_eq!((nf4.shape(), nf4.scheme()), (&[2, 256][..], &NF4));
    let ternary = TERNARY.quantize(&w);
    assert_eq!(
        (ternary.shape(), ternary.scheme()),
        (&[2, 256][..], &TERNARY)
    );
    let any = Scheme::from("q8_0").quantize(&w);
    assert_eq!(
        (any.shape(), any.scheme()),
        (&[2, 256][..], &Scheme::from("q8_0"))
    );
}
