"""What callers in the kernel notice that look at ranges of pages."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from figures import cells, forest
from figures.style import Words
from figures.words import CALLERS, place, population
from run_directory import Run


def draw(run: Run) -> Figure | None:
    """A group for each caller, a line for each state of HVO and footprint.

    None where callers have one such line each: a table says as much.
    """
    rows = cells.new_against_old(run.frame).dropna(subset=["ratio"])
    rows = cells.local(rows[cells.of_callers(rows) & (rows["threads"] == 1)])
    if rows.empty:
        return None
    # Populations of folios and folios of one order, in the order of the run, not mixed.
    callers = list(dict.fromkeys(rows["operation"]))
    rows = rows.assign(
        panel="",
        group=[heading(row) for _, row in rows.iterrows()],
        label=[place(row) for _, row in rows.iterrows()],
        ns=rows["ns_per_op"],
    )
    rows = cells.usual(rows, ["group", "label"])
    if len(rows) == rows["group"].nunique():
        return None
    rows = cells.in_order(rows).sort_values(
        "operation", key=lambda names: names.map(callers.index), kind="stable"
    )
    new, old = cells.kernels(rows, run.frame)
    words = Words(
        "Callers: new against old",
        [
            f"new: {new} · old: {old}",
            f"{run.machine} · median and interval over {run.effort} · struct pages alone: no page "
            "tables, TLB flushes or locks",
        ],
        run.origin,
    )
    return forest.draw(rows, [""], words, forest.Terms(times="ns per call, old → new"))


def heading(row: pd.Series) -> str:
    name, about = row["operation"], CALLERS.get(row["operation"])
    words = [f"{name}: {about}" if about else name]
    words += [population(row["population"])] if row["population"] else []
    return ", ".join(words)
