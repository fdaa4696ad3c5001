use super::*;
use crate::random::{Random, SplitMix64};
use crate::{Estimate, Undefined};
use std::fmt::Write;

fn request(metrics: &[&str]) -> Request {
    let metrics = metrics.iter().map(|metric| metric.parse().unwrap()).collect();
    Request::new("user", "group", metrics)
}

fn run(file: &str, request: &Request) -> Result<Report, AnalyzeError> {
    analyze(file.as_bytes(), request)
}

/// An experiment of `n` units per arm, with a lift of the conversion in `B`.
fn experiment(n: u64) -> String {
    let mut random = SplitMix64::new(6);
    let mut file = "user,group,bought,revenue,before,items,country,load\n".to_owned();
    for unit in 0..n * 2 {
        let (group, rate) = if unit % 2 == 0 { ("A", 0.2) } else { ("B", 0.4) };
        let bought = u8::from(random.uniform() < rate);
        let (before, load) = (50.0 + 10.0 * random.normal(), 100.0 + 10.0 * random.normal());
        let revenue = f64::from(bought) * (before + random.normal());
        let country = if unit % 3 == 0 { "DE" } else { "AT" };
        writeln!(file, "u{unit},{group},{bought},{revenue:.2},{before:.2},{bought},{country},{load:.1}")
            .unwrap();
    }
    file
}

#[test]
fn a_whole_experiment() {
    let mut request = request(&["bought", "revenue:revenue", "revenue/items:ratio", "load:p90", "before"]);
    request.segment = Some("country".into());
    request.metrics[1].covariate = Some("before".into());
    let report = run(&experiment(400), &request).unwrap();
    let types: Vec<MetricType> = report.metrics.iter().map(|metric| metric.metric_type).collect();
    assert_eq!(
        types,
        [
            MetricType::Proportion,
            MetricType::RevenuePerVisitor,
            MetricType::Ratio,
            MetricType::Quantile(0.9),
            MetricType::Mean
        ]
    );
    assert!(!report.sample_ratio.as_ref().unwrap().mismatch());
    let of = |metric: usize| report.metrics[metric].comparisons.first().unwrap();
    assert!(of(0).absolute.welch.as_ref().unwrap().p_value < 1e-6);
    assert!(of(0).proportions.as_ref().unwrap().as_ref().unwrap().p_value < 1e-6);
    assert!(of(0).relative.bayes.as_ref().unwrap().chance_to_win > 0.999);
    assert!(of(1).cuped.as_ref().unwrap().welch.is_ok() && of(4).cuped.is_none());
    assert!(of(4).absolute.welch.as_ref().unwrap().p_value > 0.01);
    assert!(of(4).adjusted_p_value.unwrap() >= of(4).absolute.welch.as_ref().unwrap().p_value);
    let stratified = |metric: usize| of(metric).post_stratified.as_ref().map(|of| of.welch.clone().unwrap());
    let (with, without) = (stratified(1).unwrap(), of(1).absolute.welch.as_ref().unwrap());
    assert!((with.uplift - without.uplift).abs() < without.standard_error && stratified(2).is_none());
    let segments = of(0).segments.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(segments.segments.len(), 2);
    let text = report.to_string();
    for part in [
        "800 rows, 800 units",
        "bought: proportion",
        "intervals of 95 %",
        "revenue/items: ratio",
        "Welch, relative",
        "CUPED",
        "DE",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert!(
        json["metrics"][0]["comparisons"][0]["absolute"]["welch"]["p_value"].as_f64().unwrap() < 1e-6,
        "{json}"
    );
    assert_eq!(json["variants"][1]["name"], "B");
}

#[test]
fn the_numbers_are_those_of_the_methods() {
    let file = "user,group,v\na,0,1\nb,0,3\nc,0,4\nd,1,5\ne,1,9\nf,1,4\n";
    let report = run(file, &request(&["v"])).unwrap();
    let of = |values: &[f64]| Estimate::mean_of(&values.iter().copied().collect()).unwrap();
    let test = crate::welch(&of(&[1.0, 3.0, 4.0]), &of(&[5.0, 9.0, 4.0]), &Default::default());
    assert_eq!(report.metrics[0].comparisons[0].relative.welch, test);
    assert_eq!(report.metrics[0].comparisons[0].variant, "1");
}

#[test]
fn rows_of_one_unit_are_added_up() {
    let file = "user;group;v\r\na;B;1\r\na;B;2\r\nb;B;4\r\n\r\nc;A;1\r\nd;A;\r\nx;A;7\r\nx;B;7\r\n;A;7\r\n";
    let report = run(file, &request(&["v:mean"])).unwrap();
    let variants: Vec<(&str, u64)> =
        report.variants.iter().map(|one| (one.name.as_str(), one.units)).collect();
    assert_eq!(variants, [("A", 2), ("B", 2)]);
    assert_eq!((report.rows, report.incomplete_rows), (8, 1));
    assert_eq!((report.multiple_exposures.units, report.multiple_exposures.of), (1, 5));
    let means: Vec<f64> =
        report.metrics[0].arms.iter().map(|arm| arm.estimate.as_ref().unwrap().mean()).collect();
    assert_eq!(means, [0.5, 3.5]);
    assert!(report.to_string().contains("TOO MANY"));
}

#[track_caller]
fn refused(file: &str, request: &Request, expected: &str) {
    let message = run(file, request).err().map(|error| error.to_string());
    assert_eq!(message.as_deref(), Some(expected));
}

#[test]
fn faults_say_what_is_wrong() {
    let plain = request(&["v"]);
    refused("", &plain, "the file has no rows: it needs a header and a row for each unit");
    refused("user,group,v\n", &plain, "the file has no rows: it needs a header and a row for each unit");
    refused(
        "user,arm,v\na,A,1\n",
        &plain,
        "there is no column \"group\"; the file has \"user\", \"arm\", \"v\"",
    );
    refused("user,group,v,v\na,A,1,1\n", &plain, "two columns are called \"v\": rename one");
    refused(
        "user,group,v\na,A,1\nb,A,2\n",
        &plain,
        "all units are in the variant \"A\": a comparison needs a control and at least one other variant",
    );
    refused("user,group,v\n,A,1\n", &plain, "no row names both a unit and a variant");
    refused("user,group,v\na,,1\n", &plain, "no row names both a unit and a variant");
    refused("user,group,v\na,A,1\n\nb,B,1 €\n", &plain, "line 4: \"1 €\" in column \"v\" is not a number");
    refused("user,group,v\na,A,NaN\n", &plain, "line 2: \"NaN\" in column \"v\" is not a number");
    refused("user,group,v\n\"a\nb\",A,1\nb,B\n", &plain, "line 4 has 2 cells, the header has 3");
    let file = "user,group,v\na,A,1\nb,B,0\n";
    let with = |change: fn(&mut Request)| {
        let mut request = plain.clone();
        change(&mut request);
        request
    };
    refused(
        file,
        &with(|request| request.control = Some("C".into())),
        "no unit is in the control \"C\"; the variants are \"A\", \"B\"",
    );
    refused(
        file,
        &with(|request| request.weights = vec![("A".into(), 0.5)]),
        "the weights must name each variant once: A, B",
    );
    refused(file, &with(|request| request.alpha = 5.0), "alpha must be between 0 and 1 (both excluded)");
    let many = (0..60).fold("user,group,v\n".to_owned(), |file, unit| format!("{file}{unit},g{unit},1\n"));
    refused(&many, &plain, "column \"group\" has more than 50 different values: is it the variant?");
}

#[test]
fn without_variance_there_is_a_reason_instead_of_a_number() {
    let report = run("user,group,v\na,A,3\nb,A,3\nc,B,3\nd,B,3\n", &request(&["v"])).unwrap();
    let comparison = &report.metrics[0].comparisons[0];
    assert_eq!(comparison.relative.welch, Err(Undefined::NoVariance));
    assert_eq!(comparison.adjusted_p_value, None);
    assert!(report.to_string().contains("all values are the same"));
    let json = serde_json::to_value(&report).unwrap();
    let welch = &json["metrics"][0]["comparisons"][0]["relative"]["welch"];
    assert_eq!(welch["undefined"]["reason"], "no_variance");
    assert!(welch["message"].as_str().unwrap().contains("all values are the same"));
}

#[test]
fn caps_hold_back_the_whale() {
    let mut file = "user,group,v\n".to_owned();
    for unit in 0..200 {
        let value = if unit == 7 { 1e6 } else { f64::from(unit % 10) };
        writeln!(file, "{unit},{},{value}", if unit % 2 == 0 { "A" } else { "B" }).unwrap();
    }
    let mut request = request(&["v"]);
    let mean =
        |request: &Request| run(&file, request).unwrap().metrics[0].arms[1].estimate.as_ref().unwrap().mean();
    assert!(mean(&request) > 1e4);
    for cap in ["99%", "9"] {
        request.metrics[0].cap = Some(cap.parse().unwrap());
        assert!((4.0..6.0).contains(&mean(&request)), "{cap}: {}", mean(&request));
    }
}

/// Who uses the search has more money anyway: what it is worth is 5, and the groups are twice as far apart.
#[test]
fn where_nobody_threw_dice_the_columns_that_say_why_are_accounted_for() {
    let mut random = SplitMix64::new(8);
    let mut file = "user,group,spent,ordered,wealth,age\n".to_owned();
    for unit in 0..4_000 {
        let (wealth, age) = (random.normal(), 40.0 + 10.0 * random.normal());
        let group =
            if random.uniform() < 1.0 / (1.0 + (1.2 - 0.7 * wealth).exp()) { "search" } else { "control" };
        let effect = if group == "search" { 5.0 } else { 0.0 };
        let spent = 100.0 + 10.0 * wealth + effect + random.normal();
        let wealth = if unit % 100 == 0 { String::new() } else { format!("{wealth:.4}") };
        writeln!(file, "u{unit},{group},{spent:.3},1,{wealth},{age:.1}").unwrap();
    }
    let mut request = request(&["spent", "spent/ordered:ratio"]);
    request.confounders = vec!["wealth".into(), "age".into()];
    let report = run(&file, &request).unwrap();
    let of = |metric: usize| report.metrics[metric].comparisons.first().unwrap();
    let plain = of(0).absolute.welch.as_ref().unwrap();
    assert!(plain.uplift > 9.0, "{plain:?}");
    let observed = of(0).observed.as_ref().unwrap();
    let robust = observed.doubly_robust.as_ref().unwrap();
    assert!(robust.interval.contains(5.0) && robust.interval.high - robust.interval.low < 1.0, "{robust:?}");
    let matched = observed.matched.as_ref().unwrap();
    assert!((matched.effect - 5.0).abs() < 1.0, "{matched:?}");
    assert!(!observed.before.as_ref().unwrap().is_good() && matched.balance.is_good());
    assert!(observed.weighted.as_ref().unwrap().is_good() && observed.left_out == 40);
    assert!(of(1).observed.is_none());
    let text = report.to_string();
    for part in [
        "nobody threw dice",
        "doubly robust, absolute",
        "matched pairs, absolute",
        "as they came",
        "40 units lack",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("sample ratio:"), "{text}");
    request.confounders = vec!["group".into()];
    let refused = run(&file, &request).unwrap_err().to_string();
    assert!(refused.contains("in column \"group\" is not a number"), "{refused}");
    // A column that tells the groups apart whole leaves nobody to compare.
    let apart = "user,group,m,x\n1,A,1,0\n2,A,2,0\n3,B,3,1\n4,B,5,1\n";
    let mut request = self::request(&["m"]);
    request.confounders = vec!["x".into()];
    let report = run(apart, &request).unwrap();
    assert!(report.metrics[0].comparisons[0].observed.as_ref().unwrap().doubly_robust.is_err());
}
