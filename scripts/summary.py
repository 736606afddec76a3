"""Reads a run's summary.csv and names the axes that figures are split by.

For tables of your own, `pd.read_csv("results/latest/summary.csv")` reads a run, and `read()` here
several, with types that allow for gaps. Empty means not measured and becomes NaN.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pandas as pd

SCHEMA_VERSION = "2"
# One and many folios are two figures; from here on footprint is an axis.
MANY_FOOTPRINTS = 3

# What tells two figures, two panels and two lines of one panel apart. Mapping and template node
# go with the HVO state, so they make lines.
FIGURE = ["operation", "footprint", "pattern", "cpu_node", "memory_node", "peer_node", "threads"]
FIGURE += ["readers"]
PANEL = ["population", "page_class", "mix", "predictability"]
SERIES = ["arm", "baseline", "hvo", "mapping", "template_node"]

NUMBERS = ["order", "mix", "footprint_bytes", "huge_pages", "ns_per_op", "ns_min", "ns_iqr"]
NUMBERS += ["ns_net", "ratio", "ratio_lo", "ratio_hi", "null_lo", "null_hi"]
NUMBERS += ["difference_ns", "difference_lo", "difference_hi"]
NUMBERS += ["difference_cycles", "difference_cycles_lo", "difference_cycles_hi"]
# What an arm is there for: the kernel's code before and after the change, what checks other arms,
# and what could come next. Lists of arms are in this order.
ROLES = ["old", "new", "what-if", "control"]
# From the nearest to the processor.
LEVELS = ["L1d", "L2", "L3", "beyond"]
VERDICTS = {"faster", "slower", "same", "unresolved"}
# A chain of addresses alone: much of its time is the loop's own, so no times of it are compared.
DIFFERENCE_ONLY = "address_chain"
OTHERS = ["run_id", "commit", "machine_key", "label", "cpu", "kernel", "mode", "chain", "role"]
OTHERS += ["level", "verdict"]
COLUMNS = dict.fromkeys(["schema_version", *OTHERS, *FIGURE, *PANEL, *SERIES, *NUMBERS])
del COLUMNS["footprint"]  # made here, from huge_pages and footprint_bytes
# What earlier runs of the same schema lack.
LATER = ["readers", "population"]


class RunError(Exception):
    """What went wrong, in one line, and the status to exit with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read(*runs: Path) -> pd.DataFrame:
    """The rows of runs, one run below the other, as pandas reads them.

    Columns with gaps are Int64, boolean and string rather than floats and objects; commits and
    labels are text even where all their characters are digits.
    """
    types = {"commit": str, "label": str, "layouts_agree": "boolean"}
    tables = [pd.read_csv(run / "summary.csv", dtype=types) for run in runs]
    return pd.concat(tables, ignore_index=True).convert_dtypes()


def load(run: Path) -> pd.DataFrame:
    """The rows of a run, with `footprint` in words and the bounds of the times in columns.

    Raises RunError: 66 where there is no run, 65 where the file is unreadable or foreign.
    """
    path = run / "summary.csv"
    try:
        # Not pandas' reader, which takes a row that is cut short for one with empty fields.
        with path.open(encoding="utf-8", newline="") as file:
            header, *records = list(csv.reader(file, strict=True)) or [[]]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(66, f"{run} is not a run: it has no summary.csv") from error
    except (OSError, ValueError, csv.Error) as error:
        raise RunError(65, f"{path} cannot be read as CSV: {error}") from error
    if "schema_version" not in header:
        raise RunError(65, f"{path} is no summary of a run: it has no column schema_version")
    if not records:
        raise RunError(65, f"{path} has no rows: the run ended before its first cell")
    for line, record in enumerate(records, start=2):
        if len(record) != len(header):
            fields = f"{len(record)} fields where the header has {len(header)}"
            raise RunError(65, f"{path}, line {line}: {fields}")
    frame = pd.DataFrame(records, columns=header)
    foreign = sorted(set(frame["schema_version"]) - {SCHEMA_VERSION})
    if foreign:
        found = f"has schema version {foreign[0]!r}; this script reads version {SCHEMA_VERSION}"
        way_out = "draw it with scripts/plot of the commit that wrote it, which its meta.json names"
        raise RunError(65, f"{path} {found}: {way_out}")
    for name in LATER:
        frame[name] = frame.get(name, "")
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise RunError(65, f"{path} lacks columns: {', '.join(missing)}")
    for name in NUMBERS:
        frame[name] = numbers(frame[name], path)
    for name, known in (("verdict", {"", *VERDICTS}), ("role", set(ROLES))):
        unknown = sorted(set(frame[name]) - known)
        if unknown:
            raise RunError(65, f"{path} has the unknown {name} {unknown[0]!r}")
    frame.loc[frame["mode"] == DIFFERENCE_ONLY, ["ratio", "ns_per_op"]] = math.nan
    # A ratio without a verdict has not been judged; a difference alone speaks for itself.
    apart = (frame["difference_lo"] > 0) | (frame["difference_hi"] < 0)
    open_ = (frame["verdict"] == "") & (frame["ratio"].notna() | ~apart)
    frame["verdict"] = frame["verdict"].mask(open_, "unresolved")
    return with_derived_columns(frame)


def numbers(text: pd.Series, path: Path) -> pd.Series:
    values = pd.to_numeric(text, errors="coerce").astype(float)
    wrong = (text != "") & ~(values.abs() < math.inf)
    if wrong.any():
        line, word = int(wrong.to_numpy().argmax()) + 2, text[wrong].iloc[0]
        raise RunError(65, f"{path}, line {line}: {text.name} is {word!r}, not a number")
    return values


def spans_footprints(frame: pd.DataFrame) -> pd.Series:
    """Whether each row is of a cell that is one of many footprints, rather than of many orders."""
    cells = frame.groupby(["operation", "mode", *PANEL, "pattern"], sort=False, dropna=False)
    orders = cells["order"].transform("nunique")
    place = ["operation", "mode", *PANEL, "pattern", "order"]
    footprints = frame.groupby(place, sort=False, dropna=False)["huge_pages"].transform("nunique")
    return (footprints >= MANY_FOOTPRINTS) & (footprints > orders)


def with_derived_columns(frame: pd.DataFrame) -> pd.DataFrame:
    half = frame["ns_iqr"] / 2
    frame["ns_low"] = (frame["ns_per_op"] - half).clip(lower=frame["ns_min"])
    frame["ns_high"] = frame["ns_per_op"] + half
    chained = " (" + frame["chain"] + " chain)"
    frame["mode_label"] = frame["mode"] + chained.where(frame["chain"] != "", "")
    # A plan of many folios holds either their number or their size the same for all orders.
    many = frame[frame["huge_pages"] > 1]
    by_count = many["huge_pages"].nunique() <= many["footprint_bytes"].nunique()
    sizes = zip(frame["huge_pages"], frame["footprint_bytes"])
    frame["footprint"] = [footprint(count, size, by_count) for count, size in sizes]
    # Beside points that it does not lie below, the empty loop says nothing.
    frame["empty_loop"] = frame["ns_per_op"] - frame["ns_net"]
    place = [*FIGURE, "mode_label", *PANEL, "order"]
    beside = frame.groupby(place, sort=False, dropna=False)
    below = beside["empty_loop"].transform("max") < beside["ns_low"].transform("min")
    frame["empty_loop"] = frame["empty_loop"].where(below)
    frame["empty_loop_from"] = 1e-6  # a log axis has no zero; this lies below every view
    return frame.merge(shades(frame), how="left")


def shades(frame: pd.DataFrame) -> pd.DataFrame:
    """A number for each arm among those of its operation and role, the baseline's being 0."""
    baselines_first = (frame["arm"] != frame["baseline"]).sort_values(kind="stable").index
    arms = frame.loc[baselines_first, ["operation", "role", "arm"]].drop_duplicates()
    return arms.assign(shade=arms.groupby(["operation", "role"]).cumcount())


def arms_by_role(frame: pd.DataFrame) -> str:
    """Which arms are old, new, and so on."""
    of_role = frame.groupby("role", sort=False)["arm"].unique()
    return "  ·  ".join(f"{role}: {', '.join(of_role[role])}" for role in ROLES if role in of_role)


def levels(frame: pd.DataFrame) -> str:
    """The caches that hold the struct pages of some rows: mostly one, or none that is known."""
    here = set(frame["level"])
    return "/".join(level for level in LEVELS if level in here)


def footprint(count: float, size: float, by_count: bool) -> str:
    if count == 1:
        return "one folio"
    if count > 1 and by_count:
        return f"{count:.0f} folios"
    if math.isnan(size):
        return "unknown footprint"
    power = min(int(math.log2(max(size, 1)) // 10), 3)
    return f"{size / 1024**power:.4g} {['B', 'KiB', 'MiB', 'GiB'][power]} of struct pages"
