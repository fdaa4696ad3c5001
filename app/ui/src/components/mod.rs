//! What pages are made of. Static markup only: no signals, no closures that outlive the render.

mod button;
mod facets;
mod feedback;
mod form;
mod icon;
mod navigation;
mod product;
mod shell;

pub use button::{Button, ButtonKind, ButtonLink};
pub use facets::{ActiveFilter, ActiveFilters, FacetGroup, FacetOption, FacetPanel, PriceRange};
pub use feedback::{
    EmptyState, ErrorPage, ErrorSummary, FieldError, Notice, NoticeKind, StepState, Timeline, TimelineStep,
};
pub use form::{
    Check, Choice, ChoiceGroup, Field, OptionPills, Pill, QuantityField, SelectField, SelectOption, TextArea,
};
pub use icon::{Icon, IconName};
pub use navigation::{Breadcrumbs, Crumb, Pagination, SortSelect, page_window};
pub use product::{CardGrid, CardLayout, CardView, Picture, Price, ProductCard, StockBadge};
pub use shell::{CartLink, LanguageLink, NavLink, SearchForm, SiteFooter, SiteHeader};

#[cfg(all(test, feature = "ssr"))]
mod tests;
