//! Curated palettes: each has a scene (sky, disc, far, near), in light and dark, and three tones for the object.

/// The tones of one picture. All are `#rrggbb`.
pub(crate) struct Palette {
    /// Sky, disc (sun or moon), far (sea), near (sand), in light.
    pub day: [&'static str; 4],
    /// The same in dark.
    pub night: [&'static str; 4],
    /// The object: main, second, accent.
    pub object: [&'static str; 3],
}

/// One for every three bits of the seed.
pub(crate) static PALETTES: [Palette; 8] = [
    // Dawn
    Palette {
        day: ["#f9e4d4", "#f5bd98", "#bcd0d3", "#ead8c3"],
        night: ["#1d2733", "#6d463d", "#27404d", "#352f30"],
        object: ["#2a6384", "#dd6446", "#f2c14e"],
    },
    // Harbour
    Palette {
        day: ["#d9e8ee", "#fcf1d9", "#a3c6d1", "#cbdde0"],
        night: ["#13212c", "#2f4858", "#1d3b4b", "#1a2d39"],
        object: ["#cf4d58", "#2a5674", "#edae49"],
    },
    // Dune
    Palette {
        day: ["#f4ebda", "#f6d08f", "#dac9a8", "#e9dabd"],
        night: ["#211f1c", "#57482e", "#3b342b", "#2d2924"],
        object: ["#2f777b", "#c85d41", "#efb75a"],
    },
    // Kelp
    Palette {
        day: ["#e0ebe0", "#f4e4ab", "#aacbb5", "#cddec7"],
        night: ["#142320", "#434e31", "#1f3d36", "#1b302b"],
        object: ["#df7c44", "#2f6556", "#f1c453"],
    },
    // Fog
    Palette {
        day: ["#e3e7ea", "#faf6ec", "#bac7d0", "#d3dade"],
        night: ["#1a1f26", "#38434f", "#2a3540", "#232b34"],
        object: ["#446693", "#e87052", "#efc884"],
    },
    // Dusk
    Palette {
        day: ["#e8deec", "#f6bcaa", "#bcb6d6", "#d6cade"],
        night: ["#1f1b2e", "#683f56", "#332f52", "#2a2540"],
        object: ["#2f7594", "#d55d71", "#f4c95d"],
    },
    // Lagoon
    Palette {
        day: ["#d6efea", "#fde8b0", "#8bccc7", "#f0e2c6"],
        night: ["#0f2628", "#3f5648", "#175057", "#38342a"],
        object: ["#ea7158", "#22737e", "#f8cc66"],
    },
    // Ferry
    Palette {
        day: ["#d3e2f3", "#f9fbff", "#94b8de", "#bfd4eb"],
        night: ["#101a2e", "#33476b", "#1c3259", "#17274a"],
        object: ["#eeb13c", "#2d4d85", "#e0603c"],
    },
];
