//! One and two bits a weight: Q1_0 and Q2_0.

use super::common::{D, extreme, half, put_half, reciprocal, scale_d};
use super::{BlockFormat, Field, FieldKind};
use crate::pack::{pack, unpack};

/// Q1_0: x = d or -d, the sign alone; d is the mean magnitude.
///
/// 18 bytes for 128 weights: `d` (float16), `qs` (bit i is 1 for a weight i that is not below zero).
/// ggml, `block_q1_0` and `quantize_row_q1_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let w: Vec<f32> = (0..128).map(|i| if i == 1 { -127.0 } else { 1.0 }).collect();
/// let q = ggml::Q1_0.quantize(w);
/// assert_eq!(q.bytes()[2..4], [0b1111_1101, 0xff]);
/// assert_eq!(q.dequantize()[[1]], -1.984375); // (127 + 127) / 128
/// ```
pub const Q1_0: BlockFormat = BlockFormat {
    name: "Q1_0",
    weights: 128,
    part: 128,
    scale: scale_d,
    fields: &[
        D,
        Field::new(
            "qs",
            16,
            FieldKind::Codes,
            [
                "bit i is 1 for +d and 0 for -d",
                "第 i 位：1 为 +d，0 为 −d",
            ],
        ),
    ],
    read: |block, out| {
        let d = half(block, 0);
        for (i, x) in out.iter_mut().enumerate() {
            *x = if unpack(&block[2..], 1, i) == 1 {
                d
            } else {
                -d
            };
        }
    },
    write: Some(|weights, block| {
        let sum = weights.iter().fold(0.0, |sum, x| sum + x.abs());
        put_half(block, 0, sum / weights.len() as f32);
        let signs = weights.iter().map(|x| u64::from(*x >= 0.0));
        block[2..].copy_from_slice(&pack(signs, 1));
    }),
};

/// Q2_0: x = d * (q - 1), 2-bit codes; d is the largest magnitude, so the writer gives -d, 0 and d
/// and leaves the fourth code, 2d, alone.
///
/// 18 bytes for 64 weights: `d` (float16), `qs` (four codes a byte, one after the other, low bits
/// first). ggml, `block_q2_0` and `quantize_row_q2_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 64];
/// (w[0], w[1], w[2]) = (2.0, -1.0, 0.9);
/// let q = ggml::Q2_0.quantize(w);
/// assert_eq!(q.bytes()[..3], [0x00, 0x40, 0b01_01_00_10]);
/// ```
pub const Q2_0: BlockFormat = BlockFormat {
    name: "Q2_0",
    weights: 64,
    part: 64,
    scale: scale_d,
    fields: &[
        D,
        Field::new(
            "qs",
            16,
            FieldKind::Codes,
            [
                "codes one after the other, two bits each",
                "编码依次排列，各两位",
            ],
        ),
    ],
    read: |block, out| {
        let d = half(block, 0);
        for (i, x) in out.iter_mut().enumerate() {
            *x = (unpack(&block[2..], 2, i) as f32 - 1.0) * d;
        }
    },
    write: Some(|weights, block| {
        let d = extreme(weights).abs();
        put_half(block, 0, d);
        let inverse = reciprocal(d);
        let codes = weights.iter().map(|x| ((x * inverse).round() + 1.0) as u64);
        block[2..].copy_from_slice(&pack(codes, 2));
    }),
};
