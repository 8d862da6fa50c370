//! IQ1_S and IQ1_M.

use super::super::common::{D, half};
use super::super::layout::split;
use super::super::{BlockFormat, Field, FieldKind};
use super::{WEIGHTS, grids};
use crate::pack::{pack, unpack};

/// IQ1_S: w = d * (2 s + 1) * (g ± 1/8), g a point of eight numbers -1, 0, 1, one of 2048, and s of
/// 3 bits for 32 weights; read only.
///
/// 50 bytes for 256 weights, 1.5625 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2 to 33 | qs | the low 8 bits of a grid index for each 8 weights |
/// | 34 to 49 | qh | for each 32 weights 16 bits: four times 3 high bits of an index, 3 bits of s, and 1 for minus 1/8 |
///
/// ggml, `block_iq1_s`, `dequantize_row_iq1_s`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 50];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// block[35] = 0b1_010_0000; // the first 32 weights: minus 1/8, s 2; point 0 is -1 eight times
/// let w = ggml::IQ1_S.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * (2.0 * 2.0 + 1.0) * (-1.0 - 0.125));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ1_S: BlockFormat = BlockFormat {
    name: "IQ1_S",
    weights: WEIGHTS,
    part: 32,
    scale: |block, part| scale_s(block, part).into(),
    fields: &S_FIELDS,
    read: read_s,
    write: None,
};

/// IQ1_M: w = d * (2 s + 1) * (g ± 1/8), the points of [`IQ1_S`], with s of 3 bits for 16 weights;
/// read only.
///
/// 56 bytes for 256 weights, 1.75 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0 to 31 | qs | the low 8 bits of a grid index for each 8 weights |
/// | 32 to 47 | qh | for each 8 weights half a byte, low half first: 3 high bits of the index, and 1 for minus 1/8 |
/// | 48 to 55 | scales | four times 16 bits: s of four times 16 weights, 3 bits each, and 4 bits of d, the low ones first |
///
/// d is a float16. ggml, `block_iq1_m`, `dequantize_row_iq1_m`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 56];
/// block[32] = 0b1_000; // the first 8 weights: minus 1/8; point 0 is -1 eight times
/// block[48] = 2; // the first 16: s 2
/// (block[53], block[55]) = (0x80, 0x30); // d = 0x3800, one half
/// let w = ggml::IQ1_M.dequantize(&block)?;
/// assert_eq!(w[0], 0.5 * (2.0 * 2.0 + 1.0) * (-1.0 - 0.125));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ1_M: BlockFormat = BlockFormat {
    name: "IQ1_M",
    weights: WEIGHTS,
    part: 16,
    scale: |block, part| scale_m(block, part).into(),
    fields: &M_FIELDS,
    read: read_m,
    write: None,
};

static S_FIELDS: [Field; 3] = [
    D,
    LOW,
    Field::new(
        "qh",
        16,
        FieldKind::HighBits,
        [
            "two bytes for each 32 weights: the high three bits of four points, scale, and sign of the shift",
            "每 32 个权重两字节：四个格点序号的高三位、缩放因子、平移的符号",
        ],
    ),
];
static M_FIELDS: [Field; 3] = [
    LOW,
    Field::new(
        "qh",
        16,
        FieldKind::HighBits,
        [
            "half a byte for each 8 weights: the high three bits of the point, and the sign of the shift",
            "每 8 个权重半字节：格点序号的高三位与平移的符号",
        ],
    ),
    Field::new(
        "scales",
        8,
        FieldKind::SubScales,
        [
            "two bytes for each 64 weights: four scales of 3 bits, and 4 bits of the float16 that they multiply",
            "每 64 个权重两字节：四个 3 位缩放因子，以及共同单位（float16）的 4 位",
        ],
    ),
];
const LOW: Field = Field::new(
    "qs",
    32,
    FieldKind::Codes,
    [
        "byte j: the low eight bits of the point of weights 8 j to 8 j + 7",
        "字节 j：权重 8 j 至 8 j + 7 的格点序号的低八位",
    ],
);

/// d * (2 code + 1)
fn odd_multiple(d: f32, code: u64) -> f32 {
    d * (2 * code + 1) as f32
}

/// The scale of 32 weights.
fn scale_s(block: &[u8], part: usize) -> f32 {
    let [d, _, qh] = split(block, &S_FIELDS);
    odd_multiple(half(d, 0), unpack(&qh[part * 2..], 3, 4))
}

fn read_s(block: &[u8], out: &mut [f32]) {
    let [_, qs, qh] = split(block, &S_FIELDS);
    for (group, out) in out.chunks_exact_mut(8).enumerate() {
        let shared = &qh[group / 4 * 2..];
        let index = u64::from(qs[group]) | unpack(shared, 3, group % 4) << 8;
        put_shifted(out, scale_s(block, group / 4), index, unpack(shared, 1, 15));
    }
}

/// The scale of 16 weights.
fn scale_m(block: &[u8], part: usize) -> f32 {
    let [_, _, scales] = split(block, &M_FIELDS);
    let d = pack((0..4).map(|word| unpack(scales, 4, 4 * word + 3)), 4);
    odd_multiple(half(&d, 0), unpack(&scales[part / 4 * 2..], 3, part % 4))
}

fn read_m(block: &[u8], out: &mut [f32]) {
    let [qs, qh, _] = split(block, &M_FIELDS);
    for (group, out) in out.chunks_exact_mut(8).enumerate() {
        let index = u64::from(qs[group]) | (unpack(qh, 4, group) & 7) << 8;
        let minus = unpack(qh, 1, 4 * group + 3);
        put_shifted(out, scale_m(block, group / 2), index, minus);
    }
}

/// d * (2 s + 1) * (g ± 1/8).
fn put_shifted(out: &mut [f32], scale: f32, index: u64, minus: u64) {
    let shift = if minus == 1 { -0.125 } else { 0.125 };
    for (w, g) in out.iter_mut().zip(grids::IQ1.point(index)) {
        *w = scale * (g + shift);
    }
}
