//! Q2_K.

use super::super::common::{half, put_half};
use super::super::layout::{Runs, split, split_mut};
use super::super::{BlockFormat, Field, FieldKind};
use super::offset::Fitted;
use super::search::{Line, Search};
use super::{D, DMIN, WEIGHTS};

/// Q2_K: w = d * sc * q - dmin * m, 2-bit codes q; each part of 16 weights has sc and m of 4 bits.
///
/// 84 bytes for 256 weights, 2.625 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0 to 15 | scales | one a part: sc in the low half, m in the high half |
/// | 16 to 79 | qs | 32 for each 128 weights: byte j has q of j, j + 32, j + 64 and j + 96, lowest bits first |
/// | 80, 81 | d | float16 |
/// | 82, 83 | dmin | float16 |
///
/// The writer searches for each part the line with the least Σ|w| |error|, by 16 guesses around
/// 1 / scale = 3 / range, and stores scales and offsets as fifteenths of the largest of each. Weights
/// from -9.8e5 to 2.9e6 have a place; a block of weights below 1.3e-6 becomes zero. ggml,
/// `block_q2_K`, `quantize_row_q2_K_ref`, `dequantize_row_q2_K`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 84];
/// block[0] = 0x23; // the first part: sc 3, m 2
/// block[16] = 0b01; // the first weight: q 1
/// block[80..82].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// block[82..84].copy_from_slice(&f16::from_f32(0.25).to_le_bytes());
/// let w = ggml::Q2_K.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * 3.0 * 1.0 - 0.25 * 2.0);
/// # Ok::<(), QuantError>(())
/// ```
pub const Q2_K: BlockFormat = BlockFormat {
    name: "Q2_K",
    weights: WEIGHTS,
    part: 16,
    scale: |block, part| {
        let [scales, _, d, dmin] = split(block, &FIELDS);
        line(half(d, 0), half(dmin, 0), scales[part]).scale.into()
    },
    fields: &FIELDS,
    read,
    write: Some(write),
};

static FIELDS: [Field; 4] = [
    Field::new(
        "scales",
        16,
        FieldKind::SubScales,
        [
            "byte j: the scale of part j, 4 bits, then its offset, 4 bits",
            "字节 j：低半是第 j 组的缩放因子，高半是其偏移，各 4 位",
        ],
    ),
    Field::new(
        "qs",
        64,
        FieldKind::Codes,
        [
            "32 bytes for each 128 weights; byte j: codes j, j + 32, j + 64, j + 96, lowest first",
            "每 128 个权重 32 字节；字节 j：自低位起是编码 j、j + 32、j + 64、j + 96",
        ],
    ),
    D,
    DMIN,
];

const QS: Runs = Runs { bytes: 32, bits: 2 };

const SEARCH: Search = Search {
    levels: 3,
    first: -0.5,
    steps: 15,
    penalty: f32::abs,
};

fn line(d: f32, dmin: f32, scales: u8) -> Line {
    Line {
        scale: d * f32::from(scales & 15),
        offset: dmin * f32::from(scales >> 4),
    }
}

fn read(block: &[u8], out: &mut [f32]) {
    let [scales, qs, d, dmin] = split(block, &FIELDS);
    let (d, dmin) = (half(d, 0), half(dmin, 0));
    for ((i, w), code) in out.iter_mut().enumerate().zip(QS.codes(qs)) {
        *w = line(d, dmin, scales[i / 16]).at(code);
    }
}

fn write(x: &[f32], block: &mut [u8]) {
    let [stored, qs, d, dmin] = split_mut(block, &FIELDS);
    let fitted = Fitted::new::<16>(x, SEARCH, |x| x.map(f32::abs));
    let (scales, offsets) = (fitted.scales(15), fitted.offsets(15));
    put_half(d, 0, scales.unit);
    put_half(dmin, 0, offsets.unit);
    for (part, byte) in stored.iter_mut().enumerate() {
        *byte = scales.codes[part] | offsets.codes[part] << 4;
    }
    let (d, dmin) = (half(d, 0), half(dmin, 0));
    let codes = fitted.codes_on(x, SEARCH, |part| line(d, dmin, stored[part]));
    QS.put(qs, codes);
}
