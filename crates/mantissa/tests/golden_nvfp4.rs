//! NVFP4 against torchao's `nvfp4_quantize` (0.18.0): the scales and every code.

mod vectors;

use mantissa::prelude::*;
use vectors::Vectors;

#[test]
fn scales_and_codes_are_torchaos() {
    let vectors = Vectors::read("nvfp4_torchao.safetensors");
    let x = ndarray::Array2::from_shape_vec((16, 64), vectors.f32s("x")).unwrap();
    let q = NVFP4.quantize(&x);
    let tensor_scale = q.tensor_scale().unwrap();
    assert_eq!(
        tensor_scale.to_bits(),
        vectors.f32s("tensor_scale")[0].to_bits()
    );
    assert_eq!(q.scales().shape(), vectors.shape("scale"));
    assert_eq!(q.scales().bytes(), vectors.u8s("scale"));
    let codes: Vec<u8> = q.codes().values().map(|value| value.code() as u8).collect();
    assert_eq!(codes, vectors.u8s("code"));
    // The same from the tensor scale given, and from the parts.
    assert_eq!(NVFP4.with_tensor_scale(tensor_scale).quantize(&x), q);
    let again =
        NvFp4Tensor::from_parts(q.codes().clone(), q.scales().clone(), q.tensor_scale()).unwrap();
    assert_eq!(again, q);
}

#[test]
fn the_values_are_the_products_in_torchaos_order() {
    let vectors = Vectors::read("nvfp4_torchao.safetensors");
    let x = ndarray::Array2::from_shape_vec((16, 64), vectors.f32s("x")).unwrap();
    let (t, scales) = (vectors.f32s("tensor_scale")[0], vectors.u8s("scale"));
    let codes = vectors.u8s("code");
    for (i, got) in NVFP4.fake_quantize(&x).iter().enumerate() {
        let scale = FP8_E4M3FN.value(scales[i / 16].into()).to_f64() as f32;
        let code = FP4_E2M1FN.value(codes[i].into()).to_f64() as f32;
        assert_eq!(got.to_bits(), (t * scale * code).to_bits(), "element {i}");
    }
}
