"""Times over the number of huge pages."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from figures.style import (
    GREY,
    MARKERS,
    NANOSECONDS,
    Styles,
    bars,
    colour,
    finish,
    grouped,
    panel_label,
    panel_rank,
    set_scale,
)
from summary import PANEL

# What tells two lines of a figure by footprint apart.
FOOTPRINT_LINES = ["arm", "is_baseline", "hvo", "mapping"]
MAPPINGS = {"4k": ("4 KiB mappings", "#777777"), "2m": ("2 MiB mappings", "#000000")}


def draw(frame: pd.DataFrame, title: str, footer: str) -> Figure:
    """Time over the number of huge pages: without HVO as mapped, with HVO by arm."""
    panels = grouped(frame, ["mode_label", *PANEL, "order"])
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
        set_scale(axes, "y", frame, NANOSECONDS)
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
    """The baseline in every state of HVO, and the other arms with HVO, where they know it.

    Without controls: a figure of few lines is for answers, not for what checks them.
    """
    frame = frame.assign(is_baseline=frame["arm"] == frame["baseline"])
    on = frame["hvo"] == "on"
    # Struct pages that have large mappings beside optimised ones can't be optimised.
    large = set(frame.loc[on & (frame["mapping"] == "2m"), "arm"])
    best = on == frame["arm"].isin(set(frame.loc[on, "arm"]) - large)
    return frame[frame["is_baseline"] | (best & (frame["role"] != "control"))]


def footprint_styles(frame: pd.DataFrame) -> Styles:
    """Without HVO, greys tell the baseline's mappings apart; else colour tells role and arm."""
    colours = {key: colour(rows.iloc[0]) for key, rows in grouped(frame, FOOTPRINT_LINES)}
    keys = sorted(colours, key=lambda key: (key[2] == "on", key[2], key[3] == "2m"))
    styles: Styles = {}
    for key in keys:
        arm, is_baseline, hvo, mapping = key
        mapped, grey = MAPPINGS.get(mapping, (mapping, GREY))
        twins = [twin for twin in keys if (twin[0], twin[2]) == (arm, hvo)]
        label = f"{arm}, {'HVO' if hvo == 'on' else 'no HVO'}"
        label += f", {mapped}" if hvo != "on" or len(twins) > 1 else ""
        styles[key] = {
            "label": label,
            "color": grey if is_baseline and hvo != "on" else colours[key],
            "marker": MARKERS.get(hvo, "D"),
            "linestyle": "-" if hvo == "on" else ":" if mapping == "4k" else "--",
            # Hollow, because what lies on the baseline's points would hide them.
            "markerfacecolor": None if is_baseline or hvo == "on" else "none",
        }
    return styles
