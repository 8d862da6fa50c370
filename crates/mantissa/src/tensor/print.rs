//! A tensor as text, laid out as torch lays it out: four places, 80 columns, a summary from 1000
//! elements on.

use super::Tensor;
use crate::dtype::DType;
use crate::text::{general, repr};
use std::fmt;

/// Columns of a line.
const LINE_WIDTH: usize = 80;
/// More elements than this are summarized.
const THRESHOLD: usize = 1000;
/// How many elements a summary shows at each end of an axis.
const EDGE: usize = 3;
/// `tensor(` stands before the first bracket, and this much space before the next lines.
const PREFIX: &str = "tensor(";

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = Layout::of(self);
        let body = if self.is_empty() {
            "[]".to_owned()
        } else {
            layout.rows(self, 0, 0, PREFIX.len())
        };
        let mut text = format!("{PREFIX}{body}");
        let last_line = text.rsplit('\n').next().map_or(0, str::len);
        // torch counts two columns too many for the last line, and so do we.
        let mut column = last_line + 2;
        let mut suffixes = Vec::new();
        if self.is_empty() && self.shape.len() != 1 {
            suffixes.push(format!("size={}", shape_text(&self.shape)));
        }
        suffixes.push(format!("dtype={}", self.dtype));
        for suffix in suffixes {
            let length = suffix.chars().count();
            if column + length + 2 > LINE_WIDTH {
                text += &format!(",\n{}{suffix}", " ".repeat(PREFIX.len()));
                column = PREFIX.len() + length;
            } else {
                text += &format!(", {suffix}");
                column += length + 2;
            }
        }
        write!(f, "{text})")
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A shape as Python prints a tuple.
fn shape_text(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    match &lengths[..] {
        [only] => format!("({only},)"),
        all => format!("({})", all.join(", ")),
    }
}

/// How the elements of one tensor are written.
struct Layout {
    style: Style,
    width: usize,
    summarize: bool,
}

#[derive(Clone, Copy)]
enum Style {
    /// Integer dtypes.
    Integer,
    /// Floats that are all whole numbers: `3.`
    Whole,
    /// Four places.
    Fixed,
    /// Four places and an exponent.
    Scientific,
}

impl Layout {
    fn of(tensor: &Tensor) -> Layout {
        let summarize = tensor.len() > THRESHOLD;
        let shown = if tensor.is_empty() {
            Vec::new() // without a look at axes that may be longer than memory
        } else {
            shown(&tensor.shape, summarize)
        };
        let finite = shown.iter().map(|&i| tensor.at(i).to_f64());
        let finite: Vec<f64> = finite.filter(|x| x.is_finite() && *x != 0.0).collect();
        let largest = finite.iter().fold(0.0, |a: f64, x| a.max(x.abs()));
        let smallest = finite.iter().fold(f64::INFINITY, |a, x| a.min(x.abs()));
        let spread = largest / smallest > 1000.0 || largest > 1e8;
        let style = match tensor.dtype {
            DType::Int(_) => Style::Integer,
            DType::Float(_) => match finite.iter().all(|x| x.fract() == 0.0) {
                true if spread => Style::Scientific,
                true => Style::Whole,
                false if spread || smallest < 1e-4 => Style::Scientific,
                false => Style::Fixed,
            },
        };
        let mut layout = Layout {
            style,
            width: 1,
            summarize,
        };
        layout.width = match style {
            Style::Integer => shown.iter().map(|&i| layout.element(tensor, i).len()).max(),
            _ => finite.iter().map(|x| layout.float(*x).len()).max(),
        }
        .unwrap_or(1);
        layout
    }

    fn element(&self, tensor: &Tensor, flat: usize) -> String {
        let value = tensor.at(flat);
        let text = match value.to_i128() {
            Some(integer) => integer.to_string(),
            None => self.float(value.to_f64()),
        };
        format!("{text:>width$}", width = self.width)
    }

    fn float(&self, x: f64) -> String {
        match self.style {
            _ if !x.is_finite() => repr(x),
            Style::Whole => format!("{x:.0}."),
            Style::Fixed => format!("{x:.4}"),
            Style::Scientific => scientific(x),
            Style::Integer => general(x, 17),
        }
    }

    /// The part of the tensor below `axis`, whose first element is `start`.
    fn rows(&self, tensor: &Tensor, axis: usize, start: usize, indent: usize) -> String {
        let Some((&length, inner)) = tensor.shape[axis..].split_first() else {
            return self.element(tensor, start);
        };
        let stride: usize = inner.iter().product();
        let indices = along(length, self.summarize);
        let hidden = indices.len() < length;
        let mut rows: Vec<String> = indices
            .iter()
            .map(|i| self.rows(tensor, axis + 1, start + i * stride, indent + 1))
            .collect();
        let depth = inner.len();
        if hidden {
            rows.insert(EDGE, if depth == 0 { " ..." } else { "..." }.to_owned());
        }
        let next_line =
            |newlines: usize| format!(",{}{}", "\n".repeat(newlines), " ".repeat(indent + 1));
        if depth > 0 {
            return format!("[{}]", rows.join(&next_line(depth)));
        }
        let in_a_line = (LINE_WIDTH - indent.min(LINE_WIDTH)) / (self.width + 2);
        let lines: Vec<String> = rows
            .chunks(in_a_line.max(1))
            .map(|line| line.join(", "))
            .collect();
        format!("[{}]", lines.join(&next_line(1)))
    }
}

/// The indices that are written along an axis.
fn along(length: usize, summarize: bool) -> Vec<usize> {
    if summarize && length > 2 * EDGE {
        (0..EDGE).chain(length - EDGE..length).collect()
    } else {
        (0..length).collect()
    }
}

/// The elements that are written, as positions in the row-major order.
fn shown(shape: &[usize], summarize: bool) -> Vec<usize> {
    shape.iter().fold(vec![0], |outer, &length| {
        let inner = along(length, summarize);
        let pairs = outer
            .iter()
            .flat_map(|row| inner.iter().map(move |i| row * length + i));
        pairs.collect()
    })
}

/// `%.4e`: the exponent with a sign and two digits.
fn scientific(x: f64) -> String {
    let text = format!("{x:.4e}");
    let (digits, exponent) = text
        .split_once('e')
        .expect("a number in scientific notation");
    let exponent: i32 = exponent.parse().expect("an exponent");
    format!("{digits}e{exponent:+03}")
}
