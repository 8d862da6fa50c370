//! The error against the clip threshold.

use super::{ABOVE, BOTTOM, Key, LINES, MARGIN, MARK, Panel, RIGHT, Words, dashed, scale::Scale};
use crate::calibrate::{ClipCurve, ClipPoint};
use crate::render::number_line::axis::fitting;
use crate::render::svg::{table, text};
use crate::render::theme::{EXPONENT, Hue, INK, LOST, PAPER, SIGN};
use crate::render::{Figure, Lang, Render, displays, names};
use crate::text::general;
use maud::{Markup, html};
use std::fmt;

/// A part of the error less than this fraction of the smallest error is not drawn.
const LEAST: f64 = 1e-3;

/// The dot of the error without clipping.
const WHOLE: Hue = Hue {
    line: SIGN.line,
    fill: PAPER,
};

/// A part of the error at a threshold.
type Part = fn(&ClipPoint) -> f64;

impl ClipCurve {
    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    /// The threshold without clipping.
    fn whole(&self) -> ClipPoint {
        self.points()[self.points().len() - 1]
    }

    fn draw(&self, lang: Lang) -> Figure {
        let title = title(lang);
        let remark = self.remark(lang);
        let words = Words {
            title,
            remark: &remark,
            x: lang.pick("clip threshold", "截断阈值"),
            y: lang.pick("mean squared error", "均方误差"),
            keys: vec![
                (Key::Line(INK), lang.pick("all of it", "总误差").to_owned()),
                (
                    Key::Line(LOST.line),
                    lang.pick("from clipping", "截断误差").to_owned(),
                ),
                (
                    Key::Line(EXPONENT.line),
                    lang.pick("from rounding", "舍入误差").to_owned(),
                ),
                (
                    Key::Dashed(SIGN.line),
                    lang.pick("the best threshold", "最优阈值").to_owned(),
                ),
                (
                    Key::Dot(WHOLE),
                    lang.pick("without clipping", "不截断").to_owned(),
                ),
            ],
        };
        words.figure(self.panel(lang), self.words(lang))
    }

    fn panel(&self, lang: Lang) -> Markup {
        let totals = || {
            self.points()
                .iter()
                .map(ClipPoint::mse)
                .filter(|e| *e > 0.0)
        };
        let most = totals().fold(0.0, f64::max);
        let least = totals().fold(f64::INFINITY, f64::min);
        let parts = self.points().iter().flat_map(|p| [p.clipping, p.rounding]);
        let parts = parts.filter(|e| *e >= least * LEAST && *e > 0.0);
        let lowest = parts.fold(least, f64::min);
        // Numbers that no threshold changes have no error to draw.
        let y = match most > 0.0 {
            true => Scale::log(lowest, most),
            false => Scale::linear(0.0, 1.0, 1),
        };
        let end = match self.whole().threshold {
            0.0 => 1.0,
            end => f64::from(end),
        };
        let panel = Panel::new(Scale::across(0.0, end, 780.0), y);
        let lines: [(Part, _, _); 3] = [
            (|p| p.clipping, LOST.line, 1.8),
            (|p| p.rounding, EXPONENT.line, 1.8),
            (ClipPoint::mse, INK, 2.6),
        ];
        let best = self.best();
        let whole = self.whole();
        html! {
            (panel.draw(|shapes| {
                for (part, hue, width) in lines {
                    for run in self.runs(part, panel.y.low()) {
                        shapes.line(run, hue, width);
                    }
                }
                for (point, fill) in [(whole, WHOLE.fill), (best, SIGN.line)] {
                    if point.mse() > 0.0 {
                        let at = (f64::from(point.threshold), point.mse());
                        shapes.dot(at, 4.5, fill, SIGN.line);
                    }
                }
            }))
            @if best.mse() > 0.0 {
                @let x = panel.across(best.threshold.into());
                (dashed((x, LINES), (x, BOTTOM), SIGN.line))
                @for label in fitting([(x, best_words(&best, lang))], MARK, (MARGIN, RIGHT)) {
                    (text(label.x, ABOVE, MARK.fill(SIGN.line).middle(), &label.text))
                }
            }
        }
    }

    /// A part of the error along the thresholds; where it is nothing, or next to it, the line falls to
    /// the axis and ends.
    fn runs(&self, part: Part, low: f64) -> Vec<Vec<(f64, f64)>> {
        let point = |p: &ClipPoint| (f64::from(p.threshold), part(p).max(low));
        let points: Vec<(f64, f64)> = self.points().iter().map(point).collect();
        let runs = points.chunk_by(|a, b| a.1 > low || b.1 > low);
        let runs = runs.filter(|run| run.len() > 1);
        runs.map(<[_]>::to_vec).collect()
    }

    fn remark(&self, lang: Lang) -> String {
        let (best, whole) = (self.best(), self.whole());
        let scheme = names::scheme(self.scheme(), lang);
        let (at, mse, all) = (
            general(best.threshold.into(), 4),
            general(best.mse(), 4),
            general(whole.mse(), 4),
        );
        let percent = (100.0 * best.fraction).round();
        if whole.mse() == 0.0 {
            return match lang {
                Lang::En => format!("{scheme}: without clipping nothing is lost"),
                Lang::Zh => format!("{scheme}：不截断就没有误差"),
            };
        }
        if best.fraction == 1.0 {
            return match lang {
                Lang::En => format!("{scheme}: no clipping is best, with an MSE of {mse}"),
                Lang::Zh => format!("{scheme}：不截断最好，MSE 为 {mse}"),
            };
        }
        match lang {
            Lang::En => format!(
                "{scheme}: clipped at {at}, {percent} % of the range, the MSE is {mse}; without clipping {all}"
            ),
            Lang::Zh => format!(
                "{scheme}：在 {at}（范围的 {percent} %）处截断，MSE 为 {mse}；不截断为 {all}"
            ),
        }
    }

    /// The best threshold and every fifth in words.
    fn words(&self, lang: Lang) -> String {
        let heads = match lang {
            Lang::En => ["%", "threshold", "clipping", "rounding", "MSE"],
            Lang::Zh => ["%", "阈值", "截断误差", "舍入误差", "MSE"],
        };
        let mut rows = vec![heads.map(str::to_owned).to_vec()];
        let best = self.best();
        let chosen = |i: usize, point: &ClipPoint| i % 5 == 4 || *point == best;
        let points = self.points().iter().enumerate();
        for (_, p) in points.filter(|(i, point)| chosen(*i, point)) {
            let row = [p.threshold.into(), p.clipping, p.rounding, p.mse()];
            let percent = (100.0 * p.fraction).round().to_string();
            let row = row.map(|x| general(x, 4));
            rows.push([percent].into_iter().chain(row).collect());
        }
        format!("{}\n{}\n{}", title(lang), self.remark(lang), table(&rows))
    }
}

fn title(lang: Lang) -> &'static str {
    lang.pick(
        "Where to clip: the error at every threshold",
        "在哪里截断：各阈值下的误差",
    )
}

/// The best threshold and its error.
fn best_words(best: &ClipPoint, lang: Lang) -> String {
    let name = lang.pick("best", "最优");
    let (at, mse) = (general(best.threshold.into(), 4), general(best.mse(), 4));
    format!("{name} {at}: MSE {mse}")
}

impl Render for ClipCurve {
    fn html(&self) -> Markup {
        self.figure().html()
    }

    fn text(&self) -> String {
        self.words(Lang::current())
    }
}

impl fmt::Debug for ClipCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

displays!(ClipCurve);
