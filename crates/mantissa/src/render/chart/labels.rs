//! Names beside points, none on another.

use crate::render::svg::Font;

/// A box in px: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    /// A square around a point.
    pub(super) fn around((x, y): (f64, f64), reach: f64) -> Rect {
        Rect {
            left: x - reach,
            top: y - reach,
            right: x + reach,
            bottom: y + reach,
        }
    }

    /// The box of a text whose baseline begins at a point.
    pub(super) fn of_text((x, y): (f64, f64), font: Font, text: &str) -> Rect {
        Rect {
            left: x - 2.0,
            top: y - 11.0,
            right: x + font.width(text) + 2.0,
            bottom: y + 4.0,
        }
    }

    fn meets(&self, other: &Rect) -> bool {
        let across = self.left < other.right && other.left < self.right;
        across && self.top < other.bottom && other.top < self.bottom
    }

    fn is_inside(&self, other: &Rect) -> bool {
        let across = self.left >= other.left && self.right <= other.right;
        across && self.top >= other.top && self.bottom <= other.bottom
    }
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    /// Where its baseline begins.
    pub(super) at: (f64, f64),
    /// The ends of the line that joins it to its point, if it is not right beside it.
    pub(super) leader: Option<[(f64, f64); 2]>,
}

/// Places for the names of points: each within `room`, on no other name, no point and none of the
/// `taken` boxes, as near to its point as it can, the first ones first; `None` for one that has no place.
/// What is `crossed` is avoided if there is another place not much farther, and so is a line to a point
/// that runs through a name.
pub(super) fn beside(
    points: &[((f64, f64), String)],
    font: Font,
    room: Rect,
    mut taken: Vec<Rect>,
    mut crossed: Vec<Rect>,
) -> Vec<Option<Placed>> {
    let names = taken.len() + points.len();
    taken.extend(points.iter().map(|(at, _)| Rect::around(*at, 6.0)));
    let meets = |rect: &Rect, others: &[Rect]| others.iter().any(|other| rect.meets(other));
    let place = |((x, y), name): &((f64, f64), String)| {
        let width = font.width(name);
        let mut best: Option<(f64, Placed, Rect)> = None;
        for (dx, dy, cost) in offsets(width) {
            let at = (x + dx, y + dy);
            let rect = Rect::of_text(at, font, name);
            if !rect.is_inside(&room) || meets(&rect, &taken) {
                continue;
            }
            let leader = leader((*x, *y), at, width);
            let through = leader.map_or_else(Vec::new, along);
            let through = through.iter().any(|dot| meets(dot, &taken[names..]));
            let bad = u32::from(meets(&rect, &crossed)) + u32::from(through);
            let cost = cost + 50.0 * f64::from(bad);
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, Placed { at, leader }, rect));
            }
        }
        let (_, placed, rect) = best?;
        taken.push(rect);
        crossed.extend(placed.leader.map_or_else(Vec::new, along));
        Some(placed)
    };
    points.iter().map(place).collect()
}

/// The line from a point to a name that is farther than right beside it.
fn leader((x, y): (f64, f64), (left, base): (f64, f64), width: f64) -> Option<[(f64, f64); 2]> {
    let to = (
        x.clamp(left, left + width),
        y.clamp(base - 10.0, base + 3.0),
    );
    let (dx, dy) = (to.0 - x, to.1 - y);
    let far = dx.hypot(dy);
    // From the edge of the point's dot.
    let edge = (x + dx * 7.0 / far, y + dy * 7.0 / far);
    (far > 16.0).then_some([edge, to])
}

/// Small boxes along a line.
pub(super) fn along([(x1, y1), (x2, y2)]: [(f64, f64); 2]) -> Vec<Rect> {
    let count = ((x2 - x1).hypot(y2 - y1) / 4.0).ceil().max(1.0) as u32;
    let part = |i: u32| f64::from(i) / f64::from(count);
    let at = |t: f64| (x1 + t * (x2 - x1), y1 + t * (y2 - y1));
    (0..=count)
        .map(|i| Rect::around(at(part(i)), 2.0))
        .collect()
}

/// Places of a name around its point, and how far each is from it: to the right, to the left, above,
/// below, then in ever wider rings.
fn offsets(width: f64) -> impl Iterator<Item = (f64, f64, f64)> {
    (0..14).flat_map(move |ring| {
        let reach = 10.0 * ring as f64;
        let (right, left, middle) = (9.0 + reach, -9.0 - reach - width, -width / 2.0);
        let sides = [
            (right, 4.0),
            (left, 4.0),
            (middle, -10.0 - reach),
            (middle, 19.0 + reach),
            (right, -8.0 - reach),
            (right, 16.0 + reach),
            (left, -8.0 - reach),
            (left, 16.0 + reach),
            (2.0, -10.0 - reach),
            (2.0, 19.0 + reach),
            (-2.0 - width, -10.0 - reach),
            (-2.0 - width, 19.0 + reach),
        ];
        let order = sides.into_iter().enumerate();
        order.map(move |(i, (dx, dy))| (dx, dy, 1.6 * reach + i as f64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font::sans(12.0);
    const ROOM: Rect = Rect {
        left: 0.0,
        top: 0.0,
        right: 600.0,
        bottom: 300.0,
    };

    #[test]
    fn names_of_one_crowd_all_have_a_place() {
        let name = |i: u32| ((300.0, 150.0), format!("name {i}"));
        let crowd: Vec<_> = (0..16).map(name).collect();
        let placed = beside(&crowd, FONT, ROOM, vec![], vec![]);
        let rects: Vec<Rect> = placed
            .iter()
            .zip(&crowd)
            .map(|(placed, (_, name))| Rect::of_text(placed.as_ref().unwrap().at, FONT, name))
            .collect();
        for (i, a) in rects.iter().enumerate() {
            assert!(a.is_inside(&ROOM));
            assert!(rects[i + 1..].iter().all(|b| !a.meets(b)), "{a:?}");
        }
        assert_eq!(placed[0].as_ref().unwrap().leader, None);
        assert!(placed[15].as_ref().unwrap().leader.is_some());
    }

    #[test]
    fn a_name_stands_to_the_right_unless_that_is_taken() {
        let point = [((300.0, 150.0), "name".to_owned())];
        let place = |room, taken: &[Rect], crossed: &[Rect]| {
            let placed = beside(&point, FONT, room, taken.to_vec(), crossed.to_vec());
            placed[0].as_ref().map(|placed| placed.at)
        };
        let left = 291.0 - FONT.width("name");
        let right = Rect::around((320.0, 150.0), 5.0);
        assert_eq!(place(ROOM, &[], &[]), Some((309.0, 154.0)));
        assert_eq!(place(ROOM, &[right], &[]), Some((left, 154.0)));
        assert_eq!(place(ROOM, &[], &[right]), Some((left, 154.0)));
        assert_eq!(place(Rect::around((300.0, 150.0), 8.0), &[], &[]), None);
    }
}
