//! A scheme as a function: the staircase from x to x', and the sawtooth of its error.

mod picture;
mod words;

use super::levels::Levels;
use super::schemes::{Affines, Fitted};
use crate::render::figure::figures;
use crate::render::{Figure, Lang};
use ndarray::arr1;
use std::ops::RangeInclusive;

/// More steps than this are too narrow to see.
const MOST: usize = 400;

/// A scheme as a function of one number: the staircase from x to x' over the diagonal, and below it
/// the sawtooth of the error x' - x, which stays within half a step, +-s/2, until x is clipped. The
/// zero point and the ends of the range are marked. A step ends where the rounding changes, at
/// (q + 1/2 - z) * s; the steps of a float dtype are as uneven as its values.
///
/// Drawn over `range`, which may hold a hundred steps or be a part of one. An
/// [`Affine`](crate::Affine) is fitted to the two ends of `range`; with a
/// [`Clip`](crate::Clip), or with [`AffineParams`](crate::AffineParams), the range can reach beyond
/// what the codes cover.
///
/// ```
/// use mantissa::prelude::*;
/// let figure = staircase(Affine::symmetric(INT3).clip(Clip::Range(-3.0, 3.0)), -4.0..=4.0);
/// assert!(figure.text().contains("0.5   1.5     1   1"));
/// let near_zero = staircase(AffineParams::tensor(INT8, 0.1, 20), -0.15..=0.15);
/// assert!(near_zero.text().contains("-0.05   0.05    20     0"));
/// ```
///
/// # Panics
/// If there is not one scheme with one scale, the range is not from one finite float32 number to a
/// larger one, or it holds more than 400 steps.
#[track_caller]
pub fn staircase(scheme: impl Affines, range: RangeInclusive<f64>) -> Staircase {
    let (from, to) = range.into_inner();
    let ends = [from as f32, to as f32];
    assert!(
        ends[0] < ends[1] && ends.iter().all(|end| end.is_finite()),
        "a staircase needs a range from one float32 number to a larger one, not {from}..={to}"
    );
    let mut schemes = Fitted::all(&scheme, &arr1(&ends).into_dyn(), "a staircase");
    assert!(
        schemes.len() == 1,
        "a staircase draws one scheme, not {}; rails takes several",
        schemes.len()
    );
    let steps = Staircase::new(schemes.remove(0), (from, to));
    assert!(
        steps.shown.len() <= MOST,
        "a staircase of {} steps cannot be seen: take a range of at most {MOST}, such as {from}..={}",
        steps.shown.len(),
        super::short(steps.end(0, MOST / 2)),
    );
    steps
}

/// The steps of a scheme within a range of x; made by [`staircase`].
#[derive(Clone)]
pub struct Staircase {
    scheme: Fitted,
    from: f64,
    to: f64,
    /// Which of the levels are reached.
    shown: std::ops::Range<usize>,
    /// Where the axis of errors ends, if that is fixed.
    most: Option<f64>,
}

figures!(Staircase);

impl Staircase {
    /// The same with an axis of errors from -`most` to `most`, or longer if half a step is more, and an
    /// axis of values that holds the range of x: pictures over one range can be compared, in a
    /// [`slider`](crate::slider) for instance.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let fine = staircase(Affine::symmetric(INT6).fit([8.0]), -9.0..=9.0).error_axis(6.0);
    /// assert!(fine.text().contains("s = 0.258065"));
    /// ```
    ///
    /// # Panics
    /// If `most` is not finite and above 0.
    #[track_caller]
    pub fn error_axis(mut self, most: f64) -> Staircase {
        assert!(
            most > 0.0 && most.is_finite(),
            "an axis of errors ends at a finite number above 0, not {most}"
        );
        self.most = Some(most);
        self
    }

    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    fn new(scheme: Fitted, (from, to): (f64, f64)) -> Staircase {
        let levels = &scheme.levels;
        let last = levels.len() - 1;
        let ends = |i: &usize| levels.step(*i).1;
        let first = (0..last).find(|i| ends(i) > from).unwrap_or(last);
        let end = (first..last).find(|i| ends(i) >= to).unwrap_or(last) + 1;
        Staircase {
            shown: first..end,
            most: None,
            scheme,
            from,
            to,
        }
    }

    fn levels(&self) -> &Levels {
        &self.scheme.levels
    }

    /// Where the step ends that comes so many after the first one shown.
    fn end(&self, first: usize, count: usize) -> f64 {
        let index = (self.shown.start + first + count).min(self.levels().len() - 1);
        self.levels().step(index).1
    }

    /// The part of a step that is within the range: from, to, and the value there. The first and the
    /// last step go on for ever.
    fn step(&self, index: usize) -> (f64, f64, f64) {
        let (start, end) = self.levels().step(index);
        let start = if index == 0 { f64::NEG_INFINITY } else { start };
        let end = if index + 1 == self.levels().len() {
            f64::INFINITY
        } else {
            end
        };
        let value = self.levels().values[index];
        (start.max(self.from), end.min(self.to), value)
    }

    /// The part of the range where nothing is clipped; it may be empty.
    fn kept(&self) -> (f64, f64) {
        let (low, high) = self.levels().reach();
        (low.max(self.from), high.min(self.to))
    }

    /// Half the gaps from level to level, with the numbers between which each is the largest error;
    /// gaps of one size in one.
    fn half_gaps(&self) -> Vec<(f64, f64, f64)> {
        let levels = self.levels();
        let number = |code: f64| (code - levels.zero_point) * levels.scale;
        let (low, high) = levels.reach();
        let mut gaps: Vec<(f64, f64, f64)> = Vec::new();
        for i in self.shown.start.saturating_sub(1)..self.shown.end.min(levels.len() - 1) {
            let (code, next) = (levels.codes[i], levels.codes[i + 1]);
            let from = if i == 0 { low } else { number(code) };
            let to = if i + 2 == levels.len() {
                high
            } else {
                number(next)
            };
            let half = (next - code) / 2.0 * levels.scale;
            match gaps.last_mut() {
                Some(last) if last.2 == half => last.1 = to,
                _ => gaps.push((from, to, half)),
            }
        }
        gaps.retain(|(from, to, _)| *to > self.from && *from < self.to);
        gaps
    }

    /// The largest error of a number in view that is not clipped; if all are, that of the last step.
    fn half(&self) -> f64 {
        let gaps = self.half_gaps();
        let largest = gaps.iter().map(|gap| gap.2).reduce(f64::max);
        largest.unwrap_or_else(|| {
            let (start, end) = self.levels().step(self.shown.start);
            (end - start) / 2.0
        })
    }
}
