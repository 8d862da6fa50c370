//! What one more number does to the codes of all others.

use super::code_rail::{CodeRail, HIGH, code_labels};
use super::outcome::Outcome;
use super::schemes::Fitted;
use super::{LEFT, RIGHT, WIDTH, distinct, numbers, sample, short};
use crate::affine::Affine;
use crate::quantized::{Quantizer, to_f32, unwrap};
use crate::real::Real;
use crate::render::figure::px1;
use crate::render::number_line::axis::{Axis, fitting};
use crate::render::svg::{Font, heading, rail, table, text};
use crate::render::theme::{EXPONENT, INK, LOST, MUTED, PAPER};
use crate::render::{Figure, Lang, names};
use crate::tensor::TensorData;
use crate::text::{general, grouped};
use maud::{Markup, html};
use ndarray::{Array1, ArrayD};

/// Upper edges: the codes without the outlier, the numbers, the codes with it, those enlarged.
const FIRST: f64 = 130.0;
const NUMBERS: f64 = 212.0;
const SECOND: f64 = 306.0;
const ENLARGED: f64 = 378.0;
/// Height of the numbers' rail and of the enlarged cells.
const BROAD: f64 = 24.0;
/// So many codes can be enlarged, and this is the width of each, at most.
const MOST_CELLS: usize = 32;
const CELL: f64 = 64.0;
/// Room for the outlier beside the numbers.
const BESIDE: f64 = 110.0;
const SMALL: Font = Font::sans(12.0).middle();
const REMARK: Font = Font::sans(13.0).fill(MUTED);

/// The same numbers quantized twice, by a scheme fitted to them and by the same scheme fitted to them
/// and one number more. The numbers lie in the middle, their codes without the outlier above, those
/// with it below, where a single large number leaves them a few codes; these are enlarged, with the
/// count of numbers in each. The mean squared errors are those of the original numbers.
///
/// Of more than 60 different numbers, 60 are drawn; counts and errors are of all.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
/// let figure = outlier_collapse(x, 256, Affine::asymmetric(INT8));
/// assert!(figure.text().contains("s = 1.03369, z = -121"));
/// assert!(figure.text().contains("7 codes taken, from -128 to -111: a stretch of 18 of the 256"));
/// ```
///
/// # Panics
/// If there is no number, NaN or infinity among them or as the outlier, or the scheme has more than
/// one scale or codes of more than 16 bits.
#[track_caller]
pub fn outlier_collapse(x: impl TensorData, outlier: impl Real, scheme: Affine) -> Figure {
    const PICTURE: &str = "outlier_collapse";
    let x = numbers(x, PICTURE);
    let outlier = to_f32(outlier.parts());
    assert!(
        outlier.is_finite(),
        "the outlier is {outlier}, and a scheme is fitted to finite numbers"
    );
    let fitted = |x: &ArrayD<f32>| Fitted::new(scheme.name(), unwrap(scheme.try_fit(x)), PICTURE);
    let more: Array1<f32> = x.iter().copied().chain([outlier]).collect();
    let shown = sample(&distinct(x.iter().map(|x| f64::from(*x))));
    let with = fitted(&more.into_dyn());
    let [outlier] = with.each(&[outlier.into()])[..] else {
        unreachable!("one number has one code")
    };
    let counts = counts(&with, &x);
    Collapse {
        before: Outcome::new(fitted(&x), &x, &shown),
        after: Outcome::new(with, &x, &shown),
        outlier,
        counts,
        count: x.len(),
    }
    .draw(Lang::current())
}

/// How many numbers have each code, in the order of the codes that occur.
fn counts(scheme: &Fitted, x: &ArrayD<f32>) -> Vec<usize> {
    let (codes, _) = scheme.quantize(x);
    let hits = distinct(codes.iter().copied());
    let mut counts = vec![0; hits.len()];
    for code in codes {
        counts[hits.partition_point(|hit| *hit < code)] += 1;
    }
    counts
}

struct Collapse {
    before: Outcome,
    after: Outcome,
    /// The outlier with its code and value.
    outlier: [f64; 3],
    /// How many numbers have each of the codes that are taken afterwards.
    counts: Vec<usize>,
    /// How many numbers there are.
    count: usize,
}

impl Collapse {
    fn draw(&self, lang: Lang) -> Figure {
        let title = self.title(lang);
        let big = Font::sans(19.0).bold();
        let hue = self.before.hue();
        let first = CodeRail::new(&self.before.scheme.levels, hue);
        let second = CodeRail::new(&self.after.scheme.levels, hue);
        let enlarged = self.enlarged();
        let y = if enlarged {
            ENLARGED + BROAD + 66.0
        } else {
            SECOND + HIGH + 54.0
        };
        let height = y + 76.0;
        let body = html! {
            (text(20.0, 32.0, big, &big.cut(&title, WIDTH - 40.0)))
            (self.heading(66.0, &self.before, &self.name(false, lang)))
            (text(20.0, 86.0, REMARK, &self.before.used(lang)))
            (code_labels(FIRST - 8.0, self.before.code_labels(&first, lang)))
            (self.joins(&first, &second))
            (first.draw(FIRST, &self.before.hits))
            (self.numbers())
            (second.draw(SECOND, &self.after.hits))
            (self.second_labels(&second, lang))
            @if enlarged { (self.enlargement(&second, lang)) }
            (self.heading(y, &self.after, &self.name(true, lang)))
            (text(20.0, y + 20.0, REMARK, &self.after.used(lang)))
            (text(20.0, y + 52.0, Font::sans(14.0), &self.moral(lang)))
        };
        let size = (WIDTH as u32, height as u32);
        Figure::new(
            size,
            format!("{title}. {}", self.moral(lang)),
            self.words(lang),
            body,
        )
    }

    fn title(&self, lang: Lang) -> String {
        let name = names::scheme(&self.before.scheme.name, lang);
        match lang {
            Lang::En => format!("What one outlier does to {name}"),
            Lang::Zh => format!("一个离群值对 {name} 的影响"),
        }
    }

    fn name(&self, with: bool, lang: Lang) -> String {
        let outlier = short(self.outlier[0]);
        match (with, lang) {
            (false, Lang::En) => format!("without {outlier}"),
            (true, Lang::En) => format!("with {outlier}"),
            (false, Lang::Zh) => format!("没有 {outlier}"),
            (true, Lang::Zh) => format!("加入 {outlier}"),
        }
    }

    fn heading(&self, y: f64, outcome: &Outcome, name: &str) -> Markup {
        html! {
            (heading(y, name, &outcome.scheme.parameters(), outcome.hue()))
            (text(WIDTH - 20.0, y, Font::sans(14.0).end(), &outcome.error()))
        }
    }

    /// By how much the step and the error grow.
    fn moral(&self, lang: Lang) -> String {
        let steps = self.after.scheme.levels.scale / self.before.scheme.levels.scale;
        if steps == 1.0 {
            return lang
                .pick("The step stays the same.", "步长不变。")
                .to_owned();
        }
        let steps = general(steps, 3);
        let [before, after] = [&self.before, &self.after].map(|outcome| outcome.mse);
        let (times, count) = (general(after / before, 3), self.count);
        match (before > 0.0, lang) {
            (true, Lang::En) => format!(
                "The step becomes {steps} times as large, the mean squared error of the {count} \
                 numbers {times} times."
            ),
            (true, Lang::Zh) => {
                format!("步长变为 {steps} 倍，这 {count} 个数的均方误差变为 {times} 倍。")
            }
            (false, Lang::En) => format!("The step becomes {steps} times as large."),
            (false, Lang::Zh) => format!("步长变为 {steps} 倍。"),
        }
    }

    /// The numbers' axis; the outlier stands beside it, unless it lies among them.
    fn axis(&self) -> Axis {
        let (low, high) = self.ends();
        let x = self.outlier[0];
        Axis {
            low,
            high,
            left: if x < low { LEFT + BESIDE } else { LEFT },
            right: if x > high { RIGHT - BESIDE } else { RIGHT },
        }
    }

    /// The smallest and the largest number, zero counted.
    fn ends(&self) -> (f64, f64) {
        let drawn = &self.before.drawn;
        (drawn[0][0].min(0.0), drawn[drawn.len() - 1][0].max(0.0))
    }

    fn outlier_x(&self) -> f64 {
        match self.outlier[0] {
            x if x < self.ends().0 => LEFT,
            x if x > self.ends().1 => RIGHT,
            x => self.axis().x(x),
        }
    }

    /// The numbers on their rail, and the outlier beside it.
    fn numbers(&self) -> Markup {
        let axis = self.axis();
        let numbers = || self.before.drawn.iter().map(|[x, _, _]| *x);
        let ends = [numbers().next(), numbers().next_back()]
            .into_iter()
            .flatten();
        let labels = [0.0].into_iter().chain(ends).chain(numbers());
        let labels = labels.map(|x| (axis.x(x), short(x)));
        let bounds = (axis.left - 22.0, axis.right + 22.0);
        let font = Font::sans(13.0).bold();
        let outlier = short(self.outlier[0]);
        let half = font.width(&outlier) / 2.0 + 6.0;
        let x = self.outlier_x().clamp(8.0 + half, WIDTH - 8.0 - half);
        html! {
            (rail((axis.left - 20.0, axis.right + 20.0), (NUMBERS, BROAD), EXPONENT))
            @for label in fitting(labels, SMALL, bounds) {
                (text(label.x, NUMBERS + 16.0, SMALL, &label.text))
            }
            @if self.beside() {
                rect x=(px1(x - half)) y=(px1(NUMBERS)) width=(px1(2.0 * half)) height=(BROAD) rx="3"
                    fill=(LOST.fill) stroke=(LOST.line) {}
                (text(x, NUMBERS + 17.0, font.fill(LOST.line).middle(), &outlier))
            }
        }
    }

    fn beside(&self) -> bool {
        let (low, high) = self.ends();
        !(low..=high).contains(&self.outlier[0])
    }

    /// A line from each number up to its code without the outlier, and down to the one with it.
    fn joins(&self, first: &CodeRail, second: &CodeRail) -> Markup {
        let axis = self.axis();
        let (up, down) = ((NUMBERS, FIRST + HIGH), (NUMBERS + BROAD, SECOND));
        let join = |x: f64, code: f64, (from, to): (f64, f64)| {
            format!("M{} {}L{} {}", px1(x), px1(from), px1(code), px1(to))
        };
        let drawn = |outcome: &Outcome, rail: &CodeRail, ends| -> String {
            let joins = outcome
                .drawn
                .iter()
                .map(|[x, code, _]| join(axis.x(*x), rail.x(*code), ends));
            joins.collect()
        };
        let zero = |outcome: &Outcome, rail: &CodeRail, ends| {
            let code = outcome.zero()?;
            Some(join(axis.x(0.0), rail.x(code), ends))
        };
        let zeros =
            zero(&self.before, first, up)
                .into_iter()
                .chain(zero(&self.after, second, down));
        html! {
            path d=(drawn(&self.before, first, up) + &drawn(&self.after, second, down))
                stroke=(EXPONENT.line) stroke-width="1.2" fill="none" {}
            path d=(zeros.collect::<String>()) stroke=(INK) stroke-width="2.2" stroke-dasharray="5 3" {}
            path d=(join(self.outlier_x(), second.x(self.outlier[1]), down)) stroke=(LOST.line)
                stroke-width="1.8" fill="none" {}
        }
    }

    /// Labels below the second rail, beside the stretch that is enlarged.
    fn second_labels(&self, rail: &CodeRail, lang: Lang) -> Markup {
        let mut labels = self.after.code_labels(rail, lang);
        if self.enlarged() {
            let (from, to) = rail.span(self.after.taken());
            labels.retain(|(x, text)| {
                let half = SMALL.bold().width(text) / 2.0 + 6.0;
                x + half < from || x - half > to
            });
        }
        labels.push((rail.x(self.outlier[1]), short(self.outlier[1])));
        code_labels(SECOND + HIGH + 16.0, labels)
    }

    /// Whether the codes that are taken are so few that they can be enlarged.
    fn enlarged(&self) -> bool {
        let spread = self.after.spread();
        spread <= MOST_CELLS && 2 * spread < self.after.scheme.levels.len()
    }

    /// The codes that are taken, large, each with the count of its numbers.
    fn enlargement(&self, rail: &CodeRail, lang: Lang) -> Markup {
        let levels = &self.after.scheme.levels;
        let start = levels.index(self.after.taken().0);
        let codes = &levels.codes[start..start + self.after.spread()];
        let (from, to) = rail.span(self.after.taken());
        let width = ((RIGHT - LEFT) / codes.len() as f64).min(CELL);
        let total = width * codes.len() as f64;
        let left = ((from + to - total) / 2.0).clamp(LEFT, RIGHT - total);
        let x = |i: usize| left + width * i as f64;
        let (top, neck) = (SECOND + HIGH, SECOND + HIGH + 26.0);
        let funnel = format!(
            "M{0} {2}V{3}L{4} {6}H{5}L{1} {3}V{2}z",
            px1(from),
            px1(to),
            px1(top),
            px1(neck),
            px1(left),
            px1(left + total),
            px1(ENLARGED),
        );
        let hue = self.after.hue();
        let hits = self.after.hits.iter().zip(&self.counts);
        let hits: Vec<(f64, f64, usize)> = hits
            .map(|(code, count)| (*code, x(levels.index(*code) - start), *count))
            .collect();
        let zero = self.after.zero();
        let ordered = zero.into_iter().filter(|zero| codes.contains(zero));
        let ordered = ordered
            .chain(self.after.hits.iter().copied())
            .chain(codes.iter().copied());
        let labels = ordered.map(|code| {
            let name = if zero == Some(code) {
                format!("z = {}", short(code))
            } else {
                short(code)
            };
            (x(levels.index(code) - start) + width / 2.0, name)
        });
        let caption = lang.pick(
            "enlarged: how many of the numbers have each code",
            "放大：每个编码上各有几个数",
        );
        html! {
            path d=(funnel) fill=(hue.fill) fill-opacity="0.45" {}
            @for (i, _) in codes.iter().enumerate() {
                rect x=(px1(x(i))) y=(px1(ENLARGED)) width=(px1(width)) height=(BROAD) fill=(PAPER)
                    stroke=(hue.line) {}
            }
            @for (_, x, count) in hits {
                rect x=(px1(x)) y=(px1(ENLARGED)) width=(px1(width)) height=(BROAD) fill=(hue.line)
                    stroke=(hue.line) {}
                @let count = grouped(count);
                @if SMALL.bold().width(&count) + 4.0 <= width {
                    (text(x + width / 2.0, ENLARGED + 16.5, SMALL.bold().fill(PAPER), &count))
                }
            }
            (code_labels(ENLARGED + BROAD + 16.0, labels.collect()))
            (text(20.0, ENLARGED + BROAD + 38.0, REMARK, caption))
        }
    }

    /// The text form.
    fn words(&self, lang: Lang) -> String {
        let heading = match lang {
            Lang::En => ["x", "code before", "x' before", "code after", "x' after"],
            Lang::Zh => ["x", "之前编码", "之前 x'", "之后编码", "之后 x'"],
        };
        let mut rows = vec![heading.map(String::from).to_vec()];
        let drawn = self.before.drawn.iter().zip(&self.after.drawn);
        rows.extend(drawn.map(|([x, code, value], [_, after, became])| {
            [*x, *code, *value, *after, *became].map(short).to_vec()
        }));
        let [x, code, value] = self.outlier.map(short);
        rows.push(vec![x, String::new(), String::new(), code, value]);
        let told = |outcome: &Outcome, with| {
            let (name, parameters) = (self.name(with, lang), outcome.scheme.parameters());
            format!(
                "{name}: {parameters}, {}\n{}",
                outcome.error(),
                outcome.used(lang)
            )
        };
        format!(
            "{}\n{}\n{}\n{}\n{}",
            self.title(lang),
            told(&self.before, false),
            told(&self.after, true),
            self.moral(lang),
            table(&rows)
        )
    }
}
