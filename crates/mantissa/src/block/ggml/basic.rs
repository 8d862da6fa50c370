//! Blocks of 32 with one scale, and perhaps one offset, in float16: Q4_0 to Q8_1.

use super::common::{D, extreme, half, put_half, put_spread, reciprocal, scale_d, spread};
use super::{BlockFormat, Field, FieldKind};
use crate::pack::{pack, unpack};

const M: Field = Field::new(
    "m",
    2,
    FieldKind::Offset,
    [
        "the smallest weight of the block, a float16",
        "整块的最小值，float16",
    ],
);

const HIGH: Field = Field::new(
    "qh",
    4,
    FieldKind::HighBits,
    [
        "the fifth bit of code i is bit i",
        "第 i 位是第 i 个编码的最高位",
    ],
);

const NIBBLES: Field = Field::new(
    "qs",
    16,
    FieldKind::Codes,
    [
        "byte j: the low four bits of code j, then those of code j + 16",
        "字节 j：低半是编码 j 的低四位，高半是编码 j + 16 的低四位",
    ],
);

const INT8S: Field = Field::new(
    "qs",
    32,
    FieldKind::Codes,
    ["code j, an int8", "编码 j，int8"],
);

/// Q4_0: x = d * (q - 8), 4-bit codes; d is the weight of the largest magnitude over -8, with its
/// sign, so that this weight is met exactly and the other side ends at 7.
///
/// 18 bytes for 32 weights: `d` (float16), `qs` (two codes a byte, j and j + 16). A block of zeros
/// has d = -0. ggml, `block_q4_0` and `quantize_row_q4_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 32];
/// (w[0], w[1], w[16]) = (4.0, -3.0, 1.2);
/// let q = ggml::Q4_0.quantize(w);
/// assert_eq!(q.bytes()[..4], [0x00, 0xb8, 0x60, 0x8e]); // d = -0.5; codes 0 and 6, 14 and 8
/// assert_eq!(q.dequantize()[[16]], 1.0);
/// ```
pub const Q4_0: BlockFormat = BlockFormat {
    name: "Q4_0",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[D, NIBBLES],
    read: |block, out| {
        let d = half(block, 0);
        for (x, code) in out.iter_mut().zip(spread(&block[2..], 4)) {
            *x = (f32::from(code) - 8.0) * d;
        }
    },
    write: Some(|weights, block| {
        put_spread(signed_codes(weights, block, 8.0), 4, &mut block[2..]);
    }),
};

/// Q4_1: x = d * q + m, 4-bit codes; m is the smallest weight and d the range over 15.
///
/// 20 bytes for 32 weights: `d`, `m` (float16), `qs` (as in [`Q4_0`]). ggml, `block_q4_1` and
/// `quantize_row_q4_1_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let w: Vec<f32> = (0..32).map(|i| 100.0 + i as f32 / 2.0).collect();
/// let q = ggml::Q4_1.quantize(w);
/// assert_eq!(q.bytes()[..4], [0x22, 0x3c, 0x40, 0x56]); // d = 1.0332, m = 100
/// assert_eq!(q.dequantize()[[31]], 115.498046875);
/// ```
pub const Q4_1: BlockFormat = BlockFormat {
    name: "Q4_1",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[D, M, NIBBLES],
    read: |block, out| {
        let (d, m) = (half(block, 0), half(block, 2));
        for (x, code) in out.iter_mut().zip(spread(&block[4..], 4)) {
            *x = f32::from(code) * d + m;
        }
    },
    write: Some(|weights, block| {
        put_spread(codes_from_min(weights, block, 15.0), 4, &mut block[4..]);
    }),
};

/// Q5_0: x = d * (q - 16), 5-bit codes; d is the weight of the largest magnitude over -16.
///
/// 22 bytes for 32 weights: `d` (float16), `qh` (the fifth bit of each code), `qs` (the other four,
/// as in [`Q4_0`]). ggml, `block_q5_0` and `quantize_row_q5_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 32];
/// (w[0], w[1]) = (-8.0, 2.3);
/// let q = ggml::Q5_0.quantize(w);
/// assert_eq!(q.bytes()[..8], [0x00, 0x38, 0xfe, 0xff, 0xff, 0xff, 0x00, 0x05]);
/// assert_eq!(q.dequantize()[[1]], 2.5);
/// ```
pub const Q5_0: BlockFormat = BlockFormat {
    name: "Q5_0",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[D, HIGH, NIBBLES],
    read: |block, out| {
        let d = half(block, 0);
        for (x, code) in out.iter_mut().zip(five_bits(&block[2..])) {
            *x = (f32::from(code) - 16.0) * d;
        }
    },
    write: Some(|weights, block| {
        put_five_bits(&signed_codes(weights, block, 16.0), &mut block[2..]);
    }),
};

/// Q5_1: x = d * q + m, 5-bit codes; m is the smallest weight and d the range over 31.
///
/// 24 bytes for 32 weights: `d`, `m` (float16), `qh`, `qs` (as in [`Q5_0`]). ggml, `block_q5_1` and
/// `quantize_row_q5_1_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let w: Vec<f32> = (0..32).map(|i| i as f32 - 3.0).collect();
/// assert_eq!(ggml::Q5_1.fake_quantize(&w).as_slice().unwrap(), w); // d = 1, m = -3
/// ```
pub const Q5_1: BlockFormat = BlockFormat {
    name: "Q5_1",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[D, M, HIGH, NIBBLES],
    read: |block, out| {
        let (d, m) = (half(block, 0), half(block, 2));
        for (x, code) in out.iter_mut().zip(five_bits(&block[4..])) {
            *x = f32::from(code) * d + m;
        }
    },
    write: Some(|weights, block| {
        put_five_bits(&codes_from_min(weights, block, 31.0), &mut block[4..]);
    }),
};

/// Q8_0: x = d * q, int8 codes; d is the largest magnitude over 127, and ties go away from zero.
///
/// 34 bytes for 32 weights: `d` (float16), `qs` (int8). ggml, `block_q8_0` and
/// `quantize_row_q8_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 32];
/// (w[0], w[1]) = (127.0, -2.5);
/// let q = ggml::Q8_0.quantize(w);
/// assert_eq!(q.bytes()[..4], [0x00, 0x3c, 127, -3_i8 as u8]);
/// ```
pub const Q8_0: BlockFormat = BlockFormat {
    name: "Q8_0",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[D, INT8S],
    read: |block, out| read_int8s(half(block, 0), &block[2..], out),
    write: Some(|weights, block| {
        write_int8s(weights, block, 2);
    }),
};

/// Q8_1: [`Q8_0`] and the sum of its values, which dot products with offsets need. ggml uses it for
/// activations only, never in a file.
///
/// 36 bytes for 32 weights: `d`, `s` = d * sum of the codes (float16, infinite beyond 65504), `qs`
/// (int8). ggml, `block_q8_1` and `quantize_row_q8_1_ref`; there is no reader in ggml, so this one
/// reads as [`Q8_0`]'s.
///
/// ```
/// use mantissa::prelude::*;
/// let q = ggml::Q8_1.quantize([127.0; 32]);
/// assert_eq!(q.bytes()[2..4], f16::from_f32(4064.0).to_le_bytes()); // 32 * 127
/// ```
pub const Q8_1: BlockFormat = BlockFormat {
    name: "Q8_1",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[
        D,
        Field::new(
            "s",
            2,
            FieldKind::Sums,
            [
                "the sum of the codes times d, a float16",
                "编码之和乘以 d，float16",
            ],
        ),
        INT8S,
    ],
    read: |block, out| read_int8s(half(block, 0), &block[4..], out),
    write: Some(|weights, block| {
        let d = write_int8s(weights, block, 4);
        let sum: i32 = block[4..].iter().map(|code| i32::from(*code as i8)).sum();
        put_half(block, 2, sum as f32 * d);
    }),
};

/// Writes the scale that sends the largest magnitude to -`half_range`; the codes from 0 to
/// 2 * `half_range` - 1.
fn signed_codes(weights: &[f32], block: &mut [u8], half_range: f32) -> Vec<u8> {
    let d = extreme(weights) / -half_range;
    put_half(block, 0, d);
    let inverse = reciprocal(d);
    let code = |x: &f32| (x * inverse + (half_range + 0.5)).min(2.0 * half_range - 1.0) as u8;
    weights.iter().map(code).collect()
}

/// Writes the scale and the offset that send the smallest weight to 0 and the largest to `top`; the
/// codes.
fn codes_from_min(weights: &[f32], block: &mut [u8], top: f32) -> Vec<u8> {
    // Not f32::min and max: of 0 and -0 the first one counts.
    let pick = |better: fn(&f32, &f32) -> bool| {
        let pick = |best, &x| if better(&x, &best) { x } else { best };
        weights.iter().fold(weights[0], pick)
    };
    let (min, max) = (pick(f32::lt), pick(f32::gt));
    let d = (max - min) / top;
    put_half(block, 0, d);
    put_half(block, 2, min);
    let inverse = reciprocal(d);
    let code = |x: &f32| ((x - min) * inverse + 0.5) as u8;
    weights.iter().map(code).collect()
}

/// The codes of `qh` and `qs`.
fn five_bits(fields: &[u8]) -> impl Iterator<Item = u8> {
    let (high, low) = fields.split_at(4);
    let low = spread(low, 4).enumerate();
    low.map(|(i, low)| (unpack(high, 1, i) as u8) << 4 | low)
}

fn put_five_bits(codes: &[u8], fields: &mut [u8]) {
    let (high, low) = fields.split_at_mut(4);
    high.copy_from_slice(&pack(codes.iter().map(|code| u64::from(code >> 4)), 1));
    put_spread(codes.iter().map(|code| code & 15), 4, low);
}

fn read_int8s(d: f32, codes: &[u8], out: &mut [f32]) {
    for (x, code) in out.iter_mut().zip(codes) {
        *x = f32::from(*code as i8) * d;
    }
}

/// Writes the scale, and from byte `at` on the codes; the scale before it was rounded.
fn write_int8s(weights: &[f32], block: &mut [u8], at: usize) -> f32 {
    let d = extreme(weights).abs() / 127.0;
    put_half(block, 0, d);
    let inverse = reciprocal(d);
    for (code, x) in block[at..].iter_mut().zip(weights) {
        *code = (x * inverse).round() as i8 as u8;
    }
    d
}
