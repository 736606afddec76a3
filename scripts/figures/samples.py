"""What the timed blocks of a run say of its noise and its drift."""

from __future__ import annotations

import numpy as np
import pandas as pd

from figures.style import ROLE_STYLES
from run_directory import Run


def most_drifting(frame: pd.DataFrame) -> pd.DataFrame:
    """The baseline of a cell and an arm of the other role: those of old and new that moved most.

    One row for each, the one that moved most first; empty where no cell has both.
    """
    baselines = frame[frame["arm"] == frame["baseline"]].drop_duplicates("cell")
    roles = frame["cell"].map(baselines.set_index("cell")["role"])
    is_baseline = frame["arm"] == frame["baseline"]
    rows = frame[frame["role"].isin(list(ROLE_STYLES)) & (is_baseline | (frame["role"] != roles))]
    rows = rows[rows["threads"] == 1].dropna(subset=["drift"])
    rows = rows.sort_values("drift", key=abs, ascending=False, kind="stable")
    for cell in rows["cell"].unique():
        pair = rows[rows["cell"] == cell].drop_duplicates("role")
        if len(pair) == len(ROLE_STYLES):
            return pair
    return rows[:0]


def read_samples(run: Run, drifting: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """The ratio of each cell's twin to its baseline, and the blocks of the arms that drift most.

    Ratios are medians over groups of rounds, as the run's own are.
    """
    twins, drift = [], []
    for part in run.samples():
        timed = part["part"].isin(["baseline", "arm"]) & part["arm"].isin(drifting["arm"])
        drift.append(part[timed & part["cell"].isin(drifting["cell"])])
        twins.append(part[part["part"].isin(["baseline", "twin"])])
    if not twins:
        return pd.Series(dtype=float), pd.DataFrame()
    return twin_ratios(pd.concat(twins), run.frame), pd.concat(drift)


def twin_ratios(samples: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """Of the cells that have rows: the self-test's are none."""
    samples = samples[samples["cell"].isin(frame["cell"])]
    place = ["cell", "process", "block", "round"]
    times = samples.assign(time=samples["elapsed_ns"] / samples["iterations"])
    of_part = times.drop_duplicates([*place, "part"]).set_index([*place, "part"])["time"].unstack()
    layouts = times[times["part"] == "baseline"].drop_duplicates(place).set_index(place)["layout"]
    if not {"baseline", "twin"} <= set(of_part):
        return pd.Series(dtype=float)
    logs = np.log(of_part["twin"] / of_part["baseline"]).dropna()
    rounds = pd.DataFrame({"log": logs, "layout": layouts}).dropna().reset_index()
    groups = rounds.groupby(["cell", "process", "layout", "block"])["log"].median()
    return np.exp(groups.groupby("cell").median())
