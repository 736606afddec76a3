"""A list of ratios: a line each, with its interval, what it says, and the times beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from figures.listing import Listing
from figures.style import DIM, INK, MARGIN, MARKS, SMALL, TITLE, WIDTH, Canvas, Words, bare, key
from figures.words import nanoseconds

PITCH = 0.165  # inches from line to line
GAP = 0.14  # between panels
BELOW = 0.4  # for ticks and the axis' words
APART = 0.3  # inches from tick to tick
FINE_TICKS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 2, 2.5, 3]


class Terms(NamedTuple):
    """What the two sides of a ratio are called."""

    faster: str = "new is faster"
    slower: str = "new is slower"
    times: str = "ns, old → new"


NEW_AND_OLD = Terms()


def draw(rows: pd.DataFrame, panels: list[str], words: Words, terms: Terms = NEW_AND_OLD) -> Figure:
    """Rows have `panel`, `group` and `label`, and are in the order of lines.

    Beside the columns of a ratio and its interval each has a `mark`, `old_ns` and `ns`.
    """
    listing = Listing(rows)
    height = PITCH * listing.length
    # Twice: what text takes is known once there is a figure.
    canvas = Canvas(words, 1)
    left = listing.width(canvas, heading_share=0.6)
    times = canvas.width_of([*map(times_of, rows.to_dict("records")), terms.times], fontsize=SMALL)
    times += 0.1
    width = (WIDTH - MARGIN - left + GAP) / len(panels) - times - GAP
    titles = [canvas.in_lines(panel, width, fontsize=TITLE) for panel in panels]
    above = 0.14 * max(title.count("\n") + 1 for title in titles) + 0.2
    canvas = Canvas(words, above + height + BELOW)
    low, high = limits(rows)
    for index, (panel, title) in enumerate(zip(panels, titles)):
        start = left + index * (width + times + GAP)
        axes = canvas.axes(start, above, width, height, gid=f"panel: {panel}", facecolor="none")
        listing.set_scale(axes)
        axes.set_xscale("log", base=2)
        axes.set_xlim(low, high)
        draw_panel(axes, rows[rows["panel"] == panel], listing.places)
        set_ticks(axes, low, high, width)
        axes.set_title(title, pad=4)
        upper = {"xytext": (0, 4), "textcoords": "offset points", "va": "bottom"}
        axes.annotate(
            terms.times,
            (1 + times / width, 1),
            xycoords="axes fraction",
            ha="right",
            fontsize=SMALL,
            color=DIM,
            **upper,
        )
        below = -0.24 / height
        for x, align, text in ((0, "left", f"← {terms.faster}"), (1, "right", f"{terms.slower} →")):
            axes.text(x, below, text, transform=axes.transAxes, ha=align, va="top", color=DIM)
        if index == 0:
            listing.draw_labels(axes)
            listing.draw_rules(axes)
    entries = [(MARKS[mark], text) for mark, text in key_words(rows, terms).items()]
    key(canvas, 0.25, entries, WIDTH - MARGIN)
    return canvas.figure


def key_words(rows: pd.DataFrame, terms: Terms) -> dict[str, str]:
    """Of the marks that are there."""
    margin = rows["margin"].max()
    same = "the same" if math.isnan(margin) else f"same within {100 * margin:g} %"
    words = {"faster": terms.faster.split()[-1], "slower": terms.slower.split()[-1]}
    words |= {"same": same, "unresolved": "not resolved"}
    return {mark: text for mark, text in words.items() if mark in set(rows["mark"])}


def draw_panel(axes: Axes, rows: pd.DataFrame, places: dict[tuple[str, str], float]) -> None:
    axes.axvline(1, color=INK, linewidth=0.9, zorder=1)
    for mark, style in MARKS.items():
        points = rows[rows["mark"] == mark]
        if points.empty:
            continue
        y = [places[key] for key in zip(points["group"], points["label"])]
        x = points["ratio"]
        bars = [(x - points["ratio_lo"]).clip(lower=0), (points["ratio_hi"] - x).clip(lower=0)]
        bars = [bar.fillna(0) for bar in bars]
        line = axes.errorbar(x, y, xerr=bars, linestyle="", elinewidth=1.1, zorder=3, **style)[0]
        line.set_gid(f"points: {mark}")
    for _, row in rows.iterrows():
        axes.annotate(
            times_of(row.to_dict()),
            (1, places[row["group"], row["label"]]),
            (6, 0),
            ("axes fraction", "data"),
            "offset points",
            fontsize=SMALL,
            va="center",
            annotation_clip=False,
        )


def times_of(row: Mapping[str, Any]) -> str:
    """ "0.19 → 0.38" """
    return f"{nanoseconds(row['old_ns'])} → {nanoseconds(row['ns'])}"


def limits(rows: pd.DataFrame) -> tuple[float, float]:
    ends = rows[["ratio", "ratio_lo", "ratio_hi"]].stack()
    low, high = min(ends.min(), 0.9), max(ends.max(), 1.1)
    room = (high / low) ** 0.05
    return low / room, high * room


def set_ticks(axes: Axes, low: float, high: float, width: float) -> None:
    """Powers of two, or finer where they would be too few; as many as have room beside 1."""
    octaves = math.log2(high / low)
    ticks = FINE_TICKS if octaves < 2.2 else [2.0**power for power in range(-12, 13)]
    shown = {1.0}
    for side in (ticks, ticks[::-1]):
        last = 1.0
        for tick in side:
            is_beyond = last < tick <= high if side is ticks else low <= tick < last
            if is_beyond and abs(math.log2(tick / last)) / octaves * width >= APART:
                shown.add(tick)
                last = tick
    axes.xaxis.set_major_locator(FixedLocator(sorted(shown)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: ratio_words(value)))
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    bare(axes, "left")
    axes.tick_params(axis="y", labelleft=False)


def ratio_words(value: float) -> str:
    """ "1/8", "0.7", "1", "2×" """
    power = round(math.log2(value))
    if value < 1 and math.isclose(value, 2.0**power):
        return f"1/{2**-power}"
    return f"{value:g}" if value <= 1 else f"{value:g}×"
