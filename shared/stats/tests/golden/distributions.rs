//! Special functions against scipy.

use crate::{check, numbers};
use orilla_stats::special;

#[test]
fn tails_and_quantiles() {
    check("distributions", |vector| {
        let arguments = numbers(&vector.input["arguments"]);
        let actual = match (vector.input["function"].as_str().unwrap(), arguments.as_slice()) {
            ("normal_sf", [z]) => special::normal_sf(*z),
            ("normal_isf", [p]) => special::normal_isf(*p),
            ("t_sf", [t, dof]) => special::t_sf(*t, *dof),
            ("t_isf", [p, dof]) => special::t_isf(*p, *dof),
            ("chi_squared_sf", [x, dof]) => special::chi_squared_sf(*x, *dof),
            ("beta_cdf", [x, a, b]) => special::beta_cdf(*x, *a, *b),
            ("beta_pdf", [x, a, b]) => special::beta_pdf(*x, *a, *b),
            (other, _) => panic!("{other} is unknown"),
        };
        vector.number("", actual);
    });
}
