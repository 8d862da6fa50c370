//! IQ2_XXS, IQ2_XS and IQ2_S.

use super::super::common::{D, half};
use super::super::layout::split;
use super::super::{BlockFormat, Field, FieldKind};
use super::{WEIGHTS, even_signs, grids, put_signed};
use crate::pack::unpack;

/// IQ2_XXS: w = ± d * (s + 1/2) / 4 * g, g a point of eight numbers 8, 25, 43, one of 256, and s of
/// 4 bits for 32 weights; read only.
///
/// 66 bytes for 256 weights, 2.0625 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2 to 65 | qs | for each 32 weights 8 bytes: four grid indices, and 32 bits: four times 7 signs, then s of 4 bits |
///
/// The eighth sign of each 8 weights makes the number of minuses even. ggml, `block_iq2_xxs`,
/// `dequantize_row_iq2_xxs`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 66];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// block[2] = 1; // point 1 is 43, then seven times 8
/// block[6] = 0b1; // the first of 7 signs, and with it the eighth
/// block[9] = 3 << 4; // s 3
/// let w = ggml::IQ2_XXS.dequantize(&block)?;
/// let scale = 0.5 * (3.0 + 0.5) / 4.0;
/// assert_eq!((w[0], w[1], w[7]), (-scale * 43.0, scale * 8.0, -scale * 8.0));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ2_XXS: BlockFormat = BlockFormat {
    name: "IQ2_XXS",
    weights: WEIGHTS,
    part: 32,
    scale: |block, part| scale_xxs(block, part).into(),
    fields: &XXS_FIELDS,
    read: read_xxs,
    write: None,
};

/// IQ2_XS: w = ± d * (s + 1/2) / 4 * g, g a point of eight numbers 8, 25, 43, one of 512, and s of
/// 4 bits for 16 weights; read only.
///
/// 74 bytes for 256 weights, 2.3125 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2 to 65 | qs | for each 8 weights 16 bits: 9 of a grid index, then 7 signs |
/// | 66 to 73 | scales | s of each 16 weights, 4 bits, low half first |
///
/// The eighth sign makes the number of minuses even. ggml, `block_iq2_xs`, `dequantize_row_iq2_xs`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 74];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// (block[2], block[3]) = (1, 0b10); // point 1 is 43, then seven times 8; the first of 7 signs
/// block[66] = 3; // s 3
/// let w = ggml::IQ2_XS.dequantize(&block)?;
/// let scale = 0.5 * (3.0 + 0.5) / 4.0;
/// assert_eq!((w[0], w[1], w[7]), (-scale * 43.0, scale * 8.0, -scale * 8.0));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ2_XS: BlockFormat = BlockFormat {
    name: "IQ2_XS",
    weights: WEIGHTS,
    part: 16,
    scale: |block, part| scale_xs(block, part).into(),
    fields: &XS_FIELDS,
    read: read_xs,
    write: None,
};

/// IQ2_S: w = ± d * (s + 1/2) / 4 * g, g a point of eight numbers 8, 25, 43, one of 1024, and s of
/// 4 bits for 16 weights; read only.
///
/// 82 bytes for 256 weights, 2.5625 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2 to 33 | qs | the low 8 bits of a grid index for each 8 weights |
/// | 34 to 65 | signs | eight signs for each 8 weights, the first lowest (in ggml the second half of `qs`) |
/// | 66 to 73 | qh | the high 2 bits of four indices, the first lowest |
/// | 74 to 81 | scales | s of each 16 weights, 4 bits, low half first |
///
/// ggml, `block_iq2_s`, `dequantize_row_iq2_s`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 82];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// (block[2], block[34]) = (1, 0b1); // point 1 is 43, then seven times 8; one minus
/// block[74] = 3; // s 3
/// let w = ggml::IQ2_S.dequantize(&block)?;
/// let scale = 0.5 * (3.0 + 0.5) / 4.0;
/// assert_eq!((w[0], w[1], w[7]), (-scale * 43.0, scale * 8.0, scale * 8.0));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ2_S: BlockFormat = BlockFormat {
    name: "IQ2_S",
    weights: WEIGHTS,
    part: 16,
    scale: |block, part| scale_xs(block, part).into(),
    fields: &S_FIELDS,
    read: read_s,
    write: None,
};

const SCALES: Field = Field::new(
    "scales",
    8,
    FieldKind::SubScales,
    [
        "the scales of each 16 weights, 4 bits, two a byte",
        "每 16 个权重的缩放因子，4 位，每字节两个",
    ],
);
static XXS_FIELDS: [Field; 2] = [
    D,
    Field::new(
        "qs",
        64,
        FieldKind::Codes,
        [
            "eight bytes for each 32 weights: four points, four times seven signs, a scale of 4 bits",
            "每 32 个权重八字节：四个格点序号、四组七个符号、4 位缩放因子",
        ],
    ),
];
static XS_FIELDS: [Field; 3] = [
    D,
    Field::new(
        "qs",
        64,
        FieldKind::Codes,
        [
            "two bytes for each 8 weights: a point, 9 bits, and seven signs",
            "每 8 个权重两字节：格点序号（9 位）与七个符号",
        ],
    ),
    SCALES,
];
static S_FIELDS: [Field; 5] = [
    D,
    Field::new(
        "qs",
        32,
        FieldKind::Codes,
        [
            "byte j: the low eight bits of the point of weights 8 j to 8 j + 7",
            "字节 j：权重 8 j 至 8 j + 7 的格点序号的低八位",
        ],
    ),
    Field::new(
        "signs",
        32,
        FieldKind::Signs,
        [
            "bit i: whether weight i is negative",
            "第 i 位：权重 i 是否为负",
        ],
    ),
    Field::new(
        "qh",
        8,
        FieldKind::HighBits,
        [
            "the high two bits of the points, four a byte",
            "格点序号的高二位，每字节四个",
        ],
    ),
    SCALES,
];

/// What a point is multiplied with.
fn scale(d: f32, code: u64) -> f32 {
    d * (0.5 + code as f32) * 0.25
}

/// The scale of 32 weights of IQ2_XXS.
fn scale_xxs(block: &[u8], part: usize) -> f32 {
    let [d, qs] = split(block, &XXS_FIELDS);
    scale(half(d, 0), unpack(&qs[part * 8 + 4..], 4, 7))
}

/// The scale of 16 weights of IQ2_XS and IQ2_S, whose scales are the last eight bytes.
fn scale_xs(block: &[u8], part: usize) -> f32 {
    let scales = &block[block.len() - SCALES.bytes..];
    scale(half(block, 0), unpack(scales, 4, part))
}

fn read_xxs(block: &[u8], out: &mut [f32]) {
    let [_, qs] = split(block, &XXS_FIELDS);
    for (group, out) in out.chunks_exact_mut(8).enumerate() {
        let (indices, shared) = qs[group / 4 * 8..].split_at(4);
        let point = grids::IQ2_XXS.point(indices[group % 4].into());
        let signs = even_signs(unpack(shared, 7, group % 4));
        put_signed(out, scale_xxs(block, group / 4), point, signs);
    }
}

fn read_xs(block: &[u8], out: &mut [f32]) {
    let [_, qs, _] = split(block, &XS_FIELDS);
    for (group, out) in out.chunks_exact_mut(8).enumerate() {
        let code = unpack(qs, 16, group);
        let point = grids::IQ2_XS.point(code & 511);
        let signs = even_signs(code >> 9);
        put_signed(out, scale_xs(block, group / 2), point, signs);
    }
}

fn read_s(block: &[u8], out: &mut [f32]) {
    let [_, qs, signs, qh, _] = split(block, &S_FIELDS);
    for (group, out) in out.chunks_exact_mut(8).enumerate() {
        let index = u64::from(qs[group]) | unpack(qh, 2, group) << 8;
        let scale = scale_xs(block, group / 2);
        put_signed(out, scale, grids::IQ2_S.point(index), signs[group]);
    }
}
