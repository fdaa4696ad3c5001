//! Curated palettes: each has a scene and three tones for the object, in light and dark.

/// The tones of a palette in one scheme. All are `#rrggbb`.
pub(crate) struct Tones {
    /// Sky, disc (sun or moon), far (sea), near (sand).
    pub scene: [&'static str; 4],
    /// Main, second, accent.
    pub object: [&'static str; 3],
}

/// The tones of one picture.
pub(crate) struct Palette {
    /// In light.
    pub day: Tones,
    /// In dark: a scene at night, and deep tones lifted so that they don't sink in it.
    pub night: Tones,
}

/// One for every three bits of the seed.
pub(crate) static PALETTES: [Palette; 8] = [
    // Dawn
    Palette {
        day: Tones {
            scene: ["#f9e4d4", "#f5bd98", "#bcd0d3", "#ead8c3"],
            object: ["#2a6384", "#dd6446", "#f2c14e"],
        },
        night: Tones {
            scene: ["#1d2733", "#6d463d", "#27404d", "#352f30"],
            object: ["#3f7fa3", "#dd6446", "#f2c14e"],
        },
    },
    // Harbour
    Palette {
        day: Tones {
            scene: ["#d9e8ee", "#fcf1d9", "#a3c6d1", "#cbdde0"],
            object: ["#cf4d58", "#2a5674", "#edae49"],
        },
        night: Tones {
            scene: ["#13212c", "#2f4858", "#1d3b4b", "#1a2d39"],
            object: ["#cf4d58", "#3f7396", "#edae49"],
        },
    },
    // Dune
    Palette {
        day: Tones {
            scene: ["#f4ebda", "#f6d08f", "#dac9a8", "#e9dabd"],
            object: ["#2f777b", "#c85d41", "#efb75a"],
        },
        night: Tones {
            scene: ["#211f1c", "#57482e", "#3b342b", "#2d2924"],
            object: ["#3f8f92", "#c85d41", "#efb75a"],
        },
    },
    // Kelp
    Palette {
        day: Tones {
            scene: ["#e0ebe0", "#f4e4ab", "#aacbb5", "#cddec7"],
            object: ["#df7c44", "#2f6556", "#f1c453"],
        },
        night: Tones {
            scene: ["#142320", "#434e31", "#1f3d36", "#1b302b"],
            object: ["#df7c44", "#43806e", "#f1c453"],
        },
    },
    // Fog
    Palette {
        day: Tones {
            scene: ["#e3e7ea", "#faf6ec", "#bac7d0", "#d3dade"],
            object: ["#446693", "#e87052", "#efc884"],
        },
        night: Tones {
            scene: ["#1a1f26", "#38434f", "#2a3540", "#232b34"],
            object: ["#5a7fb3", "#e87052", "#efc884"],
        },
    },
    // Dusk
    Palette {
        day: Tones {
            scene: ["#e8deec", "#f6bcaa", "#bcb6d6", "#d6cade"],
            object: ["#2f7594", "#d55d71", "#f4c95d"],
        },
        night: Tones {
            scene: ["#1f1b2e", "#683f56", "#332f52", "#2a2540"],
            object: ["#4489ab", "#d55d71", "#f4c95d"],
        },
    },
    // Lagoon
    Palette {
        day: Tones {
            scene: ["#d6efea", "#fde8b0", "#8bccc7", "#f0e2c6"],
            object: ["#ea7158", "#22737e", "#f8cc66"],
        },
        night: Tones {
            scene: ["#0f2628", "#3f5648", "#175057", "#38342a"],
            object: ["#ea7158", "#31909b", "#f8cc66"],
        },
    },
    // Ferry
    Palette {
        day: Tones {
            scene: ["#d3e2f3", "#f9fbff", "#94b8de", "#bfd4eb"],
            object: ["#eeb13c", "#2d4d85", "#e0603c"],
        },
        night: Tones {
            scene: ["#101a2e", "#33476b", "#1c3259", "#17274a"],
            object: ["#eeb13c", "#4a70b8", "#e0603c"],
        },
    },
];
