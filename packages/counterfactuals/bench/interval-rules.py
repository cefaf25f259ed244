"""Rules that make an interval of bootstrap values, by least squares alone: python interval-rules.py [SETS] [FIRST] [ROWS] [FAMILY].

Coverage at level 0.9 and width beside an interval that knows the standard error, 99 resamples of rows per data set, eight
models per family; z of a conditional effect is drawn afresh for each data set. Needs numpy and scipy.
"""
import sys

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

given = dict(enumerate(sys.argv[1:]))
SETS, FIRST, B = int(given.get(0, 6000)), int(given.get(1, 7000)), 99
ROWS = [int(n) for n in given.get(2, "30,100").split(",")]


def weighted(columns, y, weights):
    """Least squares under each row of weights, `[B, n]` -> `[B, p]`."""
    design = np.column_stack([np.ones(len(y)), *columns])
    n, p = design.shape
    gram = (weights @ (design[:, :, None] * design[:, None, :]).reshape(n, p * p)).reshape(-1, p, p)
    return np.linalg.solve(gram, (weights @ (design * y[:, None]))[..., None])[..., 0]


def linear(rng, w, n, weights):
    z = rng.standard_normal(n)
    x = w[0] * z + rng.standard_normal(n)
    m = w[1] * z + w[3] * x + rng.standard_normal(n)
    y = w[2] * z + w[4] * x + w[5] * m + rng.standard_normal(n)
    on_m, on_y = weighted([z, x], m, weights), weighted([z, x, m], y, weights)
    return {"ATE": (w[4] + w[3] * w[5], on_y[:, 2] + on_m[:, 2] * on_y[:, 3], 3)}


def interaction(rng, w, n, weights):
    mean = w[4]
    z = mean + rng.standard_normal(n)
    x = w[0] * z + rng.standard_normal(n)
    y = w[1] * x + w[2] * z + w[3] * x * z + rng.standard_normal(n)
    b, at = weighted([x, z, x * z], y, weights), mean + rng.standard_normal()
    means = weights @ z / weights.sum(1)
    return {
        "ATE": (w[1] + w[3] * mean, b[:, 1] + b[:, 3] * means, 2),
        "CATE": (w[1] + w[3] * at, b[:, 1] + b[:, 3] * at, 2),
    }


def adjusted(covariate, noise):
    def family(rng, w, n, weights):
        z = covariate(rng, n)
        x = w[0] * z + covariate(rng, n)
        y = w[2] * z + w[4] * x + noise(x) * rng.standard_normal(n)
        return {"ATE": (w[4], weighted([z, x], y, weights)[:, 2], 2)}

    return family


FAMILIES = {
    "linear": linear,
    "interaction": interaction,
    "heavy-tailed causes": adjusted(lambda rng, n: rng.standard_t(5, n), lambda x: 1),
    "unequal noise": adjusted(lambda rng, n: rng.standard_normal(n), lambda x: np.exp(0.4 * x)),
}


def order(values, place):
    at = min(max(place, 1), len(values)) - 1
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def rules(estimate, draws, counts, left_out, df, n):
    """Intervals by name; `counts` are how often each row is in each resample, `left_out` the estimates without each row."""
    draws, raw, sd = np.sort(draws), draws - draws.mean(), draws.std(ddof=1)
    t = lambda v: stdtrit(max(v, 1), 0.95)  # noqa: E731
    z = ndtri(0.95)
    at = lambda q: (order(draws, ndtr(-q) * (B + 1)), order(draws, ndtr(q) * (B + 1)))  # noqa: E731
    about = lambda half: (estimate - half, estimate + half)  # noqa: E731
    moved = left_out - left_out.mean()
    power = (moved**2).sum()
    jackknife = np.sqrt(power * (n - 1) / n)
    worth = 3 * power**2 / (moved**4).sum()
    # influences from the resamples' own counts; what 99 of them add by chance is taken off the fourth moment
    influence, chance = (counts - 1).T @ raw / B, sd**2 / B
    fourth = (influence**4).sum() - 6 * chance * sd**2 - 3 * n * chance**2
    own = 1 / np.clip(fourth / (3 * sd**4), 1 / df, 1 / 3)
    skew = -(moved**3).sum() / (6 * power**1.5)
    shift = ndtri(np.clip(((draws < estimate).sum() + 0.5) / (B + 1), 0.01, 0.99))
    tilted = lambda q: ndtr(shift + (shift + q) / (1 - skew * (shift + q)))  # noqa: E731
    return {
        "percentiles": at(z),
        "at Student's quantile (chosen)": at(t(df)),
        "and √(n/df)": at(t(df) * np.sqrt(n / df)),
        "half the df": at(t(df / 2)),
        "Satterthwaite, jackknife": at(t(min(df, worth))),
        "Satterthwaite, counts": at(t(own)),
        "BCa": (order(draws, tilted(-z) * (B + 1)), order(draws, tilted(z) * (B + 1))),
        "± t · bootstrap sd": about(t(df) * sd),
        "± t · jackknife se": about(t(df) * jackknife),
    }


print(f"{SETS} data sets per line, from seed {FIRST}; coverage (width / oracle)\n")
header = None
for name, family in FAMILIES.items():
    if given.get(3, name) != name:
        continue
    for n in ROWS:
        rng = np.random.default_rng(FIRST + n)
        models = [
            np.where(r.random(6) < 0.5, -1, 1) * (0.4 + 0.8 * r.random(6))
            for r in map(np.random.default_rng, range(1000, 1008))
        ]
        hits, widths, errors = {}, {}, {}
        for s in range(SETS):
            picks = rng.integers(n, size=(B, n)) + n * np.arange(B)[:, None]
            counts = np.bincount(picks.ravel(), minlength=B * n).reshape(B, n)
            weights = np.vstack([np.ones(n), counts, 1 - np.eye(n)])
            for question, (truth, found, parents) in family(rng, models[s % 8], n, weights).items():
                estimate, draws, left_out = found[0], found[1 : B + 1], found[B + 1 :]
                errors.setdefault((question, s % 8), []).append(estimate - truth)
                for rule, (low, high) in rules(estimate, draws, counts, left_out, n - 1 - parents, n).items():
                    hits[question, rule] = hits.get((question, rule), 0) + (low <= truth <= high)
                    widths.setdefault((question, rule, s % 8), []).append(high - low)
        for question in dict.fromkeys(key[0] for key in hits):
            names = [rule for q, rule in hits if q == question]
            if header is None:
                header = names
                print(f"| family | rows | question | {' | '.join(header)} |\n|{' --- |' * (3 + len(header))}")
            cells = []
            for rule in names:
                ratio = np.mean(
                    [
                        np.mean(widths[question, rule, k])
                        / (2 * 1.6449 * np.sqrt(np.mean(np.square(errors[question, k]))))
                        for k in range(8)
                    ]
                )
                cells.append(f"{hits[question, rule] / SETS:.3f} ({ratio:.2f})")
            print(f"| {name} | {n} | {question} | {' | '.join(cells)} |", flush=True)
