//! What happened to the number in each format, in words.

use super::digits::{Digits, Stored, to_f64};
use crate::dtype::DType;
use crate::format::FP64;
use crate::real::Parts;
use crate::render::Lang;
use crate::render::bits::explain::quirk;
use crate::render::bits::fields::{minus, power_of_two};
use crate::text::{general, repr};
use crate::value::{Class, Value};

/// A row of the picture.
pub(super) struct Row {
    pub(super) name: String,
    /// How many bits are kept, or what happened instead.
    pub(super) about: String,
    /// `= ` and the value.
    pub(super) value: String,
    /// The error, and why it is large.
    pub(super) note: String,
    pub(super) exact: bool,
    /// The digits of the value and the place of the last one kept; without them all of x is lost.
    pub(super) digits: Option<(Digits, i32)>,
    /// Whether this is x itself and no format.
    pub(super) given: bool,
}

/// What one format makes of x.
pub(super) fn row(stored: &Stored, x: Parts, lang: Lang) -> Row {
    let name = stored.dtype.to_string();
    let digits = stored.digits.map(|digits| (digits, stored.last));
    let value = match &stored.value {
        Ok(value) => value,
        Err(error) => {
            return Row {
                name,
                about: lang.pick("not possible", "无法表示").to_owned(),
                value: error.clone(),
                note: String::new(),
                exact: false,
                digits,
                given: false,
            };
        }
    };
    let error = stored.error(x);
    let exact = error == Some(0.0) || Digits::of(x).is_none();
    let error = match error {
        Some(0.0) => lang.pick("exact", "精确").to_owned(),
        Some(error) => format!("{} {}", lang.pick("error", "误差"), signed(error)),
        None => String::new(),
    };
    let (about, why) = match stored.significant() {
        _ if stored.overflow => (
            lang.pick("overflow", "上溢").to_owned(),
            largest(value, lang),
        ),
        Some(n) => (significant(n, value.class(), lang), String::new()),
        None if value.is_nan() && !to_f64(x).is_nan() => (
            lang.pick("no such value", "没有对应的值").to_owned(),
            format_quirk(value, lang),
        ),
        None if Digits::of(x).is_some() => (
            lang.pick("rounds to 0", "舍入为 0").to_owned(),
            smallest(value, lang),
        ),
        None => (String::new(), String::new()),
    };
    let notes: Vec<String> = [error, why].into_iter().filter(|n| !n.is_empty()).collect();
    Row {
        name,
        about,
        value: format!("= {}", short(value.decimal(), value.to_f64())),
        note: notes.join(lang.pick("; ", "；")),
        exact,
        digits,
        given: false,
    }
}

/// The row of x itself, shown when no format holds it exactly.
pub(super) fn given(x: Parts, digits: Digits, lang: Lang) -> Row {
    let exact = match x {
        Parts::Finite { exponent: 0, .. } => spelled(x),
        _ => minus(FP64.nearest(to_f64(x)).decimal()),
    };
    Row {
        name: "x".to_owned(),
        about: lang.pick("the number given", "给定的数").to_owned(),
        value: format!("= {}", short(exact, to_f64(x))),
        note: String::new(),
        exact: true,
        digits: Some((digits, digits.low())),
        given: true,
    }
}

/// Why a format has NaN for a number: it has no sign, or no zero.
fn format_quirk(value: &Value, lang: Lang) -> String {
    match value.dtype() {
        DType::Float(format) => quirk(&format, lang).unwrap_or_default(),
        DType::Int(_) => String::new(),
    }
}

fn significant(n: u32, class: Class, lang: Lang) -> String {
    let subnormal = class == Class::Subnormal;
    match (lang, n) {
        (Lang::En, 1) if subnormal => "subnormal, 1 bit".to_owned(),
        (Lang::En, _) if subnormal => format!("subnormal, {n} bits"),
        (Lang::En, 1) => "1 significant bit".to_owned(),
        (Lang::En, _) => format!("{n} significant bits"),
        (Lang::Zh, _) if subnormal => format!("次正规数，{n} 位有效位"),
        (Lang::Zh, _) => format!("{n} 位有效位"),
    }
}

fn largest(value: &Value, lang: Lang) -> String {
    let DType::Float(format) = value.dtype() else {
        return String::new();
    };
    let max = minus(general(format.max(), 6));
    match lang {
        Lang::En => format!("the largest value is {max}"),
        Lang::Zh => format!("最大只能到 {max}"),
    }
}

fn smallest(value: &Value, lang: Lang) -> String {
    let place = match value.dtype() {
        DType::Int(format) if format.max() == 0 => {
            return lang.pick("no value is positive", "没有正数").to_owned();
        }
        DType::Float(format) => format.min_exponent() - format.mantissa_bits() as i32,
        DType::Int(_) => 0,
    };
    let smallest = power_of_two("", place);
    match lang {
        Lang::En => format!("the smallest positive value is {smallest}"),
        Lang::Zh => format!("最小的正数是 {smallest}"),
    }
}

/// An error to six significant digits, with its sign.
fn signed(error: f64) -> String {
    let sign = if error > 0.0 { "+" } else { "" };
    format!("{sign}{}", minus(general(error, 6)))
}

/// All digits where they fit on a line, else those that identify the number.
fn short(exact: String, x: f64) -> String {
    minus(if exact.len() > 58 { repr(x) } else { exact })
}

/// The number as the title shows it.
pub(super) fn spelled(x: Parts) -> String {
    match x {
        Parts::Finite {
            negative,
            significand,
            exponent: 0,
        } => format!("{}{significand}", if negative { "−" } else { "" }),
        _ => minus(repr(to_f64(x))),
    }
}
