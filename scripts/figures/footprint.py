"""Times over the number of folios that are walked."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from figures import cells
from figures.style import DIM, MARGIN, NEW, OLD, SMALL, WIDTH, Canvas, Words
from figures.words import calls, nanoseconds, pages, size_words
from run_directory import Run

HEIGHT, LEFT, ABOVE, BELOW = 3.3, 0.62, 0.4, 0.5
PITCH = 0.17  # inches between the labels of lines
MAPPINGS = {"4k": "4 KiB", "2m": "2 MiB"}
CACHES = {1: "L1d", 2: "L2", 3: "L3"}


class Line(NamedTuple):
    label: str
    points: pd.DataFrame
    style: dict[str, Any]


def draw(run: Run) -> Figure | None:
    """Old and new under HVO, and the old code without it, as mapped; a plot for each mode."""
    compared = cells.main_rows(run.frame)
    compared = cells.main_modes(cells.local(compared))
    compared = compared[cells.spans_footprints(compared)]
    if compared.empty:
        return None
    kinds = list(
        compared.groupby(
            ["mode", "page_class", "mix", "predictability", "order"], sort=False, dropna=False
        )
    )
    plots = [(rows, lines_of(run, rows)) for _, rows in kinds]
    new, old = cells.kernels(compared, run.frame)
    first = compared.iloc[0]
    words = Words(
        f"{first['operation']}(): time by the number of folios walked",
        [
            f"new: {new} · old: {old}",
            f"{run.machine} · median and interquartile range over {run.effort}",
        ],
        run.origin,
    )
    height = ABOVE + HEIGHT + BELOW
    canvas = Canvas(words, height * len(plots))
    labels = [label_of(line) for _, lines in plots for line in lines]
    right = canvas.width_of(labels) + 0.14 + MARGIN
    for index, (rows, lines) in enumerate(plots):
        place = (LEFT, index * height + ABOVE, WIDTH - LEFT - right, HEIGHT)
        axes = canvas.axes(*place, gid=f"panel: {rows['mode'].iloc[0]}")
        draw_plot(axes, rows, lines)
        draw_caches(axes, caches(run, lines))
    return canvas.figure


def lines_of(run: Run, rows: pd.DataFrame) -> list[Line]:
    """The lines of a plot; a state of HVO that there is none of has none."""
    frame = run.frame
    times = frame[frame["cell"].isin(rows["cell"]) & frame["ns_per_op"].notna()]
    times = times.sort_values("huge_pages")
    old = times[times["arm"] == rows["baseline"].iloc[0]]
    new = times[times["arm"] == rows["arm"].iloc[0]]
    size: dict[str, Any] = {"markersize": 4.5, "linewidth": 1.6}
    lines = [
        Line("old, HVO on", old[old["hvo"] == "on"], OLD | size),
        Line("new, HVO on", new[new["hvo"] == "on"], NEW | size),
    ]
    off = old[old["hvo"] == "off"]
    for mapping, style in (("4k", ":"), ("2m", "--")):
        mapped = f"old, no HVO, {MAPPINGS[mapping]} mapping"
        grey = {"color": "#8A8A8A", "linestyle": style, "linewidth": 1.4}
        lines.append(Line(mapped, off[off["mapping"] == mapping], grey))
    return [line for line in lines if not line.points.empty]


def label_of(line: Line) -> str:
    return f"{line.label}: {nanoseconds(line.points['ns_per_op'].iloc[-1])} ns"


def draw_plot(axes: Axes, rows: pd.DataFrame, lines: list[Line]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    for line in lines:
        x, y = line.points["huge_pages"], line.points["ns_per_op"]
        half = line.points["ns_iqr"].fillna(0) / 2
        low = (y - half).clip(lower=line.points["ns_min"])
        axes.plot(x, y, **line.style, zorder=3)[0].set_gid(f"points: {line.label}")
        color = line.style["color"]
        axes.fill_between(x, low, y + half, color=color, alpha=0.17, linewidth=0, zorder=2)
    points = pd.concat([line.points for line in lines])
    times, counts = points["ns_per_op"], points["huge_pages"]
    axes.set_ylim(times.min() / 2.2, times.max() * 1.35)
    axes.set_xlim(counts.min() / 1.3, counts.max() * 1.3)
    axes.yaxis.set_major_locator(LogLocator(base=2, numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_major_locator(FixedLocator(far_apart(sorted(counts.unique()))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    row = rows.iloc[0]
    axes.set_title(f"{pages(row)}, {calls(row)}", pad=6)
    axes.set_xlabel(f"folios of order {row['order']:g} that are walked")
    axes.set_ylabel("ns per call")
    draw_labels(axes, lines)


def far_apart(counts: list[float]) -> list[float]:
    """Those that are a factor of 2.5 apart, the last one among them."""
    shown: list[float] = []
    for count in reversed(counts):
        if not shown or shown[-1] / count >= 2.5:
            shown.append(count)
    return shown


def draw_labels(axes: Axes, lines: list[Line]) -> None:
    """A label beside the last point of each line, moved apart where lines end close together."""
    low, high = (math.log(end) for end in axes.get_ylim())
    pitch = PITCH / HEIGHT
    ends = [(math.log(line.points["ns_per_op"].iloc[-1]) - low) / (high - low) for line in lines]
    order = sorted(range(len(lines)), key=lambda index: ends[index])
    places = spread([ends[index] for index in order], pitch)
    for index, y in zip(order, places):
        axes.annotate(
            label_of(lines[index]),
            (1, y),
            (4, 0),
            "axes fraction",
            "offset points",
            va="center",
            color=darker(lines[index].style["color"]),
            annotation_clip=False,
        )


def spread(places: list[float], pitch: float) -> list[float]:
    """Ascending places with at least `pitch` between them, moved as little as possible."""
    groups = [[place, 1.0] for place in places]  # the middle, and how many
    index = 0
    while index + 1 < len(groups):
        (first, here), (second, there) = groups[index], groups[index + 1]
        if second - first >= pitch * (here + there) / 2 - 1e-12:
            index += 1
            continue
        both = here + there
        groups[index : index + 2] = [[(first * here + second * there) / both, both]]
        index = max(index - 1, 0)
    return [
        middle + pitch * (number - (count - 1) / 2)
        for middle, count in groups
        for number in range(int(count))
    ]


def darker(color: str) -> str:
    """Grey of lines is too faint for words."""
    return DIM if color == "#8A8A8A" else color


def caches(run: Run, lines: list[Line]) -> list[tuple[float, str]]:
    """For how many folios what old tails touch under HVO fills each cache, where a run says it."""
    old = next((line.points for line in lines if line.label == "old, HVO on"), None)
    each = math.nan if old is None else (old["touched_bytes"] / old["huge_pages"]).median()
    return [
        (cache["bytes"] / each, f"{CACHES[cache['level']]}, {size_words(cache['bytes'])}")
        for cache in run.caches
        if each > 0 and cache["level"] in CACHES and cache["type"] != "Instruction"
    ]


def draw_caches(axes: Axes, found: list[tuple[float, str]]) -> None:
    low, high = axes.get_xlim()
    seen = [(count, name) for count, name in found if low < count < high]
    for index, (count, name) in enumerate(seen):
        axes.axvline(count, color="#BBBBBB", linewidth=0.9, zorder=1).set_gid(f"cache: {name}")
        words = f"old tails fill\n{name}" if index == 0 else name
        axes.annotate(
            words,
            (count, 0),
            (3, 4),
            ("data", "axes fraction"),
            "offset points",
            fontsize=SMALL,
            color="#5A5A5A",
            bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8},
        )
