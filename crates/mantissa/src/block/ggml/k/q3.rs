//! Q3_K.

use super::super::common::{extreme, half, put_half};
use super::super::layout::{Runs, split, split_mut};
use super::super::{BlockFormat, Field, FieldKind};
use super::search::{Centred, nearest};
use super::{D, WEIGHTS};

/// Q3_K: w = d * sc * q, 3-bit codes q from -4 to 3; each part of 16 weights has sc of 6 bits, -32 to
/// 31.
///
/// 110 bytes for 256 weights, 3.4375 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0 to 31 | hmask | bit 2 of q + 4: bit k of byte j is that of weight j + 32 k |
/// | 32 to 95 | qs | bits 0 and 1, 32 for each 128 weights: byte j has j, j + 32, j + 64 and j + 96, lowest bits first |
/// | 96 to 103 | scales | bits 0 to 3 of sc + 32: byte j has part j in the low half, part j + 8 in the high half |
/// | 104 to 107 | scales | bits 4 and 5: byte j has parts j, j + 4, j + 8 and j + 12, lowest bits first |
/// | 108, 109 | d | float16 |
///
/// The writer searches for each part the scale with the least Σw^2 error^2, changing one code at a
/// time, and sends the scale farthest from zero to -32. Weights up to 8.3e6 have a place; a block of
/// weights below 3.8e-6 becomes zero. ggml, `block_q3_K`, `quantize_row_q3_K_ref`,
/// `dequantize_row_q3_K`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 110];
/// block[32] = 0b01; // the first weight: low bits 1, high bit 0, so q is 1 - 4
/// block[96] = 0x3; // the first part: low bits 3
/// block[104] = 0b10; // and high bits 2, so sc is 35 - 32
/// block[108..110].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// let w = ggml::Q3_K.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * 3.0 * -3.0);
/// # Ok::<(), QuantError>(())
/// ```
pub const Q3_K: BlockFormat = BlockFormat {
    name: "Q3_K",
    weights: WEIGHTS,
    part: 16,
    scale: |block, part| {
        let [_, _, scales, d] = split(block, &FIELDS);
        stored_scales(scales, half(d, 0))[part].into()
    },
    fields: &FIELDS,
    read,
    write: Some(write),
};

static FIELDS: [Field; 4] = [
    Field::new(
        "hmask",
        32,
        FieldKind::HighBits,
        [
            "byte j: the third bits of codes j, j + 32, ... j + 224, lowest first",
            "字节 j：自低位起是编码 j、j + 32……j + 224 的第三位",
        ],
    ),
    Field::new(
        "qs",
        64,
        FieldKind::Codes,
        [
            "32 bytes for each 128 weights; byte j: the low two bits of codes j, j + 32, j + 64, j + 96",
            "每 128 个权重 32 字节；字节 j：编码 j、j + 32、j + 64、j + 96 的低二位",
        ],
    ),
    Field::new(
        "scales",
        12,
        FieldKind::SubScales,
        [
            "the low four bits of sixteen scales, two a byte, then the high two, four a byte",
            "十六个缩放因子的低四位，每字节两个；然后是高二位，每字节四个",
        ],
    ),
    D,
];

const HMASK: Runs = Runs { bytes: 32, bits: 1 };
const QS: Runs = Runs { bytes: 32, bits: 2 };
/// The low 4 bits of the scales, in the first 8 bytes, and the high 2 in the other 4.
const SCALES: [Runs; 2] = [Runs { bytes: 8, bits: 4 }, Runs { bytes: 4, bits: 2 }];

const CODES: Centred = Centred { n: 4 };

fn read(block: &[u8], out: &mut [f32]) {
    let [hmask, qs, scales, d] = split(block, &FIELDS);
    let scales = stored_scales(scales, half(d, 0));
    let codes = QS.codes(qs).zip(HMASK.codes(hmask));
    for ((i, w), (low, high)) in out.iter_mut().enumerate().zip(codes) {
        *w = scales[i / 16] * (f32::from(low | high << 2) - 4.0);
    }
}

/// d * sc of each part.
fn stored_scales(scales: &[u8], d: f32) -> Vec<f32> {
    let (low, high) = scales.split_at(8);
    let codes = SCALES[0].codes(low).zip(SCALES[1].codes(high));
    let scale = |(low, high)| d * (f32::from(low | high << 4) - 32.0);
    codes.map(scale).collect()
}

fn write(x: &[f32], block: &mut [u8]) {
    let [hmask, qs, stored, d] = split_mut(block, &FIELDS);
    let parts = x.as_chunks::<16>().0;
    let fit = |part| CODES.descend(part);
    let (scales, mut codes): (Vec<f32>, Vec<[i8; 16]>) = parts.iter().map(fit).unzip();

    let largest = extreme(&scales);
    if largest != 0.0 {
        let inverse = -32.0 / largest;
        put_half(d, 0, 1.0 / inverse);
        let code = |scale| (nearest(inverse * scale) as i8).clamp(-32, 31) + 32;
        let codes: Vec<u8> = scales.iter().map(|scale| code(scale) as u8).collect();
        let (low, high) = stored.split_at_mut(8);
        SCALES[0].put(low, codes.iter().copied());
        SCALES[1].put(high, codes.iter().map(|code| code >> 4));
    }

    let scales = stored_scales(stored, half(d, 0));
    for ((x, codes), scale) in parts.iter().zip(&mut codes).zip(scales) {
        CODES.at(x, scale, codes);
    }
    let codes = codes
        .as_flattened()
        .iter()
        .map(|code| (code + CODES.n) as u8);
    QS.put(qs, codes.clone());
    HMASK.put(hmask, codes.map(|code| code >> 2));
}
