"""A published run as templates of pages ask for it: every number is looked for in the run's CSV."""

from __future__ import annotations

import json
import math
import re
import subprocess
from functools import cached_property
from pathlib import Path

import pandas as pd

from summary import read

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "results" / "published"
BENCH = ROOT / ".build" / "release" / "bench"
BYTES = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class DocsError(Exception):
    """What a template asks for and no run has."""


class Run:
    """A published run, by the name of its directory, as templates ask for it.

    A cell is six words: operation, mode, page class, order, place and HVO state, such as
    `compound_head latency tail 9 many off`. A place is `one` folio, `many` (the largest footprint of
    such cells), or the size of the struct pages, such as `128MiB`. Words such as `threads=2` after
    them narrow it further, where `readers=-` means none.
    """

    def __init__(self, name: str) -> None:
        self.path = PUBLISHED / name
        if not (self.path / "summary.csv").exists():
            known = ", ".join(sorted(path.name for path in PUBLISHED.iterdir()))
            raise DocsError(f"no published run {name!r}; there are {known}")
        self.frame = read(self.path)
        self.meta = json.loads((self.path / "meta.json").read_text(encoding="utf-8"))

    @cached_property
    def contention(self) -> pd.DataFrame:
        return self.table("contention.csv")

    @cached_property
    def layouts(self) -> pd.DataFrame:
        return self.table("layouts.csv")

    def table(self, name: str) -> pd.DataFrame:
        path = self.path / name
        if not path.exists():
            raise DocsError(f"{self.path.name} has no {name}")
        return pd.read_csv(path)

    @property
    def cpu(self) -> str:
        return self.frame["cpu"].iloc[0]

    def cells(self, cell: str) -> pd.DataFrame:
        words = cell.split()
        if len(words) < 6:
            raise DocsError(f"{cell!r} is no cell; one has operation, mode, page class, order, place, HVO state")
        operation, mode, page_class, order, place, hvo, *more = words
        frame = self.frame
        found = frame[
            (frame["operation"] == operation)
            & (frame["mode"] == mode)
            & (frame["page_class"] == page_class)
            & (frame["hvo"] == hvo)
            & (frame["order"].astype(str) == order)
        ]
        for word in more:
            column, _, value = word.partition("=")
            if column not in found:
                raise DocsError(f"{self.path.name} has no column {column!r}, which {cell!r} asks for")
            values = found[column]
            found = found[values.isna() if value == "-" else values.astype(str) == value]
        if place == "one":
            found = found[found["huge_pages"] == 1]
        elif place == "many":
            found = found[found["footprint_bytes"] == found["footprint_bytes"].max()]
            found = found[found["huge_pages"] > 1]
        elif size := re.fullmatch(f"([0-9]+)({'|'.join(BYTES)})", place):
            found = found[found["footprint_bytes"] == int(size[1]) * BYTES[size[2]]]
        else:
            raise DocsError(f"{place!r} in {cell!r} is no place: one, many, or a size such as 128MiB")
        if found["cell"].nunique() != 1:
            count = found["cell"].nunique()
            raise DocsError(f"{self.path.name} has {count} cells {cell!r}; one is needed")
        return found

    def row(self, cell: str, arm: str) -> pd.Series:
        """The row of an arm; `new` is the arm of that role that the cell compares."""
        rows = self.cells(cell)
        named = rows[rows["arm"] == arm]
        if len(named) != 1:
            arms = ", ".join(rows["arm"])
            raise DocsError(f"{self.path.name}: {cell!r} has no arm {arm!r}, but {arms}")
        return named.iloc[0]

    def ns(self, cell: str, arm: str, per: int = 1) -> str:
        """The time of an operation, or of one page of the several that it is about."""
        return significant(self.measured(cell, arm, "ns_per_op")["ns_per_op"] / per)

    def ratio(self, cell: str, arm: str = "mask") -> str:
        return f"{self.judged(cell, arm)['ratio']:.2f}"

    def interval(self, cell: str, arm: str = "mask") -> str:
        """The ratio with its interval, and a word where no verdict was reached."""
        row = self.judged(cell, arm)
        text = f"{hundredths(row['ratio'])} [{hundredths(row['ratio_lo'])}, {hundredths(row['ratio_hi'])}]"
        return text + (", not resolved" if row["verdict"] == "unresolved" else "")

    def brief(self, cell: str, arm: str = "mask") -> str:
        """The ratio, three digits of it, and a word where no verdict was reached."""
        row = self.judged(cell, arm)
        return hundredths(row["ratio"]) + (", not resolved" if row["verdict"] == "unresolved" else "")

    def cycles(self, cell: str, arm: str = "mask") -> str:
        """The difference to the baseline in whole cycles."""
        return f"{abs(self.measured(cell, arm, 'difference_cycles')['difference_cycles']):.0f}"

    def size(self, cell: str, column: str, arm: str = "mask") -> str:
        """A size, such as footprint_bytes or touched_bytes, as a person would say it."""
        value = int(self.measured(cell, arm, column)[column])
        unit = next((unit for unit in reversed(BYTES) if value % BYTES[unit] == 0), None)
        return f"{value // BYTES[unit]} {unit}" if unit else f"{value} bytes"

    def number(self, cell: str) -> int:
        """The cell's number, by which other tables of the run know it."""
        return int(self.cells(cell)["cell"].iloc[0])

    def placements(self, cell: str, arm: str = "mask") -> str:
        """The ratio in each placement of the code."""
        frame = self.layouts
        found = frame[(frame["cell"] == self.number(cell)) & (frame["arm"] == arm)].sort_values("layout")
        if found.empty:
            raise DocsError(f"{self.path.name}: layouts.csv has no {cell!r}, {arm}")
        *most, last = [hundredths(ratio) for ratio in found["ratio"]]
        return f"{', '.join(most)} and {last}"

    def finding(self, start: str) -> str:
        """What the run found to hurt it, by the words that it begins with, up to the first comma."""
        found = [item["what"] for item in self.meta["findings"] if item["what"].startswith(start)]
        if len(found) != 1:
            raise DocsError(f"{self.path.name} has {len(found)} findings {start!r}; one is needed")
        return found[0].split(",")[0]

    def folios(self, cell: str) -> int:
        return int(self.cells(cell)["huge_pages"].iloc[0])

    def words(self, cell: str, arm: str = "mask") -> str:
        """The verdict and its size, as a person would say it."""
        row = self.judged(cell, arm)
        ratio, verdict = row["ratio"], row["verdict"]
        if verdict == "unresolved":
            return "not resolved"
        if verdict == "same" or abs(ratio - 1) < row["margin"]:
            return "same"
        if verdict == "faster":
            return f"{1 / ratio:.1f} times faster" if ratio < 0.7 else f"{100 * (1 - ratio):.0f} % faster"
        return f"{ratio:.1f} times slower" if ratio > 1.5 else f"{100 * (ratio - 1):.0f} % slower"

    def answer(self, cell: str, arm: str = "mask") -> str:
        """The verdict in words, with what is gained in bold."""
        words = self.words(cell, arm)
        return f"**{words}**" if words.endswith("faster") else words

    def judged(self, cell: str, arm: str) -> pd.Series:
        return self.measured(cell, arm, "ratio")

    def measured(self, cell: str, arm: str, column: str) -> pd.Series:
        """The row of an arm, which has a value in that column."""
        row = self.row(cell, arm)
        if column not in row or pd.isna(row[column]):
            raise DocsError(f"{self.path.name}: {cell!r} has no {column} of {arm}")
        return row

    def together(self, cell: str, arm: str, mode: int = 0) -> pd.Series:
        """What all threads of a cell do together; mode 0 is all rounds, 1 and 2 are told apart."""
        number = self.number(cell)
        frame = self.contention
        rows = frame[(frame["cell"] == number) & (frame["arm"] == arm) & (frame["mode"] == mode)]
        if len(rows) != 1:
            raise DocsError(f"{self.path.name}: contention.csv has no {cell!r}, {arm}, mode {mode}")
        return rows.iloc[0]

    def together_interval(self, cell: str, arm: str, mode: int = 0) -> str:
        row = self.together(cell, arm, mode)
        text = f"{row['ratio']:.2f} [{row['ratio_lo']:.2f}, {row['ratio_hi']:.2f}]"
        return text + (" ?" if row["verdict"] == "unresolved" else "")

    def least_fairness(self) -> float:
        """The fastest thread's time over the slowest one's, where that is least: in all cells and modes."""
        return self.contention["fairness"].min()

    def matrix(self, first: int = 1, last: int | None = None) -> str:
        """The default output, as a block of code."""
        lines = command("report", str(self.path.relative_to(ROOT)), "--style", "matrix").splitlines()
        return block(lines[first - 1 : last])


def significant(value: float) -> str:
    """Three digits, or hundredths below one."""
    digits = 2 if value < 1 else max(0, 2 - math.floor(math.log10(value)))
    return f"{value:.{digits}f}"


def hundredths(ratio: float) -> str:
    """Hundredths of a ratio, or three digits."""
    return f"{ratio:.3g}" if ratio >= 10 else f"{ratio:.2f}"


def command(*arguments: str) -> str:
    if not BENCH.exists():
        raise DocsError("there is no .build/release/bench: swift build -c release")
    done = subprocess.run([BENCH, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DocsError(f"bench {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def block(lines: list[str]) -> str:
    """Lines as Markdown's block of code."""
    return "\n".join(f"    {line}".rstrip() for line in lines)


def machines(*names: str) -> str:
    """What `bench machines` says of published runs, as a block of code."""
    runs = [str((PUBLISHED / name).relative_to(ROOT)) for name in names]
    return block([f"$ bench machines {' '.join(runs)}", *command("machines", *runs).splitlines()])
