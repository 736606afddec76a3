"""Heat maps of NUMA nodes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from figures.style import RATIO, Measure, finish, grouped, panel_label, panel_rank
from summary import PANEL

MAX_HEAT_MAPS = 24
NODES = ["cpu_node", "memory_node"]
NOT_MEASURED = {"facecolor": "white", "edgecolor": "#999999", "hatch": "////"}


def draw(
    frame: pd.DataFrame, measure: Measure, title: str, footer: str, lacking: list[str]
) -> Iterator[Figure]:
    """Heat maps, CPU node by memory node: one for each arm of each kind of cell.

    `lacking` are memory nodes that the machine does not have.
    """
    nodes = [sorted(frame[name].unique(), key=int) for name in NODES]
    nodes[1] += lacking
    kind = ["mode_label", *PANEL, "order"]
    panels = grouped(frame, [*kind, "arm", "baseline", "hvo", "mapping", "template"])
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
        finish(figure, (height + gap) * lines - gap, 0.6, legend, title, footer, above=0.7)
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
    mode, *panel, order, name, baseline, hvo, mapping, template = key
    arm = name + (f"{measure.between}{baseline}" if measure.between else "")
    cell = f"{mode}, " + panel_label(*panel).replace("\n", " ")
    cell += "" if panel[0] == "order-0" else f", order {order:g}"
    state = [f"HVO {hvo}" if hvo else "", template, mapping]
    return "\n".join([arm, cell, ", ".join(word for word in state if word)])
