//! Numbers on a rail, their codes on another, and a line from each to each.

use super::code_rail::{CodeRail, HIGH, code_labels};
use super::outcome::Outcome;
use super::schemes::{Affines, Fitted};
use super::{LEFT, RIGHT, WIDTH, distinct, numbers, sample, short};
use crate::dtype::DType;
use crate::render::figure::px1;
use crate::render::number_line::axis::{Axis, Label, fitting};
use crate::render::svg::{Font, line, rail, table, text};
use crate::render::theme::{EXPONENT, Hue, INK, LOST, MUTED, PLAIN};
use crate::render::{Figure, Lang, names};
use crate::tensor::TensorData;
use crate::text::general;
use maud::{Markup, html};

/// More schemes than this, and the picture is too large for a notebook.
const MOST_SCHEMES: usize = 4;
/// The first scheme's part of the height, and what follows within it.
const FIRST: f64 = 72.0;
const ROW: f64 = 234.0;
const TOP: f64 = 66.0;
const BOTTOM: f64 = 162.0;
const BOUNDS: (f64, f64) = (8.0, WIDTH - 8.0);
const LABEL: Font = Font::sans(12.0).middle();

/// Numbers and their codes under one affine scheme or several: for each scheme a rail of values with
/// the numbers at their places, a rail of codes, and a line from each number to its code. What the
/// codes cover, [(low - z) * s, (high - z) * s], is marked, as are the zero point and a code that is
/// left out; what is clipped (further than half a step beyond the last code) has a colour of its own.
/// All schemes share the axis of values. Of more than 60 different numbers, 60 are drawn; counts and
/// errors are of all.
///
/// An [`Affine`](crate::Affine) is fitted to the numbers, [`AffineParams`](crate::AffineParams) stay
/// as they are. A float dtype has its values as codes.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
/// let figure = rails(x, [Affine::symmetric(INT8), Affine::asymmetric(INT8)]);
/// assert!(figure.text().contains("s = 0.0721176, z = -23"));
/// let given = rails(x, AffineParams::tensor(INT4, 0.5, 0));
/// assert!(given.text().contains("4 clipped")); // those beyond -4.25 and 3.75
/// ```
///
/// # Panics
/// If there is no number, NaN or infinity among them, no scheme or more than 4, a scheme with more
/// than one scale, or codes of more than 16 bits.
#[track_caller]
pub fn rails(x: impl TensorData, schemes: impl Affines) -> Figure {
    let x = numbers(x, "rails");
    let schemes = Fitted::all(&schemes, &x, "rails");
    assert!(
        (1..=MOST_SCHEMES).contains(&schemes.len()),
        "rails draws 1 to {MOST_SCHEMES} schemes, not {}",
        schemes.len()
    );
    let all = distinct(x.iter().map(|x| f64::from(*x)));
    let shown = sample(&all);
    let rows = schemes
        .into_iter()
        .map(|scheme| Outcome::new(scheme, &x, &shown));
    let counts = [x.len(), all.len(), shown.len()];
    draw(counts, &rows.collect::<Vec<_>>(), Lang::current())
}

impl Outcome {
    fn draw(&self, y: f64, axis: &Axis, lang: Lang) -> Markup {
        let name = Font::sans(14.0).bold().fill(self.hue().line);
        let shown = name.cut(&names::scheme(&self.scheme.name, lang), 420.0);
        let (cover, used) = (self.cover(lang), self.used(lang));
        let muted = Font::sans(13.0).fill(MUTED);
        let codes = CodeRail::new(&self.scheme.levels, self.hue());
        html! {
            (text(20.0, y + 14.0, name, &shown))
            (text(20.0 + name.width(&shown) + 14.0, y + 14.0, Font::sans(14.0), &self.scheme.parameters()))
            (text(WIDTH - 20.0, y + 14.0, Font::sans(14.0).end(), &self.error()))
            (text(20.0, y + 34.0, muted, &cover))
            @if self.clipped > 0 {
                (text(WIDTH - 20.0, y + 34.0, muted.bold().fill(LOST.line).end(), &self.clipped_words(lang)))
            }
            (self.bands(y, axis, &codes))
            (self.value_rail(y, axis))
            (codes.draw(y + BOTTOM, &self.hits))
            (self.joins(y, axis, &codes))
            (self.value_labels(y, axis))
            (code_labels(y + BOTTOM + HIGH + 16.0, self.code_labels(&codes, lang)))
            (text(20.0, y + BOTTOM + HIGH + 36.0, muted, &used))
        }
    }

    /// What is within half a step of the codes' values, down to the codes, and what is clipped.
    fn bands(&self, y: f64, axis: &Axis, codes: &CodeRail) -> Markup {
        let (top, bottom) = (px1(y + TOP + HIGH), px1(y + BOTTOM));
        let levels = &self.scheme.levels;
        let (low, high) = levels.reach();
        let (first, last) = codes.span(levels.ends());
        let covered = format!(
            "M{} {top}H{}L{} {bottom}H{}z",
            px1(axis.x(low)),
            px1(axis.x(high)),
            px1(last),
            px1(first),
        );
        let lost = self.lost().map(|(from, to, code)| {
            let (from, to) = (axis.x(from), axis.x(to));
            format!(
                "M{} {top}H{}L{} {bottom}z",
                px1(from),
                px1(to),
                px1(codes.x(code))
            )
        });
        html! {
            path d=(covered) fill=(EXPONENT.fill) {}
            @for d in lost {
                path d=(d) fill=(LOST.fill) {}
            }
        }
    }

    /// The stretches from where clipping begins to the furthest number that is clipped there, and the
    /// code that they become.
    fn lost(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let levels = &self.scheme.levels;
        let (low, high) = levels.reach();
        let (first, last) = levels.ends();
        let (min, max) = (self.drawn[0][0], self.drawn[self.drawn.len() - 1][0]);
        let below = (min, low, first);
        let above = (high, max, last);
        [(min < low, min, below), (max > high, max, above)]
            .into_iter()
            .filter(|(beyond, x, _)| *beyond && levels.clips(*x))
            .map(|(_, _, stretch)| stretch)
    }

    fn value_rail(&self, y: f64, axis: &Axis) -> Markup {
        let levels = &self.scheme.levels;
        let ((from, to), (low, high)) = (levels.reach(), levels.range());
        let at = (y + TOP, HIGH);
        let stretch = |from: f64, to: f64, hue: Hue| {
            html! {
                rect x=(px1(axis.x(from))) y=(px1(at.0)) width=(px1(axis.x(to) - axis.x(from)))
                    height=(HIGH) fill=(hue.fill) stroke=(hue.line) {}
            }
        };
        html! {
            (rail((LEFT, RIGHT), at, PLAIN))
            (stretch(from, to, EXPONENT))
            @for (from, to, _) in self.lost() {
                (stretch(from, to, LOST))
            }
            @for end in [low, high] {
                (line((axis.x(end), at.0 - 4.0), (axis.x(end), at.0 + HIGH), EXPONENT.line))
            }
        }
    }

    /// A line from each number to its code; the one from 0 to the zero point is heavier.
    fn joins(&self, y: f64, axis: &Axis, codes: &CodeRail) -> Markup {
        let top = y + TOP + HIGH / 2.0;
        let join = |x: f64, code: f64| {
            let (edge, bottom) = (px1(y + TOP + HIGH), px1(y + BOTTOM));
            let (x, code) = (px1(axis.x(x)), px1(codes.x(code)));
            format!("M{x} {}V{edge}L{code} {bottom}", px1(top))
        };
        let mut lines = [String::new(), String::new()];
        for [x, code, _] in &self.drawn {
            let lost = usize::from(self.scheme.levels.clips(*x));
            lines[lost] += &join(*x, *code);
        }
        let dots = |lost: bool| -> String {
            let drawn = self.drawn.iter().map(|[x, _, _]| *x);
            let drawn = drawn.filter(|x| self.scheme.levels.clips(*x) == lost);
            drawn
                .map(|x| format!("M{} {}h0", px1(axis.x(x)), px1(top)))
                .collect()
        };
        html! {
            @for (d, hue) in lines.iter().zip([EXPONENT, LOST]) {
                @if !d.is_empty() { path d=(d) stroke=(hue.line) stroke-width="1.2" fill="none" {} }
            }
            @if let Some(zero) = self.zero() {
                path d=(join(0.0, zero)) stroke=(INK) stroke-width="2.2" stroke-dasharray="5 3"
                    fill="none" {}
            }
            @for (d, hue) in [(dots(false), EXPONENT), (dots(true), LOST)] {
                @if !d.is_empty() {
                    path d=(d) stroke=(hue.line) stroke-width="7" stroke-linecap="round" {}
                }
            }
        }
    }

    /// Above the upper rail: zero, the ends of the numbers and of the range, then the others.
    fn value_labels(&self, y: f64, axis: &Axis) -> Markup {
        let (low, high) = self.scheme.levels.range();
        let numbers = || self.drawn.iter().map(|[x, _, _]| *x);
        let ends = [numbers().next_back(), numbers().next()]
            .into_iter()
            .flatten();
        let ordered = [0.0]
            .into_iter()
            .chain(ends)
            .chain([low, high])
            .chain(numbers());
        let labels = ordered.map(|x| (axis.x(x), short(x)));
        let given: Vec<String> = numbers().map(short).collect();
        let style = |label: &Label| match label.text.as_str() {
            "0" => LABEL.bold(),
            text if given.iter().any(|number| number == text) => LABEL,
            _ => LABEL.fill(EXPONENT.line),
        };
        html! {
            @for label in fitting(labels, LABEL.bold(), BOUNDS) {
                (text(label.x, y + TOP - 8.0, style(&label), &label.text))
            }
        }
    }

    /// The text form.
    fn table(&self, lang: Lang) -> String {
        let heading = [
            "x",
            lang.pick("code", "编码"),
            "x'",
            lang.pick("error", "误差"),
        ];
        let mut rows = vec![heading.map(String::from).to_vec()];
        rows.extend(self.drawn.iter().map(|[x, code, value]| {
            let mut row = [*x, *code, *value].map(short).to_vec();
            row.push(general(value - x, 4));
            if self.scheme.levels.clips(*x) {
                row.push(lang.pick("clipped", "截断").to_owned());
            }
            row
        }));
        let (cover, used) = (self.cover(lang), self.used(lang));
        let scheme = &self.scheme;
        format!(
            "{}: {}, {}, {}\n{cover}\n{used}\n{}",
            names::scheme(&scheme.name, lang),
            scheme.parameters(),
            self.error(),
            self.clipped_words(lang),
            table(&rows)
        )
    }
}

/// Rows of `count` numbers, of which so many are different and so many drawn.
fn draw([count, different, drawn]: [usize; 3], rows: &[Outcome], lang: Lang) -> Figure {
    let ranges = rows.iter().map(|row| row.scheme.levels.reach());
    let shown = &rows[0].drawn;
    let ends = (shown[0][0].min(0.0), shown[drawn - 1][0].max(0.0));
    let (low, high) = ranges.fold(ends, |(low, high), (from, to)| {
        (low.min(from), high.max(to))
    });
    let axis = Axis {
        low,
        high,
        left: LEFT,
        right: RIGHT,
    };
    let title = match lang {
        Lang::En if count == 1 => "1 number and its code".to_owned(),
        Lang::En => format!("{count} numbers and their codes"),
        Lang::Zh => format!("{count} 个数与它们的编码"),
    };
    let mut rule = rule(rows, lang).to_owned();
    if drawn < different {
        rule += &match lang {
            Lang::En => format!(";   {drawn} of {different} different numbers drawn"),
            Lang::Zh => format!("；  {different} 个不同的数中画出 {drawn} 个"),
        };
    }
    let height = FIRST + ROW * rows.len() as f64;
    let body = html! {
        (text(20.0, 32.0, Font::sans(19.0).bold(), &title))
        (text(20.0, 54.0, Font::sans(13.0).fill(MUTED), &rule))
        @for (i, row) in rows.iter().enumerate() {
            (row.draw(FIRST + ROW * i as f64, &axis, lang))
        }
    };
    let names = rows.iter().map(|row| names::scheme(&row.scheme.name, lang));
    let names: Vec<String> = names.collect();
    let label = format!("{title}: {}", names.join("; "));
    let tables: Vec<String> = rows.iter().map(|row| row.table(lang)).collect();
    let words = format!(
        "{title}\n{}\n{}",
        rule.replace('−', "-"),
        tables.join("\n\n")
    );
    Figure::new((WIDTH as u32, height as u32), label, words, body)
}

fn rule(rows: &[Outcome], lang: Lang) -> &'static str {
    let integers = rows
        .iter()
        .any(|row| matches!(row.scheme.params.dtype(), DType::Int(_)));
    match (integers, lang) {
        (true, Lang::En) => "code = clamp(round(x / s) + z, low, high),   x' = (code − z) × s",
        (true, Lang::Zh) => "编码 = clamp(round(x / s) + z, low, high)，  x' = (编码 − z) × s",
        (false, Lang::En) => "code = the value nearest to x / s,   x' = code × s",
        (false, Lang::Zh) => "编码 = 最接近 x / s 的值，  x' = 编码 × s",
    }
}
