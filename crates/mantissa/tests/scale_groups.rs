//! Which elements share a scale, and that it explains their values: each is a level of its scheme
//! times the scale of its group.

use mantissa::ggml::{self, BlockFormat, BlockTensor};
use mantissa::prelude::*;

/// The value of every element from its group's scale and its level.
fn explained(groups: &Groups, levels: &[f64]) -> Vec<f32> {
    let of = groups.of.iter().zip(levels);
    of.map(|(group, level)| (groups.scales[*group] * level) as f32)
        .collect()
}

#[test]
fn blocks_of_a_codebook_run_on_across_rows() {
    let w = normal([3, 5], 7);
    for scheme in [
        NF4.block(4),
        NF4.block(4).double_quantized(),
        BNB_FP4.block(64),
    ] {
        let q = scheme.quantize(&w);
        let groups = q.scale_groups().unwrap();
        assert_eq!(groups.of.shape(), [3, 5]);
        let levels = q.codebook().levels();
        let levels: Vec<f64> = q
            .codes()
            .values()
            .map(|code| levels[code.code() as usize].into())
            .collect();
        assert_eq!(
            explained(&groups, &levels),
            q.dequantize().into_raw_vec_and_offset().0
        );
    }
    let groups = NF4.block(4).quantize(&w).scale_groups().unwrap();
    assert_eq!(
        groups.of.as_slice().unwrap(),
        [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    );
    let text = granularity_map(&NF4.block(4).quantize(&w))
        .text()
        .to_owned();
    assert!(text.contains("[0, 4] s=1.2564"), "{text}");
}

#[test]
fn levels_that_are_values_have_no_scale() {
    let own = Codebook::new("mine", [-1.0, 0.5, 2.0]).absolute();
    assert_eq!(own.quantize([9.0, 0.1]).scale_groups(), None);
    assert_eq!(tensor([1.0, 2.0], FP16).scale_groups(), None);
}

#[test]
fn mx_and_nvfp4_values_are_codes_times_scales() {
    let w = normal([2, 64], 3);
    let mx = MXFP6_E2M3.quantize(&w);
    let groups = mx.scale_groups().unwrap();
    assert_eq!(
        explained(&groups, &mx.codes().to_vec()),
        mx.dequantize().into_raw_vec_and_offset().0
    );
    let int = MXINT8.quantize(&w);
    let groups = int.scale_groups().unwrap();
    assert_eq!(
        explained(&groups, &int.codes().to_vec()),
        int.dequantize().into_raw_vec_and_offset().0
    );
    let nv = NVFP4.quantize(&w);
    let groups = nv.scale_groups().unwrap();
    let own = nv.dequantize().into_raw_vec_and_offset().0;
    for (own, explained) in own.iter().zip(explained(&groups, &nv.codes().to_vec())) {
        // The product of the two scales is rounded to float32 first.
        assert!(
            (own - explained).abs() <= own.abs() * f32::EPSILON,
            "{own} {explained}"
        );
    }
}

fn integers(low: i32, high: i32) -> Vec<f64> {
    (low..=high).map(f64::from).collect()
}

fn both_signs(magnitudes: impl IntoIterator<Item = i32>) -> Vec<f64> {
    let magnitudes = magnitudes.into_iter().map(f64::from);
    magnitudes.flat_map(|x| [-x, x]).collect()
}

/// Formats without offset: weights of a scale, and levels.
fn levels() -> Vec<(BlockFormat, usize, Vec<f64>)> {
    let e2m1 = Codebook::of(FP4_E2M1FN)
        .levels()
        .iter()
        .map(|level| f64::from(*level))
        .collect::<Vec<_>>();
    let iq4 = [
        -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
    ]
    .map(f64::from)
    .to_vec();
    let iq1: Vec<f64> = [-9, -7, -1, 1, 7, 9].map(|x| f64::from(x) / 8.0).to_vec();
    let iq2 = both_signs([8, 25, 43]);
    vec![
        (ggml::Q1_0, 128, both_signs([1])),
        (ggml::Q2_0, 64, integers(-1, 2)),
        (ggml::Q4_0, 32, integers(-8, 7)),
        (ggml::Q5_0, 32, integers(-16, 15)),
        (ggml::Q8_0, 32, integers(-128, 127)),
        (ggml::Q8_1, 32, integers(-128, 127)),
        (ggml::Q3_K, 16, integers(-4, 3)),
        (ggml::Q6_K, 16, integers(-32, 31)),
        (ggml::Q8_K, 256, integers(-128, 127)),
        (ggml::IQ1_S, 32, iq1.clone()),
        (ggml::IQ1_M, 16, iq1),
        (ggml::IQ2_XXS, 32, iq2.clone()),
        (ggml::IQ2_XS, 16, iq2.clone()),
        (ggml::IQ2_S, 16, iq2),
        (
            ggml::IQ3_XXS,
            32,
            both_signs([4, 12, 20, 28, 36, 44, 52, 62]),
        ),
        (ggml::IQ3_S, 32, both_signs([1, 3, 5, 7, 9, 11, 13, 15])),
        (ggml::IQ4_NL, 32, iq4.clone()),
        (ggml::IQ4_XS, 32, iq4),
        (ggml::TQ1_0, 256, integers(-1, 1)),
        (ggml::TQ2_0, 256, integers(-1, 2)),
        (ggml::MXFP4, 32, e2m1.clone()),
        (ggml::NVFP4, 16, e2m1),
    ]
}

/// Formats with an offset: weights of a scale.
const WITH_OFFSET: [(BlockFormat, usize); 5] = [
    (ggml::Q4_1, 32),
    (ggml::Q5_1, 32),
    (ggml::Q2_K, 16),
    (ggml::Q4_K, 32),
    (ggml::Q5_K, 32),
];

/// A tensor of any bytes, and its groups, which are `part` weights each.
fn any_bytes(format: BlockFormat, part: usize) -> (BlockTensor, Groups) {
    let blocks = 24;
    let bytes = normal([blocks * format.bytes()], 5)
        .iter()
        .map(|x| (x * 1e4) as i32 as u8)
        .collect::<Vec<_>>();
    let q = BlockTensor::from_bytes(bytes, &[2, blocks / 2 * format.weights()], format).unwrap();
    let groups = q.scale_groups().unwrap();
    assert_eq!(groups.scales.len(), q.dequantize().len() / part, "{format}");
    assert!(
        groups
            .of
            .iter()
            .enumerate()
            .all(|(i, group)| *group == i / part),
        "{format}"
    );
    (q, groups)
}

#[test]
fn every_weight_of_a_block_is_a_level_times_its_scale() {
    assert_eq!(levels().len() + WITH_OFFSET.len(), ggml::FORMATS.len());
    for (format, part, levels) in levels() {
        let (q, groups) = any_bytes(format, part);
        let mut used = 0;
        for (x, group) in q.dequantize().iter().zip(&groups.of) {
            let scale = groups.scales[*group];
            if scale.is_finite() {
                used += 1;
                let level = levels.iter().find(|level| (scale * **level) as f32 == *x);
                assert!(level.is_some(), "{format}: {x} for scale {scale}");
            }
        }
        assert!(
            used > groups.of.len() / 2,
            "{format}: {used} of {}",
            groups.of.len()
        );
    }
}

#[test]
fn weights_with_an_offset_are_whole_steps_apart() {
    for (format, part) in WITH_OFFSET {
        let q = format.quantize(normal([2, 512], 9));
        let groups = q.scale_groups().unwrap();
        let values = q.dequantize().into_raw_vec_and_offset().0;
        for (part, scale) in values.chunks(part).zip(&groups.scales) {
            for x in part {
                let steps = f64::from(x - part[0]) / scale;
                assert!(
                    (steps - steps.round()).abs() < 1e-3,
                    "{format}: {steps} steps of {scale}"
                );
            }
        }
        any_bytes(format, part);
    }
}

#[test]
fn a_block_format_shows_its_groups() {
    let q = ggml::Q4_0.quantize(vec![vec![-8.0; 32]; 2]);
    assert!(
        granularity_map(&q).text().contains("s=1"),
        "{}",
        granularity_map(&q).text()
    );
    let empty = ggml::Q4_0.quantize(Vec::<f32>::new());
    assert_eq!(empty.scale_groups().unwrap().scales, []);
}
