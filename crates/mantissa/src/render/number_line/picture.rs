//! The picture of number lines: one below the other, on a common axis.

use super::NumberLine;
use super::axis::{Label, fitting, numeral};
use super::scale::{LEFT, RIGHT, Scale};
use super::words::{beside, summary};
use crate::dtype::DType;
use crate::render::figure::{px, px1};
use crate::render::svg::{Font, formula, line, text};
use crate::render::theme::{EXPONENT, FRACTION, Hue, INTEGER, MUTED, PAPER, PLAIN, RULE};
use crate::render::{Figure, Lang};
use crate::value::{Class, Value};
use maud::{Markup, html};

const WIDTH: f64 = 880.0;
/// One format's part of the height, and its line within it.
const ROW: f64 = 96.0;
const LINE: f64 = 68.0;
const FIRST: f64 = 12.0;
const UP: f64 = 20.0;
const DOWN: f64 = 13.0;
const SMALL: Font = Font::sans(12.0).middle();

impl NumberLine {
    pub(super) fn draw(&self, lang: Lang) -> Figure {
        let rows: Vec<(DType, Vec<Value>)> = self
            .dtypes
            .iter()
            .map(|dtype| (*dtype, self.shown(*dtype)))
            .collect();
        let all: Vec<Value> = rows.iter().flat_map(|(_, values)| values.clone()).collect();
        let scale = Scale::new(&all, self.log);
        let bottom = FIRST + ROW * rows.len() as f64;
        let height = bottom + 66.0;
        let body = html! {
            (axis(&scale, bottom, lang, self.log))
            @for (i, (dtype, values)) in rows.iter().enumerate() {
                (row(FIRST + ROW * i as f64, *dtype, values, &scale, lang))
            }
            (legend(&all, height - 12.0, lang))
        };
        let names: Vec<&str> = self.dtypes.iter().map(DType::name).collect();
        let label = match lang {
            Lang::En => format!("Number line of {}", names.join(", ")),
            Lang::Zh => format!("{} 的数轴", names.join("、")),
        };
        let size = (WIDTH as u32, height as u32);
        Figure::new(size, label, self.words(lang), body)
    }
}

/// The common axis at the bottom, with a light line through all rows at each label.
fn axis(scale: &Scale, y: f64, lang: Lang, log: bool) -> Markup {
    let font = Font::sans(12.0).fill(MUTED);
    let labels = fitting(scale.ticks(), font, (8.0, WIDTH - 8.0));
    let how = match log {
        true => lang.pick(
            "logarithmic: equal steps are equal factors",
            "对数坐标：等距代表等比",
        ),
        false => lang.pick(
            "linear: equal steps are equal differences",
            "线性坐标：等距代表等差",
        ),
    };
    html! {
        @for label in &labels {
            line x1=(px(label.at)) y1=(px(FIRST + 24.0)) x2=(px(label.at)) y2=(px(y)) stroke=(RULE) {}
            (formula(label.x, y + 15.0, font.middle(), &label.text))
        }
        (line((LEFT, y), (RIGHT, y), PLAIN.line))
        (text(RIGHT + 28.0, y + 54.0, font.end(), how))
    }
}

/// One format: its name, its values, and what has no place among them.
fn row(y: f64, dtype: DType, values: &[Value], scale: &Scale, lang: Lang) -> Markup {
    let hue = hue(dtype);
    let base = y + LINE;
    let name = Font::sans(14.0).bold().fill(hue.line);
    let muted = Font::sans(13.0).fill(MUTED);
    let tick = |value: &Value| {
        let reach = if value.class() == Class::Subnormal {
            DOWN
        } else {
            -UP
        };
        format!(
            "M{} {}v{}",
            px1(scale.x(value.to_f64())),
            px1(base),
            px1(reach)
        )
    };
    let of = |classes: &[Class]| -> String {
        let chosen = values.iter().filter(|v| classes.contains(&v.class()));
        chosen.map(tick).collect()
    };
    html! {
        // Behind the words, so that no grid line runs through them.
        rect x="0" y=(px(y)) width=(px(WIDTH)) height="24" fill=(PAPER) {}
        (text(20.0, y + 16.0, name, dtype.name()))
        (text(20.0 + name.width(dtype.name()) + 8.0, y + 16.0, muted, &summary(dtype, values, lang)))
        (text(WIDTH - 20.0, y + 16.0, muted.end(), &beside(dtype, lang)))
        @for label in value_labels(values, scale) {
            (plate(&label, base - UP - 5.0))
        }
        (line((LEFT - 12.0, base), (RIGHT + 12.0, base), hue.line))
        path d=(of(&[Class::Normal])) stroke=(hue.line) stroke-width="1.4" {}
        path d=(of(&[Class::Subnormal])) stroke=(FRACTION.line) stroke-width="1.4" {}
        @for zero in values.iter().filter(|value| value.class() == Class::Zero) {
            (ring(scale.x(zero.to_f64()), base, hue))
        }
    }
}

/// A label on a white ground.
fn plate(label: &Label, y: f64) -> Markup {
    let width = SMALL.width(&label.text) + 2.0;
    html! {
        rect x=(px(label.x - width / 2.0)) y=(px(y - 11.0)) width=(px(width)) height="14" fill=(PAPER) {}
        (text(label.x, y, SMALL, &label.text))
    }
}

fn ring(x: f64, y: f64, hue: Hue) -> Markup {
    html! {
        circle cx=(px(x)) cy=(px(y)) r="4.5" fill=(PAPER) stroke=(hue.line) stroke-width="2" {}
    }
}

/// The values that have room for their label: the ends, zero, the smallest normal and the smallest
/// number, then, on a linear line, powers of two from the largest on, then the others of few.
fn value_labels(values: &[Value], scale: &Scale) -> Vec<Label> {
    let of = |class: Class| values.iter().filter(move |value| value.class() == class);
    let smallest = |class: Class| {
        let positive = of(class).find(|value| **value > 0.0);
        let negative = of(class).rfind(|value| **value < 0.0);
        positive.into_iter().chain(negative)
    };
    let ends = values.last().into_iter().chain(values.first());
    let linear = matches!(scale, Scale::Linear(_));
    let powers = of(Class::Normal).filter(|value| {
        linear && value.fraction() == 0 && matches!(value.dtype(), DType::Float(_))
    });
    let rest = values.iter().filter(|_| values.len() <= 64);
    let ordered = ends
        .chain(of(Class::Zero))
        .chain(smallest(Class::Normal))
        .chain(smallest(Class::Subnormal))
        .chain(powers.rev())
        .chain(rest);
    let label = |value: &Value| (scale.x(value.to_f64()), numeral(*value));
    fitting(ordered.map(label), SMALL, (8.0, WIDTH - 8.0))
}

/// What the marks mean, as far as they occur.
fn legend(values: &[Value], y: f64, lang: Lang) -> Markup {
    let has = |class: Class| values.iter().any(|value| value.class() == class);
    let floats = values.iter().find(|v| matches!(v.dtype(), DType::Float(_)));
    let hue = floats.map_or(INTEGER, |value| hue(value.dtype()));
    let normal = match floats {
        Some(_) => lang.pick("normal", "正规数"),
        None => lang.pick("integer", "整数"),
    };
    let marks = [
        (Class::Normal, normal),
        (Class::Subnormal, lang.pick("subnormal", "次正规数")),
        (Class::Zero, lang.pick("zero", "零")),
    ];
    let font = Font::sans(12.0);
    let mut x = 24.0;
    let mut placed = Vec::new();
    for (class, name) in marks.into_iter().filter(|(class, _)| has(*class)) {
        placed.push((x, class, name));
        x += font.width(name) + 44.0;
    }
    let mark = |x: f64, class: Class| match class {
        Class::Subnormal => line((x, y - 4.0), (x, y + 5.0), FRACTION.line),
        Class::Zero => ring(x, y - 4.0, hue),
        _ => line((x, y - 4.0), (x, y - 14.0), hue.line),
    };
    html! {
        @for (x, class, name) in placed {
            (line((x - 9.0, y - 4.0), (x + 9.0, y - 4.0), PLAIN.line))
            (mark(x, class))
            (text(x + 15.0, y, font, name))
        }
    }
}

fn hue(dtype: DType) -> Hue {
    match dtype {
        DType::Int(_) => INTEGER,
        DType::Float(_) => EXPONENT,
    }
}
