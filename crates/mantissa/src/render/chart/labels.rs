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
/// that runs through a name. The names of points that touch stand in a column, in the order of the points.
pub(super) fn beside(
    points: &[((f64, f64), String)],
    font: Font,
    room: Rect,
    mut taken: Vec<Rect>,
    crossed: Vec<Rect>,
) -> Vec<Option<Placed>> {
    let names = taken.len() + points.len();
    taken.extend(points.iter().map(|(at, _)| Rect::around(*at, 6.0)));
    let mut sheet = Sheet {
        font,
        room,
        taken,
        names,
        crossed,
    };
    let mut places = vec![None; points.len()];
    for crowd in crowds(points) {
        let column: Vec<_> = crowd.iter().map(|i| points[*i].clone()).collect();
        let placed = sheet.column(&column).unwrap_or_default();
        for (i, placed) in crowd.into_iter().zip(placed) {
            places[i] = Some(sheet.put(placed, &points[i].1));
        }
    }
    for (i, (at, name)) in points.iter().enumerate() {
        if places[i].is_none() {
            let placed = sheet.alone(*at, name);
            places[i] = placed.map(|placed| sheet.put(placed, name));
        }
    }
    places
}

/// More points than this that touch have no column.
const COLUMN: usize = 8;
/// From one name of a column to the next.
const LINE: f64 = 15.0;

/// The points that touch others, from the top of each crowd to its bottom.
fn crowds(points: &[((f64, f64), String)]) -> Vec<Vec<usize>> {
    let touch = |i: usize, j: usize| {
        let ((x1, y1), (x2, y2)) = (points[i].0, points[j].0);
        (x1 - x2).abs() < 12.0 && (y1 - y2).abs() < LINE
    };
    let mut left: Vec<usize> = (0..points.len()).collect();
    let mut crowds = Vec::new();
    while let Some(first) = left.pop() {
        let mut crowd = vec![first];
        let mut next = 0;
        while next < crowd.len() {
            let (near, far) = left.iter().partition(|i| touch(crowd[next], **i));
            crowd.extend::<Vec<usize>>(near);
            left = far;
            next += 1;
        }
        crowd.sort_by(|i, j| points[*i].0.1.total_cmp(&points[*j].0.1).then(i.cmp(j)));
        crowds.push(crowd);
    }
    crowds.retain(|crowd| (2..=COLUMN).contains(&crowd.len()));
    crowds
}

/// What names may not stand on.
struct Sheet {
    font: Font,
    room: Rect,
    /// Where nothing may stand; from `names` on there are names.
    taken: Vec<Rect>,
    names: usize,
    /// Where a name or a line to a point is bad.
    crossed: Vec<Rect>,
}

impl Sheet {
    /// How bad a place is; `None` if it cannot be taken.
    fn cost(&self, placed: &Placed, name: &str) -> Option<f64> {
        let rect = Rect::of_text(placed.at, self.font, name);
        let meets = |rect: &Rect, others: &[Rect]| others.iter().any(|other| rect.meets(other));
        if !rect.is_inside(&self.room) || meets(&rect, &self.taken) {
            return None;
        }
        let through = placed.leader.map_or_else(Vec::new, along);
        let through = through
            .iter()
            .any(|dot| meets(dot, &self.taken[self.names..]));
        let bad = u32::from(meets(&rect, &self.crossed)) + u32::from(through);
        Some(50.0 * f64::from(bad))
    }

    /// The best place of a name by itself.
    fn alone(&self, (x, y): (f64, f64), name: &str) -> Option<Placed> {
        let width = self.font.width(name);
        let places = offsets(width).filter_map(|(dx, dy, far)| {
            let at = (x + dx, y + dy);
            let leader = leader((x, y), at, width);
            let placed = Placed { at, leader };
            Some((far + self.cost(&placed, name)?, placed))
        });
        let best = places.reduce(|best, next| if next.0 < best.0 { next } else { best });
        Some(best?.1)
    }

    /// The best column of names beside their points, which are in order.
    fn column(&self, points: &[((f64, f64), String)]) -> Option<Vec<Placed>> {
        let xs = || points.iter().map(|((x, _), _)| *x);
        let (left, right) = (xs().fold(f64::MAX, f64::min), xs().fold(f64::MIN, f64::max));
        let middle = points.iter().map(|((_, y), _)| y).sum::<f64>() / points.len() as f64;
        let top = middle - LINE * (points.len() - 1) as f64 / 2.0 + 4.0;
        let column = |to_right: bool, away: f64, shift: f64| {
            let mut cost = 1.6 * (away + shift.abs()) + if to_right { 0.0 } else { 1.0 };
            let mut column = Vec::new();
            for (i, (point, name)) in points.iter().enumerate() {
                let width = self.font.width(name);
                let x = if to_right {
                    right + away
                } else {
                    left - away - width
                };
                let at = (x, top + shift + LINE * i as f64);
                let leader = Some(sideways(*point, at, width));
                let placed = Placed { at, leader };
                cost += self.cost(&placed, name)?;
                let line = leader.map_or_else(Vec::new, along);
                let crosses = |dot: &Rect| self.crossed.iter().any(|other| dot.meets(other));
                // Beside the dot its own line may run.
                cost += line.iter().skip(2).filter(|dot| crosses(dot)).count() as f64 * 3.0;
                column.push(placed);
            }
            Some((cost, column))
        };
        let shifts = (0..20).flat_map(|i| [-7.5 * f64::from(i), 7.5 * f64::from(i)]);
        let places = shifts.flat_map(|shift| {
            [20.0, 28.0, 40.0, 56.0, 76.0]
                .into_iter()
                .flat_map(move |away| [(true, away, shift), (false, away, shift)])
        });
        let places = places.filter_map(|(to_right, away, shift)| column(to_right, away, shift));
        let best = places.reduce(|best, next| if next.0 < best.0 { next } else { best });
        Some(best?.1)
    }

    /// Takes a place.
    fn put(&mut self, placed: Placed, name: &str) -> Placed {
        self.taken.push(Rect::of_text(placed.at, self.font, name));
        self.crossed
            .extend(placed.leader.map_or_else(Vec::new, along));
        placed
    }
}

/// The line from a point to the near end of a name in a column.
fn sideways((x, y): (f64, f64), (left, base): (f64, f64), width: f64) -> [(f64, f64); 2] {
    let end = if left > x {
        left - 3.0
    } else {
        left + width + 3.0
    };
    let (dx, dy) = (end - x, base - 4.0 - y);
    let far = dx.hypot(dy);
    [(x + dx * 6.0 / far, y + dy * 6.0 / far), (end, base - 4.0)]
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
    fn names_of_points_that_touch_stand_in_a_column_in_their_order() {
        let ys = [160.0, 150.0, 152.0, 171.0];
        let crowd = ys.map(|y| ((300.0, y), format!("at {y}")));
        let alone = ((300.0, 200.0), "alone".to_owned());
        let points: Vec<_> = crowd.into_iter().chain([alone]).collect();
        let placed = beside(&points, FONT, ROOM, vec![], vec![]);
        let placed: Vec<&Placed> = placed.iter().flatten().collect();
        let bases = [1, 2, 0, 3].map(|i| placed[i].at.1);
        assert!(
            bases.windows(2).all(|pair| pair[1] - pair[0] == LINE),
            "{bases:?}"
        );
        assert!(placed[..4].iter().all(|placed| placed.at.0 == 320.0));
        assert!(placed[..4].iter().all(|placed| placed.leader.is_some()));
        assert_eq!(placed[4].leader, None);
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
