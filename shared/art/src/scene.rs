//! What stands behind the object: a shore, and something small in the distance.

/// The shore of a picture. `choice` is any number.
pub(crate) fn backdrop(choice: usize) -> &'static str {
    BACKDROPS.get(choice % BACKDROPS.len()).copied().unwrap_or_default()
}

/// Something small in the sky or on the horizon. `choice` is any number.
pub(crate) fn detail(choice: usize) -> &'static str {
    DETAILS.get(choice % DETAILS.len()).copied().unwrap_or_default()
}

static BACKDROPS: [&str; 7] = [
    // A big sun over the sea.
    "q o 248 168 118|r M0 236h400v90H0z|S4 M24 256h46m20 0h22M322 252h54M300 268h30|\
     s M0 290q100-26 210-14t190-10v134H0z",
    // Dunes.
    "q o 306 96 50|r M0 262q90-66 196-34t204-30v202H0z|s M0 300q120-44 230-24t170-22v146H0z",
    // A disc with the sea in it.
    "q o 200 186 154|r M50 220h300a154 154 0 0 1-44 79H94a154 154 0 0 1-44-79z|S4 M84 242h40m16 0h18M268 238h52|\
     s M0 298h400v102H0z",
    // An arch.
    "s M0 300h400v100H0z|q M72 306V188a128 128 0 0 1 256 0v118z|r M72 244h256v62H72z|S4 M96 264h34m150-6h28|\
     s M56 300h288v12H56z",
    // Rings.
    "s o 200 196 178|p o 200 196 152|q o 200 196 126|r M0 300q50-20 100 0t100 0t100 0t100 0v100H0z|\
     s M0 316q50-18 100 0t100 0t100 0t100 0v84H0z",
    // Waves.
    "q o 290 128 70|r M0 250q25-22 50 0t50 0t50 0t50 0t50 0t50 0t50 0t50 0v150H0z|\
     s M-25 296q25-22 50 0t50 0t50 0t50 0t50 0t50 0t50 0t50 0t50 0v110H-25z",
    // A bay between two headlands.
    "q o 216 152 92|r M0 232h400v80H0z|S4 M150 252h60m20 12h38M180 270h24|s M0 208q70 0 110 40t70 48H0z|\
     s M400 186q-60 6-84 50t-76 58h160z|s M0 288h400v112H0z",
];

static DETAILS: [&str; 7] = [
    // Gulls.
    "S5 M46 92q14-14 22 0q8-14 22 0M100 60q10-10 16 0q6-10 16 0",
    // A sail.
    "s M42 232h44l-8 12H50z|w M62 176v50H40zM68 184v42h22z",
    // A cloud.
    "w M36 98a16 16 0 0 1 4-31a26 26 0 0 1 49-5a20 20 0 1 1 10 36z",
    // Stars.
    "w o 60 66 4|w o 104 112 3|w o 40 150 3|w o 150 40 3|w o 346 60 4|w o 362 170 3",
    // A lighthouse on the horizon.
    "s M46 244l6-70h20l6 70z|w M50 200h24l2 18H48z|s M50 170h24v-8l-12-10l-12 10z",
    // Nothing.
    "",
    // A long cloud and a gull.
    "w r 30 70 92 14 7|w r 62 90 84 12 6|S5 M300 66q12-12 20 0q8-12 20 0",
];
