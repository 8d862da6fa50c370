//! A histogram of errors.

use super::bins::{Bins, words};
use super::{ABOVE, Axes, BOTTOM, Key, LINES, MARGIN, MARK, Panel, RIGHT, TOP, Words};
use super::{counted, dashed, numbers, plate, scale::Scale};
use crate::metrics::{Errors, try_errors};
use crate::quantized::{QuantError, unwrap};
use crate::render::figure::figures;
use crate::render::number_line::axis::fitting;
use crate::render::svg::{line, text};
use crate::render::theme::{EXPONENT, FRACTION, INK, LOST, SIGN};
use crate::render::{Figure, Lang};
use crate::tensor::TensorData;
use crate::text::{general, grouped};
use maud::{Markup, html};
use std::ops::RangeInclusive;

/// A histogram of the errors e = y - x; made by [`error_histogram`].
#[derive(Clone, PartialEq)]
pub struct ErrorHistogram {
    stats: Errors,
    mean: f64,
    errors: Vec<f64>,
    step: Option<f64>,
    axes: Option<Axes>,
}

/// A histogram of the errors e = y - x of a tensor x that became y; their mean and their root mean
/// squared error are marked.
///
/// ```
/// use mantissa::prelude::*;
/// let picture = error_histogram([0.3, -1.2, 0.9], [0.5, -1.0, 1.0]);
/// assert!(picture.text().contains("MSE 0.03,")); // (0.04 + 0.04 + 0.01) / 3
/// ```
///
/// # Panics
/// If the shapes differ, there is no number, or one is not finite or beyond float32's range.
#[track_caller]
pub fn error_histogram(x: impl TensorData, y: impl TensorData) -> ErrorHistogram {
    unwrap(ErrorHistogram::new(&x, &y))
}

impl ErrorHistogram {
    fn new(x: &impl TensorData, y: &impl TensorData) -> Result<ErrorHistogram, QuantError> {
        let stats = try_errors(x, y)?;
        let (x, y) = (numbers(x)?, numbers(y)?);
        let errors: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - x).collect();
        Ok(ErrorHistogram {
            mean: errors.iter().sum::<f64>() / errors.len() as f64,
            stats,
            errors,
            step: None,
            axes: None,
        })
    }

    /// The same beside what rounding to multiples of a step s makes of numbers without a pattern:
    /// errors that are uniform over -s/2 to s/2, whose mean square is s^2 / 12. Errors beyond a whole
    /// step, those of clipped numbers, are counted at the ends.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let x = [7.0, 0.3, -2.6, 1.1, 4.5];
    /// let q = Affine::symmetric(INT4).quantize(x);
    /// let picture = error_histogram(x, q.dequantize()).step(q.params().scale());
    /// assert!(picture.text().contains("s = 1, uniform over ±s/2: MSE s²/12 = 0.0833333"));
    /// ```
    ///
    /// # Panics
    /// If the step is not finite and above zero.
    #[track_caller]
    pub fn step(mut self, step: impl Into<f64>) -> ErrorHistogram {
        let step = step.into();
        if !(step > 0.0 && step <= super::LARGEST) {
            let right = "it is the finite distance between two levels, such as a scale";
            unwrap(Err(QuantError::argument("the step", step, right)))
        }
        self.step = Some(step);
        self
    }

    /// The same over this range of errors, in 201 bins, with room for `most` errors in a bin:
    /// pictures with the same axes can be compared, in a [`slider`](crate::slider) for instance. A bin
    /// that holds more makes the axis longer; errors outside the range are counted at its ends.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let picture = error_histogram([0.3, -1.2, 0.9], [0.5, -1.0, 4.0]).axes(-1.0..=1.0, 5.0);
    /// assert!(picture.text().contains("1 above, up to 3.1"));
    /// ```
    ///
    /// # Panics
    /// If the range does not run from one finite number to a larger one, or `most` is not above 0.
    #[track_caller]
    pub fn axes(mut self, range: RangeInclusive<f64>, most: f64) -> ErrorHistogram {
        self.axes = Some(Axes::new(range, most));
        self
    }

    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    /// The errors counted around zero.
    fn bins(&self) -> Bins {
        let most = self.stats.max_abs;
        let bins = match (self.axes, self.step) {
            (Some(axes), _) => axes.bins(),
            (None, None) => Bins::round(-most, most),
            // Steps of s/40, so that s/2 is an edge.
            (None, Some(step)) => {
                let each = step / 40.0;
                let half = ((1.1 * most / each).ceil()).clamp(22.0, 40.0);
                Bins::new(-half * each, each, 2 * half as usize)
            }
        };
        bins.count(&self.errors)
    }

    /// How many errors each bin of this width would hold, were they uniform over -s/2 to s/2.
    fn uniform(&self, step: f64, bins: &Bins) -> f64 {
        self.errors.len() as f64 * bins.width() / step
    }

    fn draw(&self, lang: Lang) -> Figure {
        let bins = self.bins();
        let uniform = self.step.map(|step| self.uniform(step, &bins));
        let most = self.axes.map_or(0.0, |axes| axes.most);
        let peak = (bins.peak() as f64).max(uniform.unwrap_or(0.0)).max(most);
        let y = Scale::counts(peak, 5);
        let (low, high) = bins.range();
        let panel = Panel::new(Scale::across(low, high, 780.0), y);
        let title = title(lang);
        let remark = self.remark(lang);
        let mut keys = vec![
            (Key::Area(EXPONENT), "e = y − x".to_owned()),
            (Key::Line(INK), lang.pick("mean", "平均值").to_owned()),
            (Key::Dashed(SIGN.line), "±RMSE".to_owned()),
        ];
        if let Some(step) = self.step {
            keys.push((Key::Line(FRACTION.line), expected(step, lang)));
        }
        let panels = html! {
            (panel.draw(|shapes| {
                shapes.bins(&bins, EXPONENT, || ());
                if let (Some(step), Some(uniform)) = (self.step, uniform) {
                    let half = step / 2.0;
                    let corners = vec![(-half, 0.0), (-half, uniform), (half, uniform), (half, 0.0)];
                    shapes.line(corners, FRACTION.line, 2.5);
                }
            }))
            (self.marks(&panel, lang))
            (beyond(self, &bins, &panel, lang))
        };
        let words = Words {
            title,
            remark: &remark,
            x: lang.pick("error e", "误差 e"),
            y: lang.pick("numbers in a bin", "每格中的个数"),
            keys,
        };
        words.figure(panels, self.words(&bins, lang))
    }

    /// Lines at the mean and one RMSE to both sides of zero.
    fn marks(&self, panel: &Panel, lang: Lang) -> Markup {
        let rmse = self.stats.rmse();
        let (low, high) = (panel.x.low(), panel.x.high());
        let at = |x: f64| (low <= x && x <= high).then(|| panel.across(x));
        let sides = [-rmse, rmse].into_iter().filter(|_| rmse > 0.0);
        let sides: Vec<f64> = sides.filter_map(at).collect();
        let mean = at(self.mean);
        let said = |name: &str, x: f64| format!("{name} {}", general(x, 3));
        let labels = mean.map(|x| (x, said(lang.pick("mean", "平均值"), self.mean)));
        let labels = labels
            .into_iter()
            .chain(sides.last().map(|x| (*x, said("RMSE", rmse))));
        html! {
            @for x in &sides {
                (dashed((*x, LINES), (*x, BOTTOM), SIGN.line))
            }
            @if let Some(x) = mean {
                (line((x, LINES), (x, BOTTOM), INK))
            }
            @for label in fitting(labels, MARK, (MARGIN, RIGHT)) {
                (text(label.x, ABOVE, MARK.middle(), &label.text))
            }
        }
    }

    fn remark(&self, lang: Lang) -> String {
        let Errors { mse, max_abs, .. } = self.stats;
        let count = counted(self.errors.len(), lang);
        let (mean, rmse) = (general(self.mean, 3), general(self.stats.rmse(), 6));
        let (mse, most) = (general(mse, 6), general(max_abs, 6));
        match lang {
            Lang::En => {
                format!("{count}: MSE {mse}, RMSE {rmse}, mean error {mean}, largest |e| {most}")
            }
            Lang::Zh => {
                format!("{count}：MSE {mse}，RMSE {rmse}，平均误差 {mean}，最大 |e| {most}")
            }
        }
    }

    fn words(&self, bins: &Bins, lang: Lang) -> String {
        let mut text = format!("{}\n{}\n", title(lang), self.remark(lang));
        if let Some(step) = self.step {
            text += &format!("s = {}, {}\n", general(step, 6), expected(step, lang));
        }
        for said in outside(self, bins, lang).into_iter().flatten() {
            text += &format!("{said}\n");
        }
        let heads = [lang.pick("from", "从"), lang.pick("to", "到"), "e"];
        text + &words(&heads, &[bins])
    }
}

fn title(lang: Lang) -> &'static str {
    lang.pick("Errors of quantization", "量化误差的分布")
}

fn expected(step: f64, lang: Lang) -> String {
    let mse = general(step * step / 12.0, 6);
    match lang {
        Lang::En => format!("uniform over ±s/2: MSE s²/12 = {mse}"),
        Lang::Zh => format!("在 ±s/2 上均匀分布：MSE s²/12 = {mse}"),
    }
}

/// What lies below and above the bins, in words.
fn outside(histogram: &ErrorHistogram, bins: &Bins, lang: Lang) -> [Option<String>; 2] {
    let (below, above) = bins.outside();
    let ends = histogram.errors.iter();
    let (least, most) = ends.fold((0.0, 0.0), |(low, high): (f64, f64), e| {
        (low.min(*e), high.max(*e))
    });
    let said = |count: u64, end: f64, en: &str, zh: &str| {
        let (count_text, end) = (grouped(count), general(end, 4));
        let text = match lang {
            Lang::En => format!("{count_text} {en} {end}"),
            Lang::Zh => format!("{zh} {count_text} 个，直到 {end}"),
        };
        (count > 0).then_some(text)
    };
    [
        said(below, least, "below, down to", "更小的"),
        said(above, most, "above, up to", "更大的"),
    ]
}

fn beyond(histogram: &ErrorHistogram, bins: &Bins, panel: &Panel, lang: Lang) -> Markup {
    let [below, above] = outside(histogram, bins, lang);
    let font = MARK.fill(LOST.line);
    html! {
        @if let Some(said) = below.map(|said| format!("← {said}")) {
            (plate(panel.left + 10.0, TOP + 20.0, font, &said))
        }
        @if let Some(said) = above.map(|said| format!("{said} →")) {
            (plate(RIGHT - 10.0 - font.width(&said), TOP + 20.0, font, &said))
        }
    }
}

figures!(ErrorHistogram);
