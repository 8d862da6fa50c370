//! Blocks of 256 weights that are -d, 0 or d: TQ1_0 and TQ2_0, for models trained that way (BitNet
//! b1.58, TriLM).

use super::common::{D, extreme, half, put_half, put_spread, reciprocal, spread};
use super::{BlockFormat, Field, FieldKind};

/// TQ2_0: x = d * (q - 1), 2-bit codes; d is the largest magnitude, ties go away from zero. The
/// writer gives -d, 0 and d; the fourth code reads as 2d.
///
/// 66 bytes for 256 weights: `qs` (in each half of 32 bytes, byte j holds codes j, j + 32, j + 64 and
/// j + 96 of its 128), `d` (float16). ggml, `block_tq2_0` and `quantize_row_tq2_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 256];
/// (w[0], w[32], w[64]) = (-3.0, 1.5, 1.4);
/// let q = ggml::TQ2_0.quantize(w);
/// assert_eq!(q.bytes()[..2], [0b01_01_10_00, 0b01_01_01_01]);
/// assert_eq!(q.dequantize()[[32]], 3.0);
/// ```
pub const TQ2_0: BlockFormat = BlockFormat {
    name: "TQ2_0",
    weights: 256,
    part: 256,
    scale: |block, _| half(block, 64).into(),
    fields: &[
        Field::new(
            "qs",
            64,
            FieldKind::Codes,
            [
                "two halves of 32 bytes; byte j: codes j, j + 32, j + 64, j + 96 of a half",
                "两半各 32 字节；字节 j：该半的编码 j、j + 32、j + 64、j + 96",
            ],
        ),
        D,
    ],
    read: |block, out| {
        let d = half(block, 64);
        for (run, out) in block[..64].chunks(32).zip(out.chunks_mut(128)) {
            for (x, code) in out.iter_mut().zip(spread(run, 2)) {
                *x = (f32::from(code) - 1.0) * d;
            }
        }
    },
    write: Some(|weights, block| {
        let codes = trits(weights, block, 64);
        for (run, codes) in block[..64].chunks_mut(32).zip(codes.chunks(128)) {
            put_spread(codes.iter().copied(), 2, run);
        }
    }),
};

/// TQ1_0: x = d * (q - 1), q one of 0, 1, 2; five of them to a byte, since 3^5 = 243 fits 256.
///
/// 54 bytes for 256 weights: `qs`, `qh`, `d` (float16). A byte is ceil(256 n / 243) for the number n
/// with the base-3 digits of its codes, the first one highest, so that digit i is
/// floor(3 * (byte * 3^i mod 256) / 256), without a division. The first 32 bytes of `qs` hold codes
/// j, j + 32, ... of the first 160, the other 16 those of the next 80, 16 apart; the 4 bytes of `qh`
/// those of the last 16, four to a byte. ggml, `block_tq1_0` and `quantize_row_tq1_0_ref`.
///
/// ```
/// use mantissa::prelude::*;
/// let mut w = [0.0; 256];
/// (w[0], w[32], w[64]) = (2.0, -2.0, 1.1);
/// let q = ggml::TQ1_0.quantize(w);
/// // 2 0 2 1 1 in base 3 is 184, and 256 * 184 / 243 is 193.8.
/// assert_eq!(q.bytes()[0], 194);
/// assert_eq!(q.bits_per_weight(), 1.6875);
/// ```
pub const TQ1_0: BlockFormat = BlockFormat {
    name: "TQ1_0",
    weights: 256,
    part: 256,
    scale: |block, _| half(block, 52).into(),
    fields: &[
        Field::new(
            "qs",
            48,
            FieldKind::Codes,
            ["five base-3 digits a byte", "每字节五个三进制数字"],
        ),
        Field::new(
            "qh",
            4,
            FieldKind::Codes,
            [
                "four base-3 digits a byte: the last 16 codes",
                "每字节四个三进制数字：最后 16 个编码",
            ],
        ),
        D,
    ],
    read: |block, out| {
        let d = half(block, 52);
        for (x, (byte, digit)) in out.iter_mut().zip(digits()) {
            let rest = block[byte].wrapping_mul(POWERS[digit]);
            let code = (u16::from(rest) * 3) >> 8;
            *x = (f32::from(code) - 1.0) * d;
        }
    },
    write: Some(|weights, block| {
        for (code, (byte, digit)) in trits(weights, block, 52).into_iter().zip(digits()) {
            block[byte] += code * POWERS[4 - digit];
        }
        for byte in &mut block[..52] {
            *byte = (u16::from(*byte) * 256).div_ceil(243) as u8;
        }
    }),
};

const POWERS: [u8; 5] = [1, 3, 9, 27, 81];

/// The byte and the base-3 digit of each code of TQ1_0.
fn digits() -> impl Iterator<Item = (usize, usize)> {
    let runs = [(0..32, 5), (32..48, 5), (48..52, 4)];
    runs.into_iter().flat_map(|(bytes, digits)| {
        (0..digits).flat_map(move |digit| bytes.clone().map(move |byte| (byte, digit)))
    })
}

/// Writes the scale at byte `at`; the codes 0, 1 and 2.
fn trits(weights: &[f32], block: &mut [u8], at: usize) -> Vec<u8> {
    let d = extreme(weights).abs();
    put_half(block, at, d);
    let inverse = reciprocal(d);
    let code = |x: &f32| ((x * inverse).round() + 1.0) as u8;
    weights.iter().map(code).collect()
}
