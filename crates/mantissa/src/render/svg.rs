//! What several pictures draw with: text, formulas, lines, bit cells, and how wide a text is.

use super::figure::{px, px1};
use super::theme::{Hue, INK, MONO, MUTED};
use maud::{Markup, html};

/// Where a text's x stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks: `Font::sans(13.0).bold().fill(MUTED).middle()`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Font {
    size: f64,
    mono: bool,
    bold: bool,
    fill: &'static str,
    anchor: Anchor,
}

impl Font {
    /// Words, `size` px high.
    pub(crate) const fn sans(size: f64) -> Font {
        Font {
            size,
            mono: false,
            bold: false,
            fill: INK,
            anchor: Anchor::Start,
        }
    }

    /// Digits and codes, `size` px high.
    pub(crate) const fn mono(size: f64) -> Font {
        Font {
            mono: true,
            ..Font::sans(size)
        }
    }

    /// Bold.
    pub(crate) const fn bold(self) -> Font {
        Font { bold: true, ..self }
    }

    /// In this colour.
    pub(crate) const fn fill(self, fill: &'static str) -> Font {
        Font { fill, ..self }
    }

    /// x is the middle of the text.
    pub(crate) const fn middle(self) -> Font {
        Font {
            anchor: Anchor::Middle,
            ..self
        }
    }

    /// x is the end of the text.
    pub(crate) const fn end(self) -> Font {
        Font {
            anchor: Anchor::End,
            ..self
        }
    }

    /// About how wide a text is, in px, on the wide side; a formula's `^{}` takes no room.
    pub(crate) fn width(self, text: &str) -> f64 {
        pieces(text)
            .map(|(piece, raised)| {
                let size = if raised { self.raised() } else { self.size };
                let ems: f64 = piece.chars().map(|c| self.em(c)).sum();
                ems * size
            })
            .sum()
    }

    /// As much of a text as fits into `room`, with an ellipsis if that is not all.
    pub(crate) fn cut(self, text: &str, room: f64) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        let mut kept = text.to_owned();
        while !kept.is_empty() && self.width(&kept) + self.width("…") > room {
            kept.pop();
        }
        kept + "…"
    }

    /// The width of a letter in ems: that of Arial, or of the usual fixed-width fonts.
    fn em(self, c: char) -> f64 {
        let sans = match c {
            _ if is_wide(c) => return 1.0,
            '\u{2009}' => return 0.2, // the thin space between groups of digits
            _ if self.mono => return 0.61,
            'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | ' ' | 'I' => 0.28,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 0.35,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.95,
            'A'..='Z' | '&' => 0.72,
            _ => 0.58,
        };
        if self.bold { sans * 1.07 } else { sans }
    }

    fn family(self) -> Option<&'static str> {
        self.mono.then_some(MONO)
    }

    fn weight(self) -> Option<&'static str> {
        self.bold.then_some("bold")
    }

    fn anchor(self) -> Option<&'static str> {
        match self.anchor {
            Anchor::Start => None,
            Anchor::Middle => Some("middle"),
            Anchor::End => Some("end"),
        }
    }

    /// The size of an exponent.
    fn raised(self) -> f64 {
        (self.size * 0.75).max(11.0)
    }
}

/// One line of text, y at its baseline.
pub(crate) fn text(x: f64, y: f64, font: Font, content: &str) -> Markup {
    html! {
        text x=(px(x)) y=(px(y)) font-size=(px(font.size)) fill=(font.fill)
            font-family=[font.family()] font-weight=[font.weight()] text-anchor=[font.anchor()]
        { (content) }
    }
}

/// One line of a formula: in `2^{13 − 15}` the braces hold an exponent.
pub(crate) fn formula(x: f64, y: f64, font: Font, content: &str) -> Markup {
    formulas(font, [(x, y, content.to_owned())])
}

/// Formulas that look the same, each at its own (x, y); the look is written once.
pub(crate) fn formulas(font: Font, items: impl IntoIterator<Item = (f64, f64, String)>) -> Markup {
    let mut items = items.into_iter().peekable();
    html! {
        @if items.peek().is_some() {
            g font-size=(px(font.size)) fill=(font.fill)
                font-family=[font.family()] font-weight=[font.weight()] text-anchor=[font.anchor()]
            {
                @for (x, y, content) in items {
                    text x=(px(x)) y=(px(y)) { (spans(font, &content)) }
                }
            }
        }
    }
}

fn spans(font: Font, content: &str) -> Markup {
    let rise = font.size * 0.36;
    html! {
        @for (i, (piece, raised)) in pieces(content).enumerate() {
            @if raised {
                tspan dy=(px(-rise)) font-size=(px(font.raised())) { (piece) }
            } @else if i > 0 { // after an exponent
                tspan dy=(px(rise)) { (held(piece)) }
            } @else {
                (piece)
            }
        }
    }
}

/// A piece whose leading space is drawn: some renderers drop an ordinary one there.
fn held(piece: &str) -> String {
    match piece.strip_prefix(' ') {
        Some(rest) => format!("\u{a0}{rest}"),
        None => piece.to_owned(),
    }
}

/// A formula without its markup: `2^{13 − 15}` becomes `2^(13 - 15)`, `2^{−2}` `2^-2`.
pub(crate) fn plain(formula: &str) -> String {
    let mut out = String::new();
    for (piece, raised) in pieces(formula) {
        match (raised, piece.contains(' ')) {
            (true, true) => out += &format!("^({piece})"),
            (true, false) => out += &format!("^{piece}"),
            (false, _) => out += piece,
        }
    }
    out.replace('−', "-")
}

/// The pieces of a formula, and whether each is an exponent.
pub(crate) fn pieces(formula: &str) -> impl Iterator<Item = (&str, bool)> {
    formula.split("^{").enumerate().flat_map(|(i, part)| {
        let (raised, rest) = match part.split_once('}') {
            Some((raised, rest)) if i > 0 => (raised, rest),
            _ => ("", part),
        };
        [(raised, true), (rest, false)]
            .into_iter()
            .filter(|(piece, _)| !piece.is_empty())
    })
}

/// Puts a text into `columns` columns of a terminal, where Chinese characters take two.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!(
        "{text}{}",
        " ".repeat(columns.saturating_sub(self::columns(text)))
    )
}

/// How many columns of a terminal a text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(is_wide(c))).sum()
}

/// Rows as aligned columns, two spaces apart, each column to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|i| {
            rows.iter()
                .filter_map(|row| row.get(i))
                .map(|cell| columns(cell))
                .max()
        })
        .map(|width| width.unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{}{cell}", " ".repeat(width - columns(cell))));
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}')
}

/// A name in its colour at the left edge, and a remark after it.
pub(crate) fn heading(y: f64, name: &str, remark: &str, hue: Hue) -> Markup {
    let bold = Font::sans(14.0).bold().fill(hue.line);
    html! {
        (text(20.0, y, bold, name))
        (text(20.0 + bold.width(name) + 8.0, y, Font::sans(13.0).fill(MUTED), remark))
    }
}

/// A bar that numbers lie on, from one pixel to another and a little beyond; y is its upper edge.
pub(crate) fn rail((from, to): (f64, f64), (y, height): (f64, f64), hue: Hue) -> Markup {
    html! {
        rect x=(px1(from - 4.0)) y=(px1(y)) width=(px1(to - from + 8.0)) height=(px1(height)) rx="3"
            fill=(hue.fill) stroke=(hue.line) {}
    }
}

/// A straight line, 1.5 px wide.
pub(crate) fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str) -> Markup {
    html! {
        line x1=(px(x1)) y1=(px(y1)) x2=(px(x2)) y2=(px(y2)) stroke=(stroke) stroke-width="1.5" {}
    }
}

/// A rectangle with rounded corners and no border.
pub(crate) fn panel((x, y): (f64, f64), (width, height): (f64, f64), fill: &str) -> Markup {
    html! {
        rect x=(px(x)) y=(px(y)) width=(px(width)) height=(px(height)) rx="6" fill=(fill) {}
    }
}

/// A cell for one digit, bordered; `full` cells carry their digit in the paper's colour.
pub(crate) fn cell(
    (x, y): (f64, f64),
    (width, height): (f64, f64),
    hue: Hue,
    full: bool,
) -> Markup {
    html! {
        rect x=(px(x + 0.5)) y=(px(y + 0.5)) width=(px(width - 1.0)) height=(px(height - 1.0)) rx="3"
            fill=(if full { hue.line } else { hue.fill }) stroke=(hue.line) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_without_its_markup() {
        assert_eq!(
            plain("(−1)^{0} × 2^{13 − 15} × 1.5"),
            "(-1)^0 × 2^(13 - 15) × 1.5"
        );
        assert_eq!(plain("2^{−2}"), "2^-2");
        assert_eq!(plain("a } b"), "a } b");
    }

    #[test]
    fn an_exponent_is_raised_and_what_follows_is_not() {
        let svg = formula(0.0, 0.0, Font::mono(20.0), "2^{7} + 1 < 3").into_string();
        assert!(
            svg.contains("2<tspan dy=\"-7.2\" font-size=\"15\">7</tspan><tspan dy=\"7.2\">\u{a0}+ 1 &lt; 3</tspan>"),
            "{svg}"
        );
    }

    #[test]
    fn a_table_is_aligned() {
        let rows = [["次数", "a"], ["1", "bbb"], ["12345", ""]];
        let rows = rows.map(|row| row.map(String::from).to_vec());
        assert_eq!(table(&rows), " 次数    a\n    1  bbb\n12345     ");
    }

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(pad("指数", 6), "指数  ");
        assert_eq!(pad("bits", 6), "bits  ");
        assert_eq!(pad("longer", 3), "longer");
    }
}
