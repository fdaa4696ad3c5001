//! The interval of a guardrail over time: an SVG, and the same as a table.

use super::{change, duration};
use crate::drawn::{Draw, Drawn};
use crate::page::StudioContext;
use leptos::prelude::*;
use orilla_rollouts::{Guardrail, Metric, Verdict};
use orilla_shop::team::rollouts::Glance;
use std::fmt::Write;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 120.0;
/// Lines of the table.
const LINES: usize = 12;
/// The changes that a chart reaches at most: what is beyond is at its edge.
const LOWEST: f64 = -1.0;
const HIGHEST: f64 = 4.0;

struct Point {
    at: i64,
    verdict: Verdict,
}

pub(super) fn chart(studio: &StudioContext, guardrail: &Guardrail, looks: &[Glance]) -> Option<Drawn> {
    let points: Vec<Point> = looks
        .iter()
        .filter_map(|look| {
            let verdict = look.verdicts.iter().find(|verdict| verdict.metric == guardrail.metric)?;
            (verdict.low.is_some() || verdict.high.is_some())
                .then_some(Point { at: look.at, verdict: *verdict })
        })
        .collect();
    let (first, last) = (points.first()?, points.last()?);
    let words = studio.words();
    let limit = match guardrail.metric {
        Metric::Errors | Metric::Latency => guardrail.tolerated,
        Metric::Conversion => -guardrail.tolerated,
    };
    let scale = Scale::of(&points, limit, first.at, last.at);
    let label = words.rollout_chart_label(
        &change(studio.locale, last.verdict.low.or(Some(-1.0))),
        &change(studio.locale, last.verdict.high),
    );
    let band = scale.band(&points);
    let line = scale.line(&points);
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    let (zero, bad) = (scale.y(0.0), scale.y(limit));
    // Above its line, if there is room.
    let text = |y: f64| (y - 3.0).clamp(10.0, HEIGHT - 2.0);
    Some(view! {
        <figure class="interval">
            <svg viewBox=view_box role="img" aria-label=label>
                <polygon class="band" points=band></polygon>
                <line class="zero" x1="0" x2=WIDTH y1=zero y2=zero></line>
                <line class="limit" x1="0" x2=WIDTH y1=bad y2=bad></line>
                <polyline class="estimate" points=line></polyline>
                <text x="2" y=text(zero)>"0"</text>
                <text x=WIDTH - 2.0 y=text(bad) text-anchor="end">{change(studio.locale, Some(limit))}</text>
            </svg>
            {table(studio, &points, first.at)}
        </figure>
    }
    .drawn())
}

fn table(studio: &StudioContext, points: &[Point], began: i64) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let step = points.len().div_ceil(LINES).max(1);
    let rows: Vec<_> = points
        .iter()
        .rev()
        .step_by(step)
        .map(|Point { at, verdict }| {
            view! {
                <tr>
                    <th scope="row">{duration(studio, at - began)}</th>
                    <td class="number">{verdict.uplift.map(|uplift| change(locale, Some(uplift)))}</td>
                    <td class="number">{change(locale, verdict.low.or(Some(-1.0)))}</td>
                    <td class="number">{change(locale, verdict.high)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <details class="fold">
            <summary>{words.rollout_numbers()}</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{words.rollout_after()}</th>
                        <th scope="col">{words.rollout_change()}</th>
                        <th scope="col">{words.rollout_at_least()}</th>
                        <th scope="col">{words.rollout_at_most()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

/// From times and changes to places.
struct Scale {
    began: i64,
    span: f64,
    low: f64,
    high: f64,
}

impl Scale {
    fn of(points: &[Point], limit: f64, began: i64, ended: i64) -> Self {
        let ends = points.iter().flat_map(|Point { verdict, .. }| [verdict.low, verdict.high]).flatten();
        let (low, high) =
            ends.fold((limit.min(0.0), limit.max(0.0)), |(low, high), end| (low.min(end), high.max(end)));
        let (low, high) = (low.max(LOWEST), high.min(HIGHEST).max(limit));
        let room = (high - low).max(0.01) * 0.08;
        Scale { began, span: (ended - began).max(1) as f64, low: low - room, high: high + room }
    }

    fn x(&self, at: i64) -> f64 {
        (at - self.began) as f64 / self.span * WIDTH
    }

    fn y(&self, change: f64) -> f64 {
        let change = change.clamp(self.low, self.high);
        HEIGHT - (change - self.low) / (self.high - self.low) * HEIGHT
    }

    fn band(&self, points: &[Point]) -> String {
        let high = points
            .iter()
            .map(|Point { at, verdict }| (self.x(*at), self.y(verdict.high.unwrap_or(f64::MAX))));
        let low = points
            .iter()
            .rev()
            .map(|Point { at, verdict }| (self.x(*at), self.y(verdict.low.unwrap_or(f64::MIN))));
        places(high.chain(low))
    }

    fn line(&self, points: &[Point]) -> String {
        places(points.iter().filter_map(|Point { at, verdict }| Some((self.x(*at), self.y(verdict.uplift?)))))
    }
}

fn places(all: impl Iterator<Item = (f64, f64)>) -> String {
    all.fold(String::new(), |mut text, (x, y)| {
        // Writing to a String does not fail.
        let _ = write!(text, "{x:.1},{y:.1} ");
        text
    })
}
