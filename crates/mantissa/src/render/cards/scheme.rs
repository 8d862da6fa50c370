//! The table of many schemes on one tensor.

use super::sheet::{Cell, sheet};
use super::{card, heading};
use crate::render::bits::fields::minus;
use crate::render::svg::{self, columns, pad};
use crate::render::{Lang, Render, displays, names};
use crate::scheme::{SchemeRow, SchemeTable};
use crate::text::general;
use maud::{Markup, html};
use std::fmt;

/// A column: its head in both languages, its number, how that is written, and whether less is
/// better.
struct Column {
    head: [&'static str; 2],
    number: fn(&SchemeRow) -> f64,
    text: fn(f64) -> String,
    less: bool,
}

const COLUMNS: [Column; 5] = [
    Column {
        head: ["bits per weight", "每个权重的位数"],
        number: |row| row.summary.bits_per_weight(),
        text: |x| general(x, 5),
        less: true,
    },
    Column {
        head: ["MSE", "MSE"],
        number: |row| row.errors.mse,
        text: |x| general(x, 5),
        less: true,
    },
    Column {
        head: ["SQNR (dB)", "SQNR（dB）"],
        number: |row| row.errors.sqnr_db,
        text: decibels,
        less: false,
    },
    Column {
        head: ["max |e|", "最大 |e|"],
        number: |row| row.errors.max_abs,
        text: |x| general(x, 5),
        less: true,
    },
    Column {
        head: ["cosine", "余弦"],
        number: |row| row.errors.cosine,
        text: |x| general(x, 7),
        less: false,
    },
];

/// Two decimals.
fn decibels(x: f64) -> String {
    match x.is_finite() {
        true => format!("{x:.2}"),
        false => general(x, 5),
    }
}

impl Column {
    fn head(&self, lang: Lang) -> &'static str {
        lang.pick(self.head[0], self.head[1])
    }

    /// The best number, if some row is worse.
    fn best(&self, rows: &[SchemeRow]) -> Option<f64> {
        let numbers = || rows.iter().map(self.number).filter(|x| !x.is_nan());
        let best = numbers().reduce(if self.less { f64::min } else { f64::max })?;
        numbers().any(|x| x != best).then_some(best)
    }
}

/// The numbers of each row as text, and whether each is the best of its column.
fn numbers(table: &SchemeTable) -> Vec<[(String, bool); 5]> {
    let best = COLUMNS.each_ref().map(|column| column.best(&table.rows));
    let row = |row| {
        std::array::from_fn(|i| {
            let number = (COLUMNS[i].number)(row);
            ((COLUMNS[i].text)(number), best[i] == Some(number))
        })
    };
    table.rows.iter().map(row).collect()
}

fn title(lang: Lang) -> &'static str {
    lang.pick("Schemes compared", "方案比较")
}

fn scheme_card(table: &SchemeTable, lang: Lang) -> Markup {
    let names = table
        .rows
        .iter()
        .map(|row| Cell::name(names::scheme(&row.name, lang)));
    let rows = names.zip(numbers(table)).map(|(name, numbers)| {
        let numbers = numbers.map(|(text, best)| Cell::number(minus(text)).bold(best));
        [name].into_iter().chain(numbers).collect()
    });
    let heads = COLUMNS.iter().map(|column| Cell::head(column.head(lang)));
    let heads = [Cell::head("")].into_iter().chain(heads).collect();
    let rows: Vec<Vec<Cell>> = [heads].into_iter().chain(rows).collect();
    let kind = lang.pick("bold: the best of its column", "粗体：该列最好的值");
    card(html! {
        (heading(title(lang), kind))
        (sheet(&rows))
    })
}

/// The same in aligned columns; the best numbers have a star.
fn scheme_text(table: &SchemeTable, lang: Lang) -> String {
    let names = table.rows.iter().map(|row| names::scheme(&row.name, lang));
    let names: Vec<String> = names.collect();
    let width = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    let heads = COLUMNS
        .iter()
        .map(|column| format!("{} ", column.head(lang)));
    let heads = [pad("", width)].into_iter().chain(heads).collect();
    let rows = names.iter().zip(numbers(table)).map(|(name, numbers)| {
        let star = |best| if best { "*" } else { " " };
        let numbers = numbers.map(|(text, best)| text + star(best));
        [pad(name, width)].into_iter().chain(numbers).collect()
    });
    let rows: Vec<Vec<String>> = [heads].into_iter().chain(rows).collect();
    let lines = svg::table(&rows);
    let lines: Vec<&str> = lines.lines().map(str::trim_end).collect();
    let kind = lang.pick("*: the best of its column", "*：该列最好的值");
    format!("{}\n{kind}\n", lines.join("\n"))
}

impl Render for SchemeTable {
    fn html(&self) -> Markup {
        scheme_card(self, Lang::current())
    }

    fn text(&self) -> String {
        scheme_text(self, Lang::current())
    }
}

impl fmt::Debug for SchemeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().trim_end())
    }
}

displays!(SchemeTable);
