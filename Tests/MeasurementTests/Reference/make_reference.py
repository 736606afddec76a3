#!/usr/bin/env python3
"""Makes reference.json, the values that the tests of Measurement compare with.

    python3 make_reference.py > reference.json

The committed values were made with NumPy 2.4.6 and SciPy 1.17.1. Everything is computed here by
other means than in the Swift code: by SciPy, by NumPy, by exact integer arithmetic, or from the
published definition.
"""

import json
import math
import sys

import numpy as np
from scipy import stats
from scipy.optimize import brentq

WORD = (1 << 64) - 1


def log_of_integer_ratio(numerator, denominator_log2):
    """log(numerator / 2**denominator_log2) of integers too large for floating point."""
    excess = max(0, numerator.bit_length() - 64)
    return math.log(numerator >> excess) + (excess - denominator_log2) * math.log(2)


def binomial_tails():
    cases = []
    for tosses in (1, 2, 5, 12, 51, 1000, 100_000):
        wanted = {-1, 0, 1, 2, tosses // 3, tosses // 2 - 1, tosses // 2, tosses - 1, tosses}
        wanted |= {int(tosses / 2 - math.sqrt(tosses)), int(tosses / 2 + math.sqrt(tosses) / 2)}
        term, total = 1, 0
        for heads in range(-1, tosses + 1):
            if heads >= 0:
                total += term
                term = term * (tosses - heads) // (heads + 1)
            if heads in wanted:
                log_probability = log_of_integer_ratio(total, tosses) if total else None
                near = stats.binom.cdf(heads, tosses, 0.5)
                if near > 1e-300:
                    assert math.isclose(math.exp(log_probability), near, rel_tol=1e-9)
                cases.append({"heads": heads, "tosses": tosses, "log": log_probability})
    return cases


def samples(generator):
    yield np.array([3.25])
    yield np.array([2.0, -1.0])
    yield np.round(generator.normal(size=30), 1)  # ties
    for size in (5, 6, 12, 17, 101):
        yield generator.normal(size=size)
        yield np.exp(generator.normal(size=size)) - 1


def statistics(generator):
    cases = []
    for values in samples(generator):
        nonzero = values[values != 0]
        case = {
            "values": values.tolist(),
            "median": float(np.median(values)),
            "interquartileRange": float(stats.iqr(values)),
            "quantiles": [
                {"fraction": fraction, "value": float(np.quantile(values, fraction))}
                for fraction in (0.0, 0.05, 0.25, 1 / 3, 0.5, 0.95, 1.0)
            ],
            "signTest": float(
                stats.binomtest(int(np.sum(nonzero > 0)), len(nonzero), 0.5).pvalue
            ),
            "intervals": [],
            "studentTIntervals": [],
            "studentTTest": (
                float(stats.ttest_1samp(values, 0).pvalue) if len(values) > 1 else None
            ),
        }
        for confidence in (0.6, 0.9, 0.95, 0.99):
            interval = None
            bounds = stats.quantile_test(values, p=0.5).confidence_interval(confidence)
            if not np.isnan(bounds.low) and not np.isnan(bounds.high):
                cut = int(stats.binom.ppf((1 - confidence) / 2, len(values), 0.5)) - 1
                interval = {
                    "lower": float(bounds.low),
                    "upper": float(bounds.high),
                    "coverage": float(1 - 2 * stats.binom.cdf(cut, len(values), 0.5)),
                }
            case["intervals"].append({"confidence": confidence, "interval": interval})
            if len(values) > 1:
                normal = stats.ttest_1samp(values, 0).confidence_interval(confidence)
                case["studentTIntervals"].append({
                    "confidence": confidence,
                    "lower": float(normal.low),
                    "upper": float(normal.high),
                })
        cases.append(case)
    return cases


def student_t():
    return [
        {
            "confidence": confidence,
            "degreesOfFreedom": degrees,
            "t": float(stats.t.ppf((1 + confidence) / 2, degrees)),
        }
        for degrees in (1, 2, 3, 4, 5, 6, 9, 40, 101)
        for confidence in (0.01, 0.5, 0.95, 0.975, 0.999)
    ]


def false_discovery(generator):
    cases = []
    for p_values in (
        np.array([0.04]),
        np.array([0.01, 0.04, 0.03, 0.02, 1.0]),
        np.array([0.5, 0.5, 0.001, 0.5]),
        generator.uniform(size=40) ** 3,
    ):
        adjusted = stats.false_discovery_control(p_values, method="bh")
        cases.append({"pValues": p_values.tolist(), "adjusted": adjusted.tolist()})
    return cases


def medians_by(key, groups):
    members = {}
    for group, value in groups.items():
        members.setdefault(key(group), []).append(value)
    return [np.median(values) for values in members.values()]


def spread_of_processes(medians, confidence):
    """What an interval must hold for the processes' sake."""
    if len(medians) < 2:
        return []
    within = stats.quantile_test(medians, p=0.5).confidence_interval(confidence)
    if not np.isnan(within.low) and not np.isnan(within.high):
        return [within.low, within.high]
    normal = stats.ttest_1samp(medians, 0).confidence_interval(confidence)
    return [*medians, normal.low, normal.high]


def paired_interval(groups):
    """Of a quantity's medians by (process, layout, block)."""
    values = np.array(list(groups.values()))
    bounds = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    of_processes = medians_by(lambda group: group[0], groups)
    of_layouts = medians_by(lambda group: group[1], groups)
    held = spread_of_processes(of_processes, 0.95) + of_layouts
    p_value = 1.0
    if len(of_processes) > 1:
        p_value = max(
            stats.binomtest(int(np.sum(values > 0)), len(values), 0.5).pvalue,
            stats.ttest_1samp(of_processes, 0).pvalue,
        )
    return {
        "median": float(np.median(values)),
        "lower": float(min([bounds.low, *held])),
        "upper": float(max([bounds.high, *held])),
        "replicates": len(values),
        "pDifference": float(p_value),
    }


def by_layout(groups):
    """Each layout's median and interval; together the intervals hold at 95 %."""
    layouts = sorted({group[1] for group in groups})
    confidence = 1 - 0.05 / len(layouts)
    result = []
    for layout in layouts:
        own = {group: value for group, value in groups.items() if group[1] == layout}
        values = list(own.values())
        bounds = stats.quantile_test(values, p=0.5).confidence_interval(confidence)
        ends = spread_of_processes(medians_by(lambda group: group[0], own), confidence)
        if not np.isnan(bounds.low) and not np.isnan(bounds.high):
            ends = [*ends, bounds.low, bounds.high]
        result.append({
            "median": float(np.median(values)),
            "lower": float(min(ends)) if ends else None,
            "upper": float(max(ends)) if ends else None,
        })
    return result


def estimates(generator):
    cases = []
    for processes, layouts, blocks, rounds, deviation in (
        (1, 1, 12, 5, 0.0),
        (3, 2, 2, 3, 0.0),
        (3, 2, 2, 3, 0.05),
        (4, 3, 2, 4, 0.02),
        (10, 2, 1, 3, 0.05),
        (2, 1, 6, 3, 0.05),
        (5, 1, 3, 3, 0.05),
        (6, 4, 1, 3, 0.003),
        (1, 4, 3, 3, 0.0),
    ):
        rows = []
        logs, differences, in_cycles = {}, {}, {}
        for process in range(processes):
            of_process = generator.normal(scale=deviation) if deviation else 0.0
            cycle = 0.25 + 0.01 * process
            for layout in range(layouts):
                of_layout = generator.normal(scale=deviation) if deviation else 0.0
                for block in range(blocks):
                    baseline = 2 + generator.normal(scale=0.05, size=rounds)
                    arm = baseline * np.exp(
                        0.004 + of_process + of_layout + generator.normal(scale=0.01, size=rounds)
                    )
                    cycles = cycle * np.exp(generator.normal(scale=0.02, size=rounds))
                    key = (process, layout, block)
                    logs[key] = np.median(np.log(arm / baseline))
                    differences[key] = np.median(arm - baseline)
                    in_cycles[key] = np.median((arm - baseline) / cycles)
                    rows += [
                        {
                            "process": process, "layout": layout, "block": block,
                            "armTime": float(a), "baselineTime": float(b), "cycle": float(c),
                        }
                        for a, b, c in zip(arm, baseline, cycles)
                    ]
        cases.append({
            "rounds": rows,
            "logRatio": paired_interval(logs),
            "nanoseconds": paired_interval(differences),
            "cycles": paired_interval(in_cycles),
            "byLayout": by_layout(logs),
        })
    return cases


def mix(value):
    """SplitMix64's output for the state before `value`; from splitmix64.c at prng.di.unimi.it."""
    z = (value + 0x9E3779B97F4A7C15) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def xoshiro256starstar(state, count):
    """From xoshiro256starstar.c at prng.di.unimi.it."""
    s = list(state)

    def rotl(x, k):
        return ((x << k) | (x >> (64 - k))) & WORD

    result = []
    for _ in range(count):
        result.append((rotl((s[1] * 5) & WORD, 7) * 9) & WORD)
        t = (s[1] << 17) & WORD
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
    return result


def seeded(seed, count=8):
    state = [mix((seed + i * 0x9E3779B97F4A7C15) & WORD) for i in range(4)]
    return xoshiro256starstar(state, count)


def child(key, label):
    return mix(mix(key) ^ label)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & WORD
    return value


def generators():
    name = "größe"
    named = child(child(7, len(name.encode())), fnv1a(name))
    return {
        "splitMix64": [mix((1234567 + i * 0x9E3779B97F4A7C15) & WORD) for i in range(5)],
        "xoshiro256StarStar": xoshiro256starstar((1, 2, 3, 4), 10),
        "seed7": seeded(7),
        "seed7Stream1Stream2": seeded(child(child(7, 1), 2)),
        "seed7StreamNamed": seeded(named),
    }


def contaminated_median():
    """The median of a standard normal to which, once in ten, an exponential of mean 10 is added."""
    def cdf(x):
        return 0.9 * stats.norm.cdf(x) + 0.1 * stats.exponnorm.cdf(x, 10)
    return brentq(lambda x: cdf(x) - 0.5, -1, 1, xtol=1e-15)


def main():
    generator = np.random.default_rng(20260131)
    json.dump(
        {
            "binomialTails": binomial_tails(),
            "statistics": statistics(generator),
            "studentT": student_t(),
            "falseDiscovery": false_discovery(generator),
            "estimates": estimates(generator),
            "generators": generators(),
            "contaminatedMedian": contaminated_median(),
        },
        sys.stdout,
        indent=1,
        allow_nan=False,
    )
    print()


if __name__ == "__main__":
    main()
