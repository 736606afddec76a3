"""Behaviour of scripts/plot.py, seen from outside: which files it writes and how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import pandas
from runs import COLUMNS, ORDERS, SCRIPTS, RunTests, pairs, published, row

import summary


class PlotTests(RunTests):
    def plot(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", SCRIPTS / "plot.py", *(arguments or [self.run_path])]
        # Without a writable home, matplotlib warns on stderr, where we count lines.
        environment = {**os.environ, "MPLCONFIGDIR": tempfile.gettempdir()}
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, env=environment
        )

    def drawn(self, *arguments: object) -> set[str]:
        result = self.plot(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return {Path(line).name for line in result.stdout.splitlines()}

    def refused(self, status: int, reason: str, *arguments: object) -> None:
        result = self.plot(*arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertIn(reason, result.stderr)

    # MARK: Files

    def test_each_figure_is_written_as_png_and_svg(self) -> None:
        self.write(pairs() + pairs(page_class="head"))
        names = {f"{kind}.{suffix}" for kind in ("overview", "orders") for suffix in ("png", "svg")}
        self.assertEqual(self.drawn(), names)
        figures = self.run_path / "figures"
        self.assertEqual({path.name for path in figures.iterdir()}, names)
        self.assertTrue(all(path.stat().st_size > 1000 for path in figures.iterdir()))

    def test_a_png_is_1800_pixels_wide(self) -> None:
        self.write(pairs() + pairs(page_class="head"))
        self.drawn()
        header = (self.run_path / "figures" / "overview.png").read_bytes()[:24]
        self.assertEqual(int.from_bytes(header[16:20], "big"), 1800)

    def test_the_same_numbers_make_the_same_bytes(self) -> None:
        self.write(pairs() + pairs(page_class="head"))
        self.drawn()
        paths = sorted((self.run_path / "figures").iterdir())
        first = [path.read_bytes() for path in paths]
        self.drawn()
        self.assertEqual([path.read_bytes() for path in paths], first)

    def test_a_run_with_nothing_to_compare_draws_nothing_and_says_so(self) -> None:
        self.write([row("fakehead", order) for order in ORDERS])
        result = self.plot()
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        self.assertIn("nothing to draw", result.stderr)
        self.assertFalse((self.run_path / "figures").exists())

    def test_output_goes_where_it_is_told(self) -> None:
        self.write(pairs())
        output = self.run_path.parent / "elsewhere" / "figures"
        self.drawn(self.run_path, "--output", output)
        self.assertTrue((output / "orders.svg").exists())
        self.assertFalse((self.run_path / "figures").exists())

    def test_columns_added_within_the_schema_version_are_ignored(self) -> None:
        self.write(pairs(weather="fair"), [*COLUMNS, "weather"])
        self.drawn()

    def test_meta_json_is_used_where_it_helps_and_never_needed(self) -> None:
        self.write(pairs())
        path = self.run_path / "figures" / "orders.svg"
        self.drawn()
        plain = path.read_bytes()
        odd = {"machine": {"caches": [1, {}]}, "sensitivity": {"steps": [{"planted": 1}]}}
        texts = {json.dumps({"status": "interrupted"}): True, json.dumps(odd): False}
        for text, changes in {**texts, "{": False, "[]": False}.items():
            (self.run_path / "meta.json").write_text(text)
            self.drawn()
            self.assertEqual(path.read_bytes() != plain, changes, text)

    # MARK: What cannot be drawn

    def test_a_run_that_is_not_there_exits_66(self) -> None:
        self.refused(66, "is not a run", self.run_path / "nothing")
        self.refused(66, "is not a run", self.run_path)

    def test_a_foreign_schema_exits_65_and_says_the_way_out(self) -> None:
        for version in (1, 3):
            self.write(pairs(schema_version=version))
            self.refused(65, f"schema version '{version}'; this script reads version 2")
            self.refused(65, "the commit that wrote it, which its meta.json names")

    def test_a_missing_column_exits_65_and_is_named(self) -> None:
        self.write(pairs(), [name for name in COLUMNS if name not in ("hvo", "order")])
        self.refused(65, "lacks columns: hvo, order")

    def test_columns_that_earlier_runs_lack_may_be_missing(self) -> None:
        self.write(pairs(), [name for name in COLUMNS if name not in ("readers", "population")])
        self.drawn()

    def test_a_word_in_a_number_column_exits_65_with_its_line(self) -> None:
        for word in ("n/a", "nan", "inf"):
            with self.subTest(word):
                rows = pairs()
                rows[2]["ratio"] = word
                self.write(rows)
                self.refused(65, f"line 4: ratio is '{word}', not a number")

    def test_an_unknown_verdict_or_role_exits_65(self) -> None:
        self.write(pairs(verdict="better"))
        self.refused(65, "unknown verdict 'better'")
        self.write(pairs(role="older"))
        self.refused(65, "unknown role 'older'")

    def test_a_file_cut_short_exits_65_with_its_line(self) -> None:
        self.write(pairs())
        path = self.run_path / "summary.csv"
        *whole, last = path.read_text().splitlines()
        path.write_text("\n".join([*whole, ",".join(last.split(",")[:20])]))
        self.refused(65, f"line 9: 19 fields where the header has {len(COLUMNS)}")

    def test_a_file_without_rows_or_of_another_kind_exits_65(self) -> None:
        header = ",".join(COLUMNS).encode() + b"\n"
        cases = {b"": "no summary", b"a,b\n": "no summary", header: "no rows", b"\xff": "as CSV"}
        for content, reason in cases.items():
            with self.subTest(content):
                (self.run_path / "summary.csv").write_bytes(content)
                self.refused(65, reason)

    def test_damaged_samples_and_contention_exit_65(self) -> None:
        cases = {
            "samples.csv": {b"": "as samples", b"cell,arm\n0,mask\n": "as samples"},
            "samples.csv.xz": {b"xz?": "as samples"},
            "contention.csv": {b"cell\n0\n": "lacks columns: mode", b"\xff": "as CSV"},
        }
        for name, contents in cases.items():
            for content, reason in contents.items():
                with self.subTest(name=name, content=content):
                    self.write(pairs())
                    (self.run_path / name).write_bytes(content)
                    self.refused(65, reason)
            (self.run_path / name).unlink()

    def test_output_that_cannot_be_written_exits_73(self) -> None:
        self.write(pairs())
        for output in (self.run_path / "summary.csv", "/proc/figures"):
            with self.subTest(output):
                self.refused(73, "cannot write", self.run_path, "--output", output)

    def test_rows_that_are_lost_exit_65(self) -> None:
        self.write(pairs())
        (self.run_path / "meta.json").write_text(json.dumps({"rows": {"summary": 3}}))
        self.refused(65, "has 8 rows, but 3 were written")

    def test_standard_output_that_is_full_exits_74_and_one_that_is_closed_0(self) -> None:
        self.write(pairs() + pairs(page_class="head"))
        command = [sys.executable, "-B", str(SCRIPTS / "plot.py"), str(self.run_path)]
        with open("/dev/full", "w") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
        os.close(writing)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_wrong_usage_exits_64(self) -> None:
        self.refused(64, "--help", "--unknown")


class ReadingTests(RunTests):
    """What scripts/summary.py is for people who read runs themselves."""

    def test_pandas_reads_a_run_without_options(self) -> None:
        self.write(pairs())
        frame = pandas.read_csv(self.run_path / "summary.csv")
        self.assertEqual(set(frame["checksum"]), {"0x0000000000020000"})
        self.assertEqual(set(frame["arm"]), {"fakehead", "mask"})
        self.assertEqual(frame["ratio"].count(), len(ORDERS))

    def test_several_runs_are_read_as_one_table(self) -> None:
        self.write([row("fakehead", commit="012345678901", label="42", kernels="")])
        other = self.run_path.with_name("other")
        self.run_path.rename(other)
        self.run_path.mkdir()
        placed = {"template_node": 0, "layouts_agree": "true", "cycles": 2.5, "label": "web"}
        self.write([row("mask", **placed), row("mask", layouts_agree="false")])
        with warnings.catch_warnings(action="error"):
            frame = summary.read(other, self.run_path)
        self.assertEqual(list(frame["arm"]), ["fakehead", "mask", "mask"])
        self.assertEqual(frame["commit"][0], "012345678901")
        self.assertEqual(frame["label"][0], "42")
        types = {"template_node": "Int64", "layouts_agree": "boolean", "cycles": "Float64"}
        types.update(checksum="string", arm="string", order="Int64")
        self.assertEqual({name: str(frame[name].dtype) for name in types}, types)


class PublishedTests(unittest.TestCase):
    """Figures in the repository."""

    def test_published_svgs_stay_small(self) -> None:
        sizes = {
            path: path.stat().st_size
            for run in published()
            for path in (run / "figures").glob("*.svg")
        }
        self.assertTrue(sizes)
        self.assertEqual([path for path, size in sizes.items() if size > 150_000], [])


if __name__ == "__main__":
    unittest.main()
