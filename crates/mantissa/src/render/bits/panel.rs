//! The steps of an explanation as lines under each other, in a picture and as text.

use super::explain::Step;
use crate::render::Lang;
use crate::render::svg::{Font, columns, formula, pad, panel, plain, text};
use crate::render::theme::{Hue, INK, PLAIN, SHADE};
use maud::{Markup, html};

const FORMULA: Font = Font::mono(13.5);
const RESULT: Font = Font::mono(15.0).bold();
const NAME: Font = Font::sans(13.5).bold();
/// From one line to the next.
const LEADING: f64 = 24.0;
/// Around the lines.
const PAD: f64 = 14.0;
/// A longer result is shortened in the middle.
const RESULT_LINES: usize = 3;

/// The steps, broken into lines.
pub(crate) struct Panel {
    lines: Vec<Line>,
    formulas_at: f64,
}

struct Line {
    /// The step's name, in its first line.
    name: Option<(&'static str, Hue)>,
    content: String,
    font: Font,
}

impl Panel {
    /// Breaks the steps into lines so that the panel is at most `widest` wide.
    pub(crate) fn new(steps: &[Step], widest: f64, lang: Lang) -> Panel {
        let names = steps.iter().map(|step| NAME.width(step.name));
        let formulas_at = PAD + names.fold(0.0, f64::max) + 16.0;
        let room = widest - formulas_at - PAD;
        let mut lines = Vec::new();
        for step in steps {
            let formulas = step.lines.iter().flat_map(|line| broken(line, room));
            let result = step.result.iter();
            let results = result.flat_map(|number| result_lines(number, room, lang));
            let contents = formulas
                .map(|content| (content, FORMULA))
                .chain(results.map(|content| (content, RESULT)));
            for (i, (content, font)) in contents.enumerate() {
                let name = (i == 0).then_some((step.name, step.hue));
                lines.push(Line {
                    name,
                    content,
                    font,
                });
            }
        }
        Panel { lines, formulas_at }
    }

    /// Width and height.
    pub(crate) fn size(&self) -> (f64, f64) {
        let widths = self.lines.iter().map(|line| line.font.width(&line.content));
        (
            self.formulas_at + widths.fold(0.0, f64::max) + PAD,
            self.lines.len() as f64 * LEADING + PAD,
        )
    }

    /// Draws the panel, `width` wide, with its top left corner at (x, y).
    pub(crate) fn draw(&self, (x, y): (f64, f64), width: f64) -> Markup {
        html! {
            (panel((x, y), (width, self.size().1), SHADE))
            @for (i, line) in self.lines.iter().enumerate() {
                @let baseline = y + PAD / 2.0 + (i as f64 + 0.68) * LEADING;
                @if let Some((name, hue)) = line.name {
                    @let ink = if hue == PLAIN { INK } else { hue.line };
                    (text(x + PAD, baseline, NAME.fill(ink), name))
                }
                (formula(x + self.formulas_at, baseline, line.font, &line.content))
            }
        }
    }
}

/// The steps as text: names, then formulas, in two columns; results are whole.
pub(crate) fn text_form(steps: &[Step]) -> String {
    let widest = steps
        .iter()
        .map(|step| columns(step.name))
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for step in steps {
        let results = step.result.iter().map(|number| format!("= {number}"));
        for (i, line) in step.lines.iter().cloned().chain(results).enumerate() {
            let name = if i == 0 { step.name } else { "" };
            out += &format!("{}  {}\n", pad(name, widest), plain(&line));
        }
    }
    out
}

/// A line that is too long is broken before its last `=`.
fn broken(line: &str, room: f64) -> Vec<String> {
    match line.rsplit_once(" = ") {
        Some((left, right)) if FORMULA.width(line) > room => {
            vec![left.to_owned(), format!("= {right}")]
        }
        _ => vec![line.to_owned()],
    }
}

/// `= ` and a number, over several lines and without its middle where it is long.
fn result_lines(number: &str, room: f64, lang: Lang) -> Vec<String> {
    let digits: Vec<char> = number.chars().collect();
    let in_a_line = (room / RESULT.width("0")) as usize - 2;
    let lines: Vec<String> = digits.chunks(in_a_line).map(String::from_iter).collect();
    let lines = match &lines[..] {
        [first, .., _] if lines.len() > RESULT_LINES => {
            let hidden = digits.len() - 2 * in_a_line;
            let note = match lang {
                Lang::En => format!("… {hidden} more digits …"),
                Lang::Zh => format!("…（中间还有 {hidden} 位数字）…"),
            };
            let end = String::from_iter(&digits[digits.len() - in_a_line..]);
            vec![first.clone(), note, end]
        }
        _ => lines,
    };
    let start = |i| if i == 0 { "= " } else { "\u{a0}\u{a0}" };
    let lines = lines.iter().enumerate();
    lines
        .map(|(i, line)| format!("{}{line}", start(i)))
        .collect()
}
