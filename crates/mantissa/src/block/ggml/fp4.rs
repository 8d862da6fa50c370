//! Blocks of float4_e2m1fn codes: MXFP4 and NVFP4 as ggml lays them out.
//!
//! ggml keeps twice the values of the codes, which are integers, and halves the scale instead.

use super::common::{extreme, put_spread, spread};
use super::{BlockFormat, Field, FieldKind};
use crate::codec::{Overflow, Rounding};
use crate::format::{FloatFormat, Specials};
use crate::real::exact_f64;

/// Twice the values of float4_e2m1fn; ggml, `kvalues_fp4`. There is no -0.
const TWICE_E2M1: [f32; 16] = [
    0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 0.0, -1.0, -2.0, -3.0, -4.0, -6.0, -8.0, -12.0,
];

/// MXFP4: x = 2^(e - 127) * q, q a float4_e2m1fn; e is 127 + floor(log2 of the largest magnitude) - 2,
/// as OCP Microscaling 1.0 (section 6.3) has it, so that the largest weights can be clipped to 6.
///
/// 17 bytes for 32 weights: `e` (float8_e8m0fnu, but 255 is 2^128 and no NaN), `qs` (two codes a
/// byte, j and j + 16). A code is the nearest value, of two equally near the smaller magnitude.
/// ggml, `block_mxfp4` and `quantize_row_mxfp4_ref`, whose `log2f` rounds: up to 44 of the 2^23
/// float32 numbers just below a power of two count as that power. Blocks below 2^-125 take e = 0,
/// where the C code wraps around (undefined in C, a scale of up to 2^105 and zeros in practice).
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 32];
/// (w[0], w[16]) = (7.5, -1.25);
/// let q = ggml::MXFP4.quantize(w);
/// assert_eq!(q.bytes()[..2], [127, 0xa7]); // 6, and -1: ties go toward zero
/// ```
pub const MXFP4: BlockFormat = BlockFormat {
    name: "MXFP4",
    weights: 32,
    part: 32,
    scale: |block, _| 2.0 * f64::from(half_power(block[0])),
    fields: &[
        Field::new(
            "e",
            1,
            FieldKind::Scale,
            [
                "the scale of the block, 2^(e - 127)",
                "整块的缩放因子，2^(e − 127)",
            ],
        ),
        Field::new(
            "qs",
            16,
            FieldKind::Codes,
            [
                "byte j: code j, then code j + 16, each a float4_e2m1fn",
                "字节 j：低半是编码 j，高半是编码 j + 16，均为 float4_e2m1fn",
            ],
        ),
    ],
    read: |block, out| read_codes(half_power(block[0]), &block[1..], out),
    write: Some(|weights, block| {
        let largest = extreme(weights).abs();
        if largest > 0.0 {
            block[0] = (floor_log2f(largest) - 2 + 127).max(0) as u8;
        }
        write_codes(half_power(block[0]), weights, &mut block[1..]);
    }),
};

/// NVFP4: x = d * q, q a float4_e2m1fn and d an unsigned E4M3 for each 16 weights: their largest
/// magnitude over 6.
///
/// 36 bytes for 64 weights: `d` (four scales), `qs` (8 bytes for each 16 weights: codes j and j + 8).
/// There is no scale of the tensor, as NVIDIA's NVFP4 has: weights beyond 2688 are clipped, those
/// below about 2^-10 lost; ggml keeps that scale in a tensor of its own. ggml, `block_nvfp4`,
/// `quantize_row_nvfp4_ref` and `ggml_fp32_to_ue4m3`, which differs from float8_e4m3fn: ties go up,
/// everything that would round to 256 or more becomes 448, and what lies between 7.5 and 8 times
/// 2^-9 becomes 7 * 2^-9. Read, 0x7f is 0, the upper bit means nothing, and 0xff is 480.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 64];
/// (w[0], w[8], w[16]) = (6.0, -0.5, 0.75);
/// let q = ggml::NVFP4.quantize(w);
/// assert_eq!(q.bytes()[..5], [0x38, 0x20, 0, 0, 0x97]); // scales 1 and 0.125; codes 6 and -0.5
/// ```
pub const NVFP4: BlockFormat = BlockFormat {
    name: "NVFP4",
    weights: 64,
    part: 16,
    scale: |block, part| 2.0 * f64::from(half_ue4m3(block[part])),
    fields: &[
        Field::new(
            "d",
            4,
            FieldKind::SubScales,
            [
                "a scale for each 16 weights, an unsigned float8 E4M3",
                "每 16 个权重一个缩放因子，无符号 float8 E4M3",
            ],
        ),
        Field::new(
            "qs",
            32,
            FieldKind::Codes,
            [
                "8 bytes for each 16 weights; byte j: code j, then code j + 8, each a float4_e2m1fn",
                "每 16 个权重 8 字节；字节 j：低半是编码 j，高半是编码 j + 8，均为 float4_e2m1fn",
            ],
        ),
    ],
    read: |block, out| {
        let (scales, codes) = block.split_at(4);
        let parts = codes.chunks(8).zip(out.chunks_mut(16));
        for (scale, (codes, out)) in scales.iter().zip(parts) {
            read_codes(half_ue4m3(*scale), codes, out);
        }
    },
    write: Some(|weights, block| {
        let (scales, codes) = block.split_at_mut(4);
        let parts = weights.chunks(16).zip(codes.chunks_mut(8));
        for (scale, (weights, codes)) in scales.iter_mut().zip(parts) {
            *scale = to_ue4m3(extreme(weights).abs() / 6.0);
            write_codes(half_ue4m3(*scale), weights, codes);
        }
    }),
};

fn read_codes(half_scale: f32, codes: &[u8], out: &mut [f32]) {
    for (x, code) in out.iter_mut().zip(spread(codes, 4)) {
        *x = TWICE_E2M1[usize::from(code)] * half_scale;
    }
}

fn write_codes(half_scale: f32, weights: &[f32], codes: &mut [u8]) {
    put_spread(weights.iter().map(|x| nearest(half_scale, *x)), 4, codes);
}

/// The code whose value is nearest, the first of several.
fn nearest(half_scale: f32, x: f32) -> u8 {
    let error = |code: &u8| (TWICE_E2M1[usize::from(*code)] * half_scale - x).abs();
    let codes = 0..16_u8;
    let nearest = codes.min_by(|a, b| error(a).total_cmp(&error(b)));
    nearest.expect("there are sixteen codes")
}

/// 2^(e - 128), half of an E8M0 scale.
fn half_power(e: u8) -> f32 {
    exact_f64(false, 1, i32::from(e) - 128) as f32
}

/// floor(log2f(x)) of a positive normal number, where log2f rounds to float32: log2 x is about
/// n - m / (2^24 ln 2) for the m-th number below 2^n, and that rounds to n if it is within half a
/// float32 step of it.
fn floor_log2f(x: f32) -> i32 {
    let n = (x.to_bits() >> 23) as i32 - 127 + 1;
    let m = (1 << 23) - (x.to_bits() & 0x7f_ffff);
    // The binade that the float32 numbers just below n lie in: 2^binade to 2^(binade + 1).
    let below = if n > 0 { n - 1 } else { -n };
    let rounds_up = match below.checked_ilog2() {
        Some(binade) => f64::from(m) <= f64::from(1 << binade) * std::f64::consts::LN_2,
        None => false,
    };
    if rounds_up { n } else { n - 1 }
}

/// E4M3 without sign and with every code a number; the largest is 480.
const UE4M3: FloatFormat = match FloatFormat::new("ue4m3", 4, 3, 7, false, Specials::FINITE) {
    Ok(format) => format,
    Err(_) => panic!("four and three bits make a format"),
};

/// Half of the scale that ggml reads; `ggml_ue4m3_to_fp32`.
fn half_ue4m3(code: u8) -> f32 {
    match code {
        0x7f => 0.0,
        _ => UE4M3.value(u64::from(code & 0x7f)).to_f64() as f32 / 2.0,
    }
}

/// The scale that ggml writes; `ggml_fp32_to_ue4m3`.
fn to_ue4m3(x: f32) -> u8 {
    if x >= 248.0 {
        0x7e
    } else if x < 1.0 / 64.0 {
        ((x * 512.0 + 0.5) as u8).min(7)
    } else {
        let code = UE4M3.encode(x, Rounding::TiesToAway, Overflow::Saturate);
        code.expect("a positive number has a code") as u8
    }
}
