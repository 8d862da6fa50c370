//! Bits for each weight against signal to noise.

use super::labels::{Placed, Rect, along, beside};
use super::{BOTTOM, Key, Panel, RIGHT, SMALL, TOP, Words, scale::Scale};
use crate::quantized::{QuantError, unwrap};
use crate::render::figure::px;
use crate::render::svg::{Font, table, text};
use crate::render::theme::{EXPONENT, Hue, MUTED, PLAIN};
use crate::render::{Figure, Lang, names};
use crate::text::general;
use maud::{Markup, html};

/// More schemes than this have no room for their names.
const MOST: usize = 40;
/// A longer name is cut off in the picture.
const LONGEST: f64 = 220.0;
/// 20 log10(2): what one more bit is worth, in dB.
const DB_A_BIT: f64 = 6.020599913279624;

/// Schemes by what they cost and what they keep: bits for each weight, with all overhead, to the
/// right, signal to quantization noise ratio in dB upwards. A row is (name, bits, dB), such as
/// (`scheme.name()`, `q.bits_per_weight()`, `errors(x, y).sqnr_db`).
///
/// Those that no other beats, with fewer bits and more dB at once, are joined. The straight line is
/// SQNR = 6.02 b: what b bits give numbers that are evenly spread, in 2^b equal steps, and the most that
/// any code of b bits a number can give independent normal ones (Shannon's rate-distortion function,
/// D = 2^(-2b)). One bit is worth 20 log10(2) = 6.02 dB. An infinite SQNR, where nothing was lost, stands
/// at the upper edge.
///
/// ```
/// use mantissa::prelude::*;
/// let picture = bits_vs_sqnr([("int8", 8.0, 40.3), ("int4", 4.0, 19.5), ("worse", 5.0, 18.0)]);
/// assert!(picture.text().contains("int4"));
/// ```
///
/// # Panics
/// If there is no row, there are more than 40, bits are not finite and above zero, or an SQNR is NaN or
/// minus infinity.
#[track_caller]
pub fn bits_vs_sqnr<N: Into<String>>(rows: impl IntoIterator<Item = (N, f64, f64)>) -> Figure {
    let lang = Lang::current();
    let row = |(name, bits, db): (N, f64, f64)| Row {
        name: names::scheme(&one_line(&name.into()), lang),
        bits,
        db,
    };
    let rows: Vec<Row> = rows.into_iter().map(row).collect();
    unwrap(check(&rows));
    draw(&rows, lang)
}

struct Row {
    name: String,
    bits: f64,
    db: f64,
}

fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(rows: &[Row]) -> Result<(), QuantError> {
    if !(1..=MOST).contains(&rows.len()) {
        let right = "bits_vs_sqnr draws 1 to 40 rows: bits_vs_sqnr([(\"int8\", 8.0, 40.3)])";
        return Err(QuantError::argument(
            "the number of rows",
            rows.len(),
            right,
        ));
    }
    for Row { name, bits, db } in rows {
        if !(*bits > 0.0 && *bits <= 1024.0) {
            let what = format!("the bits of {name}");
            return Err(QuantError::argument(
                &what,
                bits,
                "they are above 0 and at most 1024",
            ));
        }
        if db.is_nan() || *db == f64::NEG_INFINITY || db.is_finite() && db.abs() > 1e4 {
            let what = format!("the SQNR of {name}");
            let right = "it is a number of dB, or infinity where nothing was lost";
            return Err(QuantError::argument(&what, db, right));
        }
    }
    Ok(())
}

impl Row {
    fn beats(&self, other: &Row) -> bool {
        let no_worse = self.bits <= other.bits && self.db >= other.db;
        no_worse && (self.bits < other.bits || self.db > other.db)
    }

    /// How many dB the 6.02 dB a bit line lies above it.
    fn below_line(&self) -> f64 {
        DB_A_BIT * self.bits - self.db
    }
}

fn draw(rows: &[Row], lang: Lang) -> Figure {
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by(|a, b| a.bits.total_cmp(&b.bits).then(a.db.total_cmp(&b.db)));
    let best = |row: &Row| !rows.iter().any(|other| other.beats(row));
    let panel = panel(&rows);
    let point = |row: &Row| (row.bits, row.db.min(panel.y.high()));
    let front = rows.iter().filter(|row| best(row));
    let front: Vec<(f64, f64)> = front.map(|row| point(row)).collect();
    let ends = line_ends(&panel);
    let (named, unnamed) = names(&rows, best, &panel, [&ends, &front]);
    let panels = html! {
        (panel.draw(|shapes| {
            shapes.line(ends.to_vec(), MUTED, 1.5);
            shapes.line(front.clone(), EXPONENT.line, 2.0);
            // The best on top.
            for (Hue { line, fill }, on_top) in [(PLAIN, false), (EXPONENT, true)] {
                for row in rows.iter().filter(|row| best(row) == on_top) {
                    shapes.dot(point(row), 5.0, fill, line);
                }
            }
        }))
        (named)
    };
    let title = lang.pick("Bits for each weight against SQNR", "每个权重的位数与 SQNR");
    let remark = remark(&rows, unnamed, lang);
    let beaten = lang.pick(
        "beaten by another in bits and dB",
        "位数与 dB 都不如另一方案",
    );
    let unbeaten = lang.pick(
        "no other has fewer bits and more dB",
        "没有位数更少且 dB 更高的方案",
    );
    let words = Words {
        title,
        remark: &remark,
        x: lang.pick(
            "bits for each weight, overhead included",
            "每个权重的位数（含开销）",
        ),
        y: lang.pick("SQNR in dB", "SQNR（dB）"),
        keys: vec![
            (Key::Dot(EXPONENT), unbeaten.to_owned()),
            (Key::Dot(PLAIN), beaten.to_owned()),
            (Key::Line(MUTED), "SQNR = 6.02 b".to_owned()),
        ],
    };
    let text = format!("{title}\n{remark}\n{}", words_of(&rows, best, lang));
    words.figure(panels, text)
}

/// The names beside their dots, those of the best first, and how many have no room.
fn names(
    rows: &[&Row],
    best: impl Fn(&Row) -> bool,
    panel: &Panel,
    lines: [&[(f64, f64)]; 2],
) -> (Markup, usize) {
    let pixel = |(x, y): (f64, f64)| (panel.across(x), panel.down(y));
    let pairs = lines.into_iter().flat_map(|line| line.windows(2));
    let crossed = pairs.flat_map(|pair| along([pixel(pair[0]), pixel(pair[1])]));
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| !best(row));
    let points = rows.iter().map(|row| {
        let at = pixel((row.bits, row.db.min(panel.y.high())));
        (at, shown(row))
    });
    let points: Vec<((f64, f64), String)> = points.collect();
    let room = Rect {
        left: panel.left + 2.0,
        top: TOP - 14.0,
        right: RIGHT + 20.0,
        bottom: BOTTOM - 2.0,
    };
    let places = beside(&points, SMALL.bold(), room, vec![], crossed.collect());
    let unnamed = places.iter().filter(|place| place.is_none()).count();
    let markup = html! {
        @for ((row, (_, name)), place) in rows.iter().zip(&points).zip(&places) {
            @if let Some(Placed { at, leader }) = place {
                @if let Some([from, to]) = leader {
                    line x1=(px(from.0)) y1=(px(from.1)) x2=(px(to.0)) y2=(px(to.1))
                        stroke=(MUTED) stroke-width="0.8" {}
                }
                (text(at.0, at.1, if best(row) { SMALL.bold() } else { SMALL }, name))
            }
        }
    };
    (markup, unnamed)
}

/// The axes: whole bits, and dB that show a part of the line.
fn panel(rows: &[&Row]) -> Panel {
    let (first, last) = (rows[0].bits, rows[rows.len() - 1].bits);
    let finite = || rows.iter().map(|row| row.db).filter(|db| db.is_finite());
    let low = finite().fold(DB_A_BIT * last, f64::min);
    let high = finite().fold(DB_A_BIT * first, f64::max);
    let room = (0.08 * (high - low)).max(1.0);
    let x = Scale::across((first - 0.5).floor(), (last + 0.5).ceil(), 780.0);
    Panel::new(x, Scale::linear(low - room, high + room, 6))
}

/// The ends of the line of 6.02 dB a bit within the panel.
fn line_ends(panel: &Panel) -> [(f64, f64); 2] {
    let low = panel.x.low().max(panel.y.low() / DB_A_BIT);
    let high = panel.x.high().min(panel.y.high() / DB_A_BIT);
    [low, high].map(|bits| (bits, DB_A_BIT * bits))
}

/// A row's name as the picture shows it.
fn shown(row: &Row) -> String {
    let name = SMALL.bold().cut(&row.name, LONGEST);
    match row.db.is_finite() {
        true => name,
        false => format!("{name} (∞ dB)"),
    }
}

fn remark(rows: &[&Row], unnamed: usize, lang: Lang) -> String {
    let finite = rows.iter().filter(|row| row.db.is_finite());
    let Some(row) = finite.min_by(|a, b| a.below_line().total_cmp(&b.below_line())) else {
        return lang.pick("nothing is lost", "没有损失").to_owned();
    };
    let away = general((row.below_line().abs() * 10.0).round() / 10.0, 4);
    let below = row.below_line() >= 0.0;
    let name = Font::sans(13.0).cut(&row.name, 320.0);
    let said = match lang {
        Lang::En => format!(
            "one bit is worth 6.02 dB; {name} comes closest to the line, {away} dB {} it",
            if below { "below" } else { "above" }
        ),
        Lang::Zh => format!(
            "每多一位值 6.02 dB；{name} 最接近直线，在其{} {away} dB",
            if below { "下" } else { "上" }
        ),
    };
    match (unnamed, lang) {
        (0, _) => said,
        (n, Lang::En) => format!("{said}; no room for {n} of the names"),
        (n, Lang::Zh) => format!("{said}；{n} 个名称放不下"),
    }
}

/// The rows in order of bits; those that no other beats have a star.
fn words_of(rows: &[&Row], best: impl Fn(&Row) -> bool, lang: Lang) -> String {
    let heads = match lang {
        Lang::En => ["", "name", "bits", "SQNR dB", "6.02 b"],
        Lang::Zh => ["", "名称", "位数", "SQNR dB", "6.02 b"],
    };
    let row = |row: &&Row| {
        let star = if best(row) { "*" } else { "" };
        let numbers = [row.bits, row.db, DB_A_BIT * row.bits].map(|x| general(x, 4));
        let words = [star.to_owned(), row.name.clone()];
        words.into_iter().chain(numbers).collect()
    };
    let head = heads.map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = [head].into_iter().chain(rows.iter().map(row)).collect();
    table(&rows)
}
