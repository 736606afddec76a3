"""Times of old and new by the order of folios."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from figures import cells
from figures.style import DIM, MARGIN, NEW, OLD, TITLE, WIDTH, Canvas, Words, key
from figures.words import PAGE_CLASSES, footprint, pages
from run_directory import Run

# Without those whose folios are as with HVO off, while it is on for others.
LINES: dict[str, dict[str, Any]] = {
    "off": {"linestyle": "-"},
    "on": {"linestyle": (0, (3, 2)), "markerfacecolor": "white"},
}
ONE_ROW = ["mode", "chain", "hvo", "footprint", "page_class", "order"]
HEIGHT, LEFT, GAP, ABOVE, BELOW = 1.35, 0.62, 0.09, 0.6, 0.4
WIDEST = 2.4  # a plot
APART_SIZES = 0.14  # from footprint to footprint, besides the gap
APART = 0.2  # from label to label


def draw(run: Run) -> Figure | None:
    """A column for each class of pages and footprint that has several orders, a row for each mode.

    Order-0 pages stand where heads would: both are their own head.
    """
    rows = chosen(run.frame)
    if rows.empty:
        return None
    columns = list(dict.fromkeys(zip(rows["footprint"], rows["pages"])))
    sizes = list(dict.fromkeys(rows["footprint"]))
    modes = list(dict.fromkeys(cells.main_modes(rows)["mode"]))
    orders = sorted(rows["order"].unique())
    below = len(modes) * (HEIGHT + GAP) - GAP
    canvas = Canvas(words(run, rows), ABOVE + below + BELOW)
    room = WIDTH - LEFT - MARGIN - APART_SIZES * (len(sizes) - 1) + GAP
    width = min(room / len(columns) - GAP, WIDEST)
    starts = [
        LEFT + index * (width + GAP) + APART_SIZES * sizes.index(size)
        for index, (size, _) in enumerate(columns)
    ]
    for line, mode in enumerate(modes):
        of_mode = rows[rows["mode"] == mode]
        plots: list[Axes] = []
        for start, (size, kind) in zip(starts, columns):
            axes = canvas.axes(
                *(start, ABOVE + line * (HEIGHT + GAP), width, HEIGHT),
                sharey=plots[0] if plots else None,
                gid=f"panel: {mode}, {size}, {kind}",
            )
            here = (of_mode["footprint"] == size) & (of_mode["pages"] == kind)
            draw_panel(axes, of_mode[here], orders)
            set_x(axes, orders, width, labelled=line == len(modes) - 1)
            axes.tick_params(labelleft=not plots)
            if line == 0:
                axes.set_title(canvas.in_lines(kind, width + GAP, fontsize=TITLE))
            plots.append(axes)
        set_y(plots, of_mode)
        plots[0].set_ylabel(f"ns, {mode}")
    for size in sizes:
        start = starts[[size for size, _ in columns].index(size)]
        canvas.text(start, canvas.top + 0.12, size, fontweight="bold", va="center")
    under = canvas.top + ABOVE + below + 0.3
    canvas.text(LEFT, under, "order of the folios", color=DIM, va="center")
    draw_key(canvas, set(rows["hvo"]))
    return canvas.figure


def chosen(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that are drawn, with `footprint` and `pages`, in the order of columns."""
    rows = cells.main_rows(frame)
    rows = rows[~cells.spans_footprints(rows) & rows["hvo"].isin(list(LINES))]
    rows = cells.main_modes(cells.local(rows))
    rows = rows.assign(page_class=rows["page_class"].replace("order-0", "head"))
    rows = rows.assign(
        footprint=[footprint(row) for _, row in rows.iterrows()],
        pages=[pages(row) for _, row in rows.iterrows()],
        many=rows["footprint_bytes"].where(rows["huge_pages"] != 1, 0),
        rank=rows["page_class"].map(lambda name: cells.rank(name, PAGE_CLASSES)),
    )
    rows = cells.usual(rows, ONE_ROW)
    orders = rows["order"].where(rows["order"] > 0)
    several = orders.groupby([rows["footprint"], rows["pages"]]).transform("nunique") > 1
    return rows[several].sort_values(["many", "rank"], kind="stable")


def words(run: Run, rows: pd.DataFrame) -> Words:
    new, old = cells.kernels(rows, run.frame)
    notes = [run.machine, f"medians over {run.effort}"]
    notes += ["order 0 under heads: order-0 pages"] if (rows["order"] == 0).any() else []
    title = f"{rows['operation'].iloc[0]}(): time by the folios' order"
    return Words(title, [f"new: {new} · old: {old}", " · ".join(notes)], run.origin)


def draw_key(canvas: Canvas, states: set[str]) -> None:
    entries: list[tuple[dict[str, Any], str]] = [(OLD, "old"), (NEW, "new")]
    if len(states) > 1:
        marker = {"color": DIM, "marker": "D", "markersize": 5}
        entries += [(marker, "filled: HVO off")]
        entries += [(marker | {"markerfacecolor": "white"}, "hollow: HVO on, these folios")]
    key(canvas, 0.25, entries, WIDTH - MARGIN)


def draw_panel(axes: Axes, rows: pd.DataFrame, orders: list[float]) -> None:
    axes.set_yscale("log")
    for hvo, line in LINES.items():
        points = rows[rows["hvo"] == hvo].sort_values("order")
        if points.empty:
            continue
        x = points["order"].map(orders.index)
        # New lies on old where they are equal: old is broader, so that it shows.
        for column, style, size in (("old_ns", OLD, 6.5), ("ns_per_op", NEW, 4)):
            sizes: dict[str, Any] = {"markersize": size, "linewidth": size / 2.8}
            drawn = axes.plot(x, points[column], **style | sizes | line)[0]
            drawn.set_gid(f"points: {'old' if style is OLD else 'new'}, HVO {hvo}")


def set_x(axes: Axes, orders: list[float], width: float, labelled: bool) -> None:
    """All orders equally far apart, and as many labels as have room."""
    axes.set_xlim(-0.4, len(orders) - 0.6)
    step = math.ceil(APART * len(orders) / width)
    axes.xaxis.set_major_locator(FixedLocator(list(range(0, len(orders), step))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{orders[int(place)]:g}"))
    axes.tick_params(labelbottom=labelled)


def set_y(plots: list[Axes], rows: pd.DataFrame) -> None:
    """One scale for all plots of a row."""
    times = rows[["old_ns", "ns_per_op"]].stack()
    low, high = times.min() / 1.35, times.max() * 1.35
    axis = plots[0].yaxis
    plots[0].set_ylim(low, high)
    axis.set_major_locator(FixedLocator(ticks(low, high, int(HEIGHT / 0.17))))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for axes in plots:
        axes.grid(axis="y")
        axes.set_axisbelow(True)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two others, not more than are wanted."""
    for steps in ([1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 5], [1, 3], [1]):
        found = [step * 10.0**power for power in range(-3, 7) for step in steps]
        found = [value for value in found if low <= value <= high]
        if len(found) <= most:
            break
    return found
