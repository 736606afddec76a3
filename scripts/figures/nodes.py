"""New against old by the node of the CPU and that of the struct pages."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figures import cells
from figures.listing import Listing
from figures.style import DIM, MARGIN, SMALL, WIDTH, Canvas, Words, bare
from figures.words import calls, footprint, pages, place
from run_directory import Run

PITCH, ABOVE, BELOW, GAP = 0.2, 0.55, 0.12, 0.14
MAX_COLUMNS = 18
SIGNS = {"faster": "<", "slower": ">", "same": "=", "unresolved": "?"}
# Blue is faster and orange slower, as elsewhere; the number and its sign say the same.
COLOURS = LinearSegmentedColormap.from_list("ratio", ["#4E9BCB", "#FFFFFF", "#E8924F"])
ONE_ROW = ["mode", "chain", "hvo", "footprint", "page_class", "column"]


def draw(run: Run) -> Figure | None:
    """A line for each kind of pages, a column for each pair of nodes, a panel for each mode."""
    rows = cells.main_rows(run.frame).dropna(subset=["ratio"])
    if len(set(rows["cpu_node"]) | set(rows["memory_node"]) | set(rows["templates"]) - {""}) < 2:
        return None
    rows = cells.of_main_order(cells.main_modes(rows[~cells.spans_footprints(rows)]))
    rows = rows[(rows["cpu_node"] != "") & (rows["memory_node"] != "")]
    if rows.empty:
        return None
    rows = rows.assign(
        footprint=[footprint(row) for _, row in rows.iterrows()],
        column=list(zip(rows["cpu_node"], rows["memory_node"], rows["templates"])),
    )
    rows = cells.in_order(cells.usual(rows, ONE_ROW))
    rows = rows.assign(
        panel=[calls(row) for _, row in rows.iterrows()],
        group=[place(row) for _, row in rows.iterrows()],
        label=[pages(row) for _, row in rows.iterrows()],
    )
    panels = list(dict.fromkeys(cells.main_modes(rows)["panel"]))
    # The local node first.
    columns = sorted(set(rows["column"]), key=lambda pair: (pair[0], pair[0] != pair[1], pair))
    panels = panels if len(columns) * len(panels) <= MAX_COLUMNS else panels[-1:]
    return drawn(run, rows, panels, columns)


def drawn(run: Run, rows: pd.DataFrame, panels: list[str], columns: list[tuple]) -> Figure:
    """Numbers in coloured fields; a hatched field was not measured."""
    pairs, columns = len(columns), columns[:MAX_COLUMNS]
    rows = rows[rows["column"].isin(columns)]
    listing = Listing(rows)
    height = PITCH * listing.length
    new, old = cells.kernels(rows, run.frame)
    words = Words(
        f"{rows['operation'].iloc[0]}(): new / old by node",
        [
            f"new: {new} · old: {old}",
            f"{run.machine} · median over {run.effort} · < new is faster, > slower, "
            "= the same within the margin, ? not resolved, hatched: not measured",
            f"{len(columns)} of {pairs} pairs of nodes" if len(columns) < pairs else "",
        ],
        run.origin,
    )
    has_templates = any(templates for _, _, templates in columns)
    above = ABOVE + 0.13 * has_templates
    canvas = Canvas(words, above + height + BELOW)
    left = listing.width(canvas)
    width = (WIDTH - MARGIN - left + GAP) / len(panels) - GAP
    farthest = max(rows["ratio"].max(), 1 / rows["ratio"].min(), 1.2)
    scale = Normalize(-math.log(farthest), math.log(farthest))
    for index, panel in enumerate(panels):
        start = left + index * (width + GAP)
        axes = canvas.axes(start, above, width, height, gid=f"panel: {panel}")
        axes.set_xlim(0, len(columns))
        listing.set_scale(axes)
        draw_fields(axes, rows[rows["panel"] == panel], listing.places, columns, scale)
        axes.set_title(panel, pad=4 + 11 * (2 + has_templates))
        for column, (cpu, memory, templates) in enumerate(columns):
            words_of = f"CPU {cpu}\nmem {memory}" + (f"\ntail {templates}" if templates else "")
            axes.text(
                column + 0.5, -0.8, words_of, ha="center", va="bottom", fontsize=SMALL, color=DIM
            )
        bare(axes, "left", "bottom")
        axes.tick_params(labelleft=False, labelbottom=False)
        if index == 0:
            listing.draw_labels(axes)
    return canvas.figure


def draw_fields(
    axes: Axes, rows: pd.DataFrame, places: dict, columns: list, scale: Normalize
) -> None:
    """A field for each line and column; none in lines that have nothing in this panel."""
    there = {(row["group"], row["label"], row["column"]): row for _, row in rows.iterrows()}
    for (group, label), y in places.items():
        if not any((group, label, column) in there for column in columns):
            continue
        for index, column in enumerate(columns):
            row = there.get((group, label, column))
            box: dict = {"facecolor": "white", "edgecolor": "#BBBBBB", "hatch": "////"}
            if row is not None:
                proven = row["mark"] in ("faster", "slower")
                color = COLOURS(scale(math.log(row["ratio"]) if proven else 0))
                box = {"facecolor": color, "edgecolor": "white"}
                axes.text(
                    index + 0.5,
                    y,
                    f"{row['ratio']:.2f} {SIGNS[row['mark']]}",
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                )
            name = "measured" if row is not None else "not measured"
            axes.add_patch(Rectangle((index, y - 0.5), 1, 1, linewidth=0.8, gid=name, **box))
