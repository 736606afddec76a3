"""What figures share: measures, colours and labels of lines, log scales, title and legend."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, SymmetricalLogLocator

from summary import SERIES

# Shades of each role, after Okabe and Ito, whose colours colour-blind readers can tell apart. The
# first ones differ in grey, too: of 255, old is 162, new 61, what-if 106, control 191.
COLOURS = {
    "old": ["#E69F00", "#D55E00", "#882255"],
    "new": ["#004E8A", "#56B4E9", "#0072B2"],
    "what-if": ["#009E73", "#99CC66", "#225522"],
    "control": ["#BFBFBF", "#888888", "#555555"],
}
GREY = "#DDDDDD"
MARKERS = {"off": "o", "elsewhere": "s", "on": "^"}
LINES = ["-", "--", ":", "-."]
CLASSES = ["order-0", "head", "fakehead", "tail", "mix"]

WIDTH = 9.0  # inches: in a README column, 9 pt type is then about 12 pixels high

Styles = dict[tuple[str, ...], dict[str, Any]]
Groups = list[tuple[Any, pd.DataFrame]]


class Measure(NamedTuple):
    """A column that is drawn, and the columns of its interval."""

    value: str
    interval: tuple[str, str]
    title: str
    axis: str
    unit: str = ""
    # The ends of the grey box behind each point.
    grey: tuple[str, str] | None = None
    grey_label: str = ""
    # How a line names that it is of an arm and its baseline.
    between: str = ""
    # What it is where arm and baseline are equal.
    equal: float | None = None


RATIO = Measure(
    value="ratio",
    interval=("ratio_lo", "ratio_hi"),
    grey=("null_lo", "null_hi"),
    grey_label="noise floor (A/A twin)",
    title="ratio of times per operation, arm / baseline",
    axis="← faster    slower →",
    unit="×",
    between=" / ",
    equal=1,
)
NANOSECONDS = Measure(
    value="ns_per_op",
    interval=("ns_low", "ns_high"),
    grey=("empty_loop_from", "empty_loop"),
    grey_label="the empty loop, where it takes less",
    title="time per operation, median and interquartile range",
    axis="ns per operation",
)
DIFFERENCE_NS = Measure(
    value="difference_ns",
    interval=("difference_lo", "difference_hi"),
    title="difference of times per operation, arm − baseline",
    axis="ns per operation\n← faster    slower →",
    between=" − ",
    equal=0,
)
DIFFERENCE_CYCLES = DIFFERENCE_NS._replace(
    value="difference_cycles",
    interval=("difference_cycles_lo", "difference_cycles_hi"),
    axis="cycles per operation\n← faster    slower →",
)


def grouped(frame: pd.DataFrame, columns: list[str]) -> Groups:
    return list(frame.groupby(columns, sort=False, dropna=False))


def panel_rank(key: tuple[str, float, str]) -> tuple:
    return ([*CLASSES, key[0]].index(key[0]), *key)


def panel_label(population: str, page_class: str, mix: float, predictability: str) -> str:
    if population:
        return population
    label = {"order-0": "order 0", "fakehead": "fake head"}.get(page_class, page_class)
    label += f", {mix:g} % tails" if page_class == "mix" and not math.isnan(mix) else ""
    return label + (f",\n{predictability}" if predictability not in ("", "uniform") else "")


def series_styles(frame: pd.DataFrame, measure: Measure) -> Styles:
    """Colour tells role and arm, the marker the HVO state, dashes the arm and what else differs."""
    styles: Styles = {}
    series = grouped(frame, SERIES)
    for key, rows in series:
        arm, baseline, hvo, mapping, template_node = key
        twins = [other for other, _ in series if other[:3] == key[:3]]
        label = arm + (f"{measure.between}{baseline}" if measure.between else "")
        label += f", HVO {hvo}" if hvo else ""
        label += f", mapped {mapping}" if len({twin[3] for twin in twins}) > 1 else ""
        if len({twin[4] for twin in twins}) > 1:
            label += f", template node {template_node or '-'}"
        styles[key] = {
            "label": label,
            "color": colour(rows.iloc[0]),
            "marker": MARKERS.get(hvo, "D"),
            "linestyle": LINES[(rows["shade"].iloc[0] + twins.index(key)) % len(LINES)],
        }
    return styles


def colour(row: pd.Series) -> str:
    of_role = COLOURS[row["role"]]
    return of_role[row["shade"] % len(of_role)]


def bars(points: pd.DataFrame, measure: Measure) -> list[pd.Series]:
    """The lengths of the bars below and above each point; none where the interval is unknown."""
    value, (low, high) = points[measure.value], (points[name] for name in measure.interval)
    return [length.clip(lower=0).fillna(0) for length in (value - low, high - value)]


def set_scale(
    axes: Axes, which: Literal["x", "y"], frame: pd.DataFrame, measure: Measure, ticks: int = 9
) -> None:
    """A log axis, which for differences goes both ways from 0 and is linear up to 1."""
    shown = frame[[measure.value, *measure.interval]].stack()
    locator: LogLocator | SymmetricalLogLocator = LogLocator(base=2, numticks=ticks)
    scale: dict[str, Any] = {"value": "log"}
    low, high = shown[shown > 0].min() / 1.2, shown.max() * 1.2
    if measure.equal is None:
        low /= 2  # room for the empty loop
    elif measure.equal == 1:
        low, high = min(low, 0.45), max(high, 2.2)
    else:
        low, high = min(shown.min() * 1.5, -1.2), max(shown.max() * 1.5, 1.2)
        scale = {"value": "symlog", "linthresh": 1, "base": 4}
        locator = SymmetricalLogLocator(base=4, linthresh=1)
    if measure.equal is not None:
        line = axes.axhline if which == "y" else axes.axvline
        line(measure.equal, color="black", linewidth=0.8, zorder=1)
    axis = axes.yaxis if which == "y" else axes.xaxis
    (axes.set_yscale if which == "y" else axes.set_xscale)(**scale)
    axes.set(**{f"{which}lim": (low, high)})
    axis.set_major_locator(locator)
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{measure.unit}"))
    axes.grid(axis=which, color="#EEEEEE")
    axes.set_axisbelow(True)


def finish(
    figure: Figure,
    height: float,
    left: float,
    legend: list[Any],
    title: str,
    footer: str,
    above: float = 0.5,
) -> None:
    """Puts title, legend and footer around plots `height` inches high, `left` inches in.

    `above` is what lies between title and plots.
    """
    longest = max(len(handle.get_label()) for handle in legend)
    columns = min(len(legend), max(1, int(WIDTH / (0.65 + 0.064 * longest))))
    above += 0.17 * len(title.splitlines())
    below = 0.75 + 0.19 * math.ceil(len(legend) / columns)
    total = above + height + below
    figure.set_size_inches(WIDTH, total)
    edges = {"left": left / WIDTH, "right": 0.985, "top": 1 - above / total}
    figure.subplots_adjust(**edges, bottom=below / total)
    figure.suptitle(title, y=1 - 0.1 / total, fontsize=10)
    box = figure.legend(handles=legend, loc="lower center", ncol=columns, handlelength=3)
    box.set_frame_on(False)
    box.set_bbox_to_anchor((0.5, 0.2 / total))
    figure.text(0.01, 0.05 / total, footer, fontsize=6.5, color="#555555")
