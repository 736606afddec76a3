"""What figures share: measures, colours and labels of lines, log scales, title and legend."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from summary import SERIES

# Okabe and Ito's palette, which colour-blind readers can tell apart: old encodings warm, new cool.
COLOURS = {"pointer": "#000000", "fakehead": "#882255"}
COLOURS.update({"fakehead_off": "#E69F00", "fakehead_on": "#D55E00"})
COLOURS.update({"mask": "#0072B2", "mask_branchy": "#56B4E9"})
COLOURS.update({"memdesc": "#009E73", "memdesc_32": "#CC79A7"})
OTHER_COLOURS = ["#999933", "#AA4499", "#44AA99"]
GREY = "#DDDDDD"
MARKERS = {"off": "o", "elsewhere": "s", "on": "^"}
LINES = ["-", "--", ":", "-."]
CLASSES = ["order-0", "head", "fakehead", "tail", "mix"]

WIDTH = 9.0  # inches: in a README column, 9 pt type is then about 12 pixels high

Styles = dict[tuple[str, ...], dict[str, Any]]
Groups = list[tuple[Any, pd.DataFrame]]


class Measure(NamedTuple):
    """A column drawn by order, its interval, and the grey box behind each of its points."""

    value: str
    interval: tuple[str, str]
    grey: tuple[str, str]
    grey_label: str
    title: str
    axis: str
    unit: str


RATIO = Measure(
    value="ratio",
    interval=("ratio_lo", "ratio_hi"),
    grey=("null_lo", "null_hi"),
    grey_label="noise floor (A/A twin)",
    title="ratio of times per operation, arm / baseline",
    axis="←  faster        slower  →",
    unit="×",
)
NANOSECONDS = Measure(
    value="ns_per_op",
    interval=("ns_low", "ns_high"),
    grey=("null_loop_from", "null_loop"),
    grey_label="the empty loop",
    title="time per operation, median and interquartile range",
    axis="ns per operation",
    unit="",
)


def grouped(frame: pd.DataFrame, columns: list[str]) -> Groups:
    return list(frame.groupby(columns, sort=False, dropna=False))


def panel_rank(key: tuple[str, float, str]) -> tuple:
    return ([*CLASSES, key[0]].index(key[0]), *key)


def panel_label(page_class: str, mix: float, predictability: str) -> str:
    label = {"order-0": "order 0", "fakehead": "fake head"}.get(page_class, page_class)
    label += f", {mix:g} % tails" if page_class == "mix" and not math.isnan(mix) else ""
    return label + (f",\n{predictability}" if predictability not in ("", "uniform") else "")


def series_styles(frame: pd.DataFrame, measure: Measure) -> Styles:
    """Colour tells the encoding, the marker the HVO state, dashes what else there is."""
    unknown = [name for name in frame["encoding"].unique() if name not in COLOURS]
    colours = {name: OTHER_COLOURS[i % len(OTHER_COLOURS)] for i, name in enumerate(unknown)}
    styles: Styles = {}
    for key, _ in grouped(frame, SERIES):
        encoding, baseline, hvo, mapping, template_node = key
        twins = [other for other in styles if (other[0], other[2]) == (encoding, hvo)]
        label = f"{encoding} / {baseline}" if measure is RATIO else encoding
        label += f", HVO {hvo}" if hvo else ""
        label += f", mapped {mapping}, template node {template_node or '-'}" if twins else ""
        styles[key] = {
            "label": label,
            "color": COLOURS.get(encoding) or colours[encoding],
            "marker": MARKERS.get(hvo, "D"),
            "linestyle": LINES[len(twins) % len(LINES)],
        }
    return styles


def bars(points: pd.DataFrame, measure: Measure) -> list[pd.Series]:
    """The lengths of the bars below and above each point; none where the interval is unknown."""
    value, (low, high) = points[measure.value], (points[name] for name in measure.interval)
    return [length.clip(lower=0).fillna(0) for length in (value - low, high - value)]


def set_log_scale(
    axes: Axes, which: Literal["x", "y"], frame: pd.DataFrame, measure: Measure
) -> None:
    shown = frame[[measure.value, *measure.interval]].stack()
    low, high = shown[shown > 0].min() / 1.2, shown.max() * 1.2
    if measure is NANOSECONDS:
        low /= 2  # room for the empty loop
    else:
        low, high = min(low, 0.45), max(high, 2.2)
        line = axes.axhline if which == "y" else axes.axvline
        line(1, color="black", linewidth=0.8, zorder=1)
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low, high)})
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(LogLocator(base=2, numticks=9))
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
    above: float = 0.85,
) -> None:
    """Puts title, legend and footer around plots `height` inches high, `left` inches in."""
    longest = max(len(handle.get_label()) for handle in legend)
    columns = min(len(legend), max(1, int(WIDTH / (0.45 + 0.058 * longest))))
    below = 0.75 + 0.19 * math.ceil(len(legend) / columns)
    total = above + height + below
    figure.set_size_inches(WIDTH, total)
    edges = {"left": left / WIDTH, "right": 0.985, "top": 1 - above / total}
    figure.subplots_adjust(**edges, bottom=below / total)
    figure.suptitle(title, y=1 - 0.1 / total, fontsize=10)
    box = figure.legend(handles=legend, loc="lower center", ncol=columns, frameon=False)
    box.set_bbox_to_anchor((0.5, 0.2 / total))
    figure.text(0.01, 0.05 / total, footer, fontsize=6.5, color="#555555")
