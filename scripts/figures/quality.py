"""Whether a run can be believed: the same code twice, planted slow-downs, and drift."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from figures.samples import most_drifting, read_samples
from figures.style import INK, MARGIN, ROLE_STYLES, SMALL, WIDTH, Canvas, Words
from figures.words import pages, percent, place, signed_percent
from run_directory import Run

HEIGHT, LEFT, GAP, ABOVE, BELOW = 2.0, 0.55, 0.62, 0.36, 0.68
POINTS = 120  # of an arm
FEWEST_TWINS = 5
BINS = 41


def draw(run: Run) -> Figure | None:
    """A histogram of the twins, what was found of what was planted, the cell that drifts most."""
    drifting = most_drifting(run.frame)
    twins, drift = read_samples(run, drifting)
    steps = run.planted
    plots: list[tuple[str, Any]] = []
    if len(twins) >= FEWEST_TWINS:
        plots.append(("twins", twins))
    if len(steps) > 1:
        plots.append(("planted", steps))
    if len(drift):
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
            where = canvas.in_lines(whereabouts(drifting.iloc[0]), width)
            draw_drift(axes, data, drifting, where)
    return canvas.figure


def draw_twins(axes: Axes, ratios: pd.Series) -> None:
    off = 100 * (ratios - 1)
    bound = off.abs().quantile(0.95)
    reach = max(min(off.abs().max(), max(3 * bound, 0.1)) * 1.02, 0.01)
    edges = np.linspace(-reach, reach, BINS + 1)
    counts = axes.hist(off, bins=edges, color="#8A8A8A", linewidth=0)[0]
    axes.set_ylim(0, counts.max() * 1.25)
    axes.set_xlim(-reach, reach)
    for side in (-bound, bound):
        axes.axvline(side, 0, 0.8, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.text(
        0.02,
        0.99,
        f"95 % of {len(off)} cells\nwithin ±{bound:.2g} %",
        fontsize=SMALL,
        transform=axes.transAxes,
        va="top",
    )
    beyond = off[off.abs() > reach]
    if len(beyond):
        worst = beyond.loc[beyond.abs().idxmax()]
        axes.text(
            0.98,
            0.99,
            f"{len(beyond)} not shown,\nto {signed_percent(worst / 100)}",
            fontsize=SMALL,
            transform=axes.transAxes,
            va="top",
            ha="right",
        )
    axes.set_title("the same code twice: the noise", pad=6)
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
    words = "none was found" if smallest is None else f"least that was found: {percent(smallest)}"
    if not all(step["resolved"] for step in steps):
        words += "\nhollow: not found"
    axes.text(0.02, 0.99, words, transform=axes.transAxes, va="top", fontsize=SMALL)
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_title("planted slow-downs", pad=6)
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


def whereabouts(row: pd.Series) -> str:
    """ "tails of order 9, HVO on, these folios, 32 MiB" """
    return f"{pages(row)} of order {row['order']:g}, {place(row).replace(' of struct pages', '')}"


def draw_drift(axes: Axes, samples: pd.DataFrame, rows: pd.DataFrame, where: str) -> None:
    """The times of old and new in the order of rounds, process after process."""
    samples = samples.assign(ns=samples["elapsed_ns"] / samples["iterations"])
    rounds = samples.groupby("process")["round"].transform("max") + 1
    points = min(max(POINTS // samples["process"].nunique(), 4), int(rounds.max()))
    samples["step"] = samples["round"] * points // rounds
    steps = samples.groupby(["arm", "process", "step"])["ns"].median().reset_index()
    processes = sorted(steps["process"].unique())
    steps["place"] = steps["process"].map(processes.index) * points + steps["step"]
    for number in range(1, len(processes)):
        axes.axvline(number * points - 0.5, color="#DDDDDD", linewidth=0.8, zorder=1)
    for index, (role, style) in enumerate(ROLE_STYLES.items()):
        of_arm = steps[steps["arm"] == rows.loc[rows["role"] == role, "arm"].iloc[0]]
        size: dict[str, Any] = {"markersize": 2.6, "linestyle": "", "zorder": 3}
        axes.plot(of_arm["place"], of_arm["ns"], **style | size)[0].set_gid(f"points: {role}")
        axes.annotate(
            role,
            (0, 1),
            (4 + 26 * index, -2),
            "axes fraction",
            "offset points",
            color=style["color"],
            fontweight="bold",
            va="top",
        )
    low, high = steps["ns"].min(), steps["ns"].max()
    axes.set_ylim(low - 0.05 * (high - low), high + 0.18 * (high - low))
    axes.set_xlim(-1, len(processes) * points)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_major_locator(FixedLocator([]))
    row = rows.iloc[0]
    what = f"{row['operation']}, {row['mode']}"
    axes.set_title(f"most drift: {signed_percent(row['drift'])}", pad=6)
    axes.set_xlabel(f"rounds of {len(processes)} processes\n{what}\n{where}")
    axes.set_ylabel("ns")
