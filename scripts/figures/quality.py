"""Whether a run can be believed: the same code twice, planted slow-downs, and drift."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from figures.style import DIM, INK, MARGIN, ROLE_STYLES, SMALL, WIDTH, Canvas, Words, key
from figures.words import calls, nanoseconds, pages, percent, place
from run_directory import Run

HEIGHT, LEFT, GAP, ABOVE, BELOW = 2.0, 0.55, 0.62, 0.45, 0.42
FEWEST_TWINS = 5
BINS = 41


def draw(run: Run) -> Figure | None:
    """A histogram of the twins, what was found of what was planted, the cell that drifts most."""
    drifting = most_drifting(run.frame)
    twins, drift = read_samples(run, drifting)
    steps = run.says("sensitivity", "steps") or []
    plots: list[tuple[str, Any]] = []
    if len(twins) >= FEWEST_TWINS:
        plots.append(("twins", twins))
    if len(steps) > 1:
        plots.append(("planted", steps))
    if drifting is not None and len(drift):
        plots.append(("drift", drift))
    if not plots:
        return None
    cells = run.frame["cell"].nunique()
    words = Words(
        "Can this run be believed?",
        [f"{run.machine} · {cells} cells, {run.effort}"],
        run.origin,
    )
    canvas = Canvas(words, ABOVE + HEIGHT + BELOW)
    width = (WIDTH - LEFT - MARGIN + GAP) / 3 - GAP
    for index, (name, data) in enumerate(plots):
        axes = canvas.axes(LEFT + index * (width + GAP), ABOVE, width, HEIGHT, gid=f"panel: {name}")
        if name == "twins":
            draw_twins(axes, data)
        elif name == "planted":
            draw_planted(axes, data)
        else:
            draw_drift(axes, data, drifting)
    return canvas.figure


# Samples


def most_drifting(frame: pd.DataFrame) -> pd.Series | None:
    """The row of old or new code whose time moved most while it was measured."""
    rows = frame[frame["role"].isin(list(ROLE_STYLES)) & (frame["threads"] == 1)]
    rows = rows.dropna(subset=["drift"])
    return None if rows.empty else rows.loc[rows["drift"].abs().idxmax()]


def read_samples(run: Run, drifting: pd.Series | None) -> tuple[pd.Series, pd.DataFrame]:
    """The ratio of each cell's twin to its baseline, and the blocks of the cell that drifts most.

    Ratios are medians over groups of rounds, as the run's own are.
    """
    twins, drift = [], []
    for part in run.samples():
        if drifting is not None:
            arms = [drifting["arm"], drifting["baseline"]]
            here = (part["cell"] == drifting["cell"]) & part["arm"].isin(arms)
            drift.append(part[here & part["part"].isin(["baseline", "arm"])])
        twins.append(part[part["part"].isin(["baseline", "twin"])])
    if not twins:
        return pd.Series(dtype=float), pd.DataFrame()
    return twin_ratios(pd.concat(twins), run.frame), pd.concat(drift) if drift else pd.DataFrame()


def twin_ratios(samples: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """Of the cells that have rows: the self-test's are none."""
    samples = samples[samples["cell"].isin(frame["cell"])]
    place = ["cell", "process", "block", "round"]
    times = samples.assign(time=samples["elapsed_ns"] / samples["iterations"])
    of_part = times.drop_duplicates([*place, "part"]).set_index([*place, "part"])["time"].unstack()
    layouts = times[times["part"] == "baseline"].drop_duplicates(place).set_index(place)["layout"]
    if not {"baseline", "twin"} <= set(of_part):
        return pd.Series(dtype=float)
    logs = np.log(of_part["twin"] / of_part["baseline"]).dropna()
    rounds = pd.DataFrame({"log": logs, "layout": layouts}).dropna().reset_index()
    groups = rounds.groupby(["cell", "process", "layout", "block"])["log"].median()
    return np.exp(groups.groupby("cell").median())


# Plots


def draw_twins(axes: Axes, ratios: pd.Series) -> None:
    off = 100 * (ratios - 1)
    bound = off.abs().quantile(0.95)
    reach = min(off.abs().max(), max(3 * bound, 0.1)) * 1.02
    edges = np.linspace(-reach, reach, BINS + 1)
    counts = axes.hist(off, bins=edges, color="#8A8A8A", linewidth=0)[0]
    axes.set_ylim(0, counts.max() * 1.3)
    axes.set_xlim(-reach, reach)
    for side in (-bound, bound):
        axes.axvline(side, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.text(0.02, 0.99, f"95 % of {len(off)} cells\nwithin ±{bound:.2g} %", fontsize=SMALL,
              transform=axes.transAxes, va="top")  # fmt: skip
    beyond = off[off.abs() > reach]
    if len(beyond):
        worst = beyond.loc[beyond.abs().idxmax()]
        axes.text(0.98, 0.99, f"{len(beyond)} not shown,\nto {worst:+.2g} %", fontsize=SMALL,
                  transform=axes.transAxes, va="top", ha="right")  # fmt: skip
    axes.set_title("the same code twice: the noise", pad=8)
    axes.set_xlabel("difference of the A/A twin, %")
    axes.set_ylabel("cells")


def draw_planted(axes: Axes, steps: list[dict[str, Any]]) -> None:
    planted = [100 * step["planted"] for step in steps]
    found = [max(100 * step["measured"], 0) for step in steps]
    positive = [value for value in planted + found if value > 0]
    low, high = min(positive) / 1.6, max(positive) * 1.6
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.plot([low, high], [low, high], color=INK, linewidth=0.8, zorder=1)
    for step, x, y in zip(steps, planted, found):
        style = {"marker": "o", "color": "#004E8A", "linestyle": "", "markersize": 6}
        style["markerfacecolor"] = "#004E8A" if step["resolved"] else "white"
        axes.plot([x], [max(y, low)], **style, clip_on=False, zorder=3)[0].set_gid(
            f"planted: {'found' if step['resolved'] else 'not found'}"
        )
    smallest = smallest_found(steps)
    words = "none was found" if smallest is None else f"{percent(smallest)} was found"
    if not all(step["resolved"] for step in steps):
        words += "\nhollow: not found"
    axes.text(0.02, 0.99, words, transform=axes.transAxes, va="top", fontsize=SMALL)
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_title("planted slow-downs", pad=8)
    axes.set_xlabel("planted, %")
    axes.set_ylabel("measured, %")


def smallest_found(steps: list[dict[str, Any]]) -> float | None:
    """The smallest that was found together with all larger ones."""
    smallest = None
    for step in sorted(steps, key=lambda step: -step["planted"]):
        if not step["resolved"]:
            break
        smallest = step["planted"]
    return smallest


def draw_drift(axes: Axes, samples: pd.DataFrame, row: pd.Series) -> None:
    """The times of old and new in the order of rounds, process after process."""
    samples = samples.assign(ns=samples["elapsed_ns"] / samples["iterations"])
    samples = samples.sort_values(["process", "round"], kind="stable")
    rounds = samples[["process", "round"]].drop_duplicates().reset_index(drop=True)
    rounds["place"] = rounds.index
    samples = samples.merge(rounds, on=["process", "round"])
    starts = rounds.groupby("process")["place"].min().iloc[1:]
    for start in starts:
        axes.axvline(start - 0.5, color="#DDDDDD", linewidth=0.8, zorder=1)
    top = samples["ns"].quantile(0.99) * 1.1
    bottom = samples["ns"].min() / 1.1
    shown = [(row["arm"], row["role"])]
    if row["arm"] != row["baseline"]:
        shown.append((row["baseline"], "old"))
    for arm, role in shown:
        points = samples[samples["arm"] == arm]
        style: dict[str, Any] = ROLE_STYLES[role] | {"markersize": 2.2, "linestyle": ""}
        many = len(points) > 300
        axes.plot(points["place"], points["ns"], **style, alpha=0.5 if many else 1,
                  rasterized=many, markeredgewidth=0)[0].set_gid(f"points: {arm}")  # fmt: skip
        axes.annotate(role, (1, points["ns"].median()), (-2, 0), ("axes fraction", "data"),
                      "offset points", color=style["color"], fontweight="bold", ha="right",
                      va="center")  # fmt: skip
    axes.set_ylim(bottom, top)
    axes.set_xlim(-1, len(rounds))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: nanoseconds(value)))
    axes.set_title(f"most drift: {percent(row['drift'])}", pad=8)
    axes.set_xlabel(f"rounds of {rounds['process'].nunique()} processes")
    axes.set_ylabel("ns")
