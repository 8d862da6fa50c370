//! The card of one value.

use super::{Row, card, heading, table, text_table};
use crate::dtype::DType;
use crate::format::FP64;
use crate::render::bits::explain::class_name;
use crate::render::bits::fields::{Field, fields, minus, power_of_two};
use crate::render::theme::{INK, MONO};
use crate::render::{Lang, Render, displays};
use crate::value::Value;
use maud::{Markup, html};

/// Longer decimals are shown rounded in the table.
const LONG: usize = 60;

/// The value's surroundings: the gap at its place and the next values.
fn surroundings(value: &Value, lang: Lang) -> Vec<Row> {
    let neighbour = |name: &str, next: Option<Value>| match next {
        Some(next) => number_row(name, &next, next.hex()),
        None => Row::new(name, lang.pick("none", "无"), ""),
    };
    let mut rows = Vec::new();
    if let (DType::Float(format), true) = (value.dtype(), value.is_finite()) {
        let place = value.exponent() - format.mantissa_bits() as i32;
        let ulp = FP64.nearest(value.ulp());
        rows.push(number_row("ulp", &ulp, power_of_two("", place)));
    }
    rows.push(neighbour(
        lang.pick("next down", "前一个值"),
        value.next_down(),
    ));
    rows.push(neighbour(lang.pick("next up", "后一个值"), value.next_up()));
    rows
}

fn number_row(name: &str, value: &Value, detail: impl Into<String>) -> Row {
    let exact = value.decimal();
    let long = exact.len() > LONG;
    let shown = if long {
        value.to_string()
    } else {
        exact.clone()
    };
    Row {
        exact: long.then_some(exact),
        ..Row::new(name, minus(shown), detail)
    }
}

/// The bits, each field in its colours.
fn coloured(fields: &[Field]) -> Markup {
    html! {
        div style=(format!("margin:0 0 8px;font-family:{MONO};font-size:15px")) {
            @for field in fields {
                @let hue = field.part.hue();
                span style=(format!(
                    "display:inline-block;margin:0 4px 0 0;padding:0 5px;background:{};color:{INK};\
                     border:1px solid {};border-radius:3px",
                    hue.fill, hue.line
                )) { (field.bits) }
            }
        }
    }
}

fn value_card(value: &Value, lang: Lang) -> Markup {
    let mut rows = vec![number_row(lang.pick("value", "值"), value, "")];
    rows.extend(surroundings(value, lang));
    let kind = format!(
        "{}{}{}",
        value.hex(),
        lang.pick(", ", "，"),
        class_name(value, lang)
    );
    card(html! {
        (heading(value.dtype().name(), &kind))
        (coloured(&fields(value)))
        (table(&rows))
    })
}

pub(super) fn value_text(value: &Value, lang: Lang) -> String {
    let bits: Vec<String> = fields(value).into_iter().map(|field| field.bits).collect();
    let mut rows = vec![
        Row::new(lang.pick("bits", "位"), bits.join(" "), ""),
        Row::new(lang.pick("class", "类别"), class_name(value, lang), ""),
    ];
    rows.extend(surroundings(value, lang));
    rows.push(Row::new(lang.pick("exact", "精确值"), value.decimal(), ""));
    format!("{value:?}\n{}", text_table(&rows))
}

impl Render for Value {
    fn html(&self) -> Markup {
        value_card(self, Lang::current())
    }

    fn text(&self) -> String {
        value_text(self, Lang::current())
    }
}

displays!(Value);
