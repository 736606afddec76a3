"""Runs that tests write, and the figures that scripts/plot.py makes of them."""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import unittest
from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
sys.path.insert(0, str(SCRIPTS))

import plot  # noqa: E402
from run_directory import Run  # noqa: E402

COLUMNS = (
    "schema_version run_id timestamp commit machine_key label cpu kernel cell operation mode chain"
    " arm role kernels baseline order population page_class mix predictability pattern"
    " footprint_bytes huge_pages level hvo mapping cpu_node memory_node template_node templates"
    " peer_node threads readers iterations rounds processes layouts ns_per_op ns_min ns_iqr ns_net"
    " cycles ratio ratio_lo ratio_hi difference_ns difference_lo difference_hi difference_cycles"
    " difference_cycles_lo difference_cycles_hi margin smallest_effect verdict p_value coverage"
    " null_lo null_hi layouts_agree placement touched_bytes drift ties checksum counted_cycles"
    " counted_instructions counted_branch_misses"
).split()
# Roles of the arms that these tests write; the script reads them from the file.
ROLES = {"fakehead": "old", "pointer": "old", "mask": "new", "mask_branchy": "control"}
ORDERS = [2, 4, 9, 18]

Row = dict[str, object]


def row(arm: str, order: int = 9, **fields: object) -> Row:
    """An arm's row of an otherwise uniform run; `in_cells` numbers its cell."""
    values: Row = {
        "schema_version": 2,
        "run_id": "2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d",
        "commit": "0123abcd",
        "machine_key": "epyc-2c-1a2b3c4d",
        "operation": "compound_head",
        "mode": "throughput",
        "arm": arm,
        "role": ROLES.get(arm, "what-if"),
        "kernels": {"fakehead": "up to 7.0 with HVO", "mask": "7.1 and later"}.get(arm, ""),
        "cpu": "AMD EPYC (26/2, Zen 5)",
        "kernel": "6.12.1",
        "baseline": "fakehead",
        "order": order,
        "page_class": "tail",
        "mix": 100,
        "predictability": "uniform",
        "pattern": "random_pfn",
        "footprint_bytes": 64 << order,
        "huge_pages": 1,
        "hvo": "off",
        "mapping": "2m",
        "cpu_node": 0,
        "memory_node": 0,
        "threads": 1,
        "processes": 6,
        "layouts": 4,
        "ns_per_op": 0.8,
        "ns_min": 0.7,
        "ns_iqr": 0.1,
        "ns_net": 0.5,
        "checksum": "0x0000000000020000",
    }
    if arm != fields.get("baseline", "fakehead"):
        values.update(ratio=0.7, ratio_lo=0.65, ratio_hi=0.75, verdict="faster", margin=0.02)
    return {**values, **fields}


def pair(order: int = 9, old: float = 1.6, **fields: object) -> list[Row]:
    """The old and the new arm in one cell; `old` are the old arm's nanoseconds."""
    return [
        row("fakehead", order, **{**fields, "ns_per_op": old}),
        row("mask", order, **fields),
    ]


def pairs(**fields: object) -> list[Row]:
    """The old and the new arm at every order."""
    return [one for order in ORDERS for one in pair(order, **fields)]


def like_the_default() -> list[Row]:
    """A run as the default plan has it, with the longest words."""
    rows: list[Row] = []
    classes = [("order-0", 0, 0), ("head", 9, 0), ("tail", 9, 100), ("mix", 9, 50)]
    states = [("off", 1), ("off", 4096), ("elsewhere", 1), ("elsewhere", 4096), ("on", 1)]
    verdicts = ["faster", "slower", "same", "unresolved"]
    for mode in ("throughput", "latency"):
        for hvo, folios in [*states, ("on", 1024)]:
            for page_class, order, mix in classes:
                if hvo == "on" and order == 0:
                    continue
                ratio = 0.1 * 1.3 ** (len(rows) % 23)
                about = {"mode": mode, "hvo": hvo, "page_class": page_class, "mix": mix}
                about |= {"huge_pages": folios, "footprint_bytes": folios << 15}
                about |= {"predictability": "random" if page_class == "mix" else "uniform"}
                about |= {"ratio": ratio, "ratio_lo": ratio / 1.2, "ratio_hi": ratio * 1.2}
                about |= {"ns_per_op": 150 * ratio, "verdict": verdicts[len(rows) // 2 % 4]}
                rows += pair(order, old=150, **about)
                if hvo != "elsewhere" and order:
                    rows += [one for other in (2, 18) for one in pair(other, old=140, **about)]
    return rows


def scale(counts: Sequence[int] = (1, 64, 512, 4096)) -> list[Row]:
    """Old and new with HVO, and without it in both mappings, over several numbers of folios."""
    states = [("on", "4k"), ("off", "4k"), ("off", "2m")]
    rows = []
    for count in counts:
        for hvo, mapping in states:
            about = {"hvo": hvo, "mapping": mapping, "huge_pages": count, "mode": "latency"}
            about |= {"footprint_bytes": count << 15, "touched_bytes": count << 12}
            rows += pair(9, old=2.0 * count, ns_per_op=1.0 * count, ns_min=0.1, **about)
    return rows


def nodes(*places: tuple[int, int], **fields: object) -> list[Row]:
    """The old and the new arm for each pair of CPU node and memory node."""
    return [
        one
        for page_class in ("head", "tail")
        for cpu, memory in places
        for one in pair(cpu_node=cpu, memory_node=memory, page_class=page_class, **fields)
    ]


def numbered(rows: list[Row]) -> list[Row]:
    """Each old arm begins a cell, and those after it are in it."""
    cell = -1
    for one in rows:
        cell += one["arm"] == one["baseline"] or cell < 0
        one.setdefault("cell", cell)
    return rows


class RunTests(unittest.TestCase):
    """Tests with a run directory of their own."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.run_path = Path(scratch.name) / "run"
        self.run_path.mkdir()

    def write(self, rows: list[Row], columns: Sequence[str] = COLUMNS) -> None:
        self.write_table("summary.csv", numbered(rows), columns)

    def write_table(self, name: str, rows: list[Row], columns: Sequence[str]) -> None:
        with (self.run_path / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    def write_meta(self, **meta: object) -> None:
        (self.run_path / "meta.json").write_text(json.dumps(meta))

    def figures(self) -> dict[str, Figure]:
        return dict(plot.figures_of(Run(self.run_path)))

    def figure(self, name: str) -> Figure:
        figures = self.figures()
        self.assertIn(name, figures)
        return figures[name]


def published() -> Iterator[Path]:
    """The runs in the repository."""
    yield from sorted(path.parent for path in ROOT.glob("results/published/*/summary.csv"))
