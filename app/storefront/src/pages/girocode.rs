//! The QR code from which a banking app fills in a transfer, drawn as SVG.

use orilla_orders::Instructions;
use orilla_orders::girocode;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use std::fmt::Write;

/// Empty modules around the code (ISO/IEC 18004, 6.3.8): without them no camera finds it.
const QUIET: i32 = 4;
/// The largest version that EPC069-12 allows.
const LARGEST: u8 = 13;

/// The picture, with this text for who can't see it; `None` if the order is not paid by a transfer in euros.
pub fn girocode_svg(payment: &Instructions, label: &str) -> Option<String> {
    let Instructions::BankTransfer { holder, iban, bic, reference, amount, .. } = payment else {
        return None;
    };
    let text = girocode(holder.as_str(), iban, bic.as_deref(), reference, *amount)?;
    let segments = [QrSegment::make_bytes(text.as_bytes())];
    // The guidelines want this level of error correction, and no higher one.
    let (least, most) = (Version::new(1), Version::new(LARGEST));
    let code =
        QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, least, most, None, false).ok()?;
    Some(svg(&code, label))
}

/// Dark on light in whatever colours the page has: so cameras know it. Its label is one of our texts.
fn svg(code: &QrCode, label: &str) -> String {
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|at| code.get_module(*at, y)).count();
            let run = i32::try_from(run).unwrap_or_default();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    format!(
        "<svg class=\"girocode\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_money::{Currency, Money};
    use orilla_orders::Text;

    /// What a camera reads of the picture, four pixels to a module.
    fn scanned(svg: &str) -> String {
        let side: usize =
            svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let mut dark = vec![vec![false; side]; side];
        let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
        for run in path.split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split(['h', ' ', 'v']).take(3).map(|text| text.parse().unwrap()).collect();
            dark[numbers[1]][numbers[0]..numbers[0] + numbers[2]].fill(true);
        }
        let pixel = |x: usize, y: usize| if dark[y / 4][x / 4] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 4, side * 4, pixel);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_camera_reads_the_transfer() {
        let holder = "Orilla Cádiz";
        let transfer = |currency| Instructions::BankTransfer {
            holder: Text::parse(holder).unwrap(),
            iban: "ES9121000418450200051332".into(),
            bic: None,
            reference: "ORI-7K2M9QXA".into(),
            amount: Money::new(4_150, currency),
            due_at: 0,
        };
        let svg = girocode_svg(&transfer(Currency::EUR), "QR code").unwrap();
        let said = girocode(
            holder,
            "ES9121000418450200051332",
            None,
            "ORI-7K2M9QXA",
            Money::new(4_150, Currency::EUR),
        );
        assert_eq!(Some(scanned(&svg)), said);
        assert!(svg.contains("role=\"img\" aria-label=\"QR code\""));
        assert_eq!(girocode_svg(&transfer(Currency::USD), "QR code"), None);
        let on_delivery = Instructions::OnDelivery { amount: Money::new(4_150, Currency::EUR) };
        assert_eq!(girocode_svg(&on_delivery, "QR code"), None);
    }
}
