//! What attributes are called and which unit they have.
//!
//! The keys of the file are Icecat's names in lower case with `_` for every other character, so that "Operating
//! temperature (T-T)" is `operating_temperature__t_t_`: two underscores open a bracket.

/// Words that are not written in lower case.
const WORDS: &[(&str, &str)] = &[
    ("amd", "AMD"),
    ("awg", "AWG"),
    ("bluetooth", "Bluetooth"),
    ("cd", "CD"),
    ("cpu", "CPU"),
    ("dc", "DC"),
    ("ac", "AC"),
    ("ddr", "DDR"),
    ("dimm", "DIMM"),
    ("displayport", "DisplayPort"),
    ("displayports", "DisplayPort"),
    ("dvd", "DVD"),
    ("dvi", "DVI"),
    ("ean", "EAN"),
    ("ecc", "ECC"),
    ("esata", "eSATA"),
    ("eu", "EU"),
    ("firewire", "FireWire"),
    ("fm", "FM"),
    ("fsb", "FSB"),
    ("gps", "GPS"),
    ("gtin", "GTIN"),
    ("hd", "HD"),
    ("hdcp", "HDCP"),
    ("hdd", "HDD"),
    ("hdmi", "HDMI"),
    ("hdr", "HDR"),
    ("ieee", "IEEE"),
    ("intel", "Intel"),
    ("iso", "ISO"),
    ("lan", "LAN"),
    ("lcd", "LCD"),
    ("led", "LED"),
    ("linux", "Linux"),
    ("lte", "LTE"),
    ("mac", "Mac"),
    ("mtbf", "MTBF"),
    ("nfc", "NFC"),
    ("nvidia", "NVIDIA"),
    ("oem", "OEM"),
    ("osd", "OSD"),
    ("pci", "PCI"),
    ("pdf", "PDF"),
    ("poe", "PoE"),
    ("raid", "RAID"),
    ("ram", "RAM"),
    ("rj", "RJ"),
    ("rms", "RMS"),
    ("rohs", "RoHS"),
    ("sas", "SAS"),
    ("sata", "SATA"),
    ("sd", "SD"),
    ("sim", "SIM"),
    ("ssd", "SSD"),
    ("tdp", "TDP"),
    ("tv", "TV"),
    ("uk", "UK"),
    ("us", "US"),
    ("ups", "UPS"),
    ("usb", "USB"),
    ("vesa", "VESA"),
    ("vga", "VGA"),
    ("vpn", "VPN"),
    ("windows", "Windows"),
    ("wlan", "WLAN"),
    ("wxdxh", "W × D × H"),
    ("lxwxd", "L × W × D"),
    ("3d", "3D"),
    ("3g", "3G"),
    ("4g", "4G"),
    ("5g", "5G"),
    ("a3", "A3"),
    ("a4", "A4"),
    ("h", "H"),
    ("d", "D"),
    ("w", "W"),
];

/// The name of an attribute as a shopper reads it: `cable_length` is "Cable length". `None` if nothing is left.
pub(super) fn readable(key: &str) -> Option<String> {
    // "Intel® Turbo Boost" has two underscores for the sign and the space.
    let key = key.replace("intel__", "intel_").replace("w_x_d_x_h", "wxdxh");
    if let Some(singular) = key.strip_suffix("_s_") {
        return readable(singular).map(|name| name + "(s)");
    }
    let (key, ends_in_bracket) = match key.strip_suffix('_') {
        Some(rest) => (rest, true),
        None => (key.as_str(), false),
    };
    let parts: Vec<String> = key.split("___").map(|part| bracketed(part, ends_in_bracket)).collect();
    let name = parts.join(" / ").replace("Wi fi", "Wi-Fi").replace("wi fi", "Wi-Fi");
    let mut letters = name.trim().chars();
    let first = letters.next()?;
    let rest = letters.as_str();
    // "eSATA" keeps its small letter.
    let keeps = rest.chars().next().is_some_and(char::is_uppercase);
    let first: String = if keeps { first.into() } else { first.to_uppercase().collect() };
    Some(first + rest)
}

/// Text in which `__` opens a bracket and the next `__`, or the end, closes it.
fn bracketed(text: &str, ends_in_bracket: bool) -> String {
    let mut out = String::new();
    let pieces: Vec<&str> = text.split("__").collect();
    let last = pieces.len() - 1;
    for (i, piece) in pieces.into_iter().enumerate() {
        let words = words(piece);
        // Ranges such as (T-T) and (H-H) say nothing to a shopper.
        if words.is_empty() || (i > 0 && matches!(piece, "t_t" | "h_h")) {
            continue;
        }
        let bracket = i % 2 == 1 && (i < last || ends_in_bracket);
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&if bracket { format!("({words})") } else { words });
    }
    out
}

fn words(text: &str) -> String {
    let mut out = String::new();
    let mut after_digit = false;
    for word in text.split('_').filter(|word| !word.is_empty()) {
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        if !out.is_empty() {
            // "usb_3_2" is USB 3.2.
            out.push(if digits && after_digit { '.' } else { ' ' });
        }
        out.push_str(WORDS.iter().find(|(plain, _)| *plain == word).map_or(word, |(_, written)| written));
        after_digit = digits;
    }
    out
}

/// Units of well-known attributes, with the largest plausible value: in some lines the number has another unit,
/// which the file does not tell.
const UNITS: &[(&str, &str, f64)] = &[
    ("width", "mm", 6_000.0),
    ("height", "mm", 6_000.0),
    ("depth", "mm", 8_000.0),
    ("width__with_stand_", "mm", 3_000.0),
    ("height__with_stand_", "mm", 3_000.0),
    ("depth__with_stand_", "mm", 3_000.0),
    ("package_width", "mm", 6_000.0),
    ("package_height", "mm", 6_000.0),
    ("package_depth", "mm", 6_000.0),
    ("label_width", "mm", 500.0),
    ("label_height", "mm", 500.0),
    ("sheet_width", "mm", 1_000.0),
    ("sheet_length", "mm", 1_000.0),
    ("roll_width", "mm", 2_000.0),
    ("tape_width", "mm", 100.0),
    ("outer_diameter", "mm", 100.0),
    ("diameter", "mm", 500.0),
    ("filter_size", "mm", 200.0),
    ("driver_unit", "mm", 200.0),
    ("weight", "g", 1_000_000.0),
    ("package_weight", "g", 1_000_000.0),
    ("weight__with_stand_", "g", 100_000.0),
    ("keyboard_weight", "g", 5_000.0),
    ("cable_length", "m", 1_000.0),
    ("roll_length", "m", 500.0),
    ("tape_length", "m", 1_000.0),
    ("display_diagonal", "″", 150.0),
    ("processor_frequency", "GHz", 10.0),
    ("processor_boost_frequency", "GHz", 10.0),
    ("processor_front_side_bus", "MHz", 5_000.0),
    ("memory_clock_speed", "MHz", 20_000.0),
    ("frequency", "MHz", 3_000.0),
    ("processor_lithography", "nm", 300.0),
    ("core_diameter", "µm", 1_000.0),
    ("cladding_diameter", "µm", 1_000.0),
    ("total_storage_capacity", "GB", 20_000.0),
    ("hdd_capacity", "GB", 20_000.0),
    ("ssd_capacity", "GB", 20_000.0),
    ("total_ssds_capacity", "GB", 20_000.0),
    ("internal_storage_capacity", "GB", 2_048.0),
    ("thermal_design_power__tdp_", "W", 500.0),
    ("power_consumption__typical_", "W", 5_000.0),
    ("power_consumption__standby_", "W", 2_000.0),
    ("power_consumption__off_", "W", 100.0),
    ("power_consumption__printing_", "W", 5_000.0),
    ("power_consumption__max_", "W", 5_000.0),
    ("power", "W", 5_000.0),
    ("output_power", "W", 50_000.0),
    ("ac_adapter_power", "W", 500.0),
    ("bulb_power", "W", 1_000.0),
    ("output_power_capacity", "VA", 50_000.0),
    ("battery_voltage", "V", 300.0),
    ("maximum_current", "A", 200.0),
    ("battery_capacity", "mAh", 30_000.0),
    ("battery_capacity__watt_hours_", "Wh", 1_000.0),
    ("battery_life__max_", "h", 200.0),
    ("battery_recharge_time", "h", 48.0),
    ("surge_energy_rating", "J", 10_000.0),
    ("typical_backup_time_at_half_load", "min", 1_000.0),
    ("typical_backup_time_at_full_load", "min", 1_000.0),
    ("response_time", "ms", 100.0),
    ("display_brightness", "cd/m²", 10_000.0),
    ("display_brightness__typical_", "cd/m²", 10_000.0),
    ("pixel_density", "ppi", 1_000.0),
    ("viewing_angle__horizontal", "°", 360.0),
    ("viewing_angle__vertical", "°", 360.0),
    ("maximum_refresh_rate", "Hz", 1_000.0),
    ("impedance", "Ω", 1_000.0),
    ("headphone_sensitivity", "dB", 200.0),
    ("noise_level", "dB", 200.0),
    ("media_weight", "g/m²", 1_000.0),
    ("print_media_weight", "g/m²", 2_000.0),
    ("colour_ink_volume", "ml", 5_000.0),
    ("black_ink_volume", "ml", 5_000.0),
    ("page_yield", "pages", 5_000_000.0),
    ("black_toner_page_yield", "pages", 5_000_000.0),
    ("colour_toner_page_yield", "pages", 5_000_000.0),
    ("maximum_duty_cycle", "pages", 5_000_000.0),
    ("print_speed__black__normal_quality__a4_us_letter_", "ppm", 300.0),
    ("print_speed__colour__normal_quality__a4_us_letter_", "ppm", 300.0),
];

/// The unit of a number, if it is known and the number is plausible in it.
pub(super) fn unit(key: &str, value: f64) -> Option<&'static str> {
    UNITS
        .iter()
        .find(|(known, _, _)| *known == key)
        .filter(|(_, _, most)| value <= *most)
        .map(|(_, unit, _)| *unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, expected: &str) {
        assert_eq!(readable(key).as_deref(), Some(expected));
    }

    #[test]
    fn names_read_well() {
        check("cable_length", "Cable length");
        check("operating_temperature__t_t_", "Operating temperature");
        check("thermal_design_power__tdp_", "Thermal design power (TDP)");
        check("dimensions__wxdxh_", "Dimensions (W × D × H)");
        check("package_dimensions__w_x_d_x_h_", "Package dimensions (W × D × H)");
        check("master__outer__case_width", "Master (outer) case width");
        check("ethernet_lan__rj_45__ports", "Ethernet LAN (RJ 45) ports");
        check(
            "usb_3_2_gen_1__3_1_gen_1__type_a_ports_quantity",
            "USB 3.2 gen 1 (3.1 gen 1) type a ports quantity",
        );
        check("esata_ports_quantity", "eSATA ports quantity");
        check("core___cladding_diameter", "Core / cladding diameter");
        check("wi_fi", "Wi-Fi");
        check("top_wi_fi_standard", "Top Wi-Fi standard");
        check("connector_s_", "Connector(s)");
        check(
            "intel__hyper_threading_technology__intel__ht_technology_",
            "Intel hyper threading technology (Intel ht technology)",
        );
        assert_eq!(readable("_"), None);
        assert_eq!(readable(""), None);
    }

    #[test]
    fn units_are_plausible() {
        assert_eq!(unit("processor_frequency", 2.4), Some("GHz"));
        assert_eq!(unit("processor_frequency", 2_800.0), None);
        assert_eq!(unit("ports_quantity", 4.0), None);
    }
}
