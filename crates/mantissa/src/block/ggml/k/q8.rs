//! Q8_K.

use super::super::common::extreme;
use super::super::layout::{split, split_mut};
use super::super::{BlockFormat, Field, FieldKind};
use super::WEIGHTS;
use super::search::nearest;

/// Q8_K: w = d * q, int8 codes q. No file has it: activations become this before a dot product with
/// the other K-quants.
///
/// 292 bytes for 256 weights, 9.125 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0 to 3 | d | float32 |
/// | 4 to 259 | qs | q, int8 |
/// | 260 to 291 | bsums | the sums of each 16 codes, int16, for the offsets of the other side |
///
/// The writer sends the weight farthest from zero to -127 and rounds all others to the nearest code,
/// ties to even; if it is below 3.7e-37, the block becomes zero. ggml leaves the sums of a block of
/// zeros as they were, here they are zero. ggml, `block_q8_K`, `quantize_row_q8_K_ref`,
/// `dequantize_row_q8_K`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 292];
/// block[0..4].copy_from_slice(&0.5_f32.to_le_bytes());
/// block[4] = 253; // the first weight: q -3
/// let w = ggml::Q8_K.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * -3.0);
/// # Ok::<(), QuantError>(())
/// ```
pub const Q8_K: BlockFormat = BlockFormat {
    name: "Q8_K",
    weights: WEIGHTS,
    part: WEIGHTS,
    scale: |block, _| stored_scale(block).into(),
    fields: &FIELDS,
    read,
    write: Some(write),
};

static FIELDS: [Field; 3] = [
    Field::new(
        "d",
        4,
        FieldKind::Scale,
        [
            "the scale of the block, a float32",
            "整块的缩放因子，float32",
        ],
    ),
    Field::new(
        "qs",
        256,
        FieldKind::Codes,
        ["code j, an int8", "编码 j，int8"],
    ),
    Field::new(
        "bsums",
        32,
        FieldKind::Sums,
        [
            "the sums of each sixteen codes, int16",
            "每十六个编码之和，int16",
        ],
    ),
];

fn stored_scale(block: &[u8]) -> f32 {
    f32::from_le_bytes([block[0], block[1], block[2], block[3]])
}

fn read(block: &[u8], out: &mut [f32]) {
    let [_, qs, _] = split(block, &FIELDS);
    let d = stored_scale(block);
    for (w, &q) in out.iter_mut().zip(qs) {
        *w = d * f32::from(q as i8);
    }
}

fn write(x: &[f32], block: &mut [u8]) {
    let extreme = extreme(x);
    if extreme == 0.0 {
        return;
    }
    let [d, qs, sums] = split_mut(block, &FIELDS);
    let inverse = -127.0 / extreme;
    d.copy_from_slice(&(1.0 / inverse).to_le_bytes());
    for (q, x) in qs.iter_mut().zip(x) {
        *q = nearest(inverse * x).min(127) as i8 as u8;
    }
    for (sum, qs) in sums.as_chunks_mut().0.iter_mut().zip(qs.chunks_exact(16)) {
        let total: i16 = qs.iter().map(|&q| i16::from(q as i8)).sum();
        *sum = total.to_le_bytes();
    }
}
