"""Times over the number of huge pages."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from figures.style import (
    COLOURS,
    GREY,
    MARKERS,
    NANOSECONDS,
    OTHER_COLOURS,
    Styles,
    bars,
    finish,
    grouped,
    panel_label,
    panel_rank,
    set_log_scale,
)
from summary import PANEL

# Arms that are there to check another one; a figure of few lines goes without, as without pointers.
CONTROLS = ["fakehead_off", "fakehead_on", "mask_branchy"]
# What tells two lines of a figure by footprint apart.
FOOTPRINT_LINES = ["encoding", "is_baseline", "hvo", "mapping"]
MAPPINGS = {"4k": ("4 KiB mappings", "#777777"), "2m": ("2 MiB mappings", "#000000")}


def draw(frame: pd.DataFrame, title: str, footer: str) -> Figure:
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
