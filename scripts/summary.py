"""Reads a run's summary.csv.

For tables of your own, `pd.read_csv("results/latest/summary.csv")` reads a run, and `read()` here
several, with types that allow for gaps. Empty means not measured and becomes NaN.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pandas as pd

SCHEMA_VERSION = "2"

NUMBERS = ["cell", "order", "mix", "footprint_bytes", "huge_pages", "threads", "processes"]
NUMBERS += ["layouts", "ns_per_op", "ns_min", "ns_iqr", "ratio", "ratio_lo", "ratio_hi", "margin"]
NUMBERS += ["touched_bytes", "drift"]
WORDS = ["schema_version", "run_id", "commit", "machine_key", "label", "cpu", "kernel"]
WORDS += ["operation", "mode", "chain", "arm", "role", "kernels", "baseline", "page_class"]
WORDS += ["predictability", "pattern", "hvo", "mapping", "cpu_node", "memory_node"]
WORDS += ["templates", "peer_node", "verdict"]
# What earlier runs of the same schema lack.
LATER = ["readers", "population"]
# What an arm is there for: the kernel's code before and after the change, what checks other arms,
# and what could come next.
ROLES = ["old", "new", "what-if", "control"]
VERDICTS = ["faster", "slower", "same", "unresolved"]


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
    """The rows of a run: numbers as floats, the rest as text, and a `mark` for each ratio.

    Raises RunError: 66 where there is no run, 65 where the file is unreadable or foreign.
    """
    path = run / "summary.csv"
    try:
        frame = table(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(66, f"{run} is not a run: it has no summary.csv") from error
    if "schema_version" not in frame:
        raise RunError(65, f"{path} is no summary of a run: it has no column schema_version")
    if frame.empty:
        raise RunError(65, f"{path} has no rows: the run ended before its first cell")
    foreign = sorted(set(frame["schema_version"]) - {SCHEMA_VERSION})
    if foreign:
        found = f"has schema version {foreign[0]!r}; this script reads version {SCHEMA_VERSION}"
        way_out = "draw it with scripts/plot of the commit that wrote it, which its meta.json names"
        raise RunError(65, f"{path} {found}: {way_out}")
    for name in LATER:
        frame[name] = frame.get(name, "")
    convert(frame, path, [*WORDS, *NUMBERS], NUMBERS)
    for name, known in (("verdict", ["", *VERDICTS]), ("role", ROLES)):
        check_words(frame[name], known, path)
    frame["mark"] = marks(frame)
    return frame


def table(path: Path) -> pd.DataFrame:
    """A CSV file, all of it as text. Raises RunError 65 where it is damaged."""
    try:
        # Not pandas' reader, which takes a row that is cut short for one with empty fields.
        with path.open(encoding="utf-8", newline="") as file:
            header, *records = list(csv.reader(file, strict=True)) or [[]]
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, ValueError, csv.Error) as error:
        raise RunError(65, f"{path} cannot be read as CSV: {error}") from error
    for line, record in enumerate(records, start=2):
        if len(record) != len(header):
            fields = f"{len(record)} fields where the header has {len(header)}"
            raise RunError(65, f"{path}, line {line}: {fields}")
    return pd.DataFrame(records, columns=header)


def convert(frame: pd.DataFrame, path: Path, needed: list[str], numbers: list[str]) -> None:
    """Makes numbers of columns. Raises RunError 65 where one is missing or holds another word."""
    missing = [name for name in needed if name not in frame]
    if missing:
        raise RunError(65, f"{path} lacks columns: {', '.join(missing)}")
    for name in numbers:
        text = frame[name]
        values = pd.to_numeric(text, errors="coerce").astype(float)
        wrong = (text != "") & ~(values.abs() < math.inf)
        if wrong.any():
            line, word = int(wrong.to_numpy().argmax()) + 2, text[wrong].iloc[0]
            raise RunError(65, f"{path}, line {line}: {name} is {word!r}, not a number")
        frame[name] = values


def check_words(text: pd.Series, known: list[str], path: Path) -> None:
    unknown = sorted(set(text) - set(known))
    if unknown:
        raise RunError(65, f"{path} has the unknown {text.name} {unknown[0]!r}")


def marks(frame: pd.DataFrame) -> pd.Series:
    """What is shown of each ratio, as `bench report --style matrix` does.

    A difference that is proven but within the margin is `same`; what has no verdict is unresolved.
    """
    within = (frame["ratio"] <= 1 + frame["margin"]) & (frame["ratio"] >= 1 / (1 + frame["margin"]))
    proven = frame["verdict"].isin(["faster", "slower"])
    return frame["verdict"].mask(proven & within, "same").replace("", "unresolved")
