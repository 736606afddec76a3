"""What Tests/fuzz/run and Tests/faults/check make of how they are called, and of a build that fails."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


class Checks(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        (self.root / "bin").mkdir()

    def command(self, name, does):
        path = self.root / "bin" / name
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def run_check(self, name, *arguments, **environment):
        """A check, copied to where it finds nothing but itself and a corpus."""
        place = self.root / "Tests" / name
        shutil.copytree(TESTS / "fuzz/corpus", self.root / "Tests/fuzz/corpus", dirs_exist_ok=True)
        place.parent.mkdir(exist_ok=True)
        shutil.copy(TESTS / name, place)
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            [place, *arguments], cwd=self.root, capture_output=True, text=True, timeout=60,
            env={**os.environ, "PATH": path, **environment})

    def test_scripts_without_arguments_do_nothing_where_they_get_one(self):
        for does in ["apt-get", "dpkg-query", "swift", "docc", "shellcheck", "chromium"]:
            self.command(does, 'echo "done: $0" >&2; exit 3')
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        for name in ["scripts/setup", "scripts/docs", "scripts/browser", "Tests/scripts/check"]:
            for argument, status in [("--help", 0), ("-h", 0), ("--hlep", 64)]:
                ending = subprocess.run(
                    [TESTS.parent / name, argument], capture_output=True, text=True, timeout=60,
                    env={**os.environ, "PATH": path})
                self.assertEqual(ending.returncode, status, f"{name} {argument}: {ending.stderr}")
                self.assertNotIn("done: ", ending.stderr)
                self.assertEqual(bool(ending.stdout), status == 0)
                self.assertEqual("'--hlep'" in ending.stderr, status == 64)

    def test_fuzzing_refuses_what_is_no_number_and_no_reader(self):
        self.command("swift", "echo built >&2; exit 1")
        for arguments, said in [
            (("btf",), "'btf' is no number of seconds"),
            (("-1",), "'-1' is no number"),
            (("08",), "'08' is no number"),
            (("10", "btf", "nothing"), "no reader 'nothing'; there are arguments btf"),
            (("10", "arguments btf"), "no reader 'arguments btf'"),
            (("10", ".."), "no reader '..'"),
        ]:
            ending = self.run_check("fuzz/run", *arguments)
            self.assertEqual((ending.returncode, ending.stdout), (64, ""), (arguments, ending.stderr))
            self.assertIn(said, ending.stderr)
            self.assertIn("usage: Tests/fuzz/run [SECONDS [READER...]]", ending.stderr)
            self.assertNotIn("built", ending.stderr)

    def test_a_build_that_fails_is_no_find(self):
        self.command("swift", "exit 1")
        self.assertEqual(self.run_check("fuzz/run", "0", "btf").returncode, 2)

    def test_the_program_may_be_named_from_where_the_check_is_called(self):
        self.command("bench", "")
        self.command("python3", 'echo "$BENCH"')
        ending = self.run_check("faults/check", BENCH="bin/bench")
        told = {line for line in ending.stdout.splitlines() if not line.startswith("==>")}
        self.assertEqual(told, {str((self.root / "bin/bench").resolve())})


if __name__ == "__main__":
    unittest.main()
