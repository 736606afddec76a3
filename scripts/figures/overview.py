"""All ratios in one list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures.style import (
    GREY,
    RATIO,
    Styles,
    bars,
    finish,
    panel_label,
    series_styles,
    set_scale,
)
from summary import PANEL, SERIES

VERDICTS: dict[str, dict[str, Any]] = {
    "faster": {"marker": "v", "color": "#0072B2"},
    "same": {"marker": "o", "color": "#000000"},
    "slower": {"marker": "^", "color": "#D55E00"},
    "unresolved": {"marker": "o", "color": "#888888", "markerfacecolor": "white"},
}
MAX_FOREST_ROWS = 60


def draw(frame: pd.DataFrame, title: str, footer: str) -> Iterator[Figure]:
    """Every ratio as a dot with its interval, fastest first, the modes side by side."""
    styles = series_styles(frame, RATIO)
    frame = frame.sort_values("mode_label", ascending=False, kind="stable")
    cells = frame.groupby([*PANEL, "order", *SERIES], sort=False, dropna=False).ngroup()
    ranks = frame["ratio"].groupby(cells).first().rank(method="first") - 1
    frame = frame.assign(rank=cells.map(ranks)).sort_values("rank")
    modes = sorted(frame["mode_label"].unique(), reverse=True)
    for start in range(0, len(ranks), MAX_FOREST_ROWS):
        part = frame[frame["rank"].between(start, start + MAX_FOREST_ROWS - 1)]
        named = part.drop_duplicates("rank")
        labels = [forest_label(row, styles) for _, row in named.iterrows()]
        figure = Figure()
        slots = figure.add_gridspec(1, len(modes), wspace=0.06)
        for column, mode in enumerate(modes):
            axes = figure.add_subplot(slots[column])
            draw_forest(axes, part[part["mode_label"] == mode])
            set_scale(axes, "x", frame, RATIO, ticks=max(3, 9 // len(modes)))
            axes.set_yticks(named["rank"], labels)
            axes.set_ylim(part["rank"].max() + 0.6, start - 0.6)
            axes.tick_params(labelleft=column == 0, labelsize=7)
            axes.set_title(mode.replace(" (", "\n("), fontsize=8)
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
    page += f", {row['level']}" if row["level"] else ""
    return f"{styles[tuple(row[SERIES])]['label']}: {page}"
