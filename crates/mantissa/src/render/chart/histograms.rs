//! Two histograms back to back: a tensor and what became of it.

use super::bins::{Bins, words};
use super::{Axes, BOTTOM, Key, Panel, TOP, Words, counted, numbers, scale::Scale};
use crate::quantized::{QuantError, unwrap};
use crate::render::figure::figures;
use crate::render::theme::{EXPONENT, SIGN};
use crate::render::{Figure, Lang};
use crate::tensor::TensorData;
use crate::text::{general, grouped};
use maud::html;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Two histograms back to back; made by [`histograms`].
#[derive(Clone, PartialEq)]
pub struct Histograms {
    x: Vec<f64>,
    y: Vec<f64>,
    axes: Option<Axes>,
}

/// The histogram of a tensor above, that of what quantization made of it below, upside down, over
/// the same bins: where the lower one has holes, no value is left.
///
/// Where the values below have equal steps, a whole number of bins makes a step, or of steps a bin:
/// an uneven count is one of the data. Each half has its own scale.
///
/// ```
/// use mantissa::prelude::*;
/// let x: Vec<f64> = (0..1000).map(|i| (f64::from(i) * 0.37).sin()).collect();
/// let picture = histograms(&x, Affine::symmetric(INT4).fake_quantize(&x));
/// assert!(picture.text().contains("15 different"));
/// ```
///
/// # Panics
/// If there is no number, or one is not finite or beyond float32's range.
#[track_caller]
pub fn histograms(x: impl TensorData, y: impl TensorData) -> Histograms {
    let both = || -> Result<_, QuantError> { Ok((numbers(&x)?, numbers(&y)?)) };
    let (x, y) = unwrap(both());
    Histograms {
        x: x.into_iter().collect(),
        y: y.into_iter().collect(),
        axes: None,
    }
}

impl Histograms {
    /// The same over this range of numbers, in 201 bins, with room for `most` numbers in a bin of the
    /// lower half: pictures with the same axes can be compared, in a [`slider`](crate::slider) for
    /// instance. A bin that holds more makes the axis longer; numbers outside the range are counted in
    /// words.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let picture = histograms([0.3, -1.2, 0.9, 4.0], [0.0, -1.0, 1.0, 1.0]).axes(-2.0..=2.0, 10.0);
    /// assert!(picture.text().contains("201 bins") && picture.text().contains("1 beyond the axis"));
    /// ```
    ///
    /// # Panics
    /// If the range does not run from one finite number to a larger one, or `most` is not above 0.
    #[track_caller]
    pub fn axes(mut self, range: RangeInclusive<f64>, most: f64) -> Histograms {
        self.axes = Some(Axes::new(range, most));
        self
    }

    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    fn draw(&self, lang: Lang) -> Figure {
        let Histograms { x, y, axes } = self;
        let empty = axes.map_or_else(|| bins(x, y), Axes::bins);
        let (above, below) = (empty.clone().count(x), empty.count(y));
        let (low, high) = below.range();
        let half = |bins: &Bins, most: f64| Scale::counts(most.max(bins.peak() as f64), 3);
        let most = axes.map_or(0.0, |axes| axes.most);
        let x_scale = Scale::across(low, high, 780.0);
        let mut upper = Panel {
            bottom: MIDDLE,
            numbered: false,
            ..Panel::new(x_scale.clone(), half(&above, 0.0))
        };
        let mut lower = Panel {
            top: MIDDLE,
            ..Panel::new(x_scale, half(&below, most).mirrored())
        };
        let left = upper.left.max(lower.left);
        (upper.left, lower.left) = (left, left);
        let names = (
            said(x, &above, lang.pick("original", "原始"), lang),
            said(y, &below, lang.pick("quantized", "量化后"), lang),
        );
        let panels = html! {
            (upper.draw(|shapes| shapes.bins(&above, EXPONENT, || ())))
            (lower.draw(|shapes| shapes.bins(&below, SIGN, || ())))
        };
        let title = lang.pick("Before and after quantization", "量化前后的分布");
        let remark = remark(&below, lang);
        let heads = [
            lang.pick("from", "从"),
            lang.pick("to", "到"),
            lang.pick("original", "原始"),
            lang.pick("quantized", "量化后"),
        ];
        let text = format!(
            "{title}\n{remark}\n{}\n{}\n{}",
            names.0,
            names.1,
            words(&heads, &[&above, &below])
        );
        let words = Words {
            title,
            remark: &remark,
            x: lang.pick("value", "数值"),
            y: lang.pick("numbers in a bin", "每格中的个数"),
            keys: vec![(Key::Area(EXPONENT), names.0), (Key::Area(SIGN), names.1)],
        };
        words.figure(panels, text)
    }
}

figures!(Histograms);

/// More different values than this are a continuum.
const MOST: usize = 1024;
/// More bins than this are too narrow to see.
const MOST_BINS: f64 = 200.0;
/// About as many show both the shape and the holes.
const GOOD_BINS: f64 = 140.0;
const MIDDLE: f64 = (TOP + BOTTOM) / 2.0;

/// Empty bins for both.
fn bins(x: &[f64], y: &[f64]) -> Bins {
    let all = || x.iter().chain(y).copied();
    let low = all().fold(f64::INFINITY, f64::min);
    let high = all().fold(f64::NEG_INFINITY, f64::max);
    // Steps that are too fine to matter are none.
    let steps = |step: f64| (high - low) / step + 1.0;
    let found = different(y).and_then(lattice);
    let Some((level, step)) = found.filter(|(_, step)| steps(*step) < 1e6) else {
        return Bins::round(low, high);
    };
    let steps = steps(step);
    // An odd number of bins to a step has a bin in whose middle the level stands.
    let each = (2.0 * (GOOD_BINS / steps / 2.0).floor() - 1.0).max(3.0);
    let (width, level_at) = if steps * each <= MOST_BINS {
        (step / each, 0.5)
    } else {
        let together = (steps / MOST_BINS).ceil();
        (step * together, 0.5 / together)
    };
    // The first bin is a whole number of bins below the one that has the level.
    let before = ((level - low) / width - level_at).ceil().max(0.0);
    let first = level - (before + level_at) * width;
    let count = ((high - first) / width).floor() + 1.0;
    Bins::new(first, width, count as usize)
}

/// The different values, unless they are too many to be levels.
fn different(y: &[f64]) -> Option<Vec<f64>> {
    let mut values = BTreeSet::new();
    for y in y {
        // In the order of the numbers, with one zero.
        let bits = (y + 0.0).to_bits() as i64;
        values.insert(bits ^ ((bits >> 63) as u64 >> 1) as i64);
        if values.len() > MOST {
            return None;
        }
    }
    let number = |key: i64| f64::from_bits((key ^ ((key >> 63) as u64 >> 1) as i64) as u64);
    Some(values.into_iter().map(number).collect())
}

/// A level and the step between levels, if these numbers in order are a whole number of equal steps
/// apart.
fn lattice(levels: Vec<f64>) -> Option<(f64, f64)> {
    let gaps = levels.windows(2).map(|pair| pair[1] - pair[0]);
    let least = gaps.fold(f64::INFINITY, f64::min);
    let (first, last) = (levels[0], levels[levels.len() - 1]);
    let step = (last - first) / ((last - first) / least).round();
    let even = |level: &f64| {
        let steps = (level - first) / step;
        (steps - steps.round()).abs() < 0.01
    };
    (least.is_finite() && levels.iter().all(even)).then_some((first, step))
}

/// How many numbers there are, how many different ones, and how many that no bin holds.
fn said(x: &[f64], bins: &Bins, name: &str, lang: Lang) -> String {
    let count = counted(x.len(), lang);
    let (below, above) = bins.outside();
    let outside = match (below + above, lang) {
        (0, _) => String::new(),
        (n, Lang::En) => format!(", {} beyond the axis", grouped(n)),
        (n, Lang::Zh) => format!("，{} 个在轴外", grouped(n)),
    };
    let said = match (different(x), lang) {
        (Some(values), Lang::En) => format!("{name}: {count}, {} different", values.len()),
        (Some(values), Lang::Zh) => format!("{name}：{count}，{} 个不同的值", values.len()),
        (None, Lang::En) => format!("{name}: {count}, more than {MOST} different"),
        (None, Lang::Zh) => format!("{name}：{count}，超过 {MOST} 个不同的值"),
    };
    said + &outside
}

/// How many bins are empty after quantization.
fn remark(after: &Bins, lang: Lang) -> String {
    let counts = after.counts();
    let (all, empty) = (counts.len(), counts.iter().filter(|n| **n == 0).count());
    let width = general(after.width(), 4);
    match lang {
        Lang::En => format!(
            "{all} bins, each {width} wide: after quantization {empty} are empty; each half has its own scale"
        ),
        Lang::Zh => {
            format!("共 {all} 格，每格宽 {width}：量化后有 {empty} 格为空；上下两半各用各的刻度")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_with_equal_steps_are_a_lattice() {
        let levels = |y: &[f64]| different(y).and_then(lattice);
        assert_eq!(levels(&[1.0, -0.5, 0.0, -0.0, 2.5]), Some((-0.5, 0.5)));
        assert_eq!(levels(&[3.0, 3.0]), None);
        assert_eq!(levels(&[0.0, 0.5, 1.0, 1.7]), None);
        // As float32 arithmetic leaves them.
        let rounded: Vec<f64> = (-7..=7).map(|i| f64::from(0.1_f32 * i as f32)).collect();
        let (_, step) = levels(&rounded).unwrap();
        assert!((step - 0.1).abs() < 1e-7);
    }

    #[test]
    fn a_level_stands_in_the_middle_of_its_bin() {
        let x = [-1.93, 0.1, 0.2, 2.31];
        let y = [-2.0, 0.0, 1.0, 2.0];
        let bins = bins(&x, &y).count(&y);
        assert!((bins.width() - 1.0 / 25.0).abs() < 1e-12);
        for level in y {
            let place = (level - bins.range().0) / bins.width();
            assert!((place.fract() - 0.5).abs() < 1e-9, "{place}");
        }
        assert_eq!(bins.outside(), (0, 0));
    }

    #[test]
    fn many_levels_are_evenly_many_to_a_bin() {
        let y: Vec<f64> = (-127..=127).map(f64::from).collect();
        let bins = bins(&y, &y).count(&y);
        let counts = bins.counts();
        assert_eq!((bins.width(), bins.outside()), (2.0, (0, 0)));
        assert!(counts[..counts.len() - 1].iter().all(|n| *n == 2));
    }
}
