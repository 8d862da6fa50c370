//! What Q2_K, Q4_K and Q5_K share: parts with a scale and an offset.

use super::WEIGHTS;
use super::search::{Line, Search, nearest};

/// The lines found for the parts of a block, and the codes on them.
pub struct Fitted {
    lines: Vec<Line>,
    codes: Vec<u8>,
}

impl Fitted {
    /// Searches for each part of `N` weights by itself; an error counts as much as `importance` says.
    pub fn new<const N: usize>(
        x: &[f32],
        search: Search,
        importance: fn(&[f32; N]) -> [f32; N],
    ) -> Fitted {
        let parts = x.as_chunks::<N>().0.iter();
        let fits = parts.map(|part| search.fit(part, &importance(part)));
        let (lines, codes): (Vec<Line>, Vec<[u8; N]>) = fits.unzip();
        Fitted {
            lines,
            codes: codes.concat(),
        }
    }

    /// The scales as multiples 0 to `levels` of one number.
    pub fn scales(&self, levels: u8) -> Multiples {
        Multiples::new(self.lines.iter().map(|line| line.scale), levels)
    }

    /// The offsets as multiples 0 to `levels` of one number.
    pub fn offsets(&self, levels: u8) -> Multiples {
        Multiples::new(self.lines.iter().map(|line| line.offset), levels)
    }

    /// The codes of `x` on the lines that are now stored. A part whose scale is stored as zero keeps
    /// the codes of its search, as in ggml; all of them read back as the same number.
    pub fn codes_on(self, x: &[f32], search: Search, stored: impl Fn(usize) -> Line) -> Vec<u8> {
        let mut codes = self.codes;
        let n = WEIGHTS / self.lines.len();
        for (part, (x, codes)) in x.chunks(n).zip(codes.chunks_mut(n)).enumerate() {
            search.at(x, stored(part), codes);
        }
        codes
    }
}

/// Numbers from zero on as multiples of a unit.
pub struct Multiples {
    pub unit: f32,
    pub codes: Vec<u8>,
}

impl Multiples {
    /// The largest number becomes `levels` times the unit.
    fn new(numbers: impl Iterator<Item = f32> + Clone, levels: u8) -> Multiples {
        // Not `f32::max`, which may take the -0 of two zeros and so set a bit.
        let larger = |largest, x| if x > largest { x } else { largest };
        let largest = numbers.clone().fold(0.0, larger);
        let top = f32::from(levels);
        let inverse = if largest > 0.0 { top / largest } else { 0.0 };
        let code = |x| nearest(inverse * x).clamp(0, levels.into()) as u8;
        Multiples {
            unit: largest / top,
            codes: numbers.map(code).collect(),
        }
    }
}
