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
from figures.words import PAGE_CLASSES, calls, footprint, pages
from run_directory import Run

# Without those whose folios are as with HVO off, while it is on for others.
LINES: dict[str, dict[str, Any]] = {
    "off": {"linestyle": "-"},
    "on": {"linestyle": (0, (3, 2)), "markerfacecolor": "white"},
}
ONE_ROW = ["mode", "chain", "hvo", "footprint", "pages", "order"]
HEIGHT, LEFT, GAP, ABOVE, BELOW = 1.35, 0.62, 0.09, 0.6, 0.4
WIDEST = 2.4
APART = 0.2  # inches from label to label


def draw(run: Run) -> Figure | None:
    """A column for each class of pages and footprint that has several orders, a row for each mode.

    Order-0 pages stand where heads would: both are their own head.
    """
    rows = cells.main_rows(run.frame)
    rows = rows[~cells.spans_footprints(rows) & rows["hvo"].isin(list(LINES))]
    rows = cells.main_modes(cells.local(rows))
    if rows.empty:
        return None
    heads = rows["page_class"].replace("order-0", "head")
    rows = rows.assign(page_class=heads)
    rows = rows.assign(
        footprint=[footprint(row) for _, row in rows.iterrows()],
        pages=[pages(row) for _, row in rows.iterrows()],
    )
    rows = cells.usual(rows, [name for name in ONE_ROW if name != "pages"] + ["page_class"])
    several = rows["order"].where(rows["order"] > 0)
    several = several.groupby([rows["footprint"], rows["pages"]]).transform("nunique") > 1
    rows = rows[several]
    if rows.empty:
        return None
    one_first = rows["footprint_bytes"].where(rows["huge_pages"] != 1, 0)
    ranks = rows.assign(
        rank=one_first,
        class_rank=rows["page_class"].map(lambda name: cells.rank(name, PAGE_CLASSES)),
    )
    ranks = ranks.sort_values(["rank", "class_rank"], kind="stable")
    columns = list(dict.fromkeys(zip(ranks["footprint"], ranks["pages"])))
    modes = list(dict.fromkeys(rows["mode"]))
    new, old = cells.kernels(rows, run.frame)
    words = Words(
        f"{rows['operation'].iloc[0]}(): time by the folios' order",
        [
            f"new: {new} · old: {old}",
            f"{run.machine} · medians over {run.effort} · order 0 under heads: order-0 pages",
        ],
        run.origin,
    )
    below = len(modes) * HEIGHT + (len(modes) - 1) * GAP
    canvas = Canvas(words, ABOVE + below + BELOW)
    sizes = list(dict.fromkeys(size for size, _ in columns))
    apart = 0.14 * (len(sizes) - 1)
    width = min((WIDTH - LEFT - MARGIN - apart + GAP) / len(columns) - GAP, WIDEST)
    starts = [
        LEFT + index * (width + GAP) + 0.14 * sizes.index(size)
        for index, (size, _) in enumerate(columns)
    ]
    orders = sorted(rows["order"].unique())
    for line, mode in enumerate(modes):
        of_mode = rows[rows["mode"] == mode]
        shared: Axes | None = None
        for column, (size, kind) in enumerate(columns):
            place = (starts[column], ABOVE + line * (HEIGHT + GAP), width, HEIGHT)
            axes = canvas.axes(*place, sharey=shared, gid=f"panel: {mode}, {size}, {kind}")
            shared = shared or axes
            here = of_mode[(of_mode["footprint"] == size) & (of_mode["pages"] == kind)]
            draw_panel(axes, here, orders)
            set_x(axes, orders, width, labelled=line == len(modes) - 1)
            axes.tick_params(labelleft=column == 0)
            if line == 0:
                axes.set_title(canvas.in_lines(kind, width + GAP, fontsize=TITLE))
        assert shared is not None
        set_y(shared, of_mode)
        shared.set_ylabel(f"ns, {calls(of_mode.iloc[0]).split('(')[-1].rstrip(')')}")
    for size in sizes:
        first = [size for size, _ in columns].index(size)
        canvas.text(starts[first], canvas.top + 0.12, size, fontweight="bold", va="center")
    canvas.text(
        LEFT, canvas.top + ABOVE + below + 0.3, "order of the folios", color=DIM, va="center"
    )
    present = [hvo for hvo in LINES if hvo in set(rows["hvo"])]
    entries: list[tuple[dict[str, Any], str]] = [(OLD, "old"), (NEW, "new")]
    if len(present) > 1:
        hollow = {"color": DIM, "marker": "D", "markersize": 5, "markerfacecolor": "white"}
        entries += [(hollow | {"markerfacecolor": DIM}, "filled: HVO off")]
        entries += [(hollow, "hollow: HVO on, these folios")]
    key(canvas, 0.25, entries, WIDTH - MARGIN)
    return canvas.figure


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


def set_y(axes: Axes, rows: pd.DataFrame) -> None:
    times = rows[["old_ns", "ns_per_op"]].stack()
    low, high = times.min() / 1.35, times.max() * 1.35
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(FixedLocator(ticks(low, high, int(HEIGHT / 0.17))))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for one in axes.get_shared_y_axes().get_siblings(axes):
        one.grid(axis="y")
        one.set_axisbelow(True)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two others, not more than are wanted."""
    for steps in ([1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 5], [1, 3], [1]):
        found = [step * 10.0**power for power in range(-3, 7) for step in steps]
        found = [value for value in found if low <= value <= high]
        if len(found) <= most:
            break
    return found
