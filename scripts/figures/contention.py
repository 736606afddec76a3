"""What several threads do together on the same folios."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from figures import cells, forest
from figures.style import Words
from figures.words import MODES, PATTERNS
from run_directory import Run
from summary import ROLES


def draw(run: Run) -> Figure | None:
    """A panel for each way to call, a group for who contends, a line for each arm."""
    table = run.contention()
    if table is None:
        return None
    about = ["operation", "mode", "baseline", "pattern", "threads", "readers", "hvo"]
    summary = run.frame[["cell", "arm", "role", *about, "footprint_bytes"]]
    rows = table.merge(summary, on=["cell", "arm"])
    times = rows[rows["arm"] == rows["baseline"]].set_index("cell")["ns_together"]
    rows = rows.assign(old_ns=rows["cell"].map(times), ns=rows["ns_together"])
    rows = rows.dropna(subset=["ratio", "ratio_lo", "ratio_hi", "old_ns"])
    if rows.empty:
        return None
    compared = len(rows)
    # On a large machine the ends say it; the table has what lies between.
    threads = rows["threads"]
    rows = rows[threads.isin([threads.min(), threads.max()])]
    rows = rows.assign(
        panel=[panel(row) for _, row in rows.iterrows()],
        group=[group(row) for _, row in rows.iterrows()],
        label=rows["arm"],
    )
    # Those that are contended in most ways; the figure says how much is left out.
    ways = rows.groupby("panel", sort=False)["group"].nunique()
    panels = list(ways.sort_values(ascending=False, kind="stable").index[: cells.MAX_PANELS])
    panels = [panel for panel in ways.index if panel in panels]
    rows = rows[rows["panel"].isin(panels)].drop_duplicates(["panel", "group", "label"])
    rows = rows.sort_values("role", key=lambda roles: roles.map(ROLES.index), kind="stable")
    groups = list(dict.fromkeys(rows.sort_values("cell", kind="stable")["group"]))
    rows = rows.sort_values("group", key=lambda names: names.map(groups.index), kind="stable")
    arm = rows["baseline"].iloc[0]
    words = Words(
        "Contention: all threads together",
        [
            "time for each operation of all threads together, against "
            f"{cells.name(arm, run.frame)}",
            f"{run.machine} · median and interval over {run.effort}, of all rounds · "
            "modes: contention.csv",
        ],
        f"{run.origin} · {len(rows)} of {compared} comparisons",
    )
    terms = forest.Terms("faster", "slower", f"ns, {arm} → other")
    return forest.draw(rows, panels, words, terms)


def panel(row: pd.Series) -> str:
    return f"{row['operation']}, {MODES.get(row['mode'], row['mode'])}"


def group(row: pd.Series) -> str:
    """ "2 threads on the same heads, 1 of them only reads" """
    words = f"{row['threads']:g} threads {PATTERNS.get(row['pattern'], row['pattern'])}"
    if not row["readers"]:
        return words
    return f"{words}, {row['readers']} of them only read{'s' if row['readers'] == '1' else ''}"
