//! The cards of affine parameters and of an observer.

use super::sheet::{Cell, sheet};
use super::{Row, card, counted, heading, table, text_table};
use crate::affine::AffineParams;
use crate::calibrate::Observer;
use crate::dtype::DType;
use crate::format::FP32;
use crate::quantized::Quantizer;
use crate::render::bits::fields::minus;
use crate::render::number_line::axis::numeral;
use crate::render::{Lang, Render, displays, names, svg};
use maud::{Markup, html};
use std::fmt;

/// More groups than this are not listed.
const FEW: usize = 32;

fn params_card(params: &AffineParams, lang: Lang) -> Markup {
    let heads = |line: Vec<String>| line.into_iter().map(Cell::head).collect();
    let numbers = |line: Vec<String>| {
        let cells = line.into_iter().enumerate();
        let cell = |(i, text)| match i {
            0 => Cell::head(text),
            _ => Cell::number(text),
        };
        cells.map(cell).collect()
    };
    let lines = groups(params, lang).into_iter().enumerate();
    let lines = lines.map(|(i, line)| if i == 0 { heads(line) } else { numbers(line) });
    let lines: Vec<Vec<Cell>> = lines.collect();
    card(html! {
        (heading(&names::scheme(&params.name(), lang), lang.pick("affine parameters", "仿射参数")))
        (table(&params_rows(params, lang)))
        @if !lines.is_empty() {
            div style="margin:10px 0 0" { (sheet(&lines)) }
        }
    })
}

fn params_text(params: &AffineParams, lang: Lang) -> String {
    let rows = text_table(&params_rows(params, lang));
    let groups = groups(params, lang);
    let mut text = format!("{}\n{rows}", names::scheme(&params.name(), lang));
    if !groups.is_empty() {
        text += &svg::plain(&svg::table(&groups));
        text.push('\n');
    }
    text
}

fn params_rows(params: &AffineParams, lang: Lang) -> Vec<Row> {
    let steps = if params.multiplies() {
        "x × (1 / s)"
    } else {
        "x / s"
    };
    let (low, high) = params.codes();
    let [quantize, dequantize] = match (params.dtype(), lang) {
        (DType::Float(format), Lang::En) => {
            let rule = format!("rounded to {format}, at most its largest value");
            [Row::new("q", steps, rule), Row::new("x'", "q × s", "")]
        }
        (DType::Float(format), Lang::Zh) => {
            let rule = format!("舍入到 {format}，超出时取最大值");
            [Row::new("q", steps, rule), Row::new("x'", "q × s", "")]
        }
        (DType::Int(_), _) => {
            let rule = match lang {
                Lang::En => format!("clamped to {low} ... {high}"),
                Lang::Zh => format!("截断到 {low} ... {high}"),
            };
            [
                Row::new("q", format!("round({steps}) + z"), minus(rule)),
                Row::new("x'", "(q − z) × s", ""),
            ]
        }
    };
    let granularity = names::granularity(&params.granularity().to_string(), lang);
    let mut rows = vec![
        quantize,
        dequantize,
        Row::new(lang.pick("granularity", "粒度"), granularity, ""),
    ];
    rows.extend(values_rows(params, lang));
    rows
}

/// Scales and zero points: one, or from the smallest to the largest.
fn values_rows(params: &AffineParams, lang: Lang) -> Vec<Row> {
    let count = match params.scales().len() {
        1 => String::new(),
        n => counted(n, lang, "group", "组"),
    };
    let row = |name: &str, ends: Option<(String, String)>| {
        let value = match ends {
            Some((low, high)) if low == high => low,
            Some((low, high)) => format!("{low} {} {high}", lang.pick("to", "到")),
            None => lang.pick("none", "无").to_owned(),
        };
        Row::new(name, value, &count)
    };
    let scales = || params.scales().iter().copied();
    let zero_points = || params.zero_points().iter().copied();
    let ends = scales().reduce(f32::min).zip(scales().reduce(f32::max));
    let ends = ends.map(|(low, high)| (scale(low), scale(high)));
    let mut rows = vec![row(lang.pick("scale s", "缩放因子 s"), ends)];
    if matches!(params.dtype(), DType::Int(_)) {
        let ends = zero_points().min().zip(zero_points().max());
        let ends = ends.map(|(low, high)| (minus(low), minus(high)));
        rows.push(row(lang.pick("zero point z", "零点 z"), ends));
    }
    rows
}

/// The values of every group below their heads, if there are several, but not too many.
fn groups(params: &AffineParams, lang: Lang) -> Vec<Vec<String>> {
    if !(2..=FEW).contains(&params.scales().len()) {
        return Vec::new();
    }
    let columns = match params.dtype() {
        DType::Int(_) => 3,
        DType::Float(_) => 2, // its zero points are all 0
    };
    let heads = [lang.pick("group", "组"), "s", "z"].map(str::to_owned);
    let pairs = params.scales().iter().zip(params.zero_points()).enumerate();
    let groups = pairs.map(|(i, (s, z))| [i.to_string(), scale(*s), minus(z)]);
    let lines = [heads].into_iter().chain(groups);
    lines.map(|line| line[..columns].to_vec()).collect()
}

/// A scale: enough digits to tell it from other float32 numbers.
fn scale(s: f32) -> String {
    minus(numeral(FP32.nearest(s)))
}

fn observer_rows(observer: &Observer, lang: Lang) -> Vec<Row> {
    let keeps = match observer.weight() {
        None => lang
            .pick(
                "from the smallest to the largest of all",
                "取所有批次的最小值和最大值",
            )
            .to_owned(),
        Some(weight) => match lang {
            Lang::En => format!("moving average, a new batch weighs {weight}"),
            Lang::Zh => format!("滑动平均，新批次的权重为 {weight}"),
        },
    };
    let range = match observer.range() {
        Some((low, high)) => format!("{} {} {}", scale(low), lang.pick("to", "到"), scale(high)),
        None => lang.pick("none yet", "尚无").to_owned(),
    };
    let mut rows = vec![
        Row::new(
            lang.pick("batches", "批次"),
            observer.batches().to_string(),
            "",
        ),
        Row::new(lang.pick("range", "范围"), range, keeps),
    ];
    if let Ok(params) = observer.try_params() {
        rows.extend(values_rows(&params, lang));
    }
    rows
}

impl Render for AffineParams {
    fn html(&self) -> Markup {
        params_card(self, Lang::current())
    }

    fn text(&self) -> String {
        params_text(self, Lang::current())
    }
}

impl fmt::Debug for AffineParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().trim_end())
    }
}

impl Render for Observer {
    fn html(&self) -> Markup {
        let lang = Lang::current();
        card(html! {
            (heading(&names::scheme(&self.scheme().name(), lang), lang.pick("observer", "观察器")))
            (table(&observer_rows(self, lang)))
        })
    }

    fn text(&self) -> String {
        let lang = Lang::current();
        let rows = text_table(&observer_rows(self, lang));
        format!("{}\n{rows}", names::scheme(&self.scheme().name(), lang))
    }
}

displays!(AffineParams, Observer);
