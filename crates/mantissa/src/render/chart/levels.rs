//! The levels of a codebook on the histogram of what they stand for.

use super::bins::{Bins, words};
use super::{ABOVE, BOTTOM, Key, LARGEST, MARGIN, MARK, Panel, RIGHT, TOP, Words};
use super::{counted, dashed, numbers, scale::Scale};
use crate::quantized::{QuantError, unwrap};
use crate::render::figure::figures;
use crate::render::number_line::axis::fitting;
use crate::render::svg::{table, text};
use crate::render::theme::{EXPONENT, FRACTION, SIGN};
use crate::render::{Figure, Lang};
use crate::tensor::TensorData;
use crate::text::{general, grouped};
use maud::html;

/// More levels than this are not drawn.
const MOST: usize = 256;
/// More levels than this are thin lines, and have no room for thresholds.
const FEW: usize = 64;

/// Levels on a histogram; made by [`levels_on_histogram`].
#[derive(Clone, PartialEq)]
pub struct LevelHistogram {
    bins: Bins,
    /// In order, all different.
    levels: Vec<f64>,
    /// How many numbers are nearest to each level.
    counts: Vec<u64>,
    /// The mean squared distance of the numbers to their nearest levels.
    mse: f64,
    thresholds: bool,
}

/// The histogram of numbers with the levels of a codebook as lines on it: where numbers are many,
/// good levels are dense. The mean squared error is that of every number taking its nearest level.
///
/// ```
/// use mantissa::prelude::*;
/// let x: Vec<f64> = (0..1000).map(|i| (f64::from(i) * 0.37).sin()).collect();
/// let picture = levels_on_histogram(&x, [-1.0, -0.5, 0.0, 0.5, 1.0]).thresholds();
/// assert!(picture.text().contains("5 levels"));
/// ```
///
/// # Panics
/// If there is no number or no level, there are more than 256 different levels, or a number or level
/// is not finite or beyond float32's range.
#[track_caller]
pub fn levels_on_histogram(
    x: impl TensorData,
    levels: impl IntoIterator<Item = impl Into<f64>>,
) -> LevelHistogram {
    let levels = levels.into_iter().map(Into::into).collect();
    unwrap(LevelHistogram::new(x, levels))
}

impl LevelHistogram {
    fn new(x: impl TensorData, mut levels: Vec<f64>) -> Result<LevelHistogram, QuantError> {
        let x: Vec<f64> = numbers(x)?.into_iter().collect();
        if let Some(bad) = levels
            .iter()
            .find(|level| level.is_nan() || level.abs() > LARGEST)
        {
            let right = "it is a number of float32's range";
            return Err(QuantError::argument("a level", bad, right));
        }
        // Zero is one level, though a float format may have two.
        levels.iter_mut().for_each(|level| *level += 0.0);
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        if !(1..=MOST).contains(&levels.len()) {
            let right = "levels_on_histogram draws 1 to 256 different levels";
            return Err(QuantError::argument(
                "the number of levels",
                levels.len(),
                right,
            ));
        }
        let ends = || x.iter().chain(&levels).copied();
        let low = ends().fold(f64::INFINITY, f64::min);
        let high = ends().fold(f64::NEG_INFINITY, f64::max);
        let bins = Bins::round(low, high).count(&x);
        let middles = middles(&levels);
        let mut counts = vec![0; levels.len()];
        let mut squares = 0.0;
        for x in &x {
            let nearest = middles.partition_point(|middle| middle < x);
            counts[nearest] += 1;
            squares += (x - levels[nearest]).powi(2);
        }
        Ok(LevelHistogram {
            bins,
            levels,
            counts,
            mse: squares / x.len() as f64,
            thresholds: false,
        })
    }

    /// The same with the decision thresholds, which are halfway between neighbouring levels: the
    /// numbers between two of them take the level there. One that lies on a threshold takes the lower.
    /// Of more than 64 levels they are only in the text.
    pub fn thresholds(mut self) -> LevelHistogram {
        self.thresholds = true;
        self
    }

    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    fn draw(&self, lang: Lang) -> Figure {
        let y = Scale::counts(self.bins.peak() as f64, 5);
        let (low, high) = self.bins.range();
        let panel = Panel::new(Scale::across(low, high, 780.0), y);
        let title = lang.pick("Levels on the histogram of the numbers", "直方图上的量化级");
        let remark = self.remark(lang);
        let mut keys = vec![
            (
                Key::Area(EXPONENT),
                lang.pick("the numbers", "原始数").to_owned(),
            ),
            (
                Key::Line(SIGN.line),
                lang.pick("levels", "量化级").to_owned(),
            ),
        ];
        let few = self.levels.len() <= FEW;
        let thresholds = self.thresholds && few;
        if thresholds {
            let name = lang.pick("thresholds, halfway between", "判决阈值（两级的中点）");
            keys.push((Key::Dashed(FRACTION.line), name.to_owned()));
        }
        let panels = html! {
            (panel.draw(|shapes| shapes.bins(&self.bins, EXPONENT, || {
                for level in &self.levels {
                    let ends = vec![(*level, 0.0), (*level, panel.y.high())];
                    shapes.line(ends, SIGN.line, if few { 1.6 } else { 0.7 });
                }
            })))
            @if thresholds {
                @for middle in middles(&self.levels) {
                    @let x = panel.across(middle);
                    (dashed((x, TOP), (x, BOTTOM), FRACTION.line))
                }
            }
            @for label in fitting(self.labels(&panel), MARK, (MARGIN, RIGHT)) {
                (text(label.x, ABOVE, MARK.fill(SIGN.line).middle(), &label.text))
            }
        };
        let words = Words {
            title,
            remark: &remark,
            x: lang.pick("value", "数值"),
            y: lang.pick("numbers in a bin", "每格中的个数"),
            keys,
        };
        words.figure(panels, format!("{title}\n{remark}\n{}", self.words(lang)))
    }

    /// The levels' values: first the ends and the one nearest to zero.
    fn labels(&self, panel: &Panel) -> impl Iterator<Item = (f64, String)> {
        let (first, last) = (self.levels[0], self.levels[self.levels.len() - 1]);
        let magnitude = |a: &&f64, b: &&f64| a.abs().total_cmp(&b.abs());
        let zero = self.levels.iter().min_by(magnitude).copied();
        let ordered = [last, first].into_iter().chain(zero);
        let ordered: Vec<f64> = ordered.chain(self.levels.iter().copied()).collect();
        let label = |level: f64| (panel.across(level), general(level, 3));
        let labels: Vec<_> = ordered.into_iter().map(label).collect();
        labels.into_iter()
    }

    fn remark(&self, lang: Lang) -> String {
        let all: u64 = self.counts.iter().sum();
        let unused = self.counts.iter().filter(|n| **n == 0).count();
        let (all, mse) = (counted(all as usize, lang), general(self.mse, 6));
        let levels = match (self.levels.len(), lang) {
            (1, Lang::En) => "1 level".to_owned(),
            (n, Lang::En) => format!("{n} levels"),
            (n, Lang::Zh) => format!("{n} 个量化级"),
        };
        match lang {
            Lang::En => format!(
                "{all}, {levels} ({unused} unused): MSE {mse}, each number taking the nearest level"
            ),
            Lang::Zh => {
                format!("{all}，{levels}（{unused} 个未用到）：取最近的级，MSE 为 {mse}")
            }
        }
    }

    /// Each level with its threshold and its numbers, then the histogram.
    fn words(&self, lang: Lang) -> String {
        let all: u64 = self.counts.iter().sum();
        let mut rows = vec![
            ["level", "numbers", "%", "up to"]
                .map(str::to_owned)
                .to_vec(),
        ];
        if lang == Lang::Zh {
            rows = vec![["量化级", "个数", "%", "上限"].map(str::to_owned).to_vec()];
        }
        let middles = middles(&self.levels);
        for (i, (level, count)) in self.levels.iter().zip(&self.counts).enumerate() {
            let percent = format!("{:.1}", 100.0 * *count as f64 / all as f64);
            let end = middles.get(i).map(|middle| general(*middle, 6));
            let end = end.unwrap_or_default();
            rows.push(vec![general(*level, 6), grouped(count), percent, end]);
        }
        let heads = [
            lang.pick("from", "从"),
            lang.pick("to", "到"),
            lang.pick("numbers", "个数"),
        ];
        format!("{}\n{}", table(&rows), words(&heads, &[&self.bins]))
    }
}

/// What is halfway between neighbours.
fn middles(levels: &[f64]) -> Vec<f64> {
    let pairs = levels.windows(2);
    pairs.map(|pair| (pair[0] + pair[1]) / 2.0).collect()
}

figures!(LevelHistogram);
