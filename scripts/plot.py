#!/usr/bin/env python3
"""Draws a run's summary.csv: ratio-by-order, ns-by-order and ratio-overview, as PNG and SVG.

Each operation and footprint has figures of its own. A run over many footprints has ns-by-footprint
instead, one over several NUMA nodes ratio-by-node and ns-by-node besides; one that had a single
node to measure on has ratio-by-node of latencies, with a gap. What was not measured makes no point.
Exit status: 64 usage, 65 unreadable or foreign data, 66 no such run, 73 cannot write.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from summary import FIGURE, PANEL, SERIES, RunError, load, spans_footprints

# Okabe and Ito's palette, which colour-blind readers can tell apart: old encodings warm, new cool.
COLOURS = {"pointer": "#000000", "fakehead": "#882255"}
COLOURS.update({"fakehead_off": "#E69F00", "fakehead_on": "#D55E00"})
COLOURS.update({"mask": "#0072B2", "mask_branchy": "#56B4E9"})
COLOURS.update({"memdesc": "#009E73", "memdesc_32": "#CC79A7"})
OTHER_COLOURS = ["#999933", "#AA4499", "#44AA99"]
# Arms that are there to check another one; a figure of few lines goes without, as without pointers.
CONTROLS = ["fakehead_off", "fakehead_on", "mask_branchy"]
GREY = "#DDDDDD"
MARKERS = {"off": "o", "elsewhere": "s", "on": "^"}
LINES = ["-", "--", ":", "-."]
VERDICTS: dict[str, dict[str, Any]] = {
    "faster": {"marker": "v", "color": "#0072B2"},
    "same": {"marker": "o", "color": "#000000"},
    "slower": {"marker": "^", "color": "#D55E00"},
    "unresolved": {"marker": "o", "color": "#888888", "markerfacecolor": "white"},
}
CLASSES = ["order-0", "head", "fakehead", "tail", "mix"]

WIDTH = 9.0  # inches: in a README column, 9 pt type is then about 12 pixels high
MAX_COLUMNS = 6
MAX_FOREST_ROWS = 60
MAX_HEAT_MAPS = 24

# What tells two lines of a figure by footprint apart.
FOOTPRINT_LINES = ["encoding", "is_baseline", "hvo", "mapping"]
MAPPINGS = {"4k": ("4 KiB mappings", "#777777"), "2m": ("2 MiB mappings", "#000000")}
NODES = ["cpu_node", "memory_node"]
NOT_MEASURED = {"facecolor": "white", "edgecolor": "#999999", "hatch": "////"}
# What a run says it lacks on a machine with one node, and how its column is named.
REMOTE_CELLS = "struct pages and templates on another node"
ANOTHER_NODE = "another"

Styles = dict[tuple[str, ...], dict[str, Any]]
Groups = list[tuple[Any, pd.DataFrame]]


class Measure(NamedTuple):
    """A column drawn by order, its interval, and the grey box behind each of its points."""

    value: str
    interval: tuple[str, str]
    grey: tuple[str, str]
    grey_label: str
    title: str
    axis: str
    unit: str


RATIO = Measure(
    value="ratio",
    interval=("ratio_lo", "ratio_hi"),
    grey=("null_lo", "null_hi"),
    grey_label="noise floor (A/A twin)",
    title="ratio of times per operation, arm / baseline",
    axis="←  faster        slower  →",
    unit="×",
)
NANOSECONDS = Measure(
    value="ns_per_op",
    interval=("ns_low", "ns_high"),
    grey=("null_loop_from", "null_loop"),
    grey_label="the empty loop",
    title="time per operation, median and interquartile range",
    axis="ns per operation",
    unit="",
)


def grouped(frame: pd.DataFrame, columns: list[str]) -> Groups:
    return list(frame.groupby(columns, sort=False, dropna=False))


def panel_rank(key: tuple[str, float, str]) -> tuple:
    return ([*CLASSES, key[0]].index(key[0]), *key)


def panel_label(page_class: str, mix: float, predictability: str) -> str:
    label = {"order-0": "order 0", "fakehead": "fake head"}.get(page_class, page_class)
    label += f", {mix:g} % tails" if page_class == "mix" and not math.isnan(mix) else ""
    return label + (f",\n{predictability}" if predictability not in ("", "uniform") else "")


def series_styles(frame: pd.DataFrame, measure: Measure) -> Styles:
    """Colour tells the encoding, the marker the HVO state, dashes what else there is."""
    unknown = [name for name in frame["encoding"].unique() if name not in COLOURS]
    colours = {name: OTHER_COLOURS[i % len(OTHER_COLOURS)] for i, name in enumerate(unknown)}
    styles: Styles = {}
    for key, _ in grouped(frame, SERIES):
        encoding, baseline, hvo, mapping, template_node = key
        twins = [other for other in styles if (other[0], other[2]) == (encoding, hvo)]
        label = f"{encoding} / {baseline}" if measure is RATIO else encoding
        label += f", HVO {hvo}" if hvo else ""
        label += f", mapped {mapping}, template node {template_node or '-'}" if twins else ""
        styles[key] = {
            "label": label,
            "color": COLOURS.get(encoding) or colours[encoding],
            "marker": MARKERS.get(hvo, "D"),
            "linestyle": LINES[len(twins) % len(LINES)],
        }
    return styles


def by_order(frame: pd.DataFrame, measure: Measure, title: str, footer: str) -> Figure:
    """Small multiples: modes as rows, page classes as columns, a line for each series."""
    styles = series_styles(frame, measure)
    grid: list[tuple[str, Groups]] = []
    for mode, rows in frame.groupby("mode", sort=False):
        panels = sorted(grouped(rows, PANEL), key=lambda panel: panel_rank(panel[0]))
        size = math.ceil(len(panels) / math.ceil(len(panels) / MAX_COLUMNS))
        grid += [(str(mode), panels[i : i + size]) for i in range(0, len(panels), size)]
    figure = Figure()
    outer = figure.add_gridspec(len(grid), 1, hspace=0.4)
    first = None
    for line, (mode, panels) in enumerate(grid):
        widths = [1 + rows["order"].nunique() for _, rows in panels]
        inner = outer[line].subgridspec(1, len(panels), width_ratios=widths, wspace=0.08)
        for column, (key, rows) in enumerate(panels):
            axes = figure.add_subplot(inner[column], sharey=first)
            first = first or axes
            draw_panel(axes, rows, measure, styles)
            set_log_scale(axes, "y", frame, measure)
            axes.set_title(panel_label(*key))
            axes.tick_params(labelleft=column == 0)
            axes.set_xlabel("order" if line == len(grid) - 1 else "")
            axes.set_ylabel(f"{mode}\n{measure.axis}" if column == 0 else "")
    legend: list[Any] = [Line2D([], [], **style) for style in styles.values()]
    if measure is RATIO:
        unresolved = Line2D([], [], linestyle="", marker="o", color="#555555", mfc="white")
        unresolved.set_label("open: unresolved")
        legend.append(unresolved)
    if frame[measure.grey[1]].notna().any():
        legend.append(Patch(color=GREY, label=measure.grey_label))
    finish(figure, 2.2 * len(grid), 0.95, legend, f"{title}\n{measure.title}", footer)
    return figure


def draw_panel(axes: Axes, rows: pd.DataFrame, measure: Measure, styles: Styles) -> None:
    orders = sorted(rows["order"].unique())
    numbered = rows.assign(series=rows.groupby(SERIES, sort=False, dropna=False).ngroup())
    of_order = numbered.groupby("order")["series"]
    slots = of_order.transform("size")
    shifts = (of_order.rank(method="first") - (slots + 1) / 2) * 0.8 / slots
    for key, points in grouped(rows.sort_values("order"), SERIES):
        x = points["order"].map(orders.index) + shifts[points.index]
        y = points[measure.value]
        bottom, top = (points[name] for name in measure.grey)
        axes.bar(x, top - bottom, 0.8 / slots[points.index], bottom, color=GREY, zorder=0)
        line = axes.errorbar(
            x, y, bars(points, measure), **styles[key], markersize=4, linewidth=0.8
        )[0]
        line.set_gid(f"points: {styles[key]['label']}")
        if measure is RATIO:
            line.set_markerfacecolor("white")
            sure = points["verdict"] != "unresolved"
            filled = {**styles[key], "linestyle": "", "zorder": 3}
            axes.plot(x[sure], y[sure], **filled, markersize=4)
    axes.set_xticks(range(len(orders)), [f"{order:g}" for order in orders])
    axes.set_xlim(-0.6, len(orders) - 0.4)


def bars(points: pd.DataFrame, measure: Measure) -> list[pd.Series]:
    """The lengths of the bars below and above each point; none where the interval is unknown."""
    value, (low, high) = points[measure.value], (points[name] for name in measure.interval)
    return [length.clip(lower=0).fillna(0) for length in (value - low, high - value)]


def overviews(frame: pd.DataFrame, title: str, footer: str) -> Iterator[Figure]:
    """Every ratio as a dot with its interval, fastest first, the modes side by side."""
    styles = series_styles(frame, RATIO)
    frame = frame.sort_values("mode", ascending=False, kind="stable")
    cells = frame.groupby([*PANEL, "order", *SERIES], sort=False, dropna=False).ngroup()
    ranks = frame["ratio"].groupby(cells).first().rank(method="first") - 1
    frame = frame.assign(rank=cells.map(ranks)).sort_values("rank")
    modes = sorted(frame["mode"].unique(), reverse=True)
    for start in range(0, len(ranks), MAX_FOREST_ROWS):
        part = frame[frame["rank"].between(start, start + MAX_FOREST_ROWS - 1)]
        named = part.drop_duplicates("rank")
        labels = [forest_label(row, styles) for _, row in named.iterrows()]
        figure = Figure()
        slots = figure.add_gridspec(1, len(modes), wspace=0.06)
        for column, mode in enumerate(modes):
            axes = figure.add_subplot(slots[column])
            draw_forest(axes, part[part["mode"] == mode])
            set_log_scale(axes, "x", frame, RATIO)
            axes.set_yticks(named["rank"], labels)
            axes.set_ylim(part["rank"].max() + 0.6, start - 0.6)
            axes.tick_params(labelleft=column == 0, labelsize=7)
            axes.set_title(mode)
            axes.set_xlabel(RATIO.axis)
        legend: list[Any] = [
            Line2D([], [], label=verdict, **style) for verdict, style in VERDICTS.items()
        ]
        legend.append(Patch(color=GREY, label=RATIO.grey_label))
        height, left = 0.2 + 0.15 * len(labels), 0.25 + 0.053 * max(map(len, labels))
        heading = f"{title}\n{RATIO.title}, sorted by {modes[0]}"
        finish(figure, height, left, legend, heading, footer)
        yield figure


def draw_forest(axes: Axes, rows: pd.DataFrame) -> None:
    noise = rows["null_hi"] - rows["null_lo"]
    axes.barh(rows["rank"], noise, 1, rows["null_lo"], color=GREY, zorder=0)
    for verdict, style in VERDICTS.items():
        points = rows[rows["verdict"] == verdict]
        size: dict[str, Any] = {"linestyle": "", "markersize": 4, "elinewidth": 0.8}
        x, y = points["ratio"], points["rank"]
        line = axes.errorbar(x, y, xerr=bars(points, RATIO), **style, **size)[0]
        line.set_gid(f"points: {verdict}")


def forest_label(row: pd.Series, styles: Styles) -> str:
    page = panel_label(*row[PANEL]).replace("\n", " ")
    page += "" if row["page_class"] == "order-0" else f", order {row['order']:g}"
    return f"{styles[tuple(row[SERIES])]['label']}: {page}"


def set_log_scale(
    axes: Axes, which: Literal["x", "y"], frame: pd.DataFrame, measure: Measure
) -> None:
    shown = frame[[measure.value, *measure.interval]].stack()
    low, high = shown[shown > 0].min() / 1.2, shown.max() * 1.2
    if measure is NANOSECONDS:
        low /= 2  # room for the empty loop
    else:
        low, high = min(low, 0.45), max(high, 2.2)
        line = axes.axhline if which == "y" else axes.axvline
        line(1, color="black", linewidth=0.8, zorder=1)
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low, high)})
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(LogLocator(base=2, numticks=9))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{measure.unit}"))
    axes.grid(axis=which, color="#EEEEEE")
    axes.set_axisbelow(True)


def finish(
    figure: Figure,
    height: float,
    left: float,
    legend: list[Any],
    title: str,
    footer: str,
    above: float = 0.85,
) -> None:
    """Puts title, legend and footer around plots `height` inches high, `left` inches in."""
    longest = max(len(handle.get_label()) for handle in legend)
    columns = min(len(legend), max(1, int(WIDTH / (0.45 + 0.058 * longest))))
    below = 0.75 + 0.19 * math.ceil(len(legend) / columns)
    total = above + height + below
    figure.set_size_inches(WIDTH, total)
    edges = {"left": left / WIDTH, "right": 0.985, "top": 1 - above / total}
    figure.subplots_adjust(**edges, bottom=below / total)
    figure.suptitle(title, y=1 - 0.1 / total, fontsize=10)
    box = figure.legend(handles=legend, loc="lower center", ncol=columns, frameon=False)
    box.set_bbox_to_anchor((0.5, 0.2 / total))
    figure.text(0.01, 0.05 / total, footer, fontsize=6.5, color="#555555")


def by_footprint(frame: pd.DataFrame, title: str, footer: str) -> Figure:
    """Time over the number of huge pages: without HVO as mapped, with HVO by encoding."""
    panels = grouped(frame, ["mode", *PANEL, "order"])
    panels.sort(key=lambda panel: (panel[0][0], panel_rank(panel[0][1:4]), panel[0][4]))
    columns = min(len(panels), 2)
    lines = math.ceil(len(panels) / columns)
    styles = footprint_styles(frame)
    figure = Figure()
    slots = figure.add_gridspec(lines, columns, hspace=0.45, wspace=0.08)
    first = None
    for index, ((mode, *panel, order), rows) in enumerate(panels):
        axes = figure.add_subplot(slots[index // columns, index % columns], sharey=first)
        first = first or axes
        for line, points in grouped(rows.sort_values("huge_pages"), FOOTPRINT_LINES):
            size: dict[str, Any] = {"markersize": 4, "linewidth": 1, "elinewidth": 0.8}
            x, y = points["huge_pages"], points["ns_per_op"]
            length = bars(points, NANOSECONDS)
            drawn = axes.errorbar(x, y, length, **styles[line], **size, capsize=2)[0]
            drawn.set_gid(f"points: {styles[line]['label']}")
        set_log_scale(axes, "y", frame, NANOSECONDS)
        axes.set_xscale("log", base=2)
        axes.set_xlim(rows["huge_pages"].min() / 1.4, rows["huge_pages"].max() * 1.4)
        axes.xaxis.set_major_locator(LogLocator(base=2, numticks=12))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
        axes.set_title(panel_label(*panel).replace("\n", " "))
        axes.set_xlabel(f"huge pages of order {order:g} that are walked")
        axes.set_ylabel(f"{mode}\n{NANOSECONDS.axis}" if index % columns == 0 else "")
        axes.tick_params(labelleft=index % columns == 0)
    legend = [Line2D([], [], **style) for style in styles.values()]
    finish(figure, 3.4 * lines, 0.75, legend, f"{title}\n{NANOSECONDS.title}", footer)
    return figure


def essential(frame: pd.DataFrame) -> pd.DataFrame:
    """The baseline in every state of HVO, and the other encodings with HVO, where they know it."""
    frame = frame.assign(is_baseline=frame["encoding"] == frame["baseline"])
    on = frame["hvo"] == "on"
    # Struct pages that have large mappings beside optimised ones can't be optimised.
    optimised = set(frame.loc[on, "encoding"]) - set(
        frame.loc[on & (frame["mapping"] == "2m"), "encoding"]
    )
    best = on == frame["encoding"].isin(optimised)
    control = frame["encoding"].isin(CONTROLS) | frame["encoding"].str.startswith("pointer")
    return frame[frame["is_baseline"] | (best & ~control)]


def footprint_styles(frame: pd.DataFrame) -> Styles:
    """Without HVO, greys tell the baseline's mappings apart; else colour tells the encoding."""
    keys = [key for key, _ in grouped(frame, FOOTPRINT_LINES)]
    keys.sort(key=lambda key: (key[2] == "on", key[2], key[3] == "2m"))
    unknown = list(dict.fromkeys(key[0] for key in keys if key[0] not in COLOURS))
    others = {name: OTHER_COLOURS[i % len(OTHER_COLOURS)] for i, name in enumerate(unknown)}
    styles: Styles = {}
    for encoding, is_baseline, hvo, mapping in keys:
        mapped, grey = MAPPINGS.get(mapping, (mapping, GREY))
        twins = [key for key in keys if (key[0], key[2]) == (encoding, hvo)]
        label = f"{encoding}, {'HVO' if hvo == 'on' else 'no HVO'}"
        label += f", {mapped}" if hvo != "on" or len(twins) > 1 else ""
        colour = COLOURS.get(encoding) or others[encoding]
        styles[encoding, is_baseline, hvo, mapping] = {
            "label": label,
            "color": grey if is_baseline and hvo != "on" else colour,
            "marker": MARKERS.get(hvo, "D"),
            "linestyle": "-" if hvo == "on" else ":" if mapping == "4k" else "--",
            # Hollow, because what lies on the baseline's points would hide them.
            "markerfacecolor": None if is_baseline or hvo == "on" else "none",
        }
    return styles


def by_node(
    frame: pd.DataFrame, measure: Measure, title: str, footer: str, lacking: list[str]
) -> Iterator[Figure]:
    """Heat maps, CPU node by memory node: one for each arm of each kind of cell.

    `lacking` are memory nodes that the machine does not have.
    """
    nodes = [sorted(frame[name].unique(), key=int) for name in NODES]
    nodes[1] += lacking
    kind = ["mode", *PANEL, "order"]
    panels = grouped(frame, [*kind, "encoding", "baseline", "hvo", "mapping", "template"])
    panels.sort(key=lambda panel: (panel[0][0], panel_rank(panel[0][1:4]), panel[0][4]))
    # Ratios have one scale around 1; times one for each kind of cell, which all its arms share.
    scales = {
        key: (rows[measure.value].min(), rows[measure.value].max())
        for key, rows in grouped(frame, kind)
    }
    farthest = max(frame[measure.value].max(), 1 / frame[measure.value].min(), 1.05)
    for start in range(0, len(panels), MAX_HEAT_MAPS):
        part = panels[start : start + MAX_HEAT_MAPS]
        columns = min(len(part), 4)
        lines = math.ceil(len(part) / columns)
        figure = Figure()
        height, gap = 0.3 + 0.35 * len(nodes[0]), 0.85  # inches, the gap with ticks and a title
        slots = figure.add_gridspec(lines, columns, hspace=gap / height, wspace=0.25)
        for index, (key, rows) in enumerate(part):
            axes = figure.add_subplot(slots[index // columns, index % columns])
            low, high = scales[key[: len(kind)]]
            scale = LogNorm(low, max(high, low * 1.05))
            if measure is RATIO:
                scale = LogNorm(1 / farthest, farthest)
            draw_heat_map(axes, rows, measure, nodes, scale)
            axes.set_title(heat_map_label(key, measure), fontsize=6.5)
            axes.set_ylabel("CPU node" if index % columns == 0 else "")
            axes.set_xlabel("memory node" if index + columns >= len(part) else "")
        legend: list[Any] = [Patch(label="not measured", **NOT_MEASURED)]
        if measure is RATIO:
            legend.append(Line2D([], [], linestyle="", label="?: unresolved"))
        finish(figure, (height + gap) * lines - gap, 0.6, legend, title, footer, above=1.05)
        yield figure


def draw_heat_map(
    axes: Axes, rows: pd.DataFrame, measure: Measure, nodes: list[list[str]], scale: LogNorm
) -> None:
    measured = {(row["cpu_node"], row["memory_node"]): row for _, row in rows.iterrows()}
    grid = [[math.nan] * len(nodes[1]) for _ in nodes[0]]
    for (cpu, memory), row in measured.items():
        grid[nodes[0].index(cpu)][nodes[1].index(memory)] = row[measure.value]
    colours = "PuOr_r" if measure is RATIO else "viridis"
    image = axes.imshow(grid, norm=scale, cmap=colours, aspect="auto")
    for y, cpu in enumerate(nodes[0]):
        for x, memory in enumerate(nodes[1]):
            if (cpu, memory) not in measured:
                gap = Rectangle((x - 0.5, y - 0.5), 1, 1, **NOT_MEASURED)
                gap.set_gid("not measured")
                axes.add_patch(gap)
                continue
            text = f"{grid[y][x]:.2f}" if grid[y][x] < 100 else f"{grid[y][x]:.0f}"
            is_open = measure is RATIO and measured[cpu, memory]["verdict"] == "unresolved"
            text += measure.unit + (" ?" if is_open else "")
            red, green, blue, _ = image.cmap(scale(grid[y][x]))
            colour = "white" if 0.3 * red + 0.6 * green + 0.1 * blue < 0.5 else "black"
            place: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7}
            axes.text(x, y, text, color=colour, **place).set_gid(f"measured: {cpu} {memory}")
    axes.set_xticks(range(len(nodes[1])), nodes[1])
    axes.set_yticks(range(len(nodes[0])), nodes[0])


def heat_map_label(key: tuple, measure: Measure) -> str:
    mode, *panel, order, encoding, baseline, hvo, mapping, template = key
    arm = f"{encoding} / {baseline}" if measure is RATIO else encoding
    cell = f"{mode}, " + panel_label(*panel).replace("\n", " ")
    cell += "" if panel[0] == "order-0" else f", order {order:g}"
    state = [f"HVO {hvo}" if hvo else "", template, mapping]
    return "\n".join([arm, cell, ", ".join(word for word in state if word)])


def footer(run: Path, row: pd.Series) -> str:
    """Machine, commit and run; meta.json, if there, knows the processor and an early end."""
    try:
        meta = json.loads((run / "meta.json").read_text())
        processor, status = meta["machine"].get("cpuModel"), meta["status"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        processor, status = None, "complete"
    parts = [processor, row["machine_key"], f"commit {row['commit'] or 'unknown'}", row["run_id"]]
    parts.append("" if status == "complete" else f"run {status}")
    return "  ·  ".join(part for part in parts if part)


def figures(run: Path) -> Iterator[tuple[str, Figure]]:
    """The figures of a run, each with the name of its file."""
    frame = load(run)
    foot = footer(run, frame.iloc[0])
    wide = spans_footprints(frame)
    place = [name for name in FIGURE if name != "footprint"]
    for key, rows in grouped(frame[wide], place):
        title, suffix = names(frame, key, place)
        rows = essential(rows.dropna(subset=["ns_per_op", "huge_pages"]))
        if not rows.empty:
            yield f"ns-by-footprint-{suffix}", by_footprint(rows, title, foot)
    for key, rows in grouped(frame[~wide], FIGURE):
        title, suffix = names(frame, key, FIGURE)
        timed = rows.dropna(subset=["ns_per_op", "order"])
        compared = rows.dropna(subset=["ratio", "order"])
        if not timed.empty:
            # A time stands for itself, so a baseline makes no line of its own.
            timed = timed.assign(baseline="")
            yield f"ns-by-order-{suffix}", by_order(timed, NANOSECONDS, title, foot)
        if not compared.empty:
            yield f"ratio-by-order-{suffix}", by_order(compared, RATIO, title, foot)
            yield from numbered(f"ratio-overview-{suffix}", overviews(compared, title, foot))
    if any(frame[name].nunique() > 1 for name in NODES):
        yield from node_figures(frame, foot, [RATIO, NANOSECONDS], [])
    elif lacks_remote_cells(run):
        # One number beside each gap: one figure is enough to say so.
        chains = frame[(frame["operation"] == "compound_head") & (frame["mode"] == "latency")]
        yield from islice(node_figures(chains, foot, [RATIO], [ANOTHER_NODE]), 1)


def lacks_remote_cells(run: Path) -> bool:
    try:
        with (run / "unmeasured.csv").open(encoding="utf-8", newline="") as file:
            return any(row.get("what") == REMOTE_CELLS for row in csv.DictReader(file))
    except (OSError, ValueError, csv.Error):
        return False


def node_figures(
    frame: pd.DataFrame, foot: str, measures: list[Measure], lacking: list[str]
) -> Iterator[tuple[str, Figure]]:
    placed = frame[(frame["cpu_node"] != "") & (frame["memory_node"] != "")]
    local = placed["template_node"] == placed["memory_node"]
    named = "template on node " + placed["template_node"]
    placed = placed.assign(template=named.mask(local, "template local"))
    placed.loc[placed["template_node"] == "", "template"] = ""
    place = [name for name in FIGURE if name not in NODES]
    for key, rows in grouped(placed, place):
        title, suffix = names(frame, key, place)
        for measure in measures:
            cells = rows.dropna(subset=[measure.value, "order"])
            if measure is NANOSECONDS:
                cells = cells.assign(baseline="")
            if not cells.empty:
                heading = f"{title}\n{measure.title.split(',')[0]}, by node"
                heading += " (ns)" if measure is NANOSECONDS else ""
                parts = by_node(cells, measure, heading, foot, lacking)
                kind = "ratio" if measure is RATIO else "ns"
                yield from numbered(f"{kind}-by-node-{suffix}", parts)


def numbered(name: str, parts: Iterator[Figure]) -> Iterator[tuple[str, Figure]]:
    for part, figure in enumerate(parts, start=1):
        yield name + (f"-{part}" if part > 1 else ""), figure


def names(frame: pd.DataFrame, key: tuple, axes: list[str]) -> tuple[str, str]:
    """The title of a figure, and the end of its file's name: the axes that tell figures apart."""
    place = dict(zip(axes, key))
    several = [name for name in FIGURE[2:] if name in place and frame[name].nunique() > 1]
    words = [place["footprint"]] if "footprint" in place else []
    words += [f"{name.replace('_', ' ')} {place[name]}" for name in several if place[name]]
    title = ", ".join([f"{place['operation']}()", *words])
    return title, re.sub(r"[^A-Za-z0-9_.]+", "-", " ".join([place["operation"], *words]))


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(64, f"{self.prog}: {message}; see --help\n")


def main() -> None:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN", help="a run directory")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: RUN/figures")
    arguments = parser.parse_args()
    output = arguments.output or arguments.run / "figures"
    # With a salt and without a date, the same numbers make the same file.
    matplotlib.rcParams.update({"font.size": 8, "axes.titlesize": 9, "svg.hashsalt": "bench"})
    try:
        for name, figure in figures(arguments.run):
            for path, metadata in ((f"{name}.png", None), (f"{name}.svg", {"Date": None})):
                try:
                    output.mkdir(parents=True, exist_ok=True)
                    figure.savefig(output / path, dpi=160, metadata=metadata)
                except OSError as error:
                    reason = error.strerror or error
                    raise RunError(73, f"cannot write {output / path}: {reason}") from error
                print(output / path)
    except RunError as error:
        print(f"plot.py: {error}", file=sys.stderr)
        sys.exit(error.status)


if __name__ == "__main__":
    main()
