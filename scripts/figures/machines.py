#!/usr/bin/env python3
"""Draws what `bench machines RUN... --format csv` prints, or DIR/machines.csv of scripts/fleet.

Rows are cells, columns machines. Colour is the ratio's logarithm; the number and its mark stand in each
field, so that nothing is lost in grey; a red frame and a bold label say that machines contradict each
other. Each operation has figures of its own. With very many machines, fields have room for the mark only:
`bench machines --by kind` has fewer.
Exit status: 64 usage, 65 unreadable or foreign data, 66 no such file, 73 cannot write.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import matplotlib  # noqa: E402
import pandas as pd  # noqa: E402
from matplotlib import colormaps  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.colors import TwoSlopeNorm  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Rectangle  # noqa: E402

from figures import words  # noqa: E402
from figures.saving import tell  # noqa: E402
from summary import RunError, check_words, convert, table  # noqa: E402

MARKS = {"faster": "<", "slower": ">", "same": "=", "unresolved": "?"}
# What tells two rows of a figure apart, beside the class of pages; and two of its panels.
PAGES = ["population", "page_class", "mix", "predictability"]
OTHERS = ["order", "footprint", "hvo", "arm", "pattern", "threads", "readers", "templates"]
PANEL = ["mode", "chain"]
NUMBERS = ["cell", "order", "mix", "ratio"]
COLUMNS = ["machine", "agreement", "operation", "outcome"]
COLUMNS += [*PAGES, *OTHERS, *PANEL, "cell", "ratio"]
# Ratios beyond these have the darkest colours.
DARKEST = 8.0
MAX_ROWS = 60
# In inches.
ROW, FIELD, NARROW = 0.2, 0.72, 0.16
# So many fields side by side, in all panels, have room for numbers.
MAX_FIELDS = 28


def load(path: Path) -> pd.DataFrame:
    try:
        frame = table(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(66, f"no file {path}") from error
    try:
        convert(frame, path, COLUMNS, NUMBERS)
    except RunError as error:
        advice = "give what 'bench machines RUN... --format csv' prints"
        raise RunError(error.status, f"{error}; {advice}") from error
    check_words(frame["outcome"], list(MARKS), path)
    shared = frame[(frame["agreement"] != "alone") & frame["ratio"].notna()]
    if shared.empty:
        raise RunError(65, f"{path} has no cell that is on two machines")
    return shared


def grouped(frame: pd.DataFrame, columns: str | list[str]) -> list[tuple]:
    """Each value of the column, or tuple of the columns' values, with its rows."""
    return list(frame.groupby(columns, sort=False, dropna=False))


def figures_of(frame: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """The figures, each with the name of its file."""
    machines = list(dict.fromkeys(frame["machine"]))
    # Of a list of one column, pandas makes values before 2.0 and tuples since.
    for operation, rows in grouped(frame, "operation"):
        labels = row_labels(rows)
        rows = rows.assign(label=labels)
        order = list(dict.fromkeys(labels))
        name = "machines-" + re.sub(r"[^A-Za-z0-9_.]+", "-", operation)
        for part, start in enumerate(range(0, len(order), MAX_ROWS), start=1):
            shown = order[start : start + MAX_ROWS]
            part_of = rows[rows["label"].isin(shown)]
            yield name + (f"-{part}" if part > 1 else ""), draw(part_of, shown, machines, operation)


def row_labels(rows: pd.DataFrame) -> pd.Series:
    """What a row is about: the axes that differ in the figure, and always the class of pages."""
    several = [name for name in OTHERS if rows[name].nunique() > 1]

    def label(row: pd.Series) -> str:
        about = [words.HVO_STATES.get(row["hvo"], row["hvo"]) if "hvo" in several else ""]
        about += [row["footprint"]]
        if "order" in several and row["page_class"] != "order-0":
            about += [f"order {row['order']:g}"]
        for name in several:
            if name in ("arm", "pattern"):
                about += [row[name]]
            elif name not in ("hvo", "footprint", "order"):
                about += [f"{name} {row[name] or '-'}"]
        return ", ".join(filter(None, about)) + ": " + (row["population"] or words.pages(row))

    labels = rows.apply(label, axis=1)
    # Nodes and mappings tell cells apart in few plans.
    place = rows[[*PANEL, "machine"]].assign(label=labels)
    return labels.where(~place.duplicated(keep=False), labels + rows["cell"].map(" (cell {:g})".format))


def draw(rows: pd.DataFrame, labels: list[str], machines: list[str], operation: str) -> Figure:
    panels = grouped(rows, PANEL)
    has_numbers = len(panels) * len(machines) <= MAX_FIELDS
    field = FIELD if has_numbers else NARROW
    left = 0.2 + 0.057 * max(map(len, labels))
    gap, above = 0.12, 1.0 + name_height(machines, has_numbers)
    width = left + len(panels) * (len(machines) * field + gap) + 0.1
    height = above + ROW * len(labels) + 0.1
    figure = Figure(figsize=(max(width, 6.5), height))
    width = figure.get_figwidth()
    for column, ((mode, chain), cells) in enumerate(panels):
        x = left + column * (len(machines) * field + gap)
        box = (x / width, 0.1 / height, len(machines) * field / width, ROW * len(labels) / height)
        axes = figure.add_axes(box)
        draw_panel(axes, cells, labels, machines, has_numbers)
        axes.tick_params(labelleft=column == 0)
        heading = f"{mode}\n({chain} chain)" if chain == "control" else mode
        axes.text(
            0.5, 1 + (name_height(machines, has_numbers) + 0.05) / (ROW * len(labels)), heading,
            ha="center", va="bottom", transform=axes.transAxes, fontweight="bold", fontsize=9,
        )  # fmt: skip
    contradicting = set(rows.loc[rows["agreement"] == "contradicting", "label"])
    for text in figure.axes[0].get_yticklabels():
        text.set_fontweight("bold" if text.get_text() in contradicting else "normal")
    cells = rows.drop_duplicates("cell")
    count = int((cells["agreement"] == "contradicting").sum())
    y = 1 - 0.2 / height
    title = f"{operation}(), new / old, on {len(machines)} machines"
    figure.text(0.1 / width, y, title, fontsize=11, fontweight="bold", va="center")
    legend = "< new is faster, > slower, = the same within the margin, ? not resolved"
    legend += f"; framed, {count} of {len(cells)}: machines contradict each other" if count else ""
    figure.text(0.1 / width, y - 0.2 / height, legend, fontsize=7.5, color="#555555", va="center")
    return figure


def name_height(machines: list[str], has_numbers: bool) -> float:
    """Room for machines' names above their columns; long ones are turned."""
    longest = max(map(len, machines))
    return 0.2 if has_numbers and longest <= 9 else 0.1 + 0.07 * longest


def draw_panel(
    axes: Axes, cells: pd.DataFrame, labels: list[str], machines: list[str], has_numbers: bool
) -> None:
    norm = TwoSlopeNorm(0, -math.log2(DARKEST), math.log2(DARKEST))
    colours = colormaps["PuOr_r"]
    axes.set(xlim=(-0.5, len(machines) - 0.5), ylim=(len(labels) - 0.5, -0.5))
    for _, cell in cells.iterrows():
        x, y = machines.index(cell["machine"]), labels.index(cell["label"])
        colour = colours(norm(math.log2(cell["ratio"])))
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white"))
        text = MARKS[cell["outcome"]]
        if has_numbers:
            text = f"{number(cell['ratio'])} {text}"
        ink = "black" if luminance(colour) > 0.5 else "white"
        axes.text(x, y, text, ha="center", va="center", fontsize=7, color=ink)
    for label in dict.fromkeys(cells.loc[cells["agreement"] == "contradicting", "label"]):
        frame = Rectangle(
            (-0.5, labels.index(label) - 0.5), len(machines), 1,
            fill=False, edgecolor="#D00000", linewidth=1.8, zorder=3, clip_on=False,
        )  # fmt: skip
        frame.set_gid("contradiction")
        axes.add_patch(frame)
    turned = name_height(machines, has_numbers) > 0.2
    axes.set_xticks(range(len(machines)), machines, rotation=90 if turned else 0, fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=7.5)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)


def number(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"


def luminance(colour: tuple[float, ...]) -> float:
    red, green, blue = colour[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(64, f"{self.prog}: {message}; see --help\n")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="plot --machines", description=__doc__, formatter_class=raw)
    parser.add_argument("table", type=Path, metavar="CSV")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: the table's directory")
    arguments = parser.parse_args()
    output = arguments.output or arguments.table.parent
    matplotlib.rcParams.update({"font.size": 8, "svg.hashsalt": "bench"})
    try:
        for name, figure in figures_of(load(arguments.table)):
            for path, metadata in ((f"{name}.png", None), (f"{name}.svg", {"Date": None})):
                try:
                    output.mkdir(parents=True, exist_ok=True)
                    figure.savefig(output / path, dpi=160, metadata=metadata)
                except OSError as error:
                    reason = error.strerror or error
                    raise RunError(73, f"cannot write {output / path}: {reason}") from error
                tell(output / path)
    except RunError as error:
        print(f"plot: {error}", file=sys.stderr)
        sys.exit(error.status)


if __name__ == "__main__":
    main()
