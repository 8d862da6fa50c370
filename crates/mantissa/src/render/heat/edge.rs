//! The scales beside the rows or below the columns that have them.

use super::board::Board;
use super::labels::{LABEL, label, rooms};
use crate::granularity::Groups;
use crate::render::svg::{Font, formulas};
use crate::render::theme::MUTED;
use maud::{Markup, html};

const FONT: Font = LABEL.fill(MUTED);
/// The height of a line.
const LINE: f64 = 14.0;
/// Wider labels do not stand beside rows.
const WIDEST: f64 = 190.0;

/// Labels at the edge of a board; the default has none.
#[derive(Default)]
pub(super) struct Edge {
    /// What stands to the right of some rows: the first, how many they are, and the label.
    right: Vec<(usize, usize, String)>,
    /// What stands below some columns, in lines.
    below: Vec<(usize, usize, Vec<String>)>,
}

impl Edge {
    /// The labels of groups that fill columns from top to bottom below these, those of others beside
    /// the rows that they are in.
    pub(super) fn new(groups: &Groups, columns: usize) -> Edge {
        let of = groups.of.as_slice().unwrap_or(&[]);
        let mut sizes = vec![0; groups.scales.len()];
        of.iter().for_each(|group| sizes[*group] += 1);
        let rooms: Option<Vec<_>> = rooms(of, sizes.len(), columns).into_iter().collect();
        let Some(rooms) = rooms.filter(|rooms| rooms.len() > 1) else {
            return Edge::default();
        };
        let boxes = rooms.iter().zip(&sizes);
        if boxes
            .into_iter()
            .any(|(room, size)| room.rows * room.columns != *size)
        {
            return Edge::default();
        }
        let mut edge = Edge::default();
        let across = rooms.iter().all(|room| room.rows * columns == of.len());
        for (group, room) in rooms.iter().enumerate() {
            let label = label(groups, group, 4);
            if across {
                edge.below.push((room.first % columns, room.columns, label));
                continue;
            }
            let (row, label) = (room.first / columns, label.join(" "));
            match edge.right.last_mut() {
                Some(last) if (last.0, last.1) == (row, room.rows) => {
                    last.2 += &format!("  {label}")
                }
                _ => edge.right.push((row, room.rows, label)),
            }
        }
        edge
    }

    /// How wide the labels beside the rows are, with the gap before them.
    pub(super) fn beside(&self) -> f64 {
        let widths = self
            .right
            .iter()
            .map(|(_, _, label)| FONT.width(label) + 8.0);
        widths.fold(0.0, f64::max)
    }

    /// How high the labels below the columns are.
    pub(super) fn below(&self) -> f64 {
        let lines = self.below.iter().map(|(_, _, lines)| lines.len());
        lines.max().unwrap_or(0) as f64 * LINE
    }

    /// How wide cells must be for the labels below them.
    pub(super) fn column(&self) -> f64 {
        let widths = self.below.iter().flat_map(|(_, columns, lines)| {
            lines
                .iter()
                .map(|line| (FONT.width(line) + 6.0) / *columns as f64)
        });
        widths.fold(0.0, f64::max)
    }

    /// Whether the labels have room with such cells.
    pub(super) fn fits(&self, cell: (f64, f64)) -> bool {
        let low = self
            .right
            .iter()
            .any(|(_, rows, _)| (*rows as f64) * cell.1 < LINE);
        !low && self.beside() <= WIDEST && self.column() <= cell.0
    }

    pub(super) fn draw(&self, board: &Board) -> Markup {
        let ((x, y), (width, height)) = (board.at, board.cell);
        let right = self.right.iter().map(|(row, rows, label)| {
            let middle = y + (*row as f64 + *rows as f64 / 2.0) * height;
            (x + board.width() + 8.0, middle + 4.0, label.clone())
        });
        let below = self.below.iter().flat_map(|(column, columns, lines)| {
            let middle = x + (*column as f64 + *columns as f64 / 2.0) * width;
            let place = move |(i, line): (usize, &String)| {
                (
                    middle,
                    y + board.height() + (i + 1) as f64 * LINE,
                    line.clone(),
                )
            };
            lines.iter().enumerate().map(place)
        });
        html! {
            (formulas(FONT, right))
            (formulas(FONT.middle(), below))
        }
    }
}
