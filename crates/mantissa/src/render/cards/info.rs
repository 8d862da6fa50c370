//! Cards of formats: `finfo`, `iinfo`, and a format by itself.

use super::{Row, card, counted, fields_text, heading, printed, strip, table, text_table, words};
use crate::dtype::DType;
use crate::format::{FP64, FloatFormat};
use crate::info::{FInfo, IInfo, finfo, iinfo};
use crate::int::IntFormat;
use crate::render::bits::explain::{quirk, significand};
use crate::render::bits::fields::{minus, power_of_two};
use crate::render::svg::plain;
use crate::render::{Lang, Render, displays};
use crate::text::{grouped, repr};
use maud::{Markup, html};

/// Exact decimals longer than this are shown rounded.
const LONG: usize = 27;

/// A number of a float format: all digits where they are few, else as many as identify it.
fn float_row(name: &str, x: f64, detail: impl Into<String>) -> Row {
    let exact = FP64.nearest(x).decimal();
    let short = if exact.len() > LONG {
        repr(x)
    } else {
        exact.clone()
    };
    Row {
        exact: (exact.len() > LONG).then_some(exact),
        ..Row::new(name, minus(short), detail)
    }
}

fn float_rows(info: &FInfo, lang: Lang) -> Vec<Row> {
    let format = info.dtype;
    let m = format.mantissa_bits() as i32;
    let largest = largest(&format);
    let sign = if format.signed() { "−" } else { "" };
    let smallest = if format.signed() {
        format!("{sign}{largest}")
    } else {
        power_of_two("", format.min_exponent())
    };
    let min = match info.min {
        0.0 => Row::new(lang.pick("min", "最小值"), "0", ""),
        x => float_row(lang.pick("min", "最小值"), x, smallest),
    };
    let normal = lang.pick("smallest normal", "最小正规数");
    let subnormal = lang.pick("smallest subnormal", "最小次正规数");
    let subnormals = format.specials().zero && m > 0;
    let mut rows = vec![
        float_row(lang.pick("max", "最大值"), info.max, largest),
        min,
        if info.smallest_normal <= info.max {
            let power = power_of_two("", format.min_exponent());
            float_row(normal, info.smallest_normal, power)
        } else {
            Row::new(normal, lang.pick("none", "无"), "")
        },
        if subnormals {
            let power = power_of_two("", format.min_exponent() - m);
            float_row(subnormal, info.smallest_subnormal, power)
        } else {
            Row::new(subnormal, lang.pick("none", "无"), "")
        },
        float_row(
            "eps",
            info.eps,
            format!("{}{}", power_of_two("", -m), gap(info, lang)),
        ),
        float_row("resolution", info.resolution, digits(info, lang)),
        codes_row(&format, lang),
    ];
    if let Some(quirk) = quirk(&format, lang) {
        rows.push(Row::new(lang.pick("special codes", "特殊编码"), quirk, ""));
    }
    rows
}

/// What `eps` is: the gap above 1 if the format has it.
fn gap(info: &FInfo, lang: Lang) -> &'static str {
    let one = info.dtype.nearest(1.0);
    let next = one.next_up().filter(|next| one == 1.0 && next.is_finite());
    if next.is_some_and(|next| next.to_f64() - 1.0 == info.eps) {
        lang.pick(", from 1 to the next number", "，即 1 到下一个数的间隔")
    } else {
        lang.pick(
            ", the gap above a power of two, relative to it",
            "，即 2 的幂到下一个数的相对间隔",
        )
    }
}

/// The largest value as a formula: `(2 − 2^{−7}) × 2^{127}`, or with its own significand where the
/// topmost codes are taken.
fn largest(format: &FloatFormat) -> String {
    let value = format.nearest(format.max());
    let power = power_of_two("", value.exponent());
    let m = format.mantissa_bits();
    if m > 0 && value.hidden_bit() == 1 && value.fraction() + 1 == 1 << m {
        format!("(2 − {}) × {power}", power_of_two("", -(m as i32)))
    } else {
        format!("{} × {power}", significand(&value, format))
    }
}

/// The resolution as a power of ten, and what it means.
fn digits(info: &FInfo, lang: Lang) -> String {
    let scientific = format!("{:e}", info.resolution);
    let power = scientific.trim_start_matches("1e");
    let digits = power.trim_start_matches('-');
    let meaning = match lang {
        Lang::En if digits == "1" => ", 1 decimal digit always survives".to_owned(),
        Lang::En => format!(", {digits} decimal digits always survive"),
        Lang::Zh => format!("，{digits} 位十进制有效数字总能保住"),
    };
    format!("10^{{{}}}{meaning}", minus(power))
}

fn codes_row(format: &FloatFormat, lang: Lang) -> Row {
    let all = format.code_count();
    let nan = u128::from(format.nan_count());
    let infinite = if format.has_infinity() {
        1 + u128::from(format.signed())
    } else {
        0
    };
    let finite = all - nan - infinite;
    let [finite, infinite, nan] = [finite, infinite, nan].map(grouped);
    let detail = match lang {
        Lang::En => format!("{finite} finite, {infinite} infinite, {nan} NaN"),
        Lang::Zh => format!("有限数 {finite}，无穷 {infinite}，NaN {nan}"),
    };
    Row::new(lang.pick("codes", "编码数"), grouped(all), detail)
}

fn int_rows(info: &IInfo, lang: Lang) -> Vec<Row> {
    let format = info.dtype;
    let rest = (format.bits() - u32::from(format.signed())) as i32;
    let (low, zero) = (power_of_two("−", rest), "0".to_owned());
    let low = if format.signed() { low } else { zero };
    let high = format!("{} − 1", power_of_two("", rest));
    let count = grouped(1u128 << format.bits());
    vec![
        Row::new(lang.pick("min", "最小值"), minus(grouped(info.min)), low),
        Row::new(lang.pick("max", "最大值"), grouped(info.max), high),
        Row::new(
            lang.pick("values", "取值个数"),
            count,
            power_of_two("", format.bits() as i32),
        ),
    ]
}

/// What a format's fields do not say: `bias 127`, `two's complement`.
fn remark(dtype: DType, lang: Lang) -> String {
    match dtype {
        DType::Float(format) => format!("{} {}", lang.pick("bias", "偏置"), minus(format.bias())),
        DType::Int(format) if format.signed() => lang.pick("two's complement", "补码").to_owned(),
        DType::Int(_) => lang.pick("unsigned", "无符号").to_owned(),
    }
}

fn rows(dtype: DType, lang: Lang) -> Vec<Row> {
    match dtype {
        DType::Float(format) => float_rows(&finfo(format), lang),
        DType::Int(format) => int_rows(&iinfo(format), lang),
    }
}

fn info_card(line: &str, dtype: DType, lang: Lang) -> Markup {
    card(html! {
        (printed(words(line)))
        (strip(dtype, lang))
        (table(&rows(dtype, lang)))
    })
}

pub(super) fn format_card(dtype: DType, lang: Lang) -> Markup {
    let width = counted(dtype.bits(), lang, "bit", "位");
    let kind = format!("{width}{}{}", lang.pick(", ", "，"), remark(dtype, lang));
    card(html! {
        (heading(dtype.name(), &kind))
        (strip(dtype, lang))
        (table(&rows(dtype, lang)))
    })
}

pub(super) fn format_text(dtype: DType, lang: Lang) -> String {
    let width = counted(dtype.bits(), lang, "bit", "位");
    let (fields, remark) = (fields_text(dtype, lang), plain(&remark(dtype, lang)));
    let heading = match lang {
        Lang::En => format!("{dtype}: {width} = {fields}, {remark}"),
        Lang::Zh => format!("{dtype}：{width} = {fields}，{remark}"),
    };
    format!("{heading}\n{}", text_table(&rows(dtype, lang)))
}

impl Render for FInfo {
    fn html(&self) -> Markup {
        info_card(&self.to_string(), self.dtype.into(), Lang::current())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Render for IInfo {
    fn html(&self) -> Markup {
        info_card(&self.to_string(), self.dtype.into(), Lang::current())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Render for DType {
    fn html(&self) -> Markup {
        format_card(*self, Lang::current())
    }

    fn text(&self) -> String {
        format_text(*self, Lang::current())
    }
}

impl Render for FloatFormat {
    fn html(&self) -> Markup {
        DType::from(*self).html()
    }

    fn text(&self) -> String {
        DType::from(*self).text()
    }
}

impl Render for IntFormat {
    fn html(&self) -> Markup {
        DType::from(*self).html()
    }

    fn text(&self) -> String {
        DType::from(*self).text()
    }
}

displays!(FInfo, IInfo, DType, FloatFormat, IntFormat);
