//! Original, codes, what comes back, and the error.

mod words;

use super::bar::bar;
use super::board::Board;
use super::colour::Scale;
use super::edge::Edge;
use super::layout::{GAP, Layout, Needs, cut, wide};
use super::matrix::{Matrix, Precision, size};
use crate::granularity::Groups;
use crate::metrics::{Errors, try_errors};
use crate::quantized::{QuantError, Quantized, Summary, numbers, unwrap};
use crate::render::figure::px;
use crate::render::svg::{Font, text};
use crate::render::theme::{EXPONENT, FRACTION, INK, LOST, MUTED, PLAIN, SIGN};
use crate::render::{Figure, Lang};
use crate::tensor::TensorData;
use maud::{Markup, html};

const MARGIN: f64 = 20.0;
const TITLE: Font = Font::sans(19.0).bold();
const NOTE: Font = Font::sans(13.0).fill(MUTED);
const HEAD: Font = Font::sans(13.0).bold();
/// Where the first panel's heading begins.
const TOP: f64 = 88.0;
/// The heading of a panel, and what is below its cells.
const ABOVE: f64 = 24.0;
const BELOW: f64 = 18.0;
/// Cells with a number in them.
const CELL: f64 = 26.0;
/// The width of the picture, at most, and of what explains the colours.
const WIDTH: f64 = 880.0;
const BARS: f64 = 660.0;

/// A matrix through quantization, in four panels: the original x, the codes, what they stand for, y,
/// and the error y - x, of which the largest is framed. (x is first rounded to float32, as in
/// quantizing.) Numbers stand in the cells if they fit.
/// Original and dequantized share one scale of colours around 0; the error has its own; the codes
/// are the darker the larger they are. Dark lines part the elements of different scales; scales of
/// whole rows or columns stand beside the codes. A scheme whose codes are no numbers has three
/// panels.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let q = Affine::symmetric(INT8).per_axis(0).quantize(x);
/// assert!(heat_maps(x, &q).text().contains("mean squared error 1.8084"));
/// ```
///
/// # Panics
/// If the tensor has more than two axes, more than 64 rows or columns, more than 1024 elements, or
/// none; if `x` has another shape than `q`; if a number is NaN or infinite.
#[track_caller]
pub fn heat_maps(x: impl TensorData, q: &dyn Quantized) -> Figure {
    let maps = Maps::new(x, q);
    unwrap(maps.map(|maps| maps.draw(Lang::current())))
}

struct Maps {
    summary: Summary,
    errors: Errors,
    groups: Option<Groups>,
    rows: usize,
    panels: Vec<Panel>,
    /// Where the largest error is.
    worst: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Original,
    Codes,
    Dequantized,
    Error,
}

struct Panel {
    kind: Kind,
    matrix: Matrix,
    scale: Scale,
}

impl Maps {
    fn new(x: impl TensorData, q: &dyn Quantized) -> Result<Maps, QuantError> {
        let x = numbers(x)?.mapv(f64::from);
        let (rows, _) = size(x.shape())?;
        let y = q.dequantize().mapv(f64::from);
        let errors = try_errors(&x, &y)?;
        let difference = &y - &x;
        let (x, y, error) = (
            Matrix::new(&x)?,
            Matrix::new(&y)?,
            Matrix::new(&difference)?,
        );
        let shared = Scale::around_zero(x.largest().max(y.largest()), EXPONENT, SIGN);
        let own = Scale::around_zero(error.largest(), LOST, FRACTION);
        let largest = error.largest();
        let worst = error.values.iter().position(|e| e.abs() == largest);
        let mut panels = vec![Panel::new(Kind::Original, x, shared)];
        if let Some(codes) = q.code_tensor() {
            let codes = Matrix::new(&codes.to_ndarray())?;
            let scale = Scale::rising(codes.ends(), PLAIN);
            panels.push(Panel::new(Kind::Codes, codes, scale));
        }
        panels.push(Panel::new(Kind::Dequantized, y, shared));
        panels.push(Panel::new(Kind::Error, error, own));
        Ok(Maps {
            summary: q.summary(),
            errors,
            groups: q.scale_groups(),
            rows,
            panels,
            worst: worst.unwrap_or(0),
        })
    }

    fn columns(&self) -> usize {
        self.panels[0].matrix.columns
    }

    fn draw(&self, lang: Lang) -> Figure {
        let (edge, layout) = self.arranged(lang);
        let boards = self.boards(&layout, &edge, lang);
        let last = boards[boards.len() - 1];
        let bottom = last.at.1 + last.height() + BELOW + edge.below();
        let words = self.words(lang);
        let ends = boards.iter().zip(&self.panels).map(|(board, panel)| {
            let cells = board.width() + panel.beside(&edge);
            board.at.0 + cells.max(panel.head_width(&self.summary, lang))
        });
        let fonts = [TITLE, NOTE, NOTE];
        let texts = words.iter().zip(fonts);
        let texts = texts.map(|(words, font)| MARGIN + wide(font, words));
        let right = ends.chain(texts).fold(BARS, f64::max).min(WIDTH - MARGIN);
        let body = html! {
            @for ((words, font), y) in words.iter().zip(fonts).zip([32.0, 54.0, 74.0]) {
                (text(MARGIN, y, font, &cut(font, words, right - MARGIN)))
            }
            @for (panel, board) in self.panels.iter().zip(&boards) {
                (self.panel(panel, board, &layout, lang))
                @if panel.kind == Kind::Codes { (edge.draw(board)) }
            }
            (self.legend(bottom, lang))
        };
        let label = format!("{}: {}", words[0], words[1]);
        let size = ((right + MARGIN).ceil() as u32, (bottom + 62.0) as u32);
        Figure::new(size, label, self.text(lang), body)
    }

    /// The scales beside the codes, unless they have no room or take that of the numbers.
    fn arranged(&self, lang: Lang) -> (Edge, Layout) {
        let codes = self.panels.iter().any(|panel| panel.kind == Kind::Codes);
        let groups = self.groups.as_ref().filter(|_| codes);
        let none = self.layout(&Edge::default(), lang);
        let edge = groups.map(|groups| Edge::new(groups, self.columns()));
        let with = edge.map(|edge| (self.layout(&edge, lang), edge));
        match with {
            Some((layout, edge))
                if edge.fits(layout.cell) && layout.numbers.is_some() == none.numbers.is_some() =>
            {
                (edge, layout)
            }
            _ => (Edge::default(), none),
        }
    }

    fn layout(&self, edge: &Edge, lang: Lang) -> Layout {
        let cell = |precision: Precision| {
            let cells = self
                .panels
                .iter()
                .map(|panel| precision.cell(&panel.texts(precision)));
            cells.fold(edge.column(), f64::max)
        };
        let heads = self
            .panels
            .iter()
            .map(|panel| panel.head_width(&self.summary, lang));
        Needs {
            panels: self.panels.len(),
            size: (self.rows, self.columns()),
            cell: &cell,
            height: CELL,
            beside: edge.beside(),
            around: ABOVE + BELOW + edge.below(),
            least: heads.fold(0.0, f64::max),
        }
        .layout()
    }

    /// The cells of each panel.
    fn boards(&self, layout: &Layout, edge: &Edge, lang: Lang) -> Vec<Board> {
        let mut boards: Vec<Board> = Vec::new();
        let mut at = (MARGIN, TOP + ABOVE);
        for (i, panel) in self.panels.iter().enumerate() {
            let board = Board {
                at,
                cell: layout.cell,
                rows: self.rows,
                columns: self.columns(),
            };
            let width = board.width() + panel.beside(edge);
            let width = width.max(panel.head_width(&self.summary, lang));
            at = if (i + 1) % layout.abreast == 0 {
                let row = &self.panels[i + 1 - layout.abreast..=i];
                let below = row.iter().any(|panel| panel.kind == Kind::Codes);
                let below = if below { edge.below() } else { 0.0 };
                (MARGIN, at.1 + board.height() + ABOVE + BELOW + below)
            } else {
                (at.0 + width + GAP, at.1)
            };
            boards.push(board);
        }
        boards
    }

    fn panel(&self, panel: &Panel, board: &Board, layout: &Layout, lang: Lang) -> Markup {
        let levels: Vec<i32> = panel
            .matrix
            .values
            .iter()
            .map(|x| panel.scale.level(*x))
            .collect();
        let first = *panel.scale.levels().start();
        let paints: Vec<String> = panel
            .scale
            .levels()
            .map(|level| panel.scale.colour(level))
            .collect();
        let colours: Vec<usize> = levels
            .iter()
            .map(|level| (level - first) as usize)
            .collect();
        let light = |i: usize| panel.scale.ink(levels[i]) != INK;
        let groups = self.groups.as_ref().filter(|_| panel.kind == Kind::Codes);
        let (x, y) = board.at;
        html! {
            (text(x, y - 9.0, HEAD, &panel.head(&self.summary, lang)))
            (board.fill(&colours, &paints))
            (board.lines())
            @if let Some(precision) = layout.numbers {
                @let texts = panel.texts(precision);
                (board.numbers(&texts, precision.font(), board.cell.1 / 2.0 + 4.0, light))
            }
            @if let Some(groups) = groups.filter(|groups| groups.scales.len() > 1) {
                (board.borders(groups.of.as_slice().unwrap_or(&[])))
            }
            @if panel.kind == Kind::Error && self.errors.max_abs > 0.0 {
                @let (x, y) = board.corner(self.worst);
                rect x=(px(x)) y=(px(y)) width=(px(board.cell.0)) height=(px(board.cell.1))
                    fill="none" stroke=(INK) stroke-width="2" {}
            }
        }
    }

    /// What the colours mean.
    fn legend(&self, y: f64, lang: Lang) -> Markup {
        let bars = self
            .panels
            .iter()
            .filter(|panel| panel.kind != Kind::Dequantized);
        html! {
            @for (i, panel) in bars.enumerate() {
                @let name = match panel.kind {
                    Kind::Original => lang.pick("original and dequantized", "原始值与反量化值"),
                    kind => kind.name(lang),
                };
                (bar((MARGIN + i as f64 * 230.0, y), name, &panel.scale))
            }
        }
    }
}

impl Panel {
    fn new(kind: Kind, matrix: Matrix, scale: Scale) -> Panel {
        Panel {
            kind,
            matrix,
            scale,
        }
    }

    /// The numbers for the cells: errors together, as what is small beside the largest is no news.
    fn texts(&self, precision: Precision) -> Vec<String> {
        self.matrix.texts(match (self.kind, precision) {
            (Kind::Error, Precision::Each(digits)) => Precision::Together(digits),
            (Kind::Error, Precision::Together(digits)) => Precision::Together(digits - 1),
            _ => precision,
        })
    }

    /// What the scales beside the cells take.
    fn beside(&self, edge: &Edge) -> f64 {
        match self.kind {
            Kind::Codes => edge.beside(),
            _ => 0.0,
        }
    }

    fn head_width(&self, summary: &Summary, lang: Lang) -> f64 {
        wide(HEAD, &self.head(summary, lang))
    }

    fn head(&self, summary: &Summary, lang: Lang) -> String {
        let name = self.kind.name(lang);
        match self.kind {
            Kind::Codes => {
                let dtype = HEAD.cut(&summary.dtype, 110.0);
                format!("{name}{}{dtype}", lang.pick(", ", "，"))
            }
            _ => name.to_owned(),
        }
    }
}

impl Kind {
    fn name(self, lang: Lang) -> &'static str {
        match self {
            Kind::Original => lang.pick("original", "原始值"),
            Kind::Codes => lang.pick("codes", "编码"),
            Kind::Dequantized => lang.pick("dequantized", "反量化值"),
            Kind::Error => lang.pick("error", "误差"),
        }
    }
}
