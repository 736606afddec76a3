"""A run's tables as a plain pandas.read_csv reads them: what was written, and nothing else."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import tempfile
import unittest
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / ".build" / "release" / "bench"
PLAN = [
    *("--order", "9", "--operation", "compound_head,page_ref_add_unless"),
    *("--mode", "throughput,latency", "--page-class", "mix,head", "--hvo", "off,on"),
    *("--processes", "1", "--layouts", "1", "--budget", "0.5"),
]


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        command = [BENCH, "run", "--preset", "smoke", *PLAN, "--output", cls.directory.name]
        subprocess.run(command, check=True, capture_output=True)
        cls.run_path = Path(cls.directory.name) / "latest"
        cls.package = json.loads((cls.run_path / "datapackage.json").read_text())

    def tables(self):
        """Of each table what the data package says, the text, and what pandas reads."""
        for resource in self.package["resources"]:
            path = self.run_path / resource["path"]
            with path.open(newline="") as file:
                header, *records = list(csv.reader(file, strict=True))
            fields = resource["schema"]["fields"]
            self.assertEqual(header, [field["name"] for field in fields])
            yield resource, records, pd.read_csv(path)

    def test_every_table_of_the_run_is_described(self) -> None:
        described = {resource["path"] for resource in self.package["resources"]}
        self.assertEqual(described, {path.name for path in self.run_path.glob("*.csv")})
        self.assertLessEqual({"summary.csv", "samples.csv", "unmeasured.csv"}, described)

    def test_pandas_reads_what_was_written(self) -> None:
        for resource, records, frame in self.tables():
            self.assertEqual(len(frame), len(records))
            for index, field in enumerate(resource["schema"]["fields"]):
                for record, value in zip(records, frame[field["name"]]):
                    with self.subTest(table=resource["path"], column=field["name"]):
                        self.compare(record[index], value, field)

    def compare(self, text: str, value: object, field: dict) -> None:
        required = field["constraints"]["required"]
        if text == "":
            self.assertTrue(isinstance(value, float) and math.isnan(value), value)
            self.assertFalse(required)
        elif field["type"] in ("integer", "number"):
            self.assertEqual(float(text), value)
        elif field["type"] == "boolean":
            self.assertEqual({"true": True, "false": False}[text], value)
        else:
            self.assertEqual(text, value)

    def test_values_are_within_what_the_package_says(self) -> None:
        for resource, _, frame in self.tables():
            for field in resource["schema"]["fields"]:
                limits = field["constraints"]
                values = frame[field["name"]].dropna()
                with self.subTest(table=resource["path"], column=field["name"]):
                    if "enum" in limits:
                        self.assertLessEqual(set(values), set(limits["enum"]))
                    if "pattern" in limits:
                        self.assertTrue(values.str.fullmatch(limits["pattern"]).all())
                    if "minimum" in limits:
                        self.assertTrue((values >= limits["minimum"]).all())
                    if "exclusiveMinimum" in limits:
                        self.assertTrue((values > limits["exclusiveMinimum"]).all())
                    if "maximum" in limits:
                        self.assertTrue((values <= limits["maximum"]).all())
            if key := resource["schema"].get("primaryKey"):
                self.assertFalse(frame.duplicated(key).any(), resource["path"])

    def test_the_empty_loop_is_a_word_and_checksums_are_text(self) -> None:
        samples = pd.read_csv(self.run_path / "samples.csv")
        self.assertEqual(set(samples.loc[samples["part"] == "empty", "arm"]), {"empty"})
        self.assertGreater((samples["part"] == "empty").sum(), 0)
        summary = pd.read_csv(self.run_path / "summary.csv")
        self.assertGreater(summary["checksum"].count(), 0)
        self.assertTrue(summary["checksum"].str.startswith("0x").all())

    def test_meta_says_how_many_rows_there_are(self) -> None:
        meta = json.loads((self.run_path / "meta.json").read_text())
        for name, count in meta["rows"].items():
            self.assertEqual(len(pd.read_csv(self.run_path / f"{name}.csv")), count)


if __name__ == "__main__":
    unittest.main()
