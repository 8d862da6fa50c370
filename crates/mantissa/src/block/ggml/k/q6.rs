//! Q6_K.

use super::super::common::{extreme, half, put_half};
use super::super::layout::{Runs, split, split_mut};
use super::super::{BlockFormat, Field, FieldKind};
use super::search::{Centred, NEGLIGIBLE, nearest};
use super::{D, WEIGHTS};

/// Q6_K: w = d * sc * q, 6-bit codes q from -32 to 31; each part of 16 weights has an int8 sc.
///
/// 210 bytes for 256 weights, 6.5625 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0 to 127 | ql | bits 0 to 3 of q + 32, 64 for each 128 weights: byte j has j in the low half, j + 64 in the high half |
/// | 128 to 191 | qh | bits 4 and 5, 32 for each 128 weights: byte j has j, j + 32, j + 64 and j + 96, lowest bits first |
/// | 192 to 207 | scales | sc, int8 |
/// | 208, 209 | d | float16 |
///
/// The writer searches for each part the scale with the least Σw^2 error^2, by nineteen guesses, and
/// sends the scale farthest from zero to -128. Weights up to 2.6e8 have a place; a block of weights
/// below 1.2e-4 becomes zero. ggml, `block_q6_K`, `quantize_row_q6_K_ref`, `dequantize_row_q6_K`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 210];
/// (block[0], block[128]) = (0x7, 0b10); // the first weight: q is 32 + 7 - 32
/// block[192] = 253; // the first part: sc -3
/// block[208..210].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// let w = ggml::Q6_K.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * -3.0 * 7.0);
/// # Ok::<(), QuantError>(())
/// ```
pub const Q6_K: BlockFormat = BlockFormat {
    name: "Q6_K",
    weights: WEIGHTS,
    part: 16,
    scale: |block, part| {
        let [_, _, scales, d] = split(block, &FIELDS);
        (half(d, 0) * f32::from(scales[part] as i8)).into()
    },
    fields: &FIELDS,
    read,
    write: Some(write),
};

static FIELDS: [Field; 4] = [
    Field::new(
        "ql",
        128,
        FieldKind::Codes,
        [
            "64 bytes for each 128 weights; byte j: the low four bits of codes j and j + 64",
            "每 128 个权重 64 字节；字节 j：编码 j 与 j + 64 的低四位",
        ],
    ),
    Field::new(
        "qh",
        64,
        FieldKind::HighBits,
        [
            "32 bytes for each 128 weights; byte j: the high two bits of codes j, j + 32, j + 64, j + 96",
            "每 128 个权重 32 字节；字节 j：编码 j、j + 32、j + 64、j + 96 的高二位",
        ],
    ),
    Field::new(
        "scales",
        16,
        FieldKind::SubScales,
        [
            "byte j: the scale of part j, an int8",
            "字节 j：第 j 组的缩放因子，int8",
        ],
    ),
    D,
];

const QL: Runs = Runs { bytes: 64, bits: 4 };
const QH: Runs = Runs { bytes: 32, bits: 2 };

const CODES: Centred = Centred { n: 32 };

fn read(block: &[u8], out: &mut [f32]) {
    let [ql, qh, scales, d] = split(block, &FIELDS);
    let d = half(d, 0);
    let codes = QL.codes(ql).zip(QH.codes(qh));
    for ((i, w), (low, high)) in out.iter_mut().enumerate().zip(codes) {
        *w = d * f32::from(scales[i / 16] as i8) * (f32::from(low | high << 4) - 32.0);
    }
}

fn write(x: &[f32], block: &mut [u8]) {
    let parts = x.as_chunks::<16>().0;
    let fit = |part| CODES.guess(part);
    let (scales, mut codes): (Vec<f32>, Vec<[i8; 16]>) = parts.iter().map(fit).unzip();

    let largest = extreme(&scales);
    if largest.abs() < NEGLIGIBLE {
        return;
    }
    let [ql, qh, stored, d] = split_mut(block, &FIELDS);
    let inverse = -128.0 / largest;
    put_half(d, 0, 1.0 / inverse);
    for (byte, scale) in stored.iter_mut().zip(&scales) {
        *byte = nearest(inverse * scale).min(127) as i8 as u8;
    }

    let d = half(d, 0);
    for ((x, codes), &scale) in parts.iter().zip(&mut codes).zip(&*stored) {
        CODES.at(x, d * f32::from(scale as i8), codes);
    }
    let codes = codes
        .as_flattened()
        .iter()
        .map(|code| (code + CODES.n) as u8);
    QL.put(ql, codes.clone());
    QH.put(qh, codes.map(|code| code >> 4));
}
