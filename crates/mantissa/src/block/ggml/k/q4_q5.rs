//! Q4_K and Q5_K, which differ only in a fifth bit of the codes.

use super::super::common::{half, put_half};
use super::super::layout::{Runs, split, split_mut};
use super::super::{BlockFormat, Field, FieldKind};
use super::offset::Fitted;
use super::search::{Line, Search};
use super::{D, DMIN, WEIGHTS};

/// Q4_K: w = d * sc * q - dmin * m, 4-bit codes q; each part of 32 weights has sc and m of 6 bits.
///
/// 144 bytes for 256 weights, 4.5 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2, 3 | dmin | float16 |
/// | 4 to 15 | scales | sc and m of 6 bits, see below |
/// | 16 to 143 | qs | q, 32 for each 64 weights: byte j has j in the low half, j + 32 in the high half |
///
/// The twelve bytes of `scales` are three rows of four. Rows 0 and 1 have in their low 6 bits sc and m
/// of parts 0 to 3. Row 2 has in its low halves the low 4 bits of sc of parts 4 to 7, in its high
/// halves those of m; their high 2 bits are the high 2 bits of rows 0 (sc) and 1 (m).
///
/// The writer searches for each part the line with the least Σ(rms + |w|) error^2, by 21 guesses
/// around 1 / scale = 15 / range, and stores scales and offsets as 63rds of the largest of each.
/// Weights from -4.1e6 to 6.1e7 have a place; a block of weights below 2.8e-5 becomes zero. ggml,
/// `block_q4_K`, `get_scale_min_k4`, `quantize_row_q4_K_ref`, `dequantize_row_q4_K`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 144];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// block[2..4].copy_from_slice(&f16::from_f32(0.25).to_le_bytes());
/// (block[4], block[8]) = (40, 33); // the first part: sc 40, m 33
/// block[16] = 0x07; // the first weight: q 7
/// let w = ggml::Q4_K.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * 40.0 * 7.0 - 0.25 * 33.0);
/// # Ok::<(), QuantError>(())
/// ```
pub const Q4_K: BlockFormat = BlockFormat {
    name: "Q4_K",
    weights: WEIGHTS,
    part: 32,
    scale: |block, part| {
        let [d, dmin, scales, _] = split(block, &Q4_FIELDS);
        line(half(d, 0), half(dmin, 0), scales, part).scale.into()
    },
    fields: &Q4_FIELDS,
    read: read_q4,
    write: Some(write_q4),
};

/// Q5_K: w = d * sc * q - dmin * m, 5-bit codes q; each part of 32 weights has sc and m of 6 bits.
///
/// 176 bytes for 256 weights, 5.5 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2, 3 | dmin | float16 |
/// | 4 to 15 | scales | sc and m of 6 bits, as in [`Q4_K`] |
/// | 16 to 47 | qh | bit 4 of q: bit k of byte j is that of weight j + 32 k |
/// | 48 to 175 | qs | bits 0 to 3, 32 for each 64 weights: byte j has j in the low half, j + 32 in the high half |
///
/// The writer is that of [`Q4_K`], with 16 guesses around 1 / scale = 31 / range. Weights from -4.1e6
/// to 1.2e8 have a place; a block of weights below 5.8e-5 becomes zero. ggml, `block_q5_K`,
/// `quantize_row_q5_K_ref`, `dequantize_row_q5_K`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 176];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// block[2..4].copy_from_slice(&f16::from_f32(0.25).to_le_bytes());
/// (block[4], block[8]) = (40, 33); // the first part: sc 40, m 33
/// (block[16], block[48]) = (1, 0x07); // the first weight: q 16 + 7
/// let w = ggml::Q5_K.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * 40.0 * 23.0 - 0.25 * 33.0);
/// # Ok::<(), QuantError>(())
/// ```
pub const Q5_K: BlockFormat = BlockFormat {
    name: "Q5_K",
    weights: WEIGHTS,
    part: 32,
    scale: |block, part| {
        let [d, dmin, scales, ..] = split(block, &Q5_FIELDS);
        line(half(d, 0), half(dmin, 0), scales, part).scale.into()
    },
    fields: &Q5_FIELDS,
    read: read_q5,
    write: Some(write_q5),
};

const SCALES: Field = Field::new(
    "scales",
    12,
    FieldKind::SubScales,
    [
        "eight scales and eight offsets, 6 bits each",
        "八个缩放因子与八个偏移，各 6 位",
    ],
);
static Q4_FIELDS: [Field; 4] = [
    D,
    DMIN,
    SCALES,
    Field::new(
        "qs",
        128,
        FieldKind::Codes,
        [
            "32 bytes for each 64 weights; byte j: code j, then code j + 32",
            "每 64 个权重 32 字节；字节 j：低半是编码 j，高半是编码 j + 32",
        ],
    ),
];
static Q5_FIELDS: [Field; 5] = [
    D,
    DMIN,
    SCALES,
    Field::new(
        "qh",
        32,
        FieldKind::HighBits,
        [
            "byte j: the fifth bits of codes j, j + 32, ... j + 224, lowest first",
            "字节 j：自低位起是编码 j、j + 32……j + 224 的第五位",
        ],
    ),
    Field::new(
        "qs",
        128,
        FieldKind::Codes,
        [
            "32 bytes for each 64 weights; byte j: the low four bits of codes j and j + 32",
            "每 64 个权重 32 字节；字节 j：编码 j 与 j + 32 的低四位",
        ],
    ),
];

const QS: Runs = Runs { bytes: 32, bits: 4 };
const QH: Runs = Runs { bytes: 32, bits: 1 };

const Q4_SEARCH: Search = Search {
    levels: 15,
    first: -1.0,
    steps: 20,
    penalty: |x| x * x,
};
const Q5_SEARCH: Search = Search {
    levels: 31,
    first: -0.5,
    steps: 15,
    penalty: |x| x * x,
};

/// Scale and offset of a part, 0 to 63.
fn six_bits(scales: &[u8], part: usize) -> (u8, u8) {
    if part < 4 {
        return (scales[part] & 63, scales[part + 4] & 63);
    }
    let low = scales[part + 4];
    let high = |row: u8| row >> 6 << 4;
    let (scale, offset) = (high(scales[part - 4]), high(scales[part]));
    (low & 15 | scale, low >> 4 | offset)
}

/// Stores scale and offset of a part, the parts in order: a later one shares bytes with an earlier.
fn put_six_bits(scales: &mut [u8], part: usize, scale: u8, offset: u8) {
    if part < 4 {
        (scales[part], scales[part + 4]) = (scale, offset);
    } else {
        scales[part + 4] = scale & 15 | offset << 4;
        scales[part - 4] |= scale >> 4 << 6;
        scales[part] |= offset >> 4 << 6;
    }
}

fn line(d: f32, dmin: f32, scales: &[u8], part: usize) -> Line {
    let (scale, offset) = six_bits(scales, part);
    Line {
        scale: d * f32::from(scale),
        offset: dmin * f32::from(offset),
    }
}

fn read_q4(block: &[u8], out: &mut [f32]) {
    let [d, dmin, scales, qs] = split(block, &Q4_FIELDS);
    read_parts([d, dmin, scales], QS.codes(qs), out);
}

fn read_q5(block: &[u8], out: &mut [f32]) {
    let [d, dmin, scales, qh, qs] = split(block, &Q5_FIELDS);
    let codes = QS.codes(qs).zip(QH.codes(qh));
    let codes = codes.map(|(low, high)| low | high << 4);
    read_parts([d, dmin, scales], codes, out);
}

fn read_parts(bytes: [&[u8]; 3], codes: impl Iterator<Item = u8>, out: &mut [f32]) {
    let [d, dmin, scales] = bytes;
    let (d, dmin) = (half(d, 0), half(dmin, 0));
    for ((i, w), code) in out.iter_mut().enumerate().zip(codes) {
        *w = line(d, dmin, scales, i / 32).at(code);
    }
}

fn write_q4(x: &[f32], block: &mut [u8]) {
    let [d, dmin, scales, qs] = split_mut(block, &Q4_FIELDS);
    QS.put(qs, write_parts(x, Q4_SEARCH, [d, dmin, scales]));
}

fn write_q5(x: &[f32], block: &mut [u8]) {
    let [d, dmin, scales, qh, qs] = split_mut(block, &Q5_FIELDS);
    let codes = write_parts(x, Q5_SEARCH, [d, dmin, scales]);
    QS.put(qs, codes.iter().copied());
    QH.put(qh, codes.iter().map(|code| code >> 4));
}

/// Writes scales and offsets; gives the codes.
fn write_parts(x: &[f32], search: Search, bytes: [&mut [u8]; 3]) -> Vec<u8> {
    let [d, dmin, stored] = bytes;
    let fitted = Fitted::new::<32>(x, search, importance);
    let (scales, offsets) = (fitted.scales(63), fitted.offsets(63));
    put_half(d, 0, scales.unit);
    put_half(dmin, 0, offsets.unit);
    for part in 0..8 {
        put_six_bits(stored, part, scales.codes[part], offsets.codes[part]);
    }
    let (d, dmin) = (half(d, 0), half(dmin, 0));
    fitted.codes_on(x, search, |part| line(d, dmin, stored, part))
}

/// How much an error counts: the root of the mean square, and the magnitude on top.
fn importance(x: &[f32; 32]) -> [f32; 32] {
    let squares = x.iter().fold(0.0, |sum, x| sum + x * x);
    let rms = (squares / 32.0).sqrt();
    x.map(|x| rms + x.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_six_bit_numbers_comes_back() {
        for shift in 0..64 {
            let pairs: Vec<(u8, u8)> = (0..8)
                .map(|part| ((part * 9 + shift) % 64, (part * 7 + 3 * shift) % 64))
                .collect();
            let mut scales = [0; 12];
            for (part, &(scale, offset)) in pairs.iter().enumerate() {
                put_six_bits(&mut scales, part, scale, offset);
            }
            let back: Vec<_> = (0..8).map(|part| six_bits(&scales, part)).collect();
            assert_eq!(back, pairs);
        }
    }
}
