"""Writes shared/stats/tests/golden.json: what gbstats, scipy and statsmodels answer, for the tests of orilla-stats.

    python3 -m venv venv && venv/bin/pip install -r tests/golden/requirements.txt
    venv/bin/python tests/golden/stats.py

Each section is one method. Each vector has a name, its input, and what is expected: numbers, or the reason why there
is no answer. The same run gives the same file.
"""

import json
import math
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import integrate, special, stats

import stats_causal
import stats_tests

warnings.simplefilter("ignore")
TARGET = Path(__file__).resolve().parents[2] / "shared" / "stats" / "tests" / "golden.json"


def distributions():
    """Tails of the distributions, down to 1e-300."""
    out = []

    def add(function, arguments, value):
        out.append({"name": f"{function}{tuple(arguments)}", "function": function, "arguments": arguments,
                    "expected": float(value)})

    for z in [-8.0, -1.5, 0.0, 0.3, 1.96, 5.0, 8.0, 20.0, 37.0]:
        add("normal_sf", [z], stats.norm.sf(z))
    for p in [1e-300, 1e-15, 1e-6, 0.01, 0.025, 0.2, 0.4999, 0.5, 0.7, 0.975, 0.999999]:
        add("normal_isf", [p], stats.norm.isf(p))
    for dof in [1.0, 1.3, 2.0, 5.5, 30.0, 200.0, 9_999.0, 10_001.0, 123_456.7, 4e6, 3e9]:
        for t in [1e-9, 0.1, 0.9, 1.7, 1.9, 2.6, 4.4, 7.3, 12.0, 37.0]:
            value = stats.t.sf(t, dof)
            if value > 1e-300:
                add("t_sf", [t, dof], value)
        for p in [1e-10, 1e-4, 0.005, 0.025, 0.3, 0.499]:
            add("t_isf", [p, dof], stats.t.isf(p, dof))
    for dof in [1.0, 2.0, 3.0, 10.0, 49.0]:
        for x in [1e-8, 0.01, 0.5, 1.0, 3.84, 20.0, 60.0, 150.0, 600.0]:
            add("chi_squared_sf", [x, dof], stats.chi2.sf(x, dof))
    for a, b in [(0.5, 0.5), (1, 1), (2.5, 7), (30, 1000), (0.3, 1e6), (5000, 5200), (2e6, 1e8)]:
        for level in [1e-9, 0.01, 0.3, 0.8, 0.999]:
            x = float(stats.beta.ppf(level, a, b))
            add("beta_cdf", [x, a, b], special.betainc(a, b, x))
            add("beta_pdf", [x, a, b], stats.beta.pdf(x, a, b))
    return out


def best_arm():
    """The probability that each arm is the best one, by scipy's quadrature."""
    out = []

    def probabilities(arms):
        def of(index):
            others = [arm for other, arm in enumerate(arms) if other != index]
            points = sorted({p for arm in arms for p in (arm.ppf(1e-9), arm.mean(), arm.ppf(1 - 1e-9))})
            low, high = arms[index].ppf(1e-16), arms[index].isf(1e-16)
            edges = [low, *[p for p in points if low < p < high], high]
            return sum(integrate.quad(lambda x: arms[index].pdf(x) * math.prod(o.cdf(x) for o in others), a, b,
                                      epsabs=1e-13, epsrel=1e-11, limit=300)[0] for a, b in zip(edges, edges[1:]))
        return [of(index) for index in range(len(arms))]

    for name, arms in {
        "two alike": [(0, 1), (0, 1)], "three": [(0.1, 0.02), (0.12, 0.03), (0.09, 0.05)],
        "one known": [(0.1, 0.0001), (0.1, 0.05), (0.08, 0.01)], "far apart": [(0, 0.1), (0.45, 0.1)],
        "five": [(1.0, 0.5), (1.1, 0.4), (0.7, 0.9), (1.2, 0.2), (1.15, 0.25)],
    }.items():
        out.append({"name": name, "family": "normal", "arms": arms,
                    "expected": probabilities([stats.norm(*arm) for arm in arms])})
    for name, arms in {
        "nothing seen": [(1, 1), (1, 1), (1, 1)], "early": [(3, 20), (6, 18)], "late": [(500, 9500), (540, 9460)],
        "uneven": [(1, 30), (400, 8000), (12, 200)],
    }.items():
        out.append({"name": name, "family": "beta", "arms": arms,
                    "expected": probabilities([stats.beta(*arm) for arm in arms])})
    return out


def linear_bandit():
    """Ridge regression of the rewards, and LinUCB's bound."""
    rng = np.random.default_rng(11)
    out = []
    for name, d, n, ridge, alpha in [("one", 1, 3, 1.0, 1.0), ("three", 3, 25, 1.0, 0.5), ("few", 4, 2, 0.1, 2.0)]:
        x = rng.normal(size=(n, d)).round(3)
        y = (x @ np.arange(1, d + 1) + rng.normal(size=n)).round(3)
        at = rng.normal(size=d).round(3)
        a = ridge * np.eye(d) + x.T @ x
        theta = np.linalg.solve(a, x.T @ y)
        width = math.sqrt(at @ np.linalg.solve(a, at))
        out.append({"name": name, "ridge": ridge, "alpha": alpha, "x": x.tolist(), "y": y.tolist(), "at": at.tolist(),
                    "expected": {"theta": theta.tolist(), "mean": float(at @ theta),
                                 "bound": float(at @ theta + alpha * width)}})
    return out


def adaptive():
    """Hadad, Hirshberg, Zhan, Wager and Athey 2021, unit by unit: adaptively weighted AIPW scores."""
    rng = np.random.default_rng(12)
    out = []
    for name, sizes in [("three periods", [40, 60, 80]), ("uneven", [30, 500, 20, 90]), ("one", [50])]:
        periods, rows = [], []
        weights = np.array([0.5, 0.5])
        for size in sizes:
            arm = (rng.random(size) > weights[0]).astype(int)
            y = (rng.random(size) < np.where(arm == 0, 0.3, 0.45)).astype(float)
            periods.append({"weights": weights.tolist(),
                            "arms": [{"n": int((arm == k).sum()), "sum": float(y[arm == k].sum())} for k in (0, 1)]})
            rows.append((weights.copy(), arm, y))
            weights = np.array([0.5, 0.5]) if len(rows) % 2 == 0 else np.array([0.15, 0.85])
        arms = []
        for k in (0, 1):
            scores, shares = [], []
            seen_sum, seen_n = 0.0, 0
            for weights_t, arm, y in rows:
                plug_in = seen_sum / seen_n if seen_n else 0.0
                taken = arm == k
                scores.append(plug_in + taken / weights_t[k] * (y - plug_in))
                shares.append(np.full(len(y), math.sqrt(weights_t[k])))
                seen_sum, seen_n = seen_sum + y[taken].sum(), seen_n + taken.sum()
            g, h = np.concatenate(scores), np.concatenate(shares)
            mean = (h * g).sum() / h.sum()
            arms.append({"mean": float(mean),
                         "variance": float((h**2 * (g - mean) ** 2).sum() / h.sum() ** 2)})
        out.append({"name": name, "periods": periods, "expected": arms})
    return out


def clean(value):
    """Python numbers only, and no NaN."""
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [clean(item) for item in value]
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (np.floating, float)):
        assert math.isfinite(value), value
        return float(value)
    return value


def main():
    sections = {"distributions": distributions()}
    sections |= stats_tests.sections()
    sections |= stats_causal.sections()
    sections |= {"best_arm": best_arm(), "linear_bandit": linear_bandit(), "adaptive": adaptive()}
    for section, vectors in sections.items():
        names = [vector["name"] for vector in vectors]
        assert len(set(names)) == len(names), f"{section}: two vectors of one name"
    written_with = {name: version(name) for name in ["gbstats", "numpy", "scipy", "statsmodels"]}
    lines = [f' "versions": {json.dumps(written_with)}']
    for section, vectors in sections.items():
        rows = ",\n".join("  " + json.dumps(clean(vector), separators=(",", ":")) for vector in vectors)
        lines.append(f' "{section}": [\n{rows}\n ]')
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{TARGET}: {sum(map(len, sections.values()))} vectors, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
