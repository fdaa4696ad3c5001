//! The motifs: what can be drawn. Notation: see [`crate::draw`]. An object stands on y = 316, around x = 200.

mod house;
mod parts;
mod play;
mod print;
mod tech;
mod wear;

/// Something that can be drawn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Motif {
    /// Its name in a path: letters a to z.
    pub name: &'static str,
    /// Half the width of its shadow on the ground; 0 for what flies.
    pub shadow: u8,
    /// The drawing.
    pub art: &'static str,
}

const fn motif(name: &'static str, shadow: u8, art: &'static str) -> Motif {
    Motif { name, shadow, art }
}

static GROUPS: [&[Motif]; 6] =
    [&house::MOTIFS, &wear::MOTIFS, &play::MOTIFS, &tech::MOTIFS, &print::MOTIFS, &parts::MOTIFS];

/// A parcel: the picture of everything else.
pub(crate) static PARCEL: Motif = motif(
    "parcel",
    104,
    "a M100 196h200v120H100z|k M200 196h100v120H200z|w M100 196l30-40h140l30 40z|a M100 196l30-40h70v40z|\
     a M200 156h70l30 40H200z|w M130 156h140l30 40H100z|c M182 156h36l4 40v58l-22-14l-22 14v-58z|k M200 196h22v58l-22-14z|\
     D5 M124 290h26m-26-14h14|0E6 M246 288l14-16l14 16M260 272v28",
);

/// All motifs.
pub(crate) fn all() -> impl Iterator<Item = &'static Motif> {
    GROUPS.iter().flat_map(|group| group.iter()).chain([&PARCEL])
}

/// The motif with exactly this name.
pub(crate) fn by_name(name: &str) -> Option<&'static Motif> {
    all().find(|motif| motif.name == name)
}
