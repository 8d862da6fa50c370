//! Which elements share a scale.

use super::board::Board;
use super::labels::{LABEL, Room, about, label, labelled, rooms};
use super::layout::{GAP, Layout, Needs, ROOM, cut, wide};
use super::matrix::{Matrix, Precision, number, size};
use crate::granularity::Groups;
use crate::metrics::try_errors;
use crate::quantized::{QuantError, Quantized, Quantizer, Summary, numbers, unwrap};
use crate::render::svg::{Font, formulas, plain, text};
use crate::render::theme::{EXPONENT, FRACTION, Hue, INTEGER, LOST, MUTED, SIGN};
use crate::render::{Figure, Lang, names};
use crate::tensor::TensorData;
use maud::{Markup, html};
use ndarray::ArrayD;

const MARGIN: f64 = 20.0;
const TITLE: Font = Font::sans(19.0).bold();
const NOTE: Font = Font::sans(13.0).fill(MUTED);
const HEAD: Font = Font::sans(13.0).bold();
const SMALL: Font = Font::sans(12.0);
const TOP: f64 = 72.0;
/// Height of a line of a label.
const LINE: f64 = 13.0;
/// The number in a cell, below its labels.
const BELOW: f64 = 24.0;
/// A line below a panel.
const CAPTION: f64 = 18.0;
/// More panels than this are not drawn.
const MOST: usize = 8;
/// Neighbouring groups have different ones.
const HUES: [Hue; 5] = [EXPONENT, SIGN, FRACTION, LOST, INTEGER];

/// Which elements of a quantized matrix share a scale: those of one colour within a dark line. In
/// each group stand its scale s and, where there are any, its zero point z; in the cells the codes.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let q = Affine::symmetric(INT8).per_axis(0).quantize(x);
/// assert!(granularity_map(&q).text().contains("[1, 0] s=2.3268"));
/// ```
///
/// # Panics
/// If the tensor has more than two axes, more than 64 rows or columns, more than 1024 elements, or
/// none; if its scheme has no scales.
#[track_caller]
pub fn granularity_map(q: &dyn Quantized) -> Figure {
    let lang = Lang::current();
    let shared = Shared::new(q, None);
    unwrap(shared.map(|shared| draw(&[shared], lang)))
}

/// One matrix quantized in several ways side by side: in each who shares a scale, as
/// [`granularity_map`] shows it, but with the numbers of `x` in the cells; below it what is stored,
/// bits per weight, and the mean squared error.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let int8 = Affine::symmetric(INT8);
/// let figure = granularities(x, [int8.clone(), int8.clone().per_axis(0), int8.per_axis(1)]);
/// assert!(figure.text().contains("MSE 1.0781"));
/// ```
///
/// # Panics
/// Where [`granularity_map`] does; if there is no scheme or there are more than 8; if a scheme
/// cannot quantize `x`.
#[track_caller]
pub fn granularities(
    x: impl TensorData,
    schemes: impl IntoIterator<Item = impl Quantizer>,
) -> Figure {
    let schemes: Vec<_> = schemes.into_iter().collect();
    assert!(
        (1..=MOST).contains(&schemes.len()),
        "granularities draws 1 to {MOST} schemes, not {}: granularities(x, \
         [Affine::symmetric(INT8), Affine::symmetric(INT8).per_axis(0)])",
        schemes.len()
    );
    let shared: Result<Vec<Shared>, QuantError> = numbers(x).and_then(|x| {
        let x = x.mapv(f64::from);
        size(x.shape())?;
        let shared = schemes.iter().map(|scheme| {
            let q = scheme.try_quantize(&x)?;
            let shared = Shared::new(&q, Some(&x))?;
            let name = scheme.name();
            Ok(Shared { name, ..shared })
        });
        shared.collect()
    });
    unwrap(shared.map(|shared| draw(&shared, Lang::current())))
}

/// A tensor in its groups.
struct Shared {
    name: String,
    summary: Summary,
    groups: Groups,
    columns: usize,
    rooms: Vec<Option<Room>>,
    /// The numbers in the cells.
    numbers: Option<Matrix>,
    mse: Option<f64>,
}

impl Shared {
    /// The groups of `q`; with the original, its numbers stand in the cells instead of the codes.
    fn new(q: &dyn Quantized, original: Option<&ArrayD<f64>>) -> Result<Shared, QuantError> {
        let summary = q.summary();
        let (_, columns) = size(&summary.shape)?;
        let Some(groups) = q.scale_groups() else {
            return Err(QuantError::argument(
                "the scheme of a granularity",
                &summary.scheme,
                "it has no scales, so nothing shares one",
            ));
        };
        let of = groups.of.as_slice().unwrap_or(&[]);
        let rooms = rooms(of, groups.scales.len(), columns);
        let codes = || q.code_tensor().map(|codes| codes.to_ndarray());
        let numbers = original.cloned().or_else(codes);
        let mse = match original {
            Some(x) => Some(try_errors(x, q.dequantize())?.mse),
            None => None,
        };
        Ok(Shared {
            name: summary.scheme.clone(),
            numbers: numbers.map(|numbers| Matrix::new(&numbers)).transpose()?,
            summary,
            groups,
            columns,
            rooms,
            mse,
        })
    }

    fn of(&self) -> &[usize] {
        self.groups.of.as_slice().unwrap_or(&[])
    }

    fn rows(&self) -> usize {
        self.of().len() / self.columns
    }

    /// The groups that have elements, each with its room.
    fn rooms(&self) -> impl Iterator<Item = (usize, &Room)> {
        let rooms = self.rooms.iter().enumerate();
        rooms.filter_map(|(group, room)| Some((group, room.as_ref()?)))
    }

    /// The width of cells in which the numbers and the labels fit.
    fn cell(&self, precision: Precision) -> f64 {
        let Some(numbers) = &self.numbers else {
            return f64::INFINITY;
        };
        let labels = self.rooms().flat_map(|(group, room)| {
            let lines = label(&self.groups, group, precision.digits()).into_iter();
            lines.map(|line| (LABEL.width(&line) + 8.0) / room.columns as f64)
        });
        labels.fold(precision.cell(&numbers.texts(precision)), f64::max)
    }

    /// The label of each group in lines, if all have room: in cells with numbers, above these.
    fn labels(&self, layout: &Layout) -> Option<Vec<(usize, &Room, Vec<String>)>> {
        let (width, height) = layout.cell;
        let fitted = |digits: usize| {
            let labels = self.rooms().map(|(group, room)| {
                let lines = label(&self.groups, group, digits);
                let fits = |line: &String| LABEL.width(line) + 8.0 <= room.columns as f64 * width;
                let joined = lines.join(" ");
                let lines = if fits(&joined) { vec![joined] } else { lines };
                let high = lines.len() as f64 * LINE + 2.0 <= room.rows as f64 * height;
                (high && lines.iter().all(fits)).then_some((group, room, lines))
            });
            labels.collect::<Option<Vec<_>>>()
        };
        match layout.numbers {
            Some(precision) => fitted(precision.digits()),
            None => fitted(4).or_else(|| fitted(3)),
        }
    }

    /// What is below a panel: who shares, the scheme, what is stored, bits, error.
    fn captions(&self, lang: Lang) -> Vec<(Font, String)> {
        let summary = &self.summary;
        let shared = names::granularity(&summary.granularity, lang);
        let scheme = self.name.replace(&format!(", {}", summary.granularity), "");
        let scheme = names::scheme(&scheme, lang);
        let codes = format!("{} × {}", summary.len(), summary.dtype);
        let parameters = summary.parameters.iter();
        let parameters = parameters.map(|p| format!("{} × {}", p.count, p.dtype));
        let stored: Vec<String> = [codes].into_iter().chain(parameters).collect();
        let bits = number(summary.bits_per_weight(), 5);
        let bits = match lang {
            Lang::En => format!("{bits} bits per weight"),
            Lang::Zh => format!("每个权重 {bits} 位"),
        };
        let mse = self
            .mse
            .map(|mse| (SMALL, format!("MSE {}", number(mse, 5))));
        let muted = SMALL.fill(MUTED);
        let lines = [
            (HEAD, shared),
            (muted, scheme),
            (muted, stored.join(" + ")),
            (muted, about(&self.groups, lang)),
            (SMALL, bits),
        ];
        let cut = |(font, line): (Font, String)| (font, cut(font, &line, ROOM));
        lines.into_iter().chain(mse).map(cut).collect()
    }

    fn draw(&self, board: &Board, layout: &Layout, lang: Lang) -> Markup {
        let hues = hues(self.of(), self.rooms.len(), self.columns);
        let tints = HUES.map(|hue| hue.fill.to_owned());
        let colours: Vec<usize> = self.of().iter().map(|group| hues[*group]).collect();
        let below = board.at.1 + board.height() + 20.0;
        let labels = self.labels(layout).unwrap_or_default();
        let labels = |hue: usize| {
            let own = labels
                .iter()
                .filter(|(group, ..)| hues[*group] == hue)
                .collect::<Vec<_>>();
            own.into_iter()
                .flat_map(|(_, room, lines)| place(room, lines, board, layout))
                .collect::<Vec<_>>()
        };
        html! {
            (board.fill(&colours, &tints))
            (board.lines())
            (board.borders(self.of()))
            @for (i, hue) in HUES.iter().enumerate() {
                (formulas(LABEL.bold().fill(hue.line), labels(i)))
            }
            @if let (Some(numbers), Some(precision)) = (&self.numbers, layout.numbers) {
                @let texts = numbers.texts(precision);
                (board.numbers(&texts, precision.font(), board.cell.1 - 7.0, |_| false))
            }
            @for (i, (font, line)) in self.captions(lang).into_iter().enumerate() {
                (text(board.at.0, below + i as f64 * CAPTION, font, &line))
            }
        }
    }
}

/// The lines of a label: at the top of a group whose cells have numbers, else in its middle.
fn place(room: &Room, lines: &[String], board: &Board, layout: &Layout) -> Vec<(f64, f64, String)> {
    let (x, y) = board.corner(room.first);
    let width = room.columns as f64 * board.cell.0;
    let height = room.rows as f64 * board.cell.1;
    let lines = lines.iter().enumerate().map(|(i, line)| {
        let down = LINE * (i + 1) as f64 - 1.0;
        match layout.numbers {
            Some(_) => (x + 5.0, y + down, line.clone()),
            None => {
                let space = (height - LINE * lines.len() as f64) / 2.0;
                let indent = (width - LABEL.width(line)) / 2.0;
                (x + indent, y + space + down - 1.0, line.clone())
            }
        }
    });
    lines.collect()
}

/// A colour for each group, by number, another than that of the groups beside and above it.
fn hues(groups: &[usize], count: usize, columns: usize) -> Vec<usize> {
    let mut next_to = vec![Vec::new(); count];
    for (i, group) in groups.iter().enumerate() {
        let right = ((i + 1) % columns > 0).then_some(i + 1);
        let below = (i + columns < groups.len()).then_some(i + columns);
        for other in [right, below].into_iter().flatten().map(|i| groups[i]) {
            next_to[*group].push(other);
            next_to[other].push(*group);
        }
    }
    let mut hues: Vec<usize> = Vec::new();
    for (group, beside) in next_to.iter().enumerate() {
        let first = hues.last().map_or(0, |last| last + 1);
        let free = |hue: &usize| {
            beside
                .iter()
                .all(|other| *other >= group || hues[*other] != *hue)
        };
        let choices = (0..HUES.len()).map(|i| (first + i) % HUES.len());
        hues.push(choices.into_iter().find(free).unwrap_or(first % HUES.len()));
    }
    hues
}

fn draw(panels: &[Shared], lang: Lang) -> Figure {
    let (rows, columns) = (panels[0].rows(), panels[0].columns);
    let captions: Vec<_> = panels.iter().map(|panel| panel.captions(lang)).collect();
    let widths = captions
        .iter()
        .flatten()
        .map(|(font, line)| wide(*font, line));
    let least = widths.fold(0.0, f64::max);
    let below = 20.0 + captions[0].len() as f64 * CAPTION;
    let shifted = panels
        .iter()
        .any(|panel| !panel.groups.zero_points.is_empty());
    let layout = Needs {
        panels: panels.len(),
        size: (rows, columns),
        cell: &|precision| {
            panels
                .iter()
                .map(|panel| panel.cell(precision))
                .fold(0.0, f64::max)
        },
        height: BELOW + LINE * if shifted { 2.0 } else { 1.0 },
        beside: 0.0,
        around: below,
        least,
    }
    .layout();
    let pitch = (columns as f64 * layout.cell.0).max(least) + GAP;
    let boards: Vec<Board> = (0..panels.len())
        .map(|i| {
            let (row, column) = (i / layout.abreast, i % layout.abreast);
            let height = rows as f64 * layout.cell.1 + below;
            Board {
                at: (MARGIN + column as f64 * pitch, TOP + row as f64 * height),
                cell: layout.cell,
                rows,
                columns,
            }
        })
        .collect();
    let last = boards[boards.len() - 1];
    let [title, note] = words(&panels[0], &layout, lang);
    let right = MARGIN + layout.abreast as f64 * pitch - GAP;
    let right = right
        .max(MARGIN + wide(TITLE, &title))
        .max(MARGIN + wide(NOTE, &note));
    let body = html! {
        (text(MARGIN, 32.0, TITLE, &title))
        (text(MARGIN, 54.0, NOTE, &note))
        @for (panel, board) in panels.iter().zip(&boards) {
            (panel.draw(board, &layout, lang))
        }
    };
    let lines = captions.iter().zip(panels).map(|(captions, panel)| {
        let captions = captions.iter().map(|(_, line)| plain(line));
        let mut lines = vec![captions.collect::<Vec<_>>().join(lang.pick(", ", "，"))];
        lines.extend(labelled(&panel.groups, columns));
        lines.join("\n")
    });
    let mut lines: Vec<String> = [format!("{title}\n{note}")]
        .into_iter()
        .chain(lines)
        .collect();
    let numbers = panels[0].numbers.as_ref();
    lines.extend(numbers.and_then(Matrix::listed));
    let shared = captions.iter().map(|captions| captions[0].1.as_str());
    let shared: Vec<&str> = shared.collect();
    let label = format!("{title}: {}", shared.join("; "));
    let height = last.at.1 + last.height() + below + 6.0;
    Figure::new(
        ((right + MARGIN).ceil() as u32, height as u32),
        label,
        lines.join("\n"),
        body,
    )
}

/// The title, and what stands in the cells.
fn words(shared: &Shared, layout: &Layout, lang: Lang) -> [String; 2] {
    let shape = &shared.summary.shape;
    let numbers = match (layout.numbers, shared.mse) {
        (None, _) => "",
        (Some(_), Some(_)) => lang.pick("; in the cells: the original numbers", "；格中为原始值"),
        (Some(_), None) => lang.pick("; in the cells: the codes", "；格中为编码"),
    };
    let title = lang.pick("Which elements share a scale", "哪些元素共用一个缩放因子");
    let note = match lang {
        Lang::En => format!("shape {shape:?}; one colour, one scale s{numbers}"),
        Lang::Zh => format!("形状 {shape:?}；同色的一块共用一个缩放因子 s{numbers}"),
    };
    [title.to_owned(), note]
}
