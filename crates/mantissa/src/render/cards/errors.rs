//! The card of the errors between a tensor and what became of it.

use super::{Row, card, counted, heading, table, text_table};
use crate::metrics::Errors;
use crate::render::bits::fields::minus;
use crate::render::{Lang, Render, displays};
use crate::text::{general, grouped};
use maud::{Markup, html};

fn title(lang: Lang) -> &'static str {
    lang.pick("Errors, e = y − x", "误差 e = y − x")
}

fn count(errors: &Errors, lang: Lang) -> String {
    counted(grouped(errors.count), lang, "number", "个数")
}

fn rows(errors: &Errors, lang: Lang) -> Vec<Row> {
    let row = |name: &str, x: f64, detail: &str| Row::new(name, minus(general(x, 6)), detail);
    vec![
        row(
            "MSE",
            errors.mse,
            lang.pick("mean of e^{2}", "e^{2} 的均值"),
        ),
        row("RMSE", errors.rmse(), "√MSE"),
        row(lang.pick("max |e|", "最大 |e|"), errors.max_abs, ""),
        row(lang.pick("mean |e|", "平均 |e|"), errors.mean_abs, ""),
        Row::new(
            "SQNR",
            minus(format!("{} dB", general(errors.sqnr_db, 6))),
            "10 log10(Σx^{2} / Σe^{2})",
        ),
        Row::new(
            lang.pick("cosine", "余弦"),
            minus(general(errors.cosine, 9)),
            "Σxy / √(Σx^{2} Σy^{2})",
        ),
        row(
            lang.pick("relative", "相对误差"),
            errors.relative,
            "√(Σe^{2} / Σx^{2})",
        ),
        Row::new(
            lang.pick("max ULP", "最大 ULP"),
            grouped(errors.max_ulp),
            lang.pick(
                "the most float32 values from an x to its y",
                "x 与 y 之间最多相隔的 float32 值的个数",
            ),
        ),
    ]
}

fn errors_card(errors: &Errors, lang: Lang) -> Markup {
    card(html! {
        (heading(title(lang), &count(errors, lang)))
        (table(&rows(errors, lang)))
    })
}

fn errors_text(errors: &Errors, lang: Lang) -> String {
    let comma = lang.pick(", ", "，");
    let heading = format!("{}{comma}{}", title(lang), count(errors, lang));
    format!(
        "{}\n{}",
        heading.replace('−', "-"),
        text_table(&rows(errors, lang))
    )
}

impl Render for Errors {
    fn html(&self) -> Markup {
        errors_card(self, Lang::current())
    }

    fn text(&self) -> String {
        errors_text(self, Lang::current())
    }
}

displays!(Errors);
