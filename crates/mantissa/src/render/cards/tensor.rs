//! The card of a tensor.

use super::sheet::{Cell, sheet};
use super::{card, counted, heading, printed};
use crate::render::bits::fields::minus;
use crate::render::{Lang, Render, displays};
use crate::tensor::Tensor;
use crate::text::{general, grouped};
use crate::value::Value;
use maud::{Markup, html};

/// A table has at most this many rows and columns; larger tensors are shown as text.
const LARGEST: usize = 16;

/// Longer decimals are not written out.
const LONG: usize = 60;

/// Rows and columns of a tensor that is shown as a table.
fn rows_and_columns(tensor: &Tensor) -> Option<(usize, usize)> {
    let (rows, columns) = match *tensor.shape() {
        [] => (1, 1),
        [columns] => (1, columns),
        [rows, columns] => (rows, columns),
        _ => return None,
    };
    let fits = |n: usize| (1..=LARGEST).contains(&n);
    (fits(rows) && fits(columns)).then_some((rows, columns))
}

pub(super) fn tensor_card(tensor: &Tensor, lang: Lang) -> Markup {
    card(html! {
        (heading(tensor.dtype().name(), &about(tensor, lang)))
        (elements(tensor))
    })
}

/// The numbers: a table if they are few, else as text.
pub(super) fn elements(tensor: &Tensor) -> Markup {
    match rows_and_columns(tensor) {
        Some(size) => table(tensor, size),
        None => printed(tensor.to_string()),
    }
}

/// Shape and bytes.
fn about(tensor: &Tensor, lang: Lang) -> String {
    let count = grouped(tensor.len());
    let bits = counted(tensor.dtype().bits(), lang, "bit", "位");
    let bytes = counted(grouped(tensor.bytes().len()), lang, "byte", "字节");
    let shape = tensor.shape();
    match lang {
        Lang::En => format!("shape {shape:?}, {count} × {bits} = {bytes}"),
        Lang::Zh => format!("形状 {shape:?}，{count} × {bits} = {bytes}"),
    }
}

/// The numbers in rows and columns, with their indices.
fn table(tensor: &Tensor, (rows, columns): (usize, usize)) -> Markup {
    let values: Vec<Value> = tensor.values().collect();
    let axes = tensor.shape().len();
    let corner = (axes == 2).then(|| Cell::head(""));
    let heads = corner.into_iter().chain((0..columns).map(Cell::head));
    let heads = (axes > 0).then(|| heads.collect());
    let line = |row: usize| {
        let head = (axes == 2).then(|| Cell::head(row));
        let numbers = values[row * columns..][..columns].iter();
        let numbers = numbers.map(|value| Cell::number(short(value)).title(exact(value)));
        head.into_iter().chain(numbers).collect()
    };
    let lines: Vec<Vec<Cell>> = heads.into_iter().chain((0..rows).map(line)).collect();
    sheet(&lines)
}

/// All digits and the code; of a very long number those that identify it.
fn exact(value: &Value) -> String {
    let decimal = value.decimal();
    let digits = if decimal.len() > LONG {
        value.to_string()
    } else {
        decimal
    };
    format!("{digits} = {}", value.hex())
}

/// Five significant digits; integers whole.
fn short(value: &Value) -> String {
    match value.to_i128() {
        Some(integer) => minus(integer),
        None => minus(general(value.to_f64(), 5)),
    }
}

impl Render for Tensor {
    fn html(&self) -> Markup {
        tensor_card(self, Lang::current())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

displays!(Tensor);
