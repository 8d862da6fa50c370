//! The scales of groups in words, and where a group has room for them.

use super::matrix::number;
use crate::granularity::Groups;
use crate::render::Lang;
use crate::render::svg::{Font, plain};

/// Scales and zero points.
pub(super) const LABEL: Font = Font::mono(11.0);

/// More groups than this are not listed.
const LISTED: usize = 64;

/// Rows and columns of the largest box that begins at a group's first cell and holds nothing else.
pub(super) struct Room {
    pub(super) first: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// The room of each group, in their order; none for a group without elements.
pub(super) fn rooms(groups: &[usize], count: usize, columns: usize) -> Vec<Option<Room>> {
    let mut firsts = vec![None; count];
    for (i, group) in groups.iter().enumerate().rev() {
        firsts[*group] = Some(i);
    }
    let room = |(group, first): (usize, Option<usize>)| {
        let first = first?;
        let here = |i: &usize| groups[*i] == group;
        let row_end = (first / columns + 1) * columns;
        let width = (first..row_end).take_while(here).count();
        let starts = (first..groups.len()).step_by(columns);
        let rows = starts.take_while(|start| (*start..start + width).all(|i| here(&i)));
        Some(Room {
            first,
            rows: rows.count(),
            columns: width,
        })
    };
    firsts.into_iter().enumerate().map(room).collect()
}

/// `s = 0.0851` and, where there are zero points, `z = −23`.
pub(super) fn label(groups: &Groups, group: usize, digits: usize) -> Vec<String> {
    let scale = format!("s={}", number(groups.scales[group], digits));
    let zero_point = groups.zero_points.get(group);
    let zero_point = zero_point.map(|z| format!("z={}", number(*z, digits)));
    [scale].into_iter().chain(zero_point).collect()
}

/// All scales in a few words: the one, or from the smallest to the largest.
pub(super) fn about(groups: &Groups, lang: Lang) -> String {
    let ends = |name: &str, values: &[f64]| {
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        let (low, high) = (number(low, 5), number(high, 5));
        Some(match low == high {
            true => format!("{name} = {low}"),
            false => format!("{name} = {low} ... {high}"),
        })
    };
    let parts = [ends("s", &groups.scales), ends("z", &groups.zero_points)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(lang.pick(", ", "，"))
}

/// The label of each group with where it begins, if there are several, but not too many.
pub(super) fn labelled(groups: &Groups, columns: usize) -> Option<String> {
    let of = groups.of.as_slice().unwrap_or(&[]);
    let rooms = rooms(of, groups.scales.len(), columns);
    let places = rooms.iter().enumerate().filter_map(|(group, room)| {
        let first = room.as_ref()?.first;
        let label = label(groups, group, 5).join(" ");
        let place = match groups.of.ndim() {
            2 => format!("[{}, {}]", first / columns, first % columns),
            _ => format!("[{first}]"),
        };
        Some(plain(&format!("{place} {label}")))
    });
    (2..=LISTED)
        .contains(&groups.scales.len())
        .then(|| places.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(groups: &[usize], count: usize, columns: usize) -> Vec<(usize, usize, usize)> {
        let rooms = rooms(groups, count, columns).into_iter().flatten();
        rooms
            .map(|room| (room.first, room.rows, room.columns))
            .collect()
    }

    #[test]
    fn a_box_is_all_room() {
        assert_eq!(all(&[0, 0, 1, 1, 0, 0, 1, 1], 2, 4), [(0, 2, 2), (2, 2, 2)]);
        assert_eq!(all(&[0, 0, 1, 1], 2, 2), [(0, 1, 2), (2, 1, 2)]);
    }

    #[test]
    fn a_run_across_rows_has_room_where_it_begins() {
        // Five at a time in rows of four.
        assert_eq!(
            all(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2], 3, 4),
            [(0, 1, 4), (5, 1, 3), (10, 1, 2)]
        );
        assert_eq!(all(&[1, 1], 3, 2), [(0, 1, 2)]);
    }
}
