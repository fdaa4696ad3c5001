"""Vectors of the methods for what was not randomised, and of post-stratification."""

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.treatment.treatment_effects import TreatmentEffect


def post_stratification():
    """A regression on the variant, fully interacted with centred strata, has the same answer with HC2 errors."""
    rng = np.random.default_rng(8)
    out = []
    for name, counts in [("two strata", [(40, 50), (70, 60)]), ("four, uneven", [(12, 80), (200, 30), (5, 6), (90, 95)]),
                         ("one", [(30, 33)])]:
        rows, strata = [], []
        for index, (n0, n1) in enumerate(counts):
            base = 3.0 * index
            a, b = rng.normal(base, 1 + index, n0).round(3), rng.normal(base + 0.5, 2, n1).round(3)
            strata.append({"a": a.tolist(), "b": b.tolist()})
            rows += [(y, 0, index) for y in a] + [(y, 1, index) for y in b]
        y, t, s = (np.array(column, float) for column in zip(*rows))
        dummies = np.column_stack([np.ones_like(y), t])
        for index in range(1, len(counts)):
            centred = (s == index) - (s == index).mean()
            dummies = np.column_stack([dummies, centred, centred * t])
        fit = sm.OLS(y, dummies).fit(cov_type="HC2")
        out.append({"name": name, "strata": strata, "expected": {"difference": fit.params[1], "se": fit.bse[1]}})
    return out


def population(rng, n, d):
    x = rng.normal(size=(n, d)).round(3)
    chance = 1 / (1 + np.exp(-(x @ np.linspace(0.8, -0.4, d) - 0.3)))
    treated = (rng.random(n) < chance).astype(int)
    y = (2 + x @ np.linspace(1, 0.5, d) + 1.5 * treated + rng.normal(size=n)).round(3)
    return x, treated, y


def greedy_pairs(score, treated, caliper):
    """Nearest neighbours on the score, the highest treated score first, each control once."""
    controls = [i for i in range(len(score)) if not treated[i]]
    pairs = []
    for i in sorted((i for i in range(len(score)) if treated[i]), key=lambda i: (-score[i], i)):
        near = min(controls, key=lambda j: (abs(score[j] - score[i]), j), default=None)
        if near is not None and abs(score[near] - score[i]) <= caliper:
            pairs.append((i, near))
            controls.remove(near)
    return pairs


def standardised(x, weights, treated):
    """Weighted standardised mean differences; the standard deviations are those without weights."""
    def mean(group):
        return (x[group] * weights[group, None]).sum(0) / weights[group].sum()
    spread = np.sqrt((x[treated == 1].var(0, ddof=1) + x[treated == 0].var(0, ddof=1)) / 2)
    return (mean(treated == 1) - mean(treated == 0)) / spread


def observational():
    rng = np.random.default_rng(9)
    out = []
    for name, n, d in [("one covariate", 60, 1), ("three covariates", 150, 3), ("five covariates", 220, 5)]:
        x, treated, y = population(rng, n, d)
        design = sm.add_constant(x)
        logit = sm.Logit(treated, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
        p = logit.predict()
        assert p.min() > 0.01 and p.max() < 0.99, (p.min(), p.max())
        effect = TreatmentEffect(sm.OLS(y, design), treated, results_select=logit)
        ate, mean0, mean1 = effect.aipw(return_results=False)
        fitted0, fitted1 = effect.results0.predict(design), effect.results1.predict(design)
        psi = fitted1 - fitted0 + treated * (y - fitted1) / p - (1 - treated) * (y - fitted0) / (1 - p)
        score = np.log(p / (1 - p))
        pairs = greedy_pairs(score, treated, 0.2 * score.std(ddof=1))
        left, right = [y[i] for i, _ in pairs], [y[j] for _, j in pairs]
        test = stats.ttest_rel(left, right)
        ci = test.confidence_interval(0.95)
        once = np.zeros(n)
        once[[i for pair in pairs for i in pair]] = 1
        weights = treated / p + (1 - treated) / (1 - p)
        out.append({"name": name, "x": x.tolist(), "treated": treated.tolist(), "y": y.tolist(), "expected": {
            "coefficients": logit.params, "errors": logit.bse, "ate": ate, "mean0": mean0, "mean1": mean1,
            "se": psi.std(ddof=1) / np.sqrt(n), "pairs": len(pairs), "att": float(np.mean(left) - np.mean(right)),
            "p_value": test.pvalue, "low": ci.low, "high": ci.high,
            "before": standardised(x, np.ones(n), treated), "matched": standardised(x, once, treated),
            "weighted": standardised(x, weights, treated)}})
    return out


def sections():
    return {"post_stratification": post_stratification(), "observational": observational()}
