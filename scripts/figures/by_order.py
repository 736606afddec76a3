"""Times, ratios or differences over the order of the pages."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures.style import (
    GREY,
    Groups,
    Measure,
    Styles,
    bars,
    finish,
    grouped,
    panel_label,
    panel_rank,
    series_styles,
    set_scale,
)
from summary import PANEL, SERIES, levels

MAX_COLUMNS = 6


def draw(frame: pd.DataFrame, measure: Measure, title: str, footer: str) -> Figure:
    """Small multiples: modes as rows, page classes as columns, a line for each series."""
    styles = series_styles(frame, measure)
    grid: list[tuple[str, Groups]] = []
    for mode, rows in frame.groupby("mode_label", sort=False):
        panels = sorted(grouped(rows, PANEL), key=lambda panel: panel_rank(panel[0]))
        size = math.ceil(len(panels) / math.ceil(len(panels) / MAX_COLUMNS))
        grid += [(str(mode), panels[i : i + size]) for i in range(0, len(panels), size)]
    figure = Figure()
    with_levels = frame["level"].any()
    outer = figure.add_gridspec(len(grid), 1, hspace=0.5 if with_levels else 0.4)
    first = None
    for line, (mode, panels) in enumerate(grid):
        widths = [1 + rows["order"].nunique() for _, rows in panels]
        inner = outer[line].subgridspec(1, len(panels), width_ratios=widths, wspace=0.08)
        for column, (key, rows) in enumerate(panels):
            axes = figure.add_subplot(inner[column], sharey=first)
            first = first or axes
            draw_panel(axes, rows, measure, styles)
            name_orders(axes, rows)
            set_scale(axes, "y", frame, measure)
            axes.set_title(panel_label(*key))
            axes.tick_params(labelleft=column == 0)
            axes.set_xlabel("order" if line == len(grid) - 1 else "")
            axes.set_ylabel(f"{mode}\n{measure.axis}" if column == 0 else "")
    legend: list[Any] = [Line2D([], [], **style) for style in styles.values()]
    if measure.equal is not None:
        unresolved = Line2D([], [], linestyle="", marker="o", color="#555555", mfc="white")
        unresolved.set_label("open: unresolved")
        legend.append(unresolved)
    if measure.grey and frame[measure.grey[1]].notna().any():
        legend.append(Patch(color=GREY, label=measure.grey_label))
    height = (2.35 if with_levels else 2.2) * len(grid)
    finish(figure, height, 0.95, legend, f"{title}\n{measure.title}", footer)
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
        if measure.grey:
            boxes = points.dropna(subset=list(measure.grey))
            bottom, top = (boxes[name] for name in measure.grey)
            width = 0.8 / slots[boxes.index]
            for box in axes.bar(x[boxes.index], top - bottom, width, bottom, color=GREY, zorder=0):
                box.set_gid(measure.grey_label)
        line = axes.errorbar(
            x, y, bars(points, measure), **styles[key], markersize=4, linewidth=0.8
        )[0]
        line.set_gid(f"points: {styles[key]['label']}")
        if measure.equal is not None:
            line.set_markerfacecolor("white")
            sure = points["verdict"] != "unresolved"
            filled = {**styles[key], "linestyle": "", "zorder": 3}
            (dots,) = axes.plot(x[sure], y[sure], **filled, markersize=4)
            dots.set_gid(f"resolved: {styles[key]['label']}")
    axes.set_xlim(-0.6, len(orders) - 0.4)


def name_orders(axes: Axes, rows: pd.DataFrame) -> None:
    """Each order, and below it the caches that hold the struct pages."""
    labels = [f"{order:g}\n{levels(those)}".strip() for order, those in rows.groupby("order")]
    axes.set_xticks(range(len(labels)), labels)
