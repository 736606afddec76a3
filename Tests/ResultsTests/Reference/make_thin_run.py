"""Makes thin-run of a published run: some cells over several orders, old and new arm only, and of each
arm's replicates the samples in the middle. Replicates, and so all reports of these cells, are those of the
whole run.

usage: Tests/ResultsTests/Reference/make_thin_run.py   (takes a minute)
"""

import csv
import io
import json
import lzma
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = HERE.parents[2] / "results/published/2026-11-25-epyc-zen5-2c"
THIN = HERE / "thin-run"
ARMS = ("fakehead", "mask")


def is_kept(row: dict) -> bool:
    return (
        row["operation"] == "compound_head"
        and row["mode"] in ("throughput", "latency", "address_chain")
        and row["hvo"] in ("off", "on")
        and row["order"] in ("0", "4", "9", "18")
        and (row["huge_pages"] == "1" or row["order"] in ("0", "9"))
        and row["arm"] in ARMS
    )


def write(name: str, header: list[str], rows: list[dict]) -> None:
    with (THIN / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def middle(samples: list[dict]) -> list[dict]:
    """One sample of an odd number, two of an even one: the median is the same."""
    ranked = sorted(samples, key=lambda row: int(row["elapsed_ns"]) / int(row["iterations"]))
    half = len(ranked) // 2
    return ranked[half : half + 1] if len(ranked) % 2 else ranked[half - 1 : half + 1]


def main() -> None:
    THIN.mkdir(exist_ok=True)
    with (RUN / "summary.csv").open(newline="") as file:
        table = csv.DictReader(file)
        summary = [row for row in table if is_kept(row)]
        write("summary.csv", table.fieldnames, summary)
    cells = {row["cell"] for row in summary}

    groups = defaultdict(list)
    with lzma.open(RUN / "samples.csv.xz", "rt", newline="") as file:
        table = csv.DictReader(file)
        for row in table:
            if row["cell"] in cells and row["arm"] in ARMS and row["part"] in ("baseline", "arm"):
                key = [row[name] for name in ("cell", "arm", "part", "process", "layout", "block")]
                groups[tuple(key)].append(row)
    samples = [row for group in groups.values() for row in middle(group)]
    write("samples.csv", table.fieldnames, samples)

    with (RUN / "codegen.csv").open(newline="") as file:
        table = csv.DictReader(file)
        loops = [row for row in table if row["arm"] in ARMS and "__arm__0" in row["symbol"]]
        write("codegen.csv", table.fieldnames, loops)

    meta = json.loads((RUN / "meta.json").read_text())
    meta["rows"] = {"summary": len(summary), "samples": len(samples)}
    (THIN / "meta.json").write_text(json.dumps(meta, indent=2) + "\n")


main()
