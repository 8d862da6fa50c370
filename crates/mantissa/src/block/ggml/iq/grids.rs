//! The grids: which points a code can name.
//!
//! The numbers are ggml's (ggml-common.h: `iq1s_grid`, `iq2xxs_grid`, `iq2xs_grid`, `iq2s_grid`,
//! `iq3xxs_grid`, `iq3s_grid`), chosen there to suit the weights of models. `grids.bin` has the six one
//! after another, as [`crate::pack()`] packs them: 2 or 3 bits a coordinate, which say which of the
//! grid's few values it is.

use crate::pack::unpack;

/// A list of points.
pub struct Grid {
    packed: &'static [u8],
    /// The coordinates of a point.
    dimensions: u32,
    /// The bits of a coordinate.
    bits: u32,
    /// The values that a coordinate can have.
    values: &'static [i8],
}

impl Grid {
    const fn new(packed: &'static [u8], dimensions: u32, values: &'static [i8]) -> Grid {
        Grid {
            packed,
            dimensions,
            bits: if values.len() > 4 { 3 } else { 2 },
            values,
        }
    }

    /// The coordinates of point `index`.
    pub fn point(&self, index: u64) -> impl Iterator<Item = f32> + use<'_> {
        let point = unpack(self.packed, self.bits * self.dimensions, index as usize) as usize;
        let mask = (1 << self.bits) - 1;
        (0..self.dimensions).map(move |i| f32::from(self.values[point >> (i * self.bits) & mask]))
    }
}

const ALL: &[u8; 8832] = include_bytes!("grids.bin");
const ONE: (&[u8], &[u8]) = ALL.split_at(2048 * 2);
const TWO_XXS: (&[u8], &[u8]) = ONE.1.split_at(256 * 2);
const TWO_XS: (&[u8], &[u8]) = TWO_XXS.1.split_at(512 * 2);
const TWO_S: (&[u8], &[u8]) = TWO_XS.1.split_at(1024 * 2);
const THREE_XXS: (&[u8], &[u8]) = TWO_S.1.split_at(256 * 3 / 2);

/// 2048 points for IQ1_S and IQ1_M.
pub static IQ1: Grid = Grid::new(ONE.0, 8, &[-1, 0, 1]);
/// 256 points for IQ2_XXS.
pub static IQ2_XXS: Grid = Grid::new(TWO_XXS.0, 8, &[8, 25, 43]);
/// 512 points for IQ2_XS.
pub static IQ2_XS: Grid = Grid::new(TWO_XS.0, 8, &[8, 25, 43]);
/// 1024 points for IQ2_S.
pub static IQ2_S: Grid = Grid::new(TWO_S.0, 8, &[8, 25, 43]);
/// 256 points for IQ3_XXS.
pub static IQ3_XXS: Grid = Grid::new(THREE_XXS.0, 4, &[4, 12, 20, 28, 36, 44, 52, 62]);
/// 512 points for IQ3_S.
pub static IQ3_S: Grid = Grid::new(THREE_XXS.1, 4, &[1, 3, 5, 7, 9, 11, 13, 15]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grids_are_these_bytes() {
        // FNV-1a of `grids.bin`, which was compared with all 4608 entries of ggml's tables.
        let fnv = ALL.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        assert_eq!(fnv, 0x1f0e_f6aa_e51e_ce02);
    }

    #[test]
    fn the_points_of_a_grid_are_distinct_and_ascend() {
        let grids = [&IQ1, &IQ2_XXS, &IQ2_XS, &IQ2_S, &IQ3_XXS, &IQ3_S];
        let sizes = [2048, 256, 512, 1024, 256, 512];
        for (grid, size) in grids.into_iter().zip(sizes) {
            let bits = grid.bits * grid.dimensions;
            assert_eq!(grid.packed.len() * 8, size * bits as usize);
            let codes: Vec<u64> = (0..size).map(|i| unpack(grid.packed, bits, i)).collect();
            assert!(codes.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn some_points_are_those_of_ggml() {
        let point = |grid: &Grid, i| grid.point(i).collect::<Vec<f32>>();
        assert_eq!(point(&IQ1, 0), [-1.0; 8]);
        assert_eq!(point(&IQ1, 2047), [1.0; 8]);
        assert_eq!(
            point(&IQ2_XXS, 1),
            [43.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0]
        );
        assert_eq!(point(&IQ3_XXS, 255), [4.0, 28.0, 52.0, 62.0]);
        assert_eq!(point(&IQ3_S, 511), [1.0, 1.0, 15.0, 15.0]);
    }
}
