//! A small set of line icons, drawn for the shop on a grid of 24.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    Alert,
    Arrow,
    Cart,
    Check,
    Chevron,
    Close,
    Filter,
    Globe,
    Info,
    Menu,
    Minus,
    Plus,
    Search,
    Truck,
}

impl IconName {
    /// The path's data: lines of 1.75 with round ends, no fill.
    pub const fn path(self) -> &'static str {
        match self {
            IconName::Alert => "M12 4 2.8 20h18.4zM12 10.5v4M12 17.2v.1",
            IconName::Arrow => "M4 12h16M14 6l6 6-6 6",
            IconName::Cart => {
                "M3 9h18l-1.8 10.2a1 1 0 0 1-1 .8H5.8a1 1 0 0 1-1-.8zM7.5 9l3-5.5M16.5 9l-3-5.5"
            }
            IconName::Check => "m4.5 12.5 5 5 10-11",
            IconName::Chevron => "m6 9.5 6 6 6-6",
            IconName::Close => "m6 6 12 12M18 6 6 18",
            IconName::Filter => "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.7v4.6M8.5 14.7v4.6",
            IconName::Globe => {
                "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3.4 9.5h17.2M3.4 14.5h17.2M12 3c-4.5 5-4.5 13 0 18 4.5-5 4.5-13 0-18"
            }
            IconName::Info => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.6v.1",
            IconName::Menu => "M4 7h16M4 12h16M4 17h16",
            IconName::Minus => "M6 12h12",
            IconName::Plus => "M6 12h12M12 6v12",
            IconName::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.4 15.4 20.5 20.5",
            IconName::Truck => {
                "M2.5 6h11v10.5h-11zM13.5 9.5h4l3.5 3.5v3.5h-7.5M6.5 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4M17 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4"
            }
        }
    }
}

/// An icon beside a text, or inside something with a name of its own: screen readers pass over it.
#[component]
pub fn Icon(
    /// What it shows.
    name: IconName,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=name.path()></path>
        </svg>
    }
}
