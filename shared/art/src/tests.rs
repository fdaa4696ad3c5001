//! Tests of whole pictures: paths, drawings, and which title gets which motif.

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

/// A few seeds per motif that together reach every palette, scene and detail.
const SEEDS: [u32; 12] = [
    0,
    1,
    2,
    3,
    0x1234_5674,
    0x9e37_79b5,
    0x3f2a_91c6,
    0xdead_beef,
    0x0020_0000,
    0x0040_0000,
    0x7fff_ffff,
    0xffff_ffff,
];

#[track_caller]
fn check_motif(title: &str, expected: &str) {
    assert_eq!(Sketch::of(title, None, None).motif(), expected, "{title}");
}

#[track_caller]
fn check_refused(name: &str) {
    assert_eq!(Sketch::parse(name), None, "{name}");
}

/// The colour that a path ends with, if any.
fn colour_of(title: &str, colour: Option<&str>) -> Option<String> {
    let path = Sketch::of(title, None, colour).path();
    path.strip_suffix(".svg").and_then(|stem| stem.split('-').nth(2)).map(str::to_owned)
}

fn every_sketch() -> impl Iterator<Item = Sketch> {
    let colours = [None, colour::by_name("turquoise")];
    motifs::all().flat_map(move |motif| {
        SEEDS.into_iter().flat_map(move |seed| colours.map(|colour| Sketch { motif, seed, colour }))
    })
}

#[test]
fn things_of_a_shore_shop() {
    for (title, expected) in [
        ("Storm lantern", "lantern"),
        ("Beeswax candle lantern", "lantern"),
        ("Lantern with three candles", "lantern"),
        ("Dipped candles, set of 6", "candle"),
        ("Oilskin coat", "coat"),
        ("Fisherman's jumper", "jumper"),
        ("Harbour boots", "boots"),
        ("Enamel kettle, 1.5 l", "kettle"),
        ("Set of 4 mugs", "mug"),
        ("Jar of sea salt", "jar"),
        ("Tin of oat biscuits", "tin"),
        ("Ginger biscuits in a tin", "biscuit"),
        ("Tide map of the bay", "map"),
        ("Waterproof notebook A5", "notebook"),
        ("Notebook of the watch", "notebook"),
        ("Two-line kite", "kite"),
        ("Game of tides", "game"),
        ("Hemp rope, 10 m", "rope"),
        ("Scallop shell", "shell"),
        ("Bar of seaweed soap", "soap"),
        ("Linen tea towel", "towel"),
        ("Sea holly in a plant pot", "plant"),
        ("Lambswool blanket", "blanket"),
        ("Striped cushion", "cushion"),
        ("Felt mouse cat toy", "cat"),
        ("Model boat", "boat"),
        ("Brass ship's bell", "bell"),
        ("Oyster knife", "knife"),
        ("Sailcloth tote bag", "bag"),
        ("Enamel water bottle", "bottle"),
        ("Brass telescope", "telescope"),
        ("Pocket compass", "compass"),
        ("Sou'wester hat", "hat"),
        ("Smoked mackerel", "fish"),
        ("Bookends, cast iron", "book"),
        ("THE DINGHIES OF THE NORTH", "boat"),
    ] {
        check_motif(title, expected);
    }
}

#[test]
fn things_of_an_electronics_shop() {
    for (title, expected) in [
        ("Quillon 44R toner cartridge Original Black 6 pc(s)", "toner"),
        ("Quillon 12 Original Cyan 1 pc(s)", "ink"),
        ("Quillon Singlepack Light Magenta 220 ml", "ink"),
        ("Cabria 7ft Cat6 550MHz Snagless Patch Cable Green networking cable 4.2 m", "netcable"),
        ("Cabria VGA Extender over Cat 5 with Audio", "netcable"),
        ("Cabria 3.5mm Stereo Cable adapter Y Splitter for Speakers and Headphones", "cable"),
        ("Cabria 8m LC/SC Duplex Patch Cable - Yellow fibre optic cable", "cable"),
        ("Norra 550 39.1 cm 1280 x 800 pixels Intel Celeron M 2 GB DDR2-SDRAM 160 GB Windows", "laptop"),
        ("Norra 4520s Notebook PC", "laptop"),
        ("Norra Sleeve notebook case 25.9 cm (10.2\") Black", "bag"),
        ("Norra 22B2 computer monitor 54.6 cm (21.5\") 1920 x 1080 pixels LED", "monitor"),
        ("Norra LCD TV 81 cm", "tv"),
        ("Quillon LaserPrint 1200 x 1200 DPI A4 38 ppm", "printer"),
        ("Quillon 24-in large format printer Ethernet LAN", "plotter"),
        ("Quillon Professional Satin 610 mm photo paper", "photo"),
        ("Quillon data projector 3100 ANSI lumens", "projector"),
        ("Quillon replacement lamp for projector 300 Watt projector lamp", "lightbulb"),
        ("Quillon Personal Business Card scanner", "scanner"),
        ("Kelpson Premium labels A4 white paper matt 640 pcs, self-adhesive labels", "label"),
        ("Norra Xeon processor 2.3 GHz Box 12 MB L2", "processor"),
        ("Norra 1GB DDR2-800 CL6 memory module 800 MHz", "memory"),
        ("Norra motherboard LGA 775 (Socket T) ATX", "board"),
        ("Norra VN5 graphics card", "expansion"),
        ("Norra 2.5\" internal solid state drive 160 GB Serial ATA", "drive"),
        ("Norra Splash USB flash drive 16 GB USB Type-A Pink", "usbstick"),
        ("Norra SDHC memory card 32 GB", "memorycard"),
        ("Norra DVD-R 4.7GB 25 pcs", "disc"),
        ("Back-Power 325 VA uninterruptible power supply (UPS)", "ups"),
        ("Rack PDU, Metered, 16A power distribution unit (PDU) Black", "powerstrip"),
        ("Camera Battery - replaces KL-7", "battery"),
        ("Optics camera lens adapter", "lens"),
        ("Norra Stereo headphones/headset Ear-hook White", "headphones"),
        ("Norra 20 mobile phone case 17 cm Wallet case Black", "phonecase"),
        ("Norra keyboard USB QWERTY Black", "keyboard"),
        ("Norra Laser mouse USB 2000 DPI", "mouse"),
        ("Norra wireless router Dual-band (2.4 GHz / 5 GHz)", "router"),
        ("Norra flat screen wall mount", "mount"),
        ("Norra SX 42U rack", "server"),
        ("MC-07", "parcel"),
        ("", "parcel"),
    ] {
        check_motif(title, expected);
    }
}

#[test]
fn the_category_helps_when_the_title_names_nothing() {
    assert_eq!(Sketch::of("The Keeper", Some("Lanterns"), None).motif(), "lantern");
    assert_eq!(Sketch::of("The Keeper", Some("Clothing > Coats"), None).motif(), "coat");
    assert_eq!(Sketch::of("The Keeper's mug", Some("Lanterns"), None).motif(), "mug");
}

#[test]
fn the_colour_is_the_variants_or_the_only_one_of_the_title() {
    for (title, colour, expected) in [
        ("Coat", Some("Deep navy"), Some("navy")),
        ("Yellow coat", Some("Navy"), Some("navy")),
        ("Yellow coat", None, Some("yellow")),
        ("Yellow coat", Some("Large"), Some("yellow")),
        ("Toner Original Gray", None, Some("grey")),
        ("Ink Cyan, Magenta, Yellow", None, None),
        ("Coat", None, None),
    ] {
        assert_eq!(colour_of(title, colour).as_deref(), expected, "{title} {colour:?}");
    }
}

#[test]
fn variants_differ_in_colour_only() {
    let [navy, red] = ["Navy", "Red"].map(|colour| Sketch::of("Coat", None, Some(colour)));
    assert_eq!((navy.motif, navy.seed), (red.motif, red.seed));
    assert_ne!(navy.svg(), red.svg());
}

#[test]
fn paths_stay_what_they_were() {
    // They are in caches and in other people's pages: a change here breaks both.
    assert_eq!(Sketch::of("Storm lantern", None, None).path(), "lantern-37f43c02.svg");
    assert_eq!(Sketch::of("Storm lantern", None, Some("Red")).path(), "lantern-37f43c02-red.svg");
}

#[test]
fn refuses_every_other_path() {
    for name in [
        "",
        ".svg",
        "lantern.svg",
        "lantern-.svg",
        "lantern-3f2a91c.svg",
        "lantern-3f2a91c44.svg",
        "lantern-3F2A91C4.svg",
        "lantern-+f2a91c4.svg",
        "lantern-3f2a91c4",
        "lantern-3f2a91c4.svg ",
        "lantern-3f2a91c4.svg.svg",
        "lantern-3f2a91c4.png",
        "lantern-3f2a91c4-.svg",
        "lantern-3f2a91c4-mauve.svg",
        "lantern-3f2a91c4-gray.svg",
        "lantern-3f2a91c4-Red.svg",
        "lantern-3f2a91c4-red-red.svg",
        "Lantern-3f2a91c4.svg",
        "unicorn-3f2a91c4.svg",
        "../lantern-3f2a91c4.svg",
        "lantern-3f2a91c4\0.svg",
        "lantern-3f2a91c4-<script>.svg",
        "lantérn-3f2a91c4.svg",
        "lantern-３f2a91c4.svg",
    ] {
        check_refused(name);
    }
    check_refused(&format!("lantern-{}.svg", "0".repeat(100_000)));
}

#[test]
fn every_picture_is_a_small_drawing_of_known_tones() {
    for sketch in every_sketch() {
        let (path, svg) = (sketch.path(), sketch.svg());
        assert!(path.len() <= LONGEST_PATH, "{path}");
        assert_eq!(Sketch::parse(&path), Some(sketch));
        assert!(svg.len() <= 4096, "{path} has {} bytes", svg.len());
        let document =
            roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{path}: {error}\n{svg}"));
        let mut shapes = 0;
        for node in document.descendants().filter(|node| node.is_element()) {
            if let Some(class) = node.attribute("class") {
                shapes += 1;
                assert!(class.len() == 1 && svg.contains(&format!(".{class}{{")), "{path}: tone {class}");
                let width = node.attribute("stroke-width").is_some();
                assert_eq!(
                    class.chars().all(|c| c.is_ascii_uppercase()),
                    width,
                    "{path}: {class} and its width"
                );
            }
            let geometry: &[&str] = match node.tag_name().name() {
                "path" => &["d"],
                "circle" => &["cx", "cy", "r"],
                "ellipse" => &["cx", "cy", "rx", "ry"],
                "rect" => &["x", "y", "width", "height", "rx"],
                "svg" | "style" | "g" => &[],
                other => panic!("{path}: <{other}>"),
            };
            for name in geometry {
                let value = node.attribute(*name).unwrap_or_else(|| panic!("{path}: no {name} in {node:?}"));
                match *name {
                    "d" => assert!(value.starts_with('M'), "{path}: {value}"),
                    _ => assert!(value.parse::<f32>().is_ok(), "{path}: {name}={value}"),
                }
            }
        }
        assert!(shapes > 8, "{path} shows {shapes} shapes");
    }
}

#[test]
fn pictures_vary() {
    let pictures: HashSet<String> =
        (0..200).map(|n| Sketch::of(&format!("Mug no. {n}"), None, None).svg()).collect();
    assert!(pictures.len() > 150, "{}", pictures.len());
}

#[test]
fn the_dictionary_has_each_keyword_once_and_names_motifs_that_exist() {
    let mut known = HashSet::new();
    for keyword in keywords::all() {
        assert!(known.insert((keyword.words, keyword.weight)), "{keyword:?} twice");
        assert!(motifs::by_name(keyword.motif).is_some(), "{keyword:?}");
        let letters = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(keyword.words.split(' ').all(letters), "{keyword:?} can't be found");
    }
}

#[test]
fn every_motif_has_a_name_of_its_own_that_finds_it() {
    let mut names = HashSet::new();
    for motif in motifs::all() {
        assert!(names.insert(motif.name), "{} twice", motif.name);
        assert!(motif.name.bytes().all(|b| b.is_ascii_lowercase()), "{}", motif.name);
        let known = keywords::all().iter().any(|keyword| keyword.motif == motif.name);
        assert!(known, "no keyword means {}", motif.name);
    }
}

proptest! {
    #[test]
    fn any_product_has_a_picture(title in "\\PC{0,200}", category in proptest::option::of("\\PC{0,60}"), colour in proptest::option::of("\\PC{0,40}")) {
        let sketch = Sketch::of(&title, category.as_deref(), colour.as_deref());
        prop_assert_eq!(sketch, Sketch::of(&title, category.as_deref(), colour.as_deref()));
        prop_assert_eq!(Sketch::parse(&sketch.path()), Some(sketch));
        prop_assert_eq!(sketch.svg(), sketch.clone().svg());
    }

    #[test]
    fn what_parses_is_what_path_writes(name in "[a-z]{3,9}-[0-9a-fA-F+]{7,9}(-[a-z]{3,9})?\\.svg|\\PC{0,60}") {
        if let Some(sketch) = Sketch::parse(&name) {
            prop_assert_eq!(sketch.path(), name);
        }
    }
}
