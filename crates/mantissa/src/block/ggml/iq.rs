//! The i-quants of 1 to 3 bits, read only: weights in groups of 4 or 8, each group a point of a grid.
//!
//! An index picks one of 256 to 2048 chosen points for a whole group, so that a weight can cost less than
//! the bits of its own code would. But for the 1-bit formats, signs are kept apart. A block is 256
//! weights.
//!
//! | format | a weight is | points g | scales s | bits a weight |
//! |---|---|---|---|---|
//! | [`IQ1_S`] | d * (2 s + 1) * (g ± 1/8) | 2048 of 8, each -1, 0, 1 | 3 bits for 32 | 1.5625 |
//! | [`IQ1_M`] | d * (2 s + 1) * (g ± 1/8) | the same | 3 bits for 16 | 1.75 |
//! | [`IQ2_XXS`] | ± d * (s + 1/2) / 4 * g | 256 of 8, each 8, 25, 43 | 4 bits for 32 | 2.0625 |
//! | [`IQ2_XS`] | ± d * (s + 1/2) / 4 * g | 512 of 8, the same | 4 bits for 16 | 2.3125 |
//! | [`IQ2_S`] | ± d * (s + 1/2) / 4 * g | 1024 of 8, the same | 4 bits for 16 | 2.5625 |
//! | [`IQ3_XXS`] | ± d * (s + 1/2) / 2 * g | 256 of 4, each 4, 12, ... 52, 62 | 4 bits for 32 | 3.0625 |
//! | [`IQ3_S`] | ± d * (2 s + 1) * g | 512 of 4, each 1, 3, ... 15 | 4 bits for 32 | 3.4375 |
//!
//! There are no writers: those of ggml take an importance matrix, and search the points around each
//! group.

mod grids;
mod iq1;
mod iq2;
mod iq3;

pub use iq1::{IQ1_M, IQ1_S};
pub use iq2::{IQ2_S, IQ2_XS, IQ2_XXS};
pub use iq3::{IQ3_S, IQ3_XXS};

/// The weights of a block.
const WEIGHTS: usize = 256;

/// Eight signs from seven bits: the eighth makes the number of minuses even. (ggml keeps a table of
/// these, `ksigns_iq2xs`.)
fn even_signs(bits: u64) -> u8 {
    let seven = bits as u8 & 127;
    seven | (seven.count_ones() as u8 & 1) << 7
}

/// A point times `scale`, with a minus where `signs` has a bit, lowest first.
fn put_signed(out: &mut [f32], scale: f32, point: impl Iterator<Item = f32>, signs: u8) {
    for (i, (w, g)) in out.iter_mut().zip(point).enumerate() {
        let magnitude = scale * g;
        *w = if signs >> i & 1 == 1 {
            -magnitude
        } else {
            magnitude
        };
    }
}

#[cfg(test)]
mod tests {
    use super::even_signs;

    #[test]
    fn the_eighth_sign_makes_minuses_even() {
        // The first 16 of ggml's table of 128.
        let table = [
            0, 129, 130, 3, 132, 5, 6, 135, 136, 9, 10, 139, 12, 141, 142, 15,
        ];
        assert_eq!(std::array::from_fn(|i| even_signs(i as u64)), table);
        for bits in 0..256 {
            let signs = even_signs(bits);
            assert!(signs.count_ones().is_multiple_of(2));
            assert_eq!(u64::from(signs) & 127, bits & 127);
        }
    }
}
