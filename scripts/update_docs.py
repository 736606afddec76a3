"""Makes README.md and pages of docs/ from docs/templates and the published runs.

A template is the page in Jinja2's syntax; each number, verdict and table of a run in it is asked of
the run's CSV, so that no page can tell what no run has. Exit status: 0 written, or nothing to do;
1 a page is not what its template makes of it (--check); 65 a template asks for what no run has, or
a page is too long.
"""

from __future__ import annotations

import argparse
import difflib
import json
import math
import re
import subprocess
import sys
from functools import cache, cached_property
from pathlib import Path

import jinja2
import pandas as pd

from summary import read

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "docs" / "templates"
PUBLISHED = ROOT / "results" / "published"
BENCH = ROOT / ".build" / "release" / "bench"
# A page that people read first fits some screens; every line of it fits one.
LONGEST_LINE = 120
LONGEST = {"README.md": 110}
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
        path = self.path / "contention.csv"
        if not path.exists():
            raise DocsError(f"{self.path.name} has no contention.csv")
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
        value = int(self.row(cell, arm)[column])
        unit = next((unit for unit in reversed(BYTES) if value % BYTES[unit] == 0), None)
        return f"{value // BYTES[unit]} {unit}" if unit else f"{value} bytes"

    def number(self, cell: str) -> int:
        """The cell's number, by which other tables of the run know it."""
        return int(self.cells(cell)["cell"].iloc[0])

    def placements(self, cell: str, arm: str = "mask") -> str:
        """The ratio in each placement of the code."""
        frame = pd.read_csv(self.path / "layouts.csv")
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
        if pd.isna(row[column]):
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
        return "\n".join(f"    {line}".rstrip() for line in lines[first - 1 : last])


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


def machines(*names: str) -> str:
    """What `bench machines` says of published runs, as a block of code."""
    runs = [str((PUBLISHED / name).relative_to(ROOT)) for name in names]
    lines = [f"$ bench machines {' '.join(runs)}", *command("machines", *runs).splitlines()]
    return "\n".join(f"    {line}".rstrip() for line in lines)


def pages() -> dict[Path, str]:
    """Each page that has a template, and what it must hold."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["run"] = cache(Run)
    environment.globals["significant"] = significant
    environment.globals["machines"] = machines
    made = {}
    for template in sorted(TEMPLATES.glob("*.md")):
        page = ROOT / template.name if template.name == "README.md" else ROOT / "docs" / template.name
        try:
            text = f"<!-- made by scripts/update-docs from docs/templates/{template.name} -->\n"
            text += environment.get_template(template.name).render()
        except (DocsError, jinja2.TemplateError) as error:
            raise DocsError(f"docs/templates/{template.name}: {error}") from error
        check(page.relative_to(ROOT), text)
        made[page] = text
    return made


def check(page: Path, text: str) -> None:
    """Refuses a page that is too long, or too wide; only tables of docs/ may be wider."""
    lines = text.splitlines()
    wrong = [
        f"line {number} has {len(line)} characters, not {LONGEST_LINE} ({line[:40]}…)"
        for number, line in enumerate(lines, start=1)
        if len(line) > LONGEST_LINE and not (line.startswith("|") and str(page) not in LONGEST)
    ]
    if len(lines) > LONGEST.get(str(page), len(lines)):
        wrong.append(f"it has {len(lines)} lines, not {LONGEST[str(page)]}")
    if wrong:
        raise DocsError(f"{page}: {'; '.join(wrong)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/update-docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a page differs")
    arguments = parser.parse_args()
    try:
        made = pages()
    except DocsError as error:
        print(f"update-docs: {error}", file=sys.stderr)
        sys.exit(65)
    stale = False
    for page, text in made.items():
        name = page.relative_to(ROOT)
        present = page.read_text(encoding="utf-8") if page.exists() else ""
        if present == text:
            continue
        if arguments.check:
            stale = True
            lines = present.splitlines(), text.splitlines()
            print(*difflib.unified_diff(*lines, f"{name}", f"{name}, as made", "", "", 0, ""), sep="\n")
            print(f"{name} is not what docs/templates/{page.name} makes: scripts/update-docs")
        else:
            page.write_text(text, encoding="utf-8")
            print(name)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
