"""Vectors of the tests of randomised experiments."""

import math

import numpy as np
from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig, GaussianPrior
from gbstats.frequentist.tests import (
    FrequentistConfig,
    OneSidedTreatmentGreaterTTest,
    OneSidedTreatmentLesserTTest,
    SequentialConfig,
    SequentialTwoSidedTTest,
    TwoSidedTTest,
)
from gbstats.models.statistics import (
    ProportionStatistic,
    QuantileClusteredStatistic,
    QuantileStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
)
from gbstats.utils import check_srm
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)


def sums(values):
    return {"n": len(values), "sum": float(np.sum(values)), "sum_squares": float(np.sum(np.square(values)))}


def proportion(n, successes):
    return {"type": "proportion", "n": n, "successes": successes}


def mean_of(values):
    return {"type": "mean", **sums(values)}


def ratio_of(numerator, denominator):
    return {"type": "ratio", "m": sums(numerator), "d": sums(denominator),
            "products": float(np.dot(numerator, denominator))}


def adjusted_of(post, pre):
    return {"type": "adjusted", "post": sums(post), "pre": sums(pre), "products": float(np.dot(post, pre))}


def adjusted_binary(post, pre):
    return {**adjusted_of(post, pre), "type": "adjusted_binary"}


def statistic(of):
    """The input as gbstats takes it."""
    kind = of["type"]
    if kind == "proportion":
        return ProportionStatistic(n=of["n"], sum=of["successes"])
    if kind == "mean":
        return SampleMeanStatistic(n=of["n"], sum=of["sum"], sum_squares=of["sum_squares"])
    if kind == "ratio":
        return RatioStatistic(n=of["m"]["n"], m_statistic=SampleMeanStatistic(**of["m"]),
                              d_statistic=SampleMeanStatistic(**of["d"]), m_d_sum_of_products=of["products"])
    make = {"adjusted": lambda s: SampleMeanStatistic(**s),
            "adjusted_binary": lambda s: ProportionStatistic(n=s["n"], sum=s["sum"])}[kind]
    return RegressionAdjustedStatistic(n=of["post"]["n"], post_statistic=make(of["post"]),
                                       pre_statistic=make(of["pre"]), post_pre_sum_of_products=of["products"], theta=0)


def pairs():
    """Pairs of variants: ordinary, and at the edges of what is possible."""
    rng = np.random.default_rng(4)
    yield "proportions", proportion(1000, 100), proportion(1010, 128)
    yield "proportions far apart", proportion(20000, 1000), proportion(20000, 1700)
    yield "proportions alike", proportion(300, 30), proportion(300, 30)
    yield "no conversions", proportion(100, 0), proportion(100, 0)
    yield "no conversions in the control", proportion(100, 0), proportion(100, 5)
    yield "no conversions in the variant", proportion(100, 5), proportion(100, 0)
    yield "everyone converts", proportion(50, 50), proportion(50, 50)
    yield "one unit each", proportion(1, 1), proportion(1, 0)
    yield "no units", proportion(0, 0), proportion(100, 4)
    yield "tiny proportions", proportion(4, 1), proportion(3, 2)
    yield "huge counts", proportion(3_000_000_000, 90_000_000), proportion(3_000_100_000, 90_030_000)
    yield "rare", proportion(2_000_000, 17), proportion(1_999_000, 31)
    yield "means", mean_of(rng.gamma(2, 10, 500)), mean_of(rng.gamma(2, 11, 480))
    yield "means, uneven", mean_of(rng.normal(5, 1, 3000)), mean_of(rng.normal(5.2, 4, 40))
    yield "revenue", mean_of(rng.gamma(1, 60, 4000) * (rng.random(4000) < 0.03)), \
        mean_of(rng.gamma(1, 65, 4100) * (rng.random(4100) < 0.035))
    yield "negative means", mean_of(rng.normal(-3, 1, 200)), mean_of(rng.normal(-2.8, 1, 220))
    yield "two units each", mean_of([1.0, 2.0]), mean_of([2.0, 4.0])
    yield "two and many", mean_of([1.0, 3.0]), mean_of(rng.normal(2.5, 1, 1000))
    yield "no variance", mean_of([3.0] * 20), mean_of([3.0] * 22)
    yield "no variance in one", mean_of([3.0] * 20), mean_of(rng.normal(3, 1, 20))
    yield "control's mean is zero", mean_of([-1.0, 1.0, -2.0, 2.0]), mean_of([1.0, 2.0, 3.0, 5.0])
    yield "far tail", mean_of(rng.normal(10, 2, 400)), mean_of(rng.normal(12, 2, 400))
    yield "small numbers", mean_of(rng.gamma(2, 1e-7, 300)), mean_of(rng.gamma(2, 1.1e-7, 300))
    yield "large numbers", mean_of(rng.gamma(2, 1e9, 300)), mean_of(rng.gamma(2, 1.2e9, 300))
    for name, n, factor in [("ratio", 800, 1.05), ("ratio, few", 5, 1.5)]:
        a, b = rng.poisson(3, n) + 1.0, rng.poisson(3.1, n) + 1.0
        yield name, ratio_of(rng.gamma(a, 20), a), ratio_of(rng.gamma(b, 20 * factor), b)
    yield "ratio, no denominator", ratio_of(np.zeros(9), np.zeros(9)), ratio_of(np.ones(9), np.ones(9))
    pre_a, pre_b = rng.gamma(2, 5, 600), rng.gamma(2, 5, 620)
    yield "cuped", adjusted_of(pre_a * 0.7 + rng.normal(4, 3, 600), pre_a), \
        adjusted_of(pre_b * 0.7 + rng.normal(4.6, 3, 620), pre_b)
    yield "cuped, covariate without variance", adjusted_of(pre_a + 1, np.ones(600)), adjusted_of(pre_b + 2, np.ones(620))
    yield "cuped, few", adjusted_of(np.array([3.0, 4, 7]), np.array([1.0, 2, 2])), \
        adjusted_of(np.array([4.0, 9, 7]), np.array([1.0, 3, 2]))
    before_a, before_b = (rng.random(900) < 0.2).astype(float), (rng.random(880) < 0.21).astype(float)
    yield "cuped, binary", adjusted_binary(np.where(rng.random(900) < 0.8, before_a, 1 - before_a), before_a), \
        adjusted_binary(np.where(rng.random(880) < 0.8, before_b, 1 - before_b), before_b)


def welch():
    out = []
    for name, a, b in pairs():
        for difference in ["relative", "absolute"]:
            for tail, test_class in [("both", TwoSidedTTest), ("greater", OneSidedTreatmentGreaterTTest),
                                     ("less", OneSidedTreatmentLesserTTest)]:
                alpha, null = (0.05, 0.0) if tail == "both" else (0.01, -0.02)
                test = test_class(statistic(a), statistic(b),
                                  FrequentistConfig(difference_type=difference, alpha=alpha, test_value=null))
                result = test.compute_result()
                expected = {"undefined": result.error_message}
                if not result.error_message:
                    # gbstats takes one minus the cdf: the tail itself has more digits, else it is the same number.
                    t, dof, se = test.critical_value, test.dof, math.sqrt(test.variance)
                    p = {"both": 2 * stats.t.sf(abs(t), dof), "greater": stats.t.sf(t, dof),
                         "less": stats.t.cdf(t, dof)}[tail]
                    assert abs(p - result.p_value) < 1e-12, name
                    expected = {"uplift": result.expected, "standard_error": result.uplift.stddev, "dof": dof, "t": t,
                                "p_value": p}
                    if tail == "both":
                        expected |= {"low": result.ci[0], "high": result.ci[1]}
                    elif tail == "greater":
                        expected |= {"low": result.ci[0]}
                    else:
                        expected |= {"high": result.expected + stats.t.ppf(1 - alpha, dof) * se}
                elif difference == "absolute" and name == "control's mean is zero":
                    # gbstats refuses; for an absolute difference the answer exists (scipy's ttest_ind has it too).
                    continue
                if tail != "both" and "undefined" in expected:
                    continue
                out.append({"name": f"{name}, {difference}, {tail}", "a": a, "b": b, "difference": difference,
                            "tail": tail, "alpha": alpha, "null": null, "expected": expected})
    return out


def welch_from_units():
    """Units themselves, with scipy's test."""
    rng = np.random.default_rng(5)
    out = []
    for name, a, b in [("control's mean is zero", [-1.0, 1.0, -2.0, 2.0], [1.0, 2.0, 3.0, 5.0]),
                       ("far from zero", rng.normal(1e7, 1, 60).round(4), rng.normal(1e7 + 0.5, 1, 70).round(4)),
                       ("skewed", rng.lognormal(2, 1.5, 90).round(4), rng.lognormal(2.3, 1.5, 80).round(4))]:
        test = stats.ttest_ind(b, a, equal_var=False)
        ci = test.confidence_interval(0.95)
        out.append({"name": name, "a": list(a), "b": list(b),
                    "expected": {"t": test.statistic, "dof": test.df, "p_value": test.pvalue,
                                 "low": ci.low, "high": ci.high}})
    return out


def sequential():
    out = []
    for name, a, b in pairs():
        for difference, alpha, tuning in [("relative", 0.05, 5000), ("absolute", 0.01, 700)]:
            test = SequentialTwoSidedTTest(statistic(a), statistic(b), SequentialConfig(
                difference_type=difference, alpha=alpha, sequential_tuning_parameter=tuning))
            result = test.compute_result()
            if result.error_message and difference == "absolute":
                continue
            expected = {"undefined": result.error_message} if result.error_message else {
                "uplift": result.expected, "standard_error": result.uplift.stddev, "p_value": result.p_value,
                "low": result.ci[0], "high": result.ci[1]}
            out.append({"name": f"{name}, {difference}", "a": a, "b": b, "difference": difference, "alpha": alpha,
                        "tuning": tuning, "expected": expected})
    return out


def bayes():
    out = []
    priors = [None, {"mean": 0.0, "variance": 0.09, "type": "relative"},
              {"mean": 0.02, "variance": 0.04, "type": "absolute"}]
    for name, a, b in pairs():
        for difference in ["relative", "absolute"]:
            for index, prior in enumerate(priors):
                if a["n"] == 0 if "n" in a else False:
                    continue
                inverse = index == 1
                kind = prior["type"] if prior else difference
                if prior and kind != difference and statistic(a).unadjusted_mean == 0:
                    continue
                proper = GaussianPrior(prior["mean"], prior["variance"], True) if prior else GaussianPrior()
                result = EffectBayesianABTest(statistic(a), statistic(b), EffectBayesianConfig(
                    difference_type=difference, inverse=inverse, prior_effect=proper, prior_type=kind)).compute_result()
                expected = {"undefined": result.error_message}
                if not result.error_message:
                    mean, deviation = result.uplift.mean, result.uplift.stddev
                    # gbstats' risks come from scipy's truncnorm, which is coarse in far tails.
                    sign = -1 if inverse else 1
                    risks = [gain(sign * mean, deviation), gain(-sign * mean, deviation)]
                    assert np.allclose(risks, result.risk, rtol=1e-4, atol=1e-9 * deviation), (name, risks, result.risk)
                    expected = {"uplift": mean, "standard_deviation": deviation, "low": result.ci[0],
                                "high": result.ci[1], "chance_to_win": stats.norm.sf(0, sign * mean, deviation),
                                "risk_of_control": risks[0], "risk_of_variant": risks[1]}
                    assert abs(expected["chance_to_win"] - result.chance_to_win) < 1e-12
                elif index > 0:
                    continue
                out.append({"name": f"{name}, {difference}, prior {index}", "a": a, "b": b, "difference": difference,
                            "inverse": inverse, "prior": prior, "expected": expected})
    return out


def gain(mean, deviation):
    """E[max(X, 0)] of a normal variable."""
    z = mean / deviation
    return float(mean * stats.norm.cdf(z) + deviation * stats.norm.pdf(z))


def quantiles():
    rng = np.random.default_rng(6)
    out = []
    z = stats.norm.ppf(0.975)
    cases = [("median", rng.lognormal(3, 1, 301), rng.lognormal(3.1, 1, 290), 0.5),
             ("90th", rng.gamma(2, 100, 150), rng.gamma(2, 110, 160), 0.9),
             ("too few for the 99th", rng.gamma(2, 100, 50), rng.gamma(2, 100, 50), 0.99),
             ("all the same", np.full(60, 2.0), np.full(60, 2.0), 0.5),
             ("few", rng.normal(10, 1, 12), rng.normal(12, 1, 13), 0.5)]
    for name, a, b, level in cases:
        a, b = a.round(3), b.round(3)

        def of(values):
            half = z * math.sqrt(level * (1 - level) / len(values))
            low, middle, high = (float(np.quantile(values, min(1, max(0, level + side * half)))) for side in (-1, 0, 1))
            return QuantileStatistic(n=len(values), n_star=len(values), nu=level, quantile_hat=middle,
                                     quantile_lower=low, quantile_upper=high)
        result = TwoSidedTTest(of(a), of(b), FrequentistConfig(difference_type="absolute")).compute_result()
        expected = {"undefined": result.error_message} if result.error_message else {
            "uplift": result.expected, "standard_error": result.uplift.stddev, "low": result.ci[0],
            "high": result.ci[1]}
        out.append({"name": name, "a": [[v] for v in a], "b": [[v] for v in b], "level": level, "clustered": False,
                    "expected": expected})
    for name, units, level in [("clustered median", 90, 0.5), ("clustered 80th", 70, 0.8)]:
        def draw(shift):
            return [(rng.normal(shift, 1) + rng.normal(0, 1, rng.integers(1, 5))).round(3).tolist()
                    for _ in range(units)]
        a, b = draw(5.0), draw(5.6)

        def of(units_of):
            values = np.concatenate([np.array(unit) for unit in units_of])
            half = z * math.sqrt(level * (1 - level) / len(values))
            low, middle, high = (float(np.quantile(values, level + side * half)) for side in (-1, 0, 1))
            s = np.array([sum(v <= middle for v in unit) for unit in units_of], float)
            n = np.array([len(unit) for unit in units_of], float)
            return QuantileClusteredStatistic(
                n=len(values), n_star=len(values), nu=level, quantile_hat=middle, quantile_lower=low,
                quantile_upper=high, main_sum=s.sum(), main_sum_squares=(s**2).sum(), denominator_sum=n.sum(),
                denominator_sum_squares=(n**2).sum(), main_denominator_sum_product=(s * n).sum(),
                n_clusters=len(units_of))
        result = TwoSidedTTest(of(a), of(b), FrequentistConfig(difference_type="absolute")).compute_result()
        out.append({"name": name, "a": a, "b": b, "level": level, "clustered": True,
                    "expected": {"uplift": result.expected, "standard_error": result.uplift.stddev,
                                 "low": result.ci[0], "high": result.ci[1]}})
    return out


def proportions():
    out = []
    for n0, s0, n1, s1 in [(1000, 100, 1010, 128), (10, 0, 12, 3), (12, 3, 10, 0), (5, 5, 6, 4), (20000, 900, 20000, 1400),
                           (3_000_000_000, 90_000_000, 3_000_000_000, 90_030_000), (2, 1, 2, 1), (400, 1, 380, 2)]:
        z, p = proportions_ztest([s1, s0], [n1, n0])
        low, high = confint_proportions_2indep(s1, n1, s0, n0, method="newcomb", compare="diff")
        wilson = proportion_confint(s1, n1, method="wilson")
        expected = {"z": z, "p_value": p, "low": low, "high": high, "wilson_low": max(0.0, wilson[0]),
                    "wilson_high": min(1.0, wilson[1])}
        if s0 and s1:
            r_low, r_high = confint_proportions_2indep(s1, n1, s0, n0, method="log", compare="ratio")
            expected |= {"relative_low": r_low - 1, "relative_high": r_high - 1}
        out.append({"name": f"{s0}/{n0} and {s1}/{n1}", "a": [n0, s0], "b": [n1, s1], "expected": expected})
    return out


def corrections():
    rng = np.random.default_rng(7)
    out = []
    for name, p in [("one", [0.03]), ("five", [0.01, 0.04, 0.03, 0.005, 0.9]), ("ties", [0.02, 0.02, 0.02, 0.5]),
                    ("ends", [0.0, 1.0, 0.5, 1e-12]), ("forty", rng.beta(0.4, 1, 40).tolist())]:
        out.append({"name": name, "p": p, "expected": {"holm": multipletests(p, method="holm")[1],
                                                       "benjamini_hochberg": multipletests(p, method="fdr_bh")[1]}})
    return out


def sample_ratios():
    return [{"name": f"{units} at {weights}", "units": units, "weights": weights,
             "expected": check_srm(units, weights)}
            for units, weights in [([1000, 1000], [0.5, 0.5]), ([1000, 1100], [0.5, 0.5]), ([10, 1], [0.5, 0.5]),
                                   ([5000, 5100, 4800], [1, 1, 1]), ([900, 100, 77], [0.8, 0.1, 0.1]),
                                   ([821588, 815482], [0.5, 0.5]), ([3_000_000_000, 3_000_400_000], [0.5, 0.5])]]


def powers():
    out = []
    for effect, sd, n, alpha, ratio in [(1, 10, 500, 0.05, 1), (0.2, 1, 100, 0.05, 2), (0.0, 1, 100, 0.05, 1),
                                        (0.01, 1, 50, 0.1, 0.25), (3, 4, 12, 0.001, 1)]:
        solver = NormalIndPower()
        d = effect / sd
        expected = {"power": solver.power(d, n, alpha, ratio),
                    "mde": sd * optimize.brentq(lambda e: solver.power(e, n, alpha, ratio) - 0.8, 1e-9, 100,
                                                xtol=1e-15, rtol=1e-14)}
        if d:
            expected["n"] = optimize.brentq(lambda m: solver.power(d, m, alpha, ratio) - 0.8, 1e-6, 1e9, rtol=1e-14)
        out.append({"name": f"means {effect}/{sd}, {n}, {alpha}, {ratio}", "kind": "means", "effect": effect, "sd": sd,
                    "n": n, "alpha": alpha, "ratio": ratio, "expected": expected})
    # statsmodels' first sample is the one whose proportion is prop2 + diff: the control here.
    for p0, p1, n, alpha, ratio in [(0.1, 0.12, 4000, 0.05, 1), (0.03, 0.025, 9000, 0.05, 0.5), (0.5, 0.9, 20, 0.01, 3)]:
        of = lambda m, q: power_proportions_2indep(p0 - q, q, m, ratio, alpha, return_results=False)  # noqa: E731
        expected = {"power": of(n, p1),
                    "n": optimize.brentq(lambda m: of(m, p1) - 0.8, 1, 1e9, rtol=1e-14)}
        if of(n, 1 - 1e-12) > 0.8:
            q = optimize.brentq(lambda q: of(n, q) - 0.8, p0 + 1e-9, 1 - 1e-12, xtol=1e-16, rtol=1e-14)
            expected["uplift"] = (q - p0) / p0
        out.append({"name": f"proportions {p0} {p1}, {n}, {alpha}, {ratio}", "kind": "proportions", "p0": p0, "p1": p1,
                    "n": n, "alpha": alpha, "ratio": ratio, "expected": expected})
    return out


def heterogeneity():
    out = []
    for name, effects, variances in [("alike", [0.1, 0.12, 0.08], [0.01, 0.02, 0.01]),
                                     ("different", [0.5, -0.2, 0.1, 0.0], [0.01, 0.004, 0.02, 0.001]),
                                     ("two", [1.0, 3.0], [0.5, 0.25])]:
        result = combine_effects(np.array(effects), np.array(variances), method_re="chi2")
        out.append({"name": name, "effects": effects, "variances": variances,
                    "expected": {"q": result.q, "p_value": stats.chi2.sf(result.q, len(effects) - 1),
                                 "i2": max(0.0, (result.q - len(effects) + 1) / result.q),
                                 "pooled": result.mean_effect_fe, "se": result.sd_eff_w_fe}})
    return out


def sections():
    return {"welch": welch(), "welch_from_units": welch_from_units(), "sequential": sequential(), "bayes": bayes(),
            "quantiles": quantiles(), "proportions": proportions(), "corrections": corrections(),
            "sample_ratios": sample_ratios(), "powers": powers(), "heterogeneity": heterogeneity()}
