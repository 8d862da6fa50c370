//! Codebooks against bitsandbytes 0.50.2 on a CPU: NF4, FP4, double quantization, dynamic 8-bit.

mod vectors;

use mantissa::prelude::*;
use vectors::Vectors;

fn golden() -> Vectors {
    Vectors::read("bitsandbytes.safetensors")
}

fn x(golden: &Vectors) -> ndarray::ArrayD<f32> {
    ndarray::ArrayD::from_shape_vec(golden.shape("x"), golden.f32s("x")).unwrap()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// Equal to the sign of zero.
#[track_caller]
fn same(got: &[f32], golden: &Vectors, name: &str) {
    assert_eq!(bits(got), bits(&golden.f32s(name)), "{name}");
}

#[track_caller]
fn same_values(tensor: &CodebookTensor, golden: &Vectors, name: &str) {
    let values = tensor.dequantize();
    assert_eq!(values.shape(), golden.shape(name));
    same(values.as_slice().unwrap(), golden, name);
}

const FOUR_BITS: [(&str, CodebookScheme); 2] = [("nf4", NF4), ("fp4", BNB_FP4)];

#[test]
fn the_code_tables_are_equal() {
    let golden = golden();
    for (name, scheme) in FOUR_BITS {
        same(scheme.codebook().levels(), &golden, &format!("{name}.code"));
        let name = format!("{name}.double.code2");
        same(BNB_DYNAMIC8.codebook().levels(), &golden, &name);
    }
    same(BNB_DYNAMIC8.codebook().levels(), &golden, "dynamic8.code");
}

#[test]
fn four_bit_codes_scales_and_values_are_equal() {
    let golden = golden();
    for (name, scheme) in FOUR_BITS {
        let q = scheme.quantize(x(&golden));
        assert_eq!(q.packed(), golden.u8s(&format!("{name}.packed")));
        same(&q.absmax(), &golden, &format!("{name}.absmax"));
        same_values(&q, &golden, &format!("{name}.dequantized"));
    }
}

/// The offset is the mean of 32 absmax. torch sums float32 in an order that depends on the
/// processor's vectors; ours is the exact sum rounded once, here one unit in the last place less.
/// Everything that follows from bitsandbytes' own offset is equal.
#[test]
fn double_quantization_is_equal_but_for_the_rounding_of_the_mean() {
    let golden = golden();
    for (name, scheme) in FOUR_BITS {
        let part = |part: &str| format!("{name}.double.{part}");
        let q = scheme.clone().double_quantized().quantize(x(&golden));
        assert_eq!(q.packed(), golden.u8s(&part("packed")));
        let CodebookScales::Double { codes, offset, .. } = q.scales() else {
            panic!("{:?}", q.scales());
        };
        assert_eq!(*codes, golden.u8s(&part("absmax")));
        let theirs = golden.f32s(&part("offset"))[0];
        assert_eq!(offset.to_bits() + 1, theirs.to_bits());

        let rest: Vec<f32> = golden.f32s(&format!("{name}.absmax"));
        let rest: Vec<f32> = rest.iter().map(|absmax| absmax - theirs).collect();
        let rest = BNB_DYNAMIC8.block(256).quantize(rest);
        assert_eq!(rest.packed(), golden.u8s(&part("absmax")));
        same(&rest.absmax(), &golden, &part("absmax2"));
    }
}

#[test]
fn files_of_bitsandbytes_are_read() {
    let golden = golden();
    let shape = golden.shape("x");
    for (name, scheme) in FOUR_BITS {
        let part = |part: &str| format!("{name}.{part}");
        let scales = CodebookScales::Absmax(golden.f32s(&part("absmax")));
        let packed = golden.u8s(&part("packed"));
        let q = CodebookTensor::from_parts(scheme.clone(), &shape, &packed, scales).unwrap();
        same_values(&q, &golden, &part("dequantized"));

        let scales = CodebookScales::Double {
            codes: golden.u8s(&part("double.absmax")),
            absmax: golden.f32s(&part("double.absmax2")),
            offset: golden.f32s(&part("double.offset"))[0],
        };
        let (scheme, packed) = (
            scheme.double_quantized(),
            golden.u8s(&part("double.packed")),
        );
        let q = CodebookTensor::from_parts(scheme, &shape, &packed, scales).unwrap();
        same_values(&q, &golden, &part("double.dequantized"));
    }
}

#[test]
fn dynamic_codes_scales_and_values_are_equal() {
    let golden = golden();
    let q = BNB_DYNAMIC8.block(256).quantize(x(&golden));
    assert_eq!(q.packed(), golden.u8s("dynamic8.q"));
    same(&q.absmax(), &golden, "dynamic8.absmax");
    same_values(&q, &golden, "dynamic8.dequantized");
}

/// bitsandbytes' code for 8 bits has two rules: its CPU code rounds x / absmax to one of 65536
/// steps from -1 to 1 and then looks for the nearest level; elsewhere there is no such step. Of 2048
/// numbers one lies so near a midpoint that the step is on its other side: -0.043756 is below the
/// midpoint -0.043750, and its step -0.043748 above.
#[test]
fn the_nearest_levels_differ_only_where_the_step_lies_beyond_a_midpoint() {
    let golden = golden();
    let scheme = BNB_DYNAMIC8.codebook().clone().blockwise(256);
    let codes = scheme.quantize(x(&golden)).packed();
    let expected = golden.u8s("dynamic8.q");
    let differ: Vec<usize> = (0..2048).filter(|i| codes[*i] != expected[*i]).collect();
    assert_eq!(differ, [1471]);
    assert_eq!((codes[1471], expected[1471]), (83, 84));
}
