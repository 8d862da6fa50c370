//! Four-bit codes into a table of sixteen levels that are denser around zero: IQ4_NL and IQ4_XS.

use super::common::{D, extreme, half, put_half, put_spread, reciprocal, scale_d, spread};
use super::{BlockFormat, Field, FieldKind};
use crate::pack::{pack, unpack};

/// ggml, `kvalues_iq4nl`.
const LEVELS: [i8; 16] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

/// IQ4_NL: x = d * LEVELS\[q\], sixteen levels from -127 to 113.
///
/// 18 bytes for 32 weights: `d` (float16), `qs` (two codes a byte, j and j + 16). The writer tries
/// sixteen scales, takes for each the best one for its codes (the least squares, weighted with x^2),
/// and keeps the best of all. ggml, `block_iq4_nl` and `quantize_iq4_nl`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut block = [0x80; 18];
/// block[..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
/// let values = ggml::IQ4_NL.dequantize(&block)?;
/// assert_eq!((values[0], values[16]), (-63.5, 0.5));
/// # Ok::<(), QuantError>(())
/// ```
pub const IQ4_NL: BlockFormat = BlockFormat {
    name: "IQ4_NL",
    weights: 32,
    part: 32,
    scale: scale_d,
    fields: &[
        D,
        Field::new(
            "qs",
            16,
            FieldKind::Codes,
            [
                "byte j: code j, then code j + 16, each an index into sixteen levels",
                "字节 j：低半是编码 j，高半是编码 j + 16，均为十六级码本的序号",
            ],
        ),
    ],
    read: |block, out| read_codes(half(block, 0), &block[2..], out),
    write: Some(|weights, block| {
        let d = fit(weights);
        put_half(block, 0, d);
        write_codes(d, weights, &mut block[2..]);
    }),
};

/// IQ4_XS: x = d * (s - 32) * LEVELS\[q\], the levels of [`IQ4_NL`] with a 6-bit scale s for each 32
/// weights.
///
/// 136 bytes for 256 weights: `d` (float16), `scales_h` (bits 4 and 5 of each scale, two bits each),
/// `scales_l` (bits 0 to 3, two scales a byte), `qs` (16 bytes for each 32 weights: codes j and
/// j + 16). The writer finds each part's scale as that of [`IQ4_NL`] and sends the largest to -32.
/// ggml, `block_iq4_xs` and `quantize_iq4_xs`.
///
/// ```
/// use mantissa::prelude::*;
/// let w: Vec<f32> = (0..256).map(|i| (i % 32 - 16) as f32).collect();
/// let q = ggml::IQ4_XS.quantize(w);
/// assert_eq!(q.bytes()[2..8], [0, 0, 0, 0, 0, 0]); // eight equal scales, each -32
/// assert_eq!(q.bits_per_weight(), 4.25);
/// ```
pub const IQ4_XS: BlockFormat = BlockFormat {
    name: "IQ4_XS",
    weights: 256,
    part: 32,
    scale: |block, part| part_scale(block, part).into(),
    fields: &[
        D,
        Field::new(
            "scales_h",
            2,
            FieldKind::SubScales,
            [
                "bits 4 and 5 of the eight scales",
                "八个缩放因子的第 4、5 位",
            ],
        ),
        Field::new(
            "scales_l",
            4,
            FieldKind::SubScales,
            [
                "bits 0 to 3 of the eight scales, two a byte",
                "八个缩放因子的第 0 至 3 位，每字节两个",
            ],
        ),
        Field::new(
            "qs",
            128,
            FieldKind::Codes,
            [
                "16 bytes for each 32 weights; byte j: code j, then code j + 16",
                "每 32 个权重 16 字节；字节 j：低半是编码 j，高半是编码 j + 16",
            ],
        ),
    ],
    read: |block, out| {
        let parts = block[8..].chunks(16).zip(out.chunks_mut(32));
        for (part, (codes, out)) in parts.enumerate() {
            read_codes(part_scale(block, part), codes, out);
        }
    },
    write: Some(|weights, block| {
        let scales: Vec<f32> = weights.chunks(32).map(fit).collect();
        // From about 1e12 on the sums overflow; ggml then passes over the part and loses its weights.
        let overflow = scales.iter().find(|scale| !scale.is_finite());
        let d = overflow.map_or(-extreme(&scales) / 32.0, |overflow| *overflow);
        put_half(block, 0, d);
        let inverse = reciprocal(d);
        let multiple = |scale: &f32| (scale * inverse).round_ties_even().clamp(-32.0, 31.0);
        let multiples: Vec<f32> = scales.iter().map(multiple).collect();
        let codes = multiples.iter().map(|multiple| (multiple + 32.0) as u64);
        block[2..4].copy_from_slice(&pack(codes.clone().map(|code| code >> 4), 2));
        block[4..8].copy_from_slice(&pack(codes, 4));
        let parts = weights.chunks(32).zip(block[8..].chunks_mut(16));
        for (multiple, (weights, codes)) in multiples.iter().zip(parts) {
            write_codes(d * multiple, weights, codes);
        }
    }),
};

/// The scale of 32 weights of IQ4_XS.
fn part_scale(block: &[u8], part: usize) -> f32 {
    let code = unpack(&block[4..8], 4, part) | unpack(&block[2..4], 2, part) << 4;
    half(block, 0) * (code as f32 - 32.0)
}

fn read_codes(d: f32, codes: &[u8], out: &mut [f32]) {
    for (x, code) in out.iter_mut().zip(spread(codes, 4)) {
        *x = d * level(code);
    }
}

fn write_codes(d: f32, weights: &[f32], codes: &mut [u8]) {
    let inverse = reciprocal(d);
    put_spread(weights.iter().map(|x| nearest(inverse * x)), 4, codes);
}

fn level(code: u8) -> f32 {
    f32::from(LEVELS[usize::from(code)])
}

/// The code of the nearest level, of two equally near the higher one.
fn nearest(x: f32) -> u8 {
    let above = LEVELS.partition_point(|level| f32::from(*level) <= x) as u8;
    match above {
        0 => 0,
        16 => 15,
        _ if x - level(above - 1) < level(above) - x => above - 1,
        _ => above,
    }
}

/// The scale of 32 weights: of sixteen guesses, which send the largest magnitude to -120 .. -134 or
/// to 127, and the least-squares scale for the codes that each gives, the one that explains the most;
/// every error counts x^2 times.
fn fit(weights: &[f32]) -> f32 {
    let max = extreme(weights);
    if max.abs() < 1e-15 {
        return 0.0;
    }
    // Sums of x^2 times x * level and level^2, over the codes that 1 / scale = `inverse` gives.
    let sums = |inverse: f32| {
        weights.iter().fold((0.0, 0.0), |(products, squares), x| {
            let (weight, level) = (x * x, level(nearest(inverse * x)));
            (
                products + weight * level * x,
                squares + weight * level * level,
            )
        })
    };
    let lowest = f32::from(LEVELS[0]);
    let (products, squares) = sums(1.0 / (-max / lowest));
    let mut scale = if squares > 0.0 {
        products / squares
    } else {
        0.0
    };
    let mut best = scale * products;
    for step in -7..=7 {
        let (products, squares) = sums((step as f32 + lowest) / max);
        if squares > 0.0 && products * products > best * squares {
            scale = products / squares;
            best = scale * products;
        }
    }
    scale
}
