//! IQ3_XXS and IQ3_S.

use super::super::common::{D, half};
use super::super::layout::split;
use super::super::{BlockFormat, Field, FieldKind};
use super::{WEIGHTS, even_signs, grids, put_signed};
use crate::pack::unpack;

/// IQ3_XXS: w = ± d * (s + 1/2) / 2 * g, g a point of four numbers 4, 12, 20, 28, 36, 44, 52, 62,
/// one of 256, and s of 4 bits for 32 weights; read only.
///
/// 98 bytes for 256 weights, 3.0625 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2 to 65 | qs | a grid index for each 4 weights |
/// | 66 to 97 | scales_and_signs | for each 32 weights 32 bits: four times 7 signs, then s of 4 bits (in ggml the last third of `qs`) |
///
/// The eighth sign of each 8 weights makes the number of minuses even. ggml, `block_iq3_xxs`,
/// `dequantize_row_iq3_xxs`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 98];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// block[2] = 1; // point 1 is 20, then three times 4
/// block[66] = 0b1; // the first of 7 signs, and with it the eighth
/// block[69] = 3 << 4; // s 3
/// let w = ggml::IQ3_XXS.dequantize(&block)?;
/// let scale = 0.5 * (3.0 + 0.5) / 2.0;
/// assert_eq!((w[0], w[1], w[7]), (-scale * 20.0, scale * 4.0, -scale * 4.0));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ3_XXS: BlockFormat = BlockFormat {
    name: "IQ3_XXS",
    weights: WEIGHTS,
    part: 32,
    scale: |block, part| scale_xxs(block, part).into(),
    fields: &XXS_FIELDS,
    read: read_xxs,
    write: None,
};

/// IQ3_S: w = ± d * (2 s + 1) * g, g a point of four odd numbers 1 to 15, one of 512, and s of 4
/// bits for 32 weights; read only.
///
/// 110 bytes for 256 weights, 3.4375 bits each:
///
/// | bytes | field | what |
/// |---|---|---|
/// | 0, 1 | d | float16 |
/// | 2 to 65 | qs | the low 8 bits of a grid index for each 4 weights |
/// | 66 to 73 | qh | the ninth bits of eight indices, the first lowest |
/// | 74 to 105 | signs | eight signs for each 8 weights, the first lowest |
/// | 106 to 109 | scales | s of each 32 weights, 4 bits, low half first |
///
/// ggml, `block_iq3_s`, `dequantize_row_iq3_s`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0; 110];
/// block[0..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// (block[2], block[74]) = (1, 0b1); // point 1 is 3, then three times 1; one minus
/// block[106] = 3; // s 3
/// let w = ggml::IQ3_S.dequantize(&block)?;
/// let scale = 0.5 * (2.0 * 3.0 + 1.0);
/// assert_eq!((w[0], w[1], w[7]), (-scale * 3.0, scale, scale));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ3_S: BlockFormat = BlockFormat {
    name: "IQ3_S",
    weights: WEIGHTS,
    part: 32,
    scale: |block, part| scale_s(block, part).into(),
    fields: &S_FIELDS,
    read: read_s,
    write: None,
};

static XXS_FIELDS: [Field; 3] = [
    D,
    Field::new(
        "qs",
        64,
        FieldKind::Codes,
        [
            "byte j: the point of weights 4 j to 4 j + 3",
            "字节 j：权重 4 j 至 4 j + 3 的格点序号",
        ],
    ),
    Field::new(
        "scales_and_signs",
        32,
        FieldKind::Signs,
        [
            "four bytes for each 32 weights: four times seven signs, and a scale of 4 bits",
            "每 32 个权重四字节：四组七个符号与 4 位缩放因子",
        ],
    ),
];
static S_FIELDS: [Field; 5] = [
    D,
    Field::new(
        "qs",
        64,
        FieldKind::Codes,
        [
            "byte j: the low eight bits of the point of weights 4 j to 4 j + 3",
            "字节 j：权重 4 j 至 4 j + 3 的格点序号的低八位",
        ],
    ),
    Field::new(
        "qh",
        8,
        FieldKind::HighBits,
        [
            "bit j: the ninth bit of point j",
            "第 j 位：第 j 个格点序号的第九位",
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
        "scales",
        4,
        FieldKind::SubScales,
        [
            "the scales of each 32 weights, 4 bits, two a byte",
            "每 32 个权重的缩放因子，4 位，每字节两个",
        ],
    ),
];

fn scale_xxs(block: &[u8], part: usize) -> f32 {
    let [d, _, shared] = split(block, &XXS_FIELDS);
    half(d, 0) * (0.5 + unpack(&shared[part * 4..], 4, 7) as f32) * 0.5
}

fn scale_s(block: &[u8], part: usize) -> f32 {
    let [d, _, _, _, scales] = split(block, &S_FIELDS);
    half(d, 0) * (1 + 2 * unpack(scales, 4, part)) as f32
}

fn read_xxs(block: &[u8], out: &mut [f32]) {
    let [_, qs, shared] = split(block, &XXS_FIELDS);
    for (group, out) in out.chunks_exact_mut(4).enumerate() {
        let shared = &shared[group / 8 * 4..];
        let scale = scale_xxs(block, group / 8);
        let signs = even_signs(unpack(shared, 7, group % 8 / 2));
        let point = grids::IQ3_XXS.point(qs[group].into());
        put_signed(out, scale, point, signs >> (group % 2 * 4));
    }
}

fn read_s(block: &[u8], out: &mut [f32]) {
    let [_, qs, qh, signs, _] = split(block, &S_FIELDS);
    for (group, out) in out.chunks_exact_mut(4).enumerate() {
        let scale = scale_s(block, group / 8);
        let index = u64::from(qs[group]) | unpack(qh, 1, group) << 8;
        let signs = unpack(signs, 4, group) as u8;
        put_signed(out, scale, grids::IQ3_S.point(index), signs);
    }
}
