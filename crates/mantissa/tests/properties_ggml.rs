//! Laws of the block formats, for every format, random bytes and random weights. The seed is fixed: a
//! run repeats the last one.

use mantissa::ggml::{BlockFormat, BlockTensor, FORMATS};
use mantissa::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

fn config() -> Config {
    Config {
        cases: 100,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(32),
        ..Config::default()
    }
}

fn format() -> impl Strategy<Value = BlockFormat> {
    proptest::sample::select(FORMATS)
}

/// Any bytes, of 0 to 4 blocks.
fn blocks() -> impl Strategy<Value = (BlockFormat, Vec<u8>)> {
    let byte = prop_oneof![any::<u8>(), Just(0), Just(0xff), Just(0x7c), Just(0x7f)];
    let bytes = proptest::collection::vec(byte, 4 * 300);
    (format(), 0..=4_usize, bytes).prop_map(|(format, blocks, mut bytes)| {
        bytes.truncate(blocks * format.bytes());
        (format, bytes)
    })
}

/// Weights of two blocks: between 1/4 and 8 in magnitude, so that no scale is subnormal or too large.
fn weights() -> impl Strategy<Value = Vec<f32>> {
    let weight = (0.25_f32..8.0, any::<bool>()).prop_map(|(x, minus)| if minus { -x } else { x });
    proptest::collection::vec(weight, 2 * 256)
}

fn write(format: BlockFormat, weights: &[f32]) -> Option<BlockTensor> {
    // What is left is a format that can only be read.
    format.try_quantize(weights).ok()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_values((format, bytes) in blocks()) {
        let blocks = bytes.len() / format.bytes();
        let values = format.dequantize(&bytes).unwrap();
        prop_assert_eq!(values.len(), blocks * format.weights());
        // A block's values are its own.
        for i in 0..blocks {
            let one = format.dequantize(&bytes[i * format.bytes()..][..format.bytes()]).unwrap();
            let all = &values[i * format.weights()..][..format.weights()];
            prop_assert!(one.iter().zip(all).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
        let shape = [blocks, 1, format.weights()];
        let tensor = BlockTensor::from_bytes(bytes.clone(), &shape, format).unwrap();
        prop_assert_eq!(tensor.bytes(), &bytes[..]);
        let back = tensor.dequantize();
        prop_assert_eq!(back.shape(), shape);
        prop_assert!(back.iter().zip(&values).all(|(a, b)| a.to_bits() == b.to_bits()));
        prop_assert_eq!(tensor.summary().bytes(), bytes.len());
    }

    #[test]
    fn other_lengths_are_an_error(format in format(), len in 0..1000_usize) {
        let whole = len.is_multiple_of(format.bytes());
        prop_assert_eq!(format.dequantize(&vec![0x55; len]).is_ok(), whole);
    }

    #[test]
    fn twice_the_weights_are_twice_the_values(format in format(), weights in weights()) {
        let Some(q) = write(format, &weights) else { return Ok(()) };
        let twice: Vec<f32> = weights.iter().map(|x| 2.0 * x).collect();
        let twice = format.fake_quantize(twice);
        for (x, twice) in q.dequantize().iter().zip(&twice) {
            prop_assert_eq!(2.0 * x, *twice, "{}", format);
        }
    }

    #[test]
    fn blocks_in_another_order_are_the_same_blocks(format in format(), weights in weights()) {
        let Some(q) = write(format, &weights) else { return Ok(()) };
        let blocks: Vec<&[f32]> = weights.chunks(format.weights()).rev().collect();
        let reversed = format.quantize(blocks.concat());
        let last = blocks.len() - 1;
        for i in 0..blocks.len() {
            prop_assert_eq!(q.block(i), reversed.block(last - i), "{}", format);
        }
        // And in another shape.
        let rows: Vec<Vec<f32>> = weights.chunks(256).map(<[f32]>::to_vec).collect();
        let rows = format.quantize(rows);
        prop_assert_eq!(rows.bytes(), q.bytes());
    }

    #[test]
    fn an_error_is_at_most_half_a_step(
        format in proptest::sample::select(&[ggml::Q4_1, ggml::Q5_1, ggml::Q8_0]),
        weights in weights(),
    ) {
        for weights in weights.chunks(32) {
            let values = format.fake_quantize(weights);
            let min = weights.iter().copied().fold(f32::MAX, f32::min);
            let max = weights.iter().copied().fold(f32::MIN, f32::max);
            let step = match format.name() {
                "Q4_1" => (max - min) / 15.0,
                "Q5_1" => (max - min) / 31.0,
                _ => max.max(-min) / 127.0,
            };
            // Scale and offset are rounded to the 11 bits of a float16.
            let bound = step / 2.0 + 2.0 * 16.0 / 2048.0 / 2.0;
            for (x, value) in weights.iter().zip(&values) {
                prop_assert!((x - value).abs() <= bound, "{}: {} is {}", format, x, value);
            }
        }
    }
}
