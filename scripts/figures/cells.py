"""Which rows of a run figures show: the new code against the old, where it is compared."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from figures.words import CALLERS, HVO_STATES, MODES, PAGE_CLASSES

MAIN_OPERATION = "compound_head"
# Of huge pages.
MAIN_ORDER = 9
# One and many folios are two groups of a list; from here on footprint is an axis.
MANY_FOOTPRINTS = 3
MAX_PANELS = 2


def new_against_old(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the new arm that has most, against the old one, with `old_ns` beside `ns_per_op`.

    Empty where nothing new is compared with something old.
    """
    olds = frame[(frame["arm"] == frame["baseline"]) & (frame["role"] == "old")]
    times = olds.drop_duplicates("cell").set_index("cell")["ns_per_op"]
    rows = frame[(frame["role"] == "new") & frame["cell"].isin(times.index)]
    rows = rows.assign(old_ns=rows["cell"].map(times)).dropna(subset=["old_ns", "ns_per_op"])
    if rows.empty:
        return rows
    arm, baseline = rows.groupby(["arm", "baseline"], sort=False).size().idxmax()
    return rows[(rows["arm"] == arm) & (rows["baseline"] == baseline)]


def main_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """What is compared of the main operation: one thread, folios of one order, not a caller's."""
    rows = new_against_old(frame)
    rows = rows[(rows["threads"] == 1) & ~of_callers(rows)]
    operations = list(rows["operation"])
    if not operations:
        return rows
    most = max(dict.fromkeys(operations), key=operations.count)
    main = MAIN_OPERATION if MAIN_OPERATION in operations else most
    return rows[rows["operation"] == main]


def of_callers(frame: pd.DataFrame) -> pd.Series:
    return frame["operation"].isin(CALLERS.keys() - {"put_page"}) | (frame["population"] != "")


def local(rows: pd.DataFrame) -> pd.DataFrame:
    """Those with all memory on the CPU's node, and of the first such node only."""
    rows = rows[(rows["cpu_node"] == rows["memory_node"]) & (rows["templates"] == "")]
    return rows[rows["cpu_node"] == rows["cpu_node"].iloc[0]] if len(rows) else rows


def main_modes(rows: pd.DataFrame) -> pd.DataFrame:
    """Of the first modes that have ratios, in the order of panels."""
    modes = rows.loc[rows["ratio"].notna(), "mode"].unique()
    ranks = {mode: rank for rank, mode in enumerate(dict.fromkeys([*MODES, *modes]))}
    chosen = sorted(modes, key=ranks.get)[:MAX_PANELS]
    rows = rows[rows["mode"].isin(chosen)]
    return rows.sort_values("mode", key=lambda names: names.map(ranks), kind="stable")


def of_main_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Order 9, or the one with most rows, and order 0."""
    orders = rows.loc[rows["order"] > 0, "order"]
    if orders.empty:
        return rows
    main = MAIN_ORDER if (orders == MAIN_ORDER).any() else orders.mode().iloc[0]
    return rows[rows["order"].isin([0, main])]


def usual(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """One row for each key: random pages and mixes of one half, in large mappings, come first."""
    ranks = pd.DataFrame(
        {
            "pattern": rows["pattern"] != "random_pfn",
            "predictability": (rows["page_class"] == "mix") & (rows["predictability"] != "random"),
            "mix": (rows["mix"] - 50).abs().where(rows["page_class"] == "mix", 0),
            "mapping": rows["mapping"] != "2m",
        }
    )
    order = ranks.sort_values(list(ranks.columns), kind="stable").index
    chosen = rows.loc[order].drop_duplicates(key).index
    return rows[rows.index.isin(chosen)]


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """By state of HVO, footprint and page class; what is equal in these stays in its order."""
    many = rows["footprint_bytes"].where(rows["huge_pages"] != 1, 0)
    ranks = rows.assign(
        hvo_rank=rows["hvo"].map(lambda state: rank(state, HVO_STATES)),
        footprint_rank=many,
        class_rank=rows["page_class"].map(lambda name: rank(name, PAGE_CLASSES)),
    )
    ranks = ranks.sort_values(["hvo_rank", "footprint_rank", "class_rank"], kind="stable")
    return rows.loc[ranks.index]


def rank(word: str, known: Iterable[str]) -> int:
    """Its place among those that are known; behind all of them where it is not."""
    words = list(known)
    return words.index(word) if word in words else len(words)


def spans_footprints(rows: pd.DataFrame) -> pd.Series:
    """Whether each row is of a cell that is one of many footprints, rather than of many orders."""
    place = ["operation", "mode", "page_class", "mix", "predictability", "pattern", "hvo"]
    orders = rows.groupby(place, sort=False, dropna=False)["order"].transform("nunique")
    cells = rows.groupby([*place, "order"], sort=False, dropna=False)
    footprints = cells["huge_pages"].transform("nunique")
    return (footprints >= MANY_FOOTPRINTS) & (footprints > orders)


def kernels(rows: pd.DataFrame, frame: pd.DataFrame) -> tuple[str, str]:
    """New and old, as kernels where they have the arms: "Linux 7.1 and later (mask)"."""
    return name(rows["arm"].iloc[0], frame), name(rows["baseline"].iloc[0], frame)


def name(arm: str, frame: pd.DataFrame) -> str:
    words = frame.loc[frame["arm"] == arm, "kernels"]
    return f"Linux {words.iloc[0]} ({arm})" if len(words) and words.iloc[0] else arm
