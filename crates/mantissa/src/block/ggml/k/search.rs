//! The scale search: which scale (and offset) leaves the least error after rounding.
//!
//! Rounding makes the error a jagged function of the scale. But once every weight x has its code q,
//! the best scale is the weighted least-squares fit, in closed form. So a search rounds with a few
//! guesses of the scale, fits a scale to each set of codes, and keeps the set that fits best.
//!
//! Everything is float32, in the order in which ggml (ggml-quants.c: `make_qx_quants`,
//! `make_q3_quants`, `make_qkx2_quants`) computes it: another order gives other bytes.

use super::super::common::extreme;

/// The nearest integer, ties to even, as ggml finds it: 1.5 * 2^23 + x has its last bit at 1, so the
/// addition rounds, and the integer is what the fraction's bits are above 2^22.
///
/// Right for |x| < 2^22; guesses aim at a few dozen. More than that comes only of weights below
/// 1e-37, and of a scale so far below its offset's rounding error that no code would repair it.
/// Those wrap, as in ggml, and the codes are clamped; NaN becomes 0.
pub fn nearest(x: f32) -> i32 {
    let sum = x + 12_582_912.0;
    if sum.is_nan() {
        return 0;
    }
    (sum.to_bits() & 0x007f_ffff) as i32 - 0x0040_0000
}

/// Below this a scale, or the largest magnitude of a part, counts as zero.
pub const NEGLIGIBLE: f32 = 1e-15;

/// The codes -n to n - 1 around zero.
#[derive(Clone, Copy)]
pub struct Centred {
    /// One more than the largest code.
    pub n: i8,
}

/// Sums over weights w = x^2, from which least squares has the scale Σwxq / Σwq^2: it takes
/// (Σwxq)^2 / Σwq^2 off the error Σw(x - scale q)^2.
#[derive(Clone, Copy, Default)]
struct Sums {
    xq: f32,
    qq: f32,
}

impl Sums {
    fn add(&mut self, x: f32, q: i8) {
        let (w, q) = (x * x, f32::from(q));
        self.xq += w * x * q;
        self.qq += w * q * q;
    }

    /// The sums without one weight, as subtraction leaves them.
    fn without(self, x: f32, q: i8) -> Sums {
        let (w, q) = (x * x, f32::from(q));
        Sums {
            xq: self.xq - w * x * q,
            qq: self.qq - w * q * q,
        }
    }

    /// Infinity where the sums overflow (|x| above 5e17): float16 holds no such scale anyway.
    fn scale(self) -> f32 {
        let scale = if self.qq == 0.0 {
            0.0
        } else {
            self.xq / self.qq
        };
        if scale.is_nan() { f32::INFINITY } else { scale }
    }
}

impl Centred {
    fn code(self, scaled: f32) -> i8 {
        let n = i32::from(self.n);
        nearest(scaled).clamp(-n, n - 1) as i8
    }

    /// The codes at a scale of 1 / `inverse`, and their sums.
    fn round<const N: usize>(self, x: &[f32; N], inverse: f32) -> ([i8; N], Sums) {
        let codes = x.map(|x| self.code(inverse * x));
        let mut sums = Sums::default();
        for (&x, &q) in x.iter().zip(&codes) {
            sums.add(x, q);
        }
        (codes, sums)
    }

    /// The codes of `x` at a scale that is given, or those it has if the scale is zero.
    pub fn at<const N: usize>(self, x: &[f32; N], scale: f32, codes: &mut [i8; N]) {
        if scale != 0.0 {
            *codes = x.map(|x| self.code(x / scale));
        }
    }

    /// Scale and codes by nineteen guesses (Q6_K).
    ///
    /// The number farthest from zero, the extreme, is to become -n, the code that has no counterpart,
    /// or up to 0.9 less or more: the guesses for 1 / scale are -(n + k / 10) / extreme, k = 0, then
    /// -9 to 9. A guess wins if it takes more off the error than the best so far. A part that is
    /// negligible gets scale 0 and the lowest code.
    pub fn guess<const N: usize>(self, x: &[f32; N]) -> (f32, [i8; N]) {
        let extreme = extreme(x);
        if extreme.abs() < NEGLIGIBLE {
            return (0.0, [-self.n; N]);
        }
        let guess = |k: i8| {
            let inverse = -(f32::from(self.n) + 0.1 * f32::from(k)) / extreme;
            self.round(x, inverse)
        };
        let (mut codes, sums) = guess(0);
        let mut scale = sums.scale();
        let mut gain = scale * sums.xq;
        for k in (-9..=9).filter(|&k| k != 0) {
            let (others, sums) = guess(k);
            if sums.qq > 0.0 && sums.xq * sums.xq > gain * sums.qq {
                codes = others;
                scale = sums.scale();
                gain = scale * sums.xq;
            }
        }
        (scale, codes)
    }

    /// Scale and codes by changing one code at a time (Q3_K).
    ///
    /// From the codes at 1 / scale = -n / extreme on, each number in turn is rounded with the scale
    /// that fits all others, and keeps the new code if that takes more off the error. At most five
    /// rounds, until one changes nothing. A part that is negligible gets scale 0 and the lowest code.
    pub fn descend<const N: usize>(self, x: &[f32; N]) -> (f32, [i8; N]) {
        let extreme = extreme(x);
        if extreme.abs() < NEGLIGIBLE {
            return (0.0, [-self.n; N]);
        }
        let (mut codes, mut sums) = self.round(x, -f32::from(self.n) / extreme);
        for _ in 0..5 {
            let mut changed = false;
            for (&x, code) in x.iter().zip(&mut codes) {
                let mut others = sums.without(x, *code);
                if others.xq > 0.0 {
                    let new = self.code(x * others.qq / others.xq);
                    if new != *code {
                        others.add(x, new);
                        let gains = others.xq * others.xq * sums.qq > sums.xq * sums.xq * others.qq;
                        if others.qq > 0.0 && gains {
                            (*code, sums, changed) = (new, others, true);
                        }
                    }
                }
            }
            if !changed {
                break;
            }
        }
        (sums.scale(), codes)
    }
}

/// A line from codes to numbers: scale * q - offset, with an offset not below zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub scale: f32,
    pub offset: f32,
}

impl Line {
    /// The number that a code stands for.
    pub fn at(self, q: u8) -> f32 {
        self.scale * f32::from(q) - self.offset
    }
}

/// The search for a scale and an offset (Q2_K, Q4_K, Q5_K).
///
/// Codes are 0 to `levels`. Zero is always within the range of the line, so the offset, which is
/// subtracted, is never negative. The first candidate is the line through the lowest number (or zero)
/// and the highest. The others come from rounding at 1 / scale = (levels + first + k / 10) / (highest -
/// lowest), k = 0 to `steps`, where the lowest is that of the best line so far; to each set of codes a
/// line is fitted by weighted least squares. A line wins if its weighted error is less.
#[derive(Clone, Copy)]
pub struct Search {
    /// The largest code.
    pub levels: u8,
    /// Where the guesses begin.
    pub first: f32,
    /// How many steps of 0.1 they go on.
    pub steps: u8,
    /// What is summed of each difference: its magnitude or its square.
    pub penalty: fn(f32) -> f32,
}

impl Search {
    fn code(self, scaled: f32) -> u8 {
        nearest(scaled).clamp(0, i32::from(self.levels)) as u8
    }

    /// The codes of `x` on a line that is given, or those it has if the scale is zero.
    pub fn at(self, x: &[f32], line: Line, codes: &mut [u8]) {
        if line.scale != 0.0 {
            for (code, x) in codes.iter_mut().zip(x) {
                *code = self.code((x + line.offset) / line.scale);
            }
        }
    }

    /// The best line of the search, and the codes on it.
    pub fn fit<const N: usize>(self, x: &[f32; N], weights: &[f32; N]) -> (Line, [u8; N]) {
        let low = x.iter().fold(0.0_f32, |low, &x| low.min(x));
        let high = x.iter().fold(f32::NEG_INFINITY, |high, &x| high.max(x));
        if high == low {
            let (scale, offset) = (0.0, -low);
            return (Line { scale, offset }, [0; N]);
        }
        let levels = f32::from(self.levels);
        let inverse = levels / (high - low);
        let mut best = Line {
            scale: 1.0 / inverse,
            offset: -low,
        };
        let mut codes = x.map(|x| self.code(inverse * (x + best.offset)));
        let mut least = self.total(x, weights, &codes, best);
        for k in 0..=self.steps {
            let inverse = (self.first + 0.1 * f32::from(k) + levels) / (high + best.offset);
            let others = x.map(|x| self.code(inverse * (x + best.offset)));
            if let Some(line) = least_squares(x, weights, &others) {
                let total = self.total(x, weights, &others, line);
                if total < least {
                    (best, codes, least) = (line, others, total);
                }
            }
        }
        (best, codes)
    }

    fn total<const N: usize>(self, x: &[f32; N], w: &[f32; N], q: &[u8; N], line: Line) -> f32 {
        sum::<N>(|i| w[i] * (self.penalty)(line.at(q[i]) - x[i]))
    }
}

/// The line with the least Σw(x - scale q + offset)^2 among those whose offset is not negative; none
/// if the codes do not tell one, being all the same.
fn least_squares<const N: usize>(x: &[f32; N], w: &[f32; N], q: &[u8; N]) -> Option<Line> {
    let q = q.map(f32::from);
    let sum_w = sum::<N>(|i| w[i]);
    let sum_x = sum::<N>(|i| w[i] * x[i]);
    let sum_q = sum::<N>(|i| w[i] * q[i]);
    let sum_qq = sum::<N>(|i| w[i] * q[i] * q[i]);
    let sum_xq = sum::<N>(|i| w[i] * q[i] * x[i]);
    let determinant = sum_w * sum_qq - sum_q * sum_q;
    if determinant <= 0.0 {
        return None;
    }
    let low = (sum_qq * sum_x - sum_q * sum_xq) / determinant;
    Some(if low > 0.0 {
        Line {
            scale: sum_xq / sum_qq,
            offset: 0.0,
        }
    } else {
        Line {
            scale: (sum_w * sum_xq - sum_x * sum_q) / determinant,
            offset: -low,
        }
    })
}

/// The terms 0 to N - 1 added one after another.
fn sum<const N: usize>(term: impl Fn(usize) -> f32) -> f32 {
    (0..N).fold(0.0, |sum, i| sum + term(i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_integer_is_even_on_a_tie() {
        let ties = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5];
        assert_eq!(ties.map(nearest), [0, 2, 2, 0, -2, -2]);
        for n in [-4_194_303, -128, -1, 0, 1, 127, 4_194_303] {
            assert_eq!(nearest(n as f32), n);
        }
        assert_eq!(nearest(f32::NAN), 0);
    }

    #[test]
    fn a_search_finds_the_line_that_the_numbers_lie_on() {
        let search = Search {
            levels: 15,
            first: -1.0,
            steps: 20,
            penalty: |x| x * x,
        };
        let codes: [u8; 32] = std::array::from_fn(|i| (i * 5 % 16) as u8);
        let x = codes.map(|q| 0.25 * f32::from(q) - 1.5);
        let (line, found) = search.fit(&x, &[1.0; 32]);
        assert_eq!((line.scale, line.offset, found), (0.25, 1.5, codes));
        // An offset below zero is not to be had: the line starts at zero.
        let (line, _) = search.fit(&x.map(|x| x + 10.0), &[1.0; 32]);
        assert_eq!(line.offset, 0.0);
    }

    #[test]
    fn both_centred_searches_find_the_scale_of_a_grid() {
        let codes: [i8; 16] = std::array::from_fn(|i| (i % 8) as i8 - 4);
        let x = codes.map(|q| -0.5 * f32::from(q));
        let centred = Centred { n: 4 };
        assert_eq!(centred.guess(&x), (-0.5, codes));
        assert_eq!(centred.descend(&x), (-0.5, codes));
    }

    #[test]
    fn a_search_leaves_no_more_error_than_plain_rounding() {
        let x: [f32; 16] = std::array::from_fn(|i| ((i * 29 + 7) % 41) as f32 / 41.0 - 0.4);
        let error = |scale: f32, codes: [i8; 16]| -> f32 {
            let error = |(x, q): (&f32, i8)| x * x * (scale * f32::from(q) - x).powi(2);
            x.iter().zip(codes).map(error).sum()
        };
        let centred = Centred { n: 4 };
        let plain = -extreme(&x) / 4.0;
        let (codes, _) = centred.round(&x, 1.0 / plain);
        for (scale, found) in [centred.guess(&x), centred.descend(&x)] {
            assert!(error(scale, found) < error(plain, codes));
        }
    }
}
