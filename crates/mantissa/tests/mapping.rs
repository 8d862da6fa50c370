//! Who shares a value: the counts of `preimage` and `sharing` against trying every value.

mod enumeration;

use enumeration::{image, key, numbers};
use mantissa::prelude::*;
use std::collections::HashMap;

fn counted(source: DType, target: DType) -> HashMap<u64, (u128, f64, f64)> {
    let mut counts = HashMap::new();
    for x in numbers(source) {
        if let Some(key) = image(x, target) {
            let (count, _, last) = counts.entry(key).or_insert((0, x, x));
            (*count, *last) = (*count + 1, x);
        }
    }
    counts
}

fn agrees_with_enumeration(source: DType, target: DType) {
    let counts = counted(source, target);
    for code in 0..=u64::MAX >> (64 - target.bits()) {
        let value = target.value(code);
        let shared = preimage(value, source);
        let ends = shared.first().zip(shared.last());
        let ends = ends.map(|(first, last)| (first.to_f64() + 0.0, last.to_f64() + 0.0));
        let found = counts.get(&key(value));
        assert_eq!(
            (shared.count(), ends),
            found.map_or((0, None), |(n, first, last)| (*n, Some((*first, *last)))),
            "{source} to {value:?}"
        );
        assert_eq!(sharing(value, source), shared.count());
    }
}

#[test]
fn counts_of_small_formats_are_those_of_enumeration() {
    let small: Vec<DType> = dtypes().filter(|dtype| dtype.bits() <= 8).collect();
    for source in &small {
        for target in &small {
            agrees_with_enumeration(*source, *target);
        }
    }
}

#[test]
fn counts_of_16_bit_formats_are_those_of_enumeration() {
    for source in [FP16.into(), BF16.into(), DType::from(INT16)] {
        for target in [
            FP8_E4M3FN.into(),
            FP8_E5M2.into(),
            FP8_E4M3FNUZ.into(),
            FP8_E8M0FNU.into(),
            FP4_E2M1FN.into(),
            INT8.into(),
            DType::from(UINT4),
        ] {
            agrees_with_enumeration(source, target);
        }
    }
    agrees_with_enumeration(FP16.into(), BF16.into());
    agrees_with_enumeration(BF16.into(), FP16.into());
}

#[test]
fn every_bfloat16_is_shared_by_65536_float32_give_or_take_one() {
    let mut sum = 0;
    for value in BF16.sorted().filter(|value| value.is_finite()) {
        let count = sharing(value, FP32);
        let zero = value == 0.0;
        assert_eq!(
            count,
            if value.code() & 1 == 0 { 65537 } else { 65535 },
            "{value:?}"
        );
        // Both zeros are one number; the codes below are counted once.
        sum += if zero && value.negative() { 0 } else { count };
    }
    // What is left overflows: half a gap at each end, without the tie.
    let infinite = sharing(BF16.value(0x7f80), FP32);
    assert_eq!(infinite, 32768);
    assert_eq!(sum + 2 * infinite, FP32.finite_count());
}
