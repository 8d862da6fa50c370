//! Numbers in rows and columns under their heads.

use crate::render::theme::{INK, MONO, MUTED, PAPER, RULE, SANS};
use maud::{Markup, html};

/// One cell.
pub(super) struct Cell {
    text: String,
    title: Option<String>,
    look: Look,
}

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Head,
    Name,
    Number,
    /// A number to be noticed.
    Bold,
}

impl Cell {
    fn new(text: impl ToString, look: Look) -> Cell {
        Cell {
            text: text.to_string(),
            title: None,
            look,
        }
    }

    /// What a row or a column is, small.
    pub(super) fn head(text: impl ToString) -> Cell {
        Cell::new(text, Look::Head)
    }

    /// The name of a row.
    pub(super) fn name(text: impl ToString) -> Cell {
        Cell::new(text, Look::Name)
    }

    /// A number.
    pub(super) fn number(text: impl ToString) -> Cell {
        Cell::new(text, Look::Number)
    }

    /// The same cell, to be noticed if `bold`.
    pub(super) fn bold(self, bold: bool) -> Cell {
        let look = if bold { Look::Bold } else { self.look };
        Cell { look, ..self }
    }

    /// The same cell with more to read under the pointer.
    pub(super) fn title(self, title: String) -> Cell {
        Cell {
            title: Some(title),
            ..self
        }
    }

    fn draw(&self) -> Markup {
        const BASE: &str = "padding:3px 10px;text-align:";
        let style = match self.look {
            Look::Head => {
                format!("{BASE}right;border:none;color:{MUTED};font-size:11px;font-weight:normal")
            }
            Look::Name => format!("{BASE}left;border:1px solid {RULE};font-family:{SANS}"),
            Look::Number => format!("{BASE}right;border:1px solid {RULE}"),
            Look::Bold => format!("{BASE}right;border:1px solid {RULE};font-weight:bold"),
        };
        html! {
            @if self.look == Look::Head {
                th style=(style) { (self.text) }
            } @else {
                td style=(style) title=[&self.title] { (self.text) }
            }
        }
    }
}

/// The cells in rows. What does not change from cell to cell stands on the table and its rows.
pub(super) fn sheet(rows: &[Vec<Cell>]) -> Markup {
    let whole = format!(
        "border-collapse:collapse;margin:0;background:{PAPER};color:{INK};table-layout:auto;\
         font-family:{MONO};font-size:13px"
    );
    html! {
        table style=(whole) {
            tbody {
                @for row in rows {
                    tr style=(format!("background:{PAPER}")) {
                        @for cell in row { (cell.draw()) }
                    }
                }
            }
        }
    }
}
