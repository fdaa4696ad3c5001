//! Charts, as SVG that the server writes. Each stands beside a table with the same numbers: the picture is for eyes
//! only, and hidden from screen readers. So are its numbers, which say how far it reaches.

use super::said::change;
use orilla_stats::Interval;
use orilla_ui::Locale;
use std::fmt::Write;
use std::ops::RangeInclusive;

/// Width of a chart in its own units.
const WIDTH: f64 = 600.0;
/// Height of a row of an interval plot.
const ROW: f64 = 28.0;
/// Height of a timeline.
const HEIGHT: f64 = 180.0;
/// Units at each side.
const MARGIN: f64 = 8.0;
/// Height of the numbers below a chart: on a phone the letters are larger in a chart's own units.
const AXIS: f64 = 34.0;
/// A number at a part of the width between these has room between the two at the ends.
const ROOM: RangeInclusive<f64> = 0.25..=0.75;

/// From values to places.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Holds all of these, and 0.
    fn of(intervals: impl Iterator<Item = Interval>) -> Self {
        let (low, high) = intervals
            .filter(|interval| interval.low.is_finite() && interval.high.is_finite())
            .fold((0.0f64, 0.0f64), |(low, high), interval| (low.min(interval.low), high.max(interval.high)));
        // Nothing at all still has a width.
        Scale { low, high: if high - low < 1e-9 { low + 1.0 } else { high } }
    }

    fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn x(&self, value: f64) -> f64 {
        MARGIN + self.part(value) * (WIDTH - 2.0 * MARGIN)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - MARGIN - self.part(value) * (HEIGHT - 2.0 * MARGIN)
    }
}

/// `better`, `worse` or `open`, by where an interval lies. `sign` is -1 where less is better.
fn class(interval: Interval, sign: f64) -> &'static str {
    let (a, b) = (interval.low * sign, interval.high * sign);
    match (a.min(b), a.max(b)) {
        (low, _) if low > 0.0 => "better",
        (_, high) if high < 0.0 => "worse",
        _ => "open",
    }
}

/// A number or a day beside a chart. `end` is SVG's `text-anchor`.
fn label(x: f64, y: f64, end: &str, text: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{end}\">{text}</text>")
}

/// One row for each variation: its uplift and the interval around it, against the line of no difference.
pub(super) fn intervals(locale: Locale, rows: &[(f64, Interval)], sign: f64) -> String {
    let scale = Scale::of(rows.iter().map(|(_, interval)| *interval));
    let height = ROW * rows.len() as f64;
    let (zero, whole, below) = (scale.x(0.0), height + AXIS, height + AXIS - MARGIN);
    let mut svg = format!("<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {whole}\" aria-hidden=\"true\">");
    // Writing to a text does not fail.
    let _ = write!(svg, "<line class=\"zero\" x1=\"{zero:.1}\" x2=\"{zero:.1}\" y1=\"0\" y2=\"{height}\"/>");
    for (at, (uplift, interval)) in rows.iter().enumerate() {
        let y = ROW * (at as f64 + 0.5);
        let (class, low, high) = (class(*interval, sign), scale.x(interval.low), scale.x(interval.high));
        let _ = write!(
            svg,
            "<g class=\"{class}\"><line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"{y}\" y2=\"{y}\"/>\
             <circle cx=\"{:.1}\" cy=\"{y}\" r=\"6\"/></g>",
            scale.x(*uplift)
        );
    }
    svg += &label(MARGIN, below, "start", &change(locale, scale.low));
    if ROOM.contains(&scale.part(0.0)) {
        svg += &label(zero, below, "middle", &change(locale, 0.0));
    }
    svg += &label(WIDTH - MARGIN, below, "end", &change(locale, scale.high));
    svg + "</svg>"
}

/// The uplift day by day as a line, in a band of its intervals, with the last as [`intervals`] draws it. A day without a
/// number is left out; none has one: there is nothing to draw.
/// The names are those of the first and of the last day.
pub(super) fn timeline(
    locale: Locale,
    days: &[Option<(f64, Interval)>],
    [first_name, last_name]: [&str; 2],
    sign: f64,
) -> Option<String> {
    let known: Vec<(usize, f64, Interval)> = days
        .iter()
        .enumerate()
        .filter_map(|(day, found)| found.map(|(uplift, i)| (day, uplift, i)))
        .collect();
    let (last_day, uplift, interval) = *known.last()?;
    // The first days are so uncertain that they would flatten all others: what is beyond the last ones is cut.
    let widest = |found: &[(usize, f64, Interval)]| Scale::of(found.iter().map(|(_, _, interval)| *interval));
    let late = known.get(known.len() / 3..).unwrap_or_default();
    let scale = widest(late);
    let last = days.len().saturating_sub(1).max(1) as f64;
    let x = |day: usize| MARGIN + day as f64 / last * (WIDTH - 2.0 * MARGIN);
    let points = |of: &dyn Fn(&(usize, f64, Interval)) -> f64, backwards: bool| {
        let mut points: Vec<String> =
            known.iter().map(|found| format!("{:.1},{:.1}", x(found.0), scale.y(of(found)))).collect();
        if backwards {
            points.reverse();
        }
        points.join(" ")
    };
    let (state, end) = (class(interval, sign), x(last_day));
    let [zero, middle, low, high] = [0.0, uplift, interval.low, interval.high].map(|value| scale.y(value));
    let (whole, below) = (HEIGHT + AXIS, HEIGHT + AXIS - MARGIN);
    let mut axes =
        label(MARGIN, below, "start", first_name) + &label(WIDTH - MARGIN, below, "end", last_name);
    for value in [scale.low, 0.0, scale.high] {
        // 0 is one of the ends, or has room between them.
        if value != 0.0 || ROOM.contains(&scale.part(0.0)) || [scale.low, scale.high].contains(&0.0) {
            let y = (scale.y(value) - 4.0).max(AXIS - MARGIN);
            axes += &label(MARGIN, y, "start", &change(locale, value));
        }
    }
    Some(format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {whole}\" aria-hidden=\"true\">\
         <line class=\"zero\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{zero:.1}\" y2=\"{zero:.1}\"/><g class=\"{state}\">\
         <polygon points=\"{} {}\"/><polyline points=\"{}\"/>\
         <line x1=\"{end:.1}\" x2=\"{end:.1}\" y1=\"{low:.1}\" y2=\"{high:.1}\"/>\
         <circle cx=\"{end:.1}\" cy=\"{middle:.1}\" r=\"6\"/></g>{axes}</svg>",
        points(&|found| found.2.low, false),
        points(&|found| found.2.high, true),
        points(&|found| found.1, false),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: [&str; 2] = ["2026-11-01", "2026-11-02"];

    #[test]
    fn an_interval_is_drawn_where_it_lies() {
        let rows = [(0.1, Interval { low: 0.05, high: 0.15 }), (-0.02, Interval { low: -0.05, high: 0.01 })];
        let svg = intervals(Locale::En, &rows, 1.0);
        assert!(svg.contains("class=\"better\"") && svg.contains("class=\"open\""), "{svg}");
        // From -0.05 to 0.15 on 584 units: 0 is at a quarter.
        assert!(svg.contains("class=\"zero\" x1=\"154.0\""), "{svg}");
        // The numbers say how far it reaches; the one at the line of no difference has room.
        for text in ["-5\u{a0}%</text>", ">0\u{a0}%</text>", "+15\u{a0}%</text>"] {
            assert!(svg.contains(text), "{text} {svg}");
        }
        assert!(intervals(Locale::En, &rows, -1.0).contains("class=\"worse\""));
    }

    #[test]
    fn nothing_and_what_is_infinite_can_be_drawn() {
        for svg in [
            intervals(Locale::En, &[], 1.0),
            intervals(Locale::En, &[(0.0, Interval { low: f64::NEG_INFINITY, high: f64::INFINITY })], 1.0),
            timeline(Locale::En, &[None, Some((0.1, Interval { low: -0.2, high: 0.4 }))], DAYS, 1.0).unwrap(),
        ] {
            assert!(svg.starts_with("<svg") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert_eq!(
            (timeline(Locale::En, &[], DAYS, 1.0), timeline(Locale::En, &[None, None], DAYS, 1.0)),
            (None, None)
        );
    }

    #[test]
    fn one_day_is_drawn_with_its_interval() {
        let svg = timeline(Locale::En, &[Some((0.1, Interval { low: 0.05, high: 0.2 }))], DAYS, 1.0).unwrap();
        assert!(svg.contains("class=\"better\"") && svg.contains("<circle"), "{svg}");
        for text in [">0\u{a0}%</text>", "+20\u{a0}%</text>", "2026-11-01</text>", "2026-11-02</text>"] {
            assert!(svg.contains(text), "{text} {svg}");
        }
    }
}
