//! The bit diagram of one value.

pub(super) mod explain;
pub(super) mod fields;
mod panel;
pub(super) mod strip;

use super::{Figure, Lang};
use crate::render::svg::{Font, plain, text};
use crate::render::theme::MUTED;
use crate::value::Value;
use explain::{about, class_name, steps};
use fields::{Field, fields};
use maud::html;
use panel::{Panel, text_form};
use strip::Strip;

/// Space around everything.
const MARGIN: f64 = 20.0;
/// The widest a picture is.
const WIDEST: f64 = 880.0;
/// Where the cells begin.
const TOP: f64 = 52.0;

const TITLE: Font = Font::sans(18.0).bold();
const CODE: Font = Font::mono(14.0).fill(MUTED);
const KIND: Font = Font::sans(14.0).fill(MUTED);

/// The bits of one value: sign, exponent and fraction in their colours with their weights, then
/// the formula with the numbers put in and the exact decimal.
///
/// A float is (-1)^sign × 2^(exponent field - bias) × (1 + fraction / 2^m); a subnormal has no
/// hidden 1 and the exponent 1 - bias. An integer is the sum of the weights of its ones; in two's
/// complement the top bit weighs -2^(n-1). The text form has all digits of the decimal; the picture
/// leaves out the middle of one that is longer than three lines.
///
/// ```
/// use mantissa::prelude::*;
/// let text = bits(FP16.nearest(1.0 / 3.0)).text();
/// assert!(text.contains("0 01101 0101010101"));
/// assert!(text.contains("(-1)^0 × 2^(13 - 15) × 1.3330078125"));
/// assert!(text.contains("= 0.333251953125"));
/// ```
pub fn bits(value: Value) -> Figure {
    draw(&value, Lang::current())
}

fn draw(value: &Value, lang: Lang) -> Figure {
    let fields = fields(value);
    let strip = Strip::fit(value.dtype().bits(), WIDEST - 2.0 * MARGIN);
    let (strip_width, strip_height) = strip.size(&fields, lang);
    let steps = steps(value, lang);
    let panel = Panel::new(&steps, WIDEST - 2.0 * MARGIN, lang);
    let (panel_width, panel_height) = panel.size();

    let (title, code, kind) = (value.dtype().to_string(), value.hex(), kind(value, lang));
    let code_at = MARGIN + TITLE.width(&title) + 14.0;
    let title_width = code_at + CODE.width(&code) + 24.0 + KIND.width(&kind) - MARGIN;

    let inner = strip_width.max(panel_width).max(title_width).ceil();
    let (width, below) = (inner + 2.0 * MARGIN, TOP + strip_height);
    let body = html! {
        (text(MARGIN, 33.0, TITLE, &title))
        (text(code_at, 33.0, CODE, &code))
        (text(width - MARGIN, 33.0, KIND.end(), &kind))
        (strip.draw(&fields, (MARGIN, TOP), lang))
        (panel.draw((MARGIN, below), inner))
    };
    let height = (below + panel_height + MARGIN).ceil();
    let heading = format!("{title} {code}, {kind}\n");
    Figure::new(
        (width as u32, height as u32),
        label(value, &fields, lang),
        heading + &bits_text(&fields, lang) + &text_form(&steps),
        body,
    )
}

/// `normal number`, with the size of a number that has many digits.
fn kind(value: &Value, lang: Lang) -> String {
    let class = class_name(value, lang);
    match (about(value), lang) {
        (None, _) => class.to_owned(),
        (Some(number), Lang::En) => format!("≈ {number}, {class}"),
        (Some(number), Lang::Zh) => format!("≈ {number}，{class}"),
    }
}

/// One sentence: the value, its format, its fields.
fn label(value: &Value, fields: &[Field], lang: Lang) -> String {
    let bits: Vec<String> = fields
        .iter()
        .map(|field| format!("{} {}", field.part.name(lang), field.bits))
        .collect();
    let (format, bits) = (value.dtype(), bits.join(lang.pick(", ", "，")));
    match lang {
        Lang::En => format!("The bits of {value} in {format}: {bits}"),
        Lang::Zh => format!("{value} 的 {format} 位图：{bits}"),
    }
}

/// The bits with a space between two fields, and what the first and the last bit of each weigh.
fn bits_text(fields: &[Field], lang: Lang) -> String {
    let bits: Vec<&str> = fields.iter().map(|field| field.bits.as_str()).collect();
    let weights: Vec<String> = fields
        .iter()
        .map(|field| {
            let (name, last) = (field.part.name(lang), field.bits.len() - 1);
            let (first, last) = (field.weight(0), field.weight(last));
            let range = if first == last {
                first
            } else {
                format!("{first} … {last}")
            };
            format!("{name} {}", plain(&range))
        })
        .collect();
    let weigh = lang.pick("weights", "权重");
    format!("{}\n{weigh}: {}\n", bits.join(" "), weights.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn labels_in_chinese() {
        let figure = draw(&FP16.nearest(-1.0 / 3.0), Lang::Zh);
        for label in ["符号位", "指数位 5 位", "小数位 10 位", "13 − 偏置 15 = −2"]
        {
            assert!(figure.svg().contains(label), "{label}");
        }
        assert!(
            figure
                .text()
                .contains("值    (-1)^1 × 2^(13 - 15) × 1.3330078125\n      = -0.333251953125")
        );
        let subnormal = draw(&FP16.value(1), Lang::Zh);
        assert!(subnormal.svg().contains("次正规数"));
        assert!(draw(&INT8.value(0xff), Lang::Zh).svg().contains("补码整数"));
    }

    #[test]
    fn both_languages_show_the_same_cells() {
        let cells = |lang| {
            draw(&FP32.nearest(0.1), lang)
                .svg()
                .matches("<rect")
                .count()
        };
        // 32 bits, the background and the panel.
        assert_eq!((cells(Lang::En), cells(Lang::Zh)), (34, 34));
    }
}
