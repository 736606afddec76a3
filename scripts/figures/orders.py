"""Times of old and new by the order of folios."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from figures import cells
from figures.style import DIM, MARGIN, NEW, OLD, WIDTH, Canvas, Words, key
from figures.words import HVO_STATES, calls, footprint, pages
from run_directory import Run

# Without those whose folios are as with HVO off, while it is on for others.
LINES: dict[str, dict[str, Any]] = {
    "off": {"linestyle": "-"},
    "on": {"linestyle": (0, (3, 2)), "markerfacecolor": "white"},
}
ONE_ROW = ["mode", "chain", "hvo", "footprint", "pages", "order"]
HEIGHT, LEFT, GAP, ABOVE, BELOW = 1.35, 0.62, 0.09, 0.62, 0.4
APART = 0.24  # orders whose labels are closer than this, in inches, don't both have one


def draw(run: Run) -> Figure | None:
    """A column for each class of pages and footprint that has several orders, a line for each mode.

    Pages of order 0 are the heads of order 0: both are their own head.
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
    several = rows.groupby(["footprint", "pages"])["order"].transform("nunique") > 1
    rows = rows[several]
    if rows.empty:
        return None
    one_first = rows["footprint_bytes"].where(rows["huge_pages"] != 1, 0)
    ranks = rows.assign(rank=one_first, class_rank=rows["page_class"].map(cells.rank_of_class))
    ranks = ranks.sort_values(["rank", "class_rank"], kind="stable")
    columns = list(dict.fromkeys(zip(ranks["footprint"], ranks["pages"])))
    modes = list(dict.fromkeys(rows["mode"]))
    new, old = cells.kernels(rows, run.frame)
    words = Words(
        f"{rows['operation'].iloc[0]}(): time by the folios' order",
        [
            f"new: {new} · old: {old}",
            f"{run.machine} · medians over {run.effort} · order-0 pages stand with the heads",
        ],
        run.origin,
    )
    below = len(modes) * HEIGHT + (len(modes) - 1) * GAP
    canvas = Canvas(words, ABOVE + below + BELOW)
    width = (WIDTH - LEFT - MARGIN + GAP) / len(columns) - GAP
    orders = sorted(rows["order"].unique())
    for line, mode in enumerate(modes):
        of_mode = rows[rows["mode"] == mode]
        shared: Axes | None = None
        for column, (size, kind) in enumerate(columns):
            place = (LEFT + column * (width + GAP), ABOVE + line * (HEIGHT + GAP), width, HEIGHT)
            axes = canvas.axes(*place, sharey=shared, gid=f"panel: {mode}, {size}, {kind}")
            shared = shared or axes
            here = of_mode[(of_mode["footprint"] == size) & (of_mode["pages"] == kind)]
            draw_panel(axes, here)
            set_x(axes, orders, width, labelled=line == len(modes) - 1)
            axes.tick_params(labelleft=column == 0)
            if line == 0:
                axes.set_title(kind.replace(", ", ",\n").replace(" and ", " and\n", 1)
                               if width < 1.3 else kind)  # fmt: skip
        assert shared is not None
        set_y(shared, of_mode)
        shared.set_ylabel(f"ns, {calls(of_mode.iloc[0]).split('(')[-1].rstrip(')')}")
    for size in dict.fromkeys(size for size, _ in columns):
        first = next(index for index, column in enumerate(columns) if column[0] == size)
        start = LEFT + first * (width + GAP)
        canvas.text(start, canvas.top + 0.08, size, fontweight="bold", va="center")
    canvas.text(LEFT, canvas.top + ABOVE + below + 0.3, "order of the folios", color=DIM,
                va="center")  # fmt: skip
    present = [hvo for hvo in LINES if hvo in set(rows["hvo"])]
    entries: list[tuple[dict[str, Any], str]] = [(OLD, "old"), (NEW, "new")]
    if len(present) > 1:
        hollow = {"color": DIM, "marker": "D", "markersize": 5, "markerfacecolor": "white"}
        entries += [(hollow | {"markerfacecolor": DIM}, "full: HVO off")]
        entries += [(hollow, f"hollow, dashed: {HVO_STATES['on']}")]
    key(canvas, 0.25, entries, WIDTH - MARGIN)
    return canvas.figure


def draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_yscale("log")
    for hvo, line in LINES.items():
        points = rows[rows["hvo"] == hvo].sort_values("order")
        if points.empty:
            continue
        for column, style in (("old_ns", OLD), ("ns_per_op", NEW)):
            size: dict[str, Any] = {"markersize": 4.5, "linewidth": 1.3}
            drawn = axes.plot(points["order"], points[column], **style | size | line)[0]
            drawn.set_gid(f"points: {'old' if column == 'old_ns' else 'new'}, HVO {hvo}")


def set_x(axes: Axes, orders: list[float], width: float, labelled: bool) -> None:
    room = 0.08 * (orders[-1] - orders[0])
    axes.set_xlim(orders[0] - room, orders[-1] + room)
    per_inch = (orders[-1] - orders[0] + 2 * room) / width
    shown: list[float] = []
    for order in orders:
        digits = 1 if order < 10 else 1.3
        if not shown or order - shown[-1] >= APART * per_inch * digits * 0.75:
            shown.append(order)
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.tick_params(labelbottom=labelled)


def set_y(axes: Axes, rows: pd.DataFrame) -> None:
    times = rows[["old_ns", "ns_per_op"]].stack()
    axes.set_ylim(times.min() / 1.35, times.max() * 1.35)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for one in axes.get_shared_y_axes().get_siblings(axes):
        one.grid(axis="y")
        one.set_axisbelow(True)
