"""The figure of several machines, seen from outside: what it writes and how it exits."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "figures" / "machines.py"
# Of `bench machines --format csv`, which has more.
COLUMNS = (
    "cell machine agreement footprint operation mode chain arm baseline order population page_class mix"
    " predictability pattern hvo templates threads readers ratio outcome"
).split()


def field(machine: str, ratio: float, outcome: str, **fields: object) -> dict[str, object]:
    """What a machine says of a cell of an otherwise uniform table."""
    values: dict[str, object] = {
        "cell": 0, "machine": machine, "agreement": "agreeing", "footprint": "1 folio",
        "operation": "compound_head", "mode": "throughput", "arm": "mask", "baseline": "fakehead",
        "order": 9, "page_class": "head", "mix": 0, "predictability": "uniform",
        "pattern": "random_pfn", "hvo": "off", "threads": 1, "ratio": ratio, "outcome": outcome,
    }  # fmt: skip
    return {**values, **fields}


TABLE = [
    field("zen4", 0.56, "faster", agreement="contradicting"),
    field("zen5", 1.16, "slower", agreement="contradicting"),
    field("zen4", 1.005, "same", cell=1, hvo="on"),
    field("zen5", 25.13, "unresolved", cell=1, hvo="on"),
    field("zen4", 0.111, "faster", cell=2, mode="latency"),
    field("zen5", 0.222, "faster", cell=2, mode="latency"),
    field("zen5", 0.333, "faster", cell=3, agreement="alone", mode="latency", hvo="on"),
]


class PlotMachines(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.table = self.directory / "machines.csv"

    def write(self, rows: list[dict[str, object]], columns: list[str] = COLUMNS) -> None:
        with self.table.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    def plot(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", SCRIPT, *(arguments or [self.table])]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True)

    def svg(self, name: str = "machines-compound_head") -> str:
        return (self.directory / f"{name}.svg").read_text()

    def texts(self, name: str = "machines-compound_head") -> list[str]:
        """What is written in a figure; matplotlib leaves each text in a comment."""
        return [text.strip() for text in re.findall(r"<!-- (.*?) -->", self.svg(name))]

    def test_numbers_with_marks_and_a_frame_for_each_contradiction(self) -> None:
        self.write(TABLE)
        done = self.plot()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        names = ["machines-compound_head.png", "machines-compound_head.svg"]
        self.assertEqual(done.stdout.split(), [str(self.directory / name) for name in names])
        written = self.texts()
        for text in ("0.56 &lt;", "1.16 &gt;", "1.00 =", "25.1 ?", "0.11 &lt;", "0.22 &lt;"):
            self.assertEqual(written.count(text), 1, written)
        self.assertNotIn("0.33 &lt;", written, "only one machine has that cell")
        self.assertEqual(self.svg().count('id="contradiction"'), 1)
        self.assertEqual(written.count("zen4"), 2, "a column in each of two panels")
        self.assertIn("HVO off, 1 folio: heads", written)
        self.assertTrue(any("framed, 1 of 3" in text for text in written))

    def test_each_operation_has_a_figure(self) -> None:
        self.write(TABLE + [{**row, "operation": "page_tail"} for row in TABLE])
        self.assertEqual(self.plot().returncode, 0)
        self.assertEqual(self.texts("machines-page_tail").count("0.56 &lt;"), 1)

    def test_cells_that_only_nodes_tell_apart_have_rows_of_their_own(self) -> None:
        self.write(TABLE[:2] + [{**row, "cell": 7, "ratio": 3.0} for row in TABLE[:2]])
        self.assertEqual(self.plot().returncode, 0)
        labels = [text for text in self.texts() if "(cell" in text]
        self.assertEqual(labels, ["1 folio: heads (cell 0)", "1 folio: heads (cell 7)"])

    def test_many_machines_have_marks_without_numbers(self) -> None:
        self.write([field(f"node-{number}", 0.5, "faster") for number in range(40)])
        self.assertEqual(self.plot().returncode, 0)
        self.assertEqual(self.texts().count("&lt;"), 40)

    def test_the_same_table_makes_the_same_file(self) -> None:
        self.write(TABLE)
        self.plot()
        first = self.svg()
        self.plot()
        self.assertEqual(self.svg(), first)

    def test_refusals(self) -> None:
        def refused(status: int, words: str, *arguments: object) -> None:
            done = self.plot(*arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertRegex(done.stderr, words)
            self.assertEqual(done.stderr.count("\n"), 1)

        refused(66, "no file", self.directory / "nowhere.csv")
        refused(64, "unrecognized arguments", self.table, "--nonsense")
        self.write(TABLE, [name for name in COLUMNS if name != "outcome"])
        refused(65, "lacks columns: outcome; give what 'bench machines")
        self.write([{**TABLE[0], "outcome": "better"}])
        refused(65, "unknown outcome 'better'")
        self.write([{**TABLE[0], "ratio": "fast"}])
        refused(65, "line 2: ratio is 'fast', not a number")
        self.write(TABLE[-1:])
        refused(65, "no cell that is on two machines")
        self.write(TABLE)
        (self.directory / "file").write_text("")
        refused(73, "cannot write", self.table, "--output", self.directory / "file" / "figures")


if __name__ == "__main__":
    unittest.main()
