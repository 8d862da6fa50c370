//! What the readers and writers of several formats share.

use super::{Field, FieldKind};
use half::f16;

/// The scale that most blocks begin with.
pub(super) const D: Field = Field::new(
    "d",
    2,
    FieldKind::Scale,
    [
        "the scale of the block, a float16",
        "整块的缩放因子，float16",
    ],
);

/// The float16 at byte `at`.
pub(super) fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The scale in [`D`], where that comes first and every weight of a block has it.
pub(super) fn scale_d(block: &[u8], _part: usize) -> f64 {
    half(block, 0).into()
}

/// Puts a number there, rounded to the nearest float16, ties to even.
pub(super) fn put_half(block: &mut [u8], at: usize, x: f32) {
    block[at..at + 2].copy_from_slice(&f16::from_f32(x).to_le_bytes());
}

/// The codes of a run of bytes in ggml's order: first the lowest `bits` of every byte, then the
/// next `bits` of every byte, up to the highest: [`crate::PackOrder::Planes`] for one run.
pub(super) fn spread(run: &[u8], bits: u32) -> impl Iterator<Item = u8> {
    let mask = u8::MAX >> (8 - bits);
    (0..8)
        .step_by(bits as usize)
        .flat_map(move |shift| run.iter().map(move |byte| byte >> shift & mask))
}

/// Puts codes of `bits` bits into a run of zero bytes in that order.
pub(super) fn put_spread(codes: impl IntoIterator<Item = u8>, bits: usize, run: &mut [u8]) {
    for (i, code) in codes.into_iter().enumerate() {
        run[i % run.len()] |= code << (bits * (i / run.len()));
    }
}

/// The number of the largest magnitude, of equals the first; 0 if all are zero.
pub(super) fn extreme(weights: &[f32]) -> f32 {
    let larger = |max: f32, &x: &f32| if x.abs() > max.abs() { x } else { max };
    weights.iter().fold(0.0, larger)
}

/// 1 / d, or 0 for a scale of zero.
///
/// Also for one so small (below 2^-128) that the reciprocal is infinite, where C's conversion of
/// the codes is undefined: such a scale is zero in float16.
pub(super) fn reciprocal(d: f32) -> f32 {
    let inverse = 1.0 / d;
    if inverse.is_finite() { inverse } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{PackOrder, pack_in};

    #[test]
    fn codes_are_spread_in_planes() {
        for bits in [1, 2, 4, 8] {
            let mask = u8::MAX >> (8 - bits);
            let codes: Vec<u8> = (0..6 * 8 / bits as u8)
                .map(|i| i.wrapping_mul(37) & mask)
                .collect();
            let mut run = [0; 6];
            put_spread(codes.iter().copied(), bits, &mut run);
            let planes = PackOrder::Planes { bytes: 6 };
            let wide = codes.iter().map(|code| u64::from(*code));
            assert_eq!(run.to_vec(), pack_in(planes, wide, bits as u32));
            assert_eq!(spread(&run, bits as u32).collect::<Vec<u8>>(), codes);
        }
    }
}
