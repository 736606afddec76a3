"""Where the new code wins and loses, by how much, and how sure that is."""

from __future__ import annotations

from matplotlib.figure import Figure

from figures import cells, forest
from figures.style import Words
from figures.words import calls, footprint, listed, pages, place
from run_directory import Run

ONE_ROW = ["mode", "chain", "hvo", "footprint", "page_class"]


def draw(run: Run) -> Figure | None:
    """The main operation's ratios at order 9 and order 0, by state of HVO, footprint and pages."""
    compared = cells.new_against_old(run.frame).dropna(subset=["ratio"])
    rows = cells.main_rows(run.frame).dropna(subset=["ratio"])
    rows = rows[~cells.spans_footprints(rows)]
    rows = cells.of_main_order(cells.main_modes(cells.local(rows)))
    if len(rows) < 2:
        return None
    rows = rows.assign(footprint=[footprint(row) for _, row in rows.iterrows()])
    rows = cells.in_order(cells.usual(rows, ONE_ROW))
    rows = rows.assign(
        panel=[calls(row) for _, row in rows.iterrows()],
        group=[place(row) for _, row in rows.iterrows()],
        label=[pages(row) for _, row in rows.iterrows()],
        ns=rows["ns_per_op"],
    )
    panels = list(dict.fromkeys(cells.main_modes(rows)["panel"]))
    new, old = cells.kernels(rows, run.frame)
    orders = [f"{order:g}" for order in sorted(rows["order"].unique(), reverse=True)]
    shown = f"order{'s' if len(orders) > 1 else ''} {listed(orders)}"
    words = Words(
        f"{rows['operation'].iloc[0]}(): new against old",
        [
            f"new: {new} · old: {old}",
            f"{run.machine} · {shown} · median and interval over {run.effort}",
        ],
        f"{run.origin} · {len(rows)} of {len(compared)} comparisons; all: bench report",
    )
    return forest.draw(rows, panels, words)
