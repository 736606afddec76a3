#!/usr/bin/env python3
"""Sends signals to a run at moments of all its stages, and sees what is left.

Those that ask for an end keep the finished cells and have the exit status that README.md says; SIGPIPE and
a pause change nothing; after SIGKILL of the run its measuring process ends, too. Whatever comes, no process
and no temporary file stays, and meta.json and the tables say what is so.

usage: signals.py [--moments N] [--kills N] [--match NAME]
Exit status: 0 all as it should be; 1 something is not; 64 usage.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import common

ENDS = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM, signal.SIGXCPU]
PLAN = [*common.PLAN, "--processes", "2", "--budget", "2"]
# What most stages of such a run take; the last ones begin after the first cell.
LONGEST = 2.5


class Trial:
    """One run, and a signal so many seconds after its start or its first cell; `again` sends it twice."""

    def __init__(self, number: signal.Signals, moment: tuple[float, bool], again: float | None = None):
        self.number, self.again = number, again
        self.delay, self.measuring = moment

    def __str__(self) -> str:
        return f"{self.number.name} {self.delay:.3f} s after the {'first cell' if self.measuring else 'start'}" + (f", and {self.again:.3f} s later" if self.again else "")

    def run(self) -> tuple[str, list[str]]:
        with common.scratch() as name:
            place = Path(name)
            (place / "tmp").mkdir()
            begin = time.monotonic()
            with (place / "errors").open("w") as errors:
                program = subprocess.Popen(
                    [common.BENCH, "run", *PLAN, "--output", place / "out"],
                    stdout=subprocess.DEVNULL, stderr=errors,
                    env={**os.environ, "TMPDIR": str(place / "tmp")}, start_new_session=True)
            try:
                while self.measuring and program.poll() is None and not list(place.glob("out/2*/samples.csv")):
                    time.sleep(0.01)
                time.sleep(self.delay)
                program.send_signal(self.number)
                if self.number == signal.SIGSTOP:
                    time.sleep(0.5)
                    program.send_signal(signal.SIGCONT)
                if self.again is not None:
                    time.sleep(self.again)
                    program.send_signal(self.number)
                is_end = self.number in ENDS or self.number == signal.SIGKILL
                try:
                    status = program.wait(10 if is_end else 60)
                except subprocess.TimeoutExpired:
                    return "hangs", [f"still runs {time.monotonic() - begin:.1f} s after its start"]
                return self.judge(status, place)
            finally:
                program.kill()
                program.wait()

    def judge(self, status: int, place: Path) -> tuple[str, list[str]]:
        complaints = []
        runs = common.run_directories(place / "out")
        if self.number == signal.SIGKILL:
            runs = [run for run in runs if common.says_something(run)]
        state = None
        if runs:
            try:
                state = common.meta(runs[0])["status"]
            except (OSError, ValueError) as error:
                complaints.append(f"meta.json: {error}")
        # Before main() has begun, and after the run's end, a signal acts as in any program.
        died = status == -self.number and (state in (None, "complete") or self.again is not None)
        if self.number == signal.SIGKILL:
            allowed = status in (-9, 0)
        elif self.number in ENDS:
            allowed = died or status == 128 + self.number or (status == 0 and state == "complete")
        else:
            allowed = status == 0 and state == "complete"
        if not allowed:
            complaints.append(f"status {status}, {state}: {common.excerpt((place / 'errors').read_text())}")
        complaints += common.remains(place / "out", status if status >= 0 else None)
        if state == "interrupted":
            complaints += self.lost(runs[0])
        # No orphan: the measuring process may take a moment to be gone.
        deadline = time.monotonic() + 2
        while (left := common.processes(f"TMPDIR={place}/tmp")) and time.monotonic() < deadline:
            time.sleep(0.02)
        if left:
            complaints.append(f"processes {left} stay")
        if temporary := list((place / "tmp").iterdir()):
            complaints.append(f"left in TMPDIR: {temporary}")
        return f"{status} {state}", complaints

    @staticmethod
    def lost(path: Path) -> list[str]:
        """Finished cells of which the summary has nothing; the self-test's is not meant to be there."""
        def rows(name: str) -> list[dict[str, str]]:
            file = path / name
            return list(csv.DictReader(file.open())) if file.exists() else []

        samples = rows("samples.csv")
        self_test = {row["cell"] for row in samples if row["arm"].startswith("planted")}
        missing = {row["cell"] for row in samples} - self_test - {row["cell"] for row in rows("summary.csv")}
        return [f"cells {sorted(missing)} were finished, but are not in summary.csv"] if missing else []


def main() -> int:
    parser = argparse.ArgumentParser(description="see the head of the file")
    parser.add_argument("--moments", type=int, default=12, help="of each signal")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--match", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    options = parser.parse_args()
    random.seed(options.seed)

    def moments(count: int) -> list[tuple[float, bool]]:
        return [(random.uniform(0, LONGEST), number % 2 == 0) for number in range(count)]

    trials = [Trial(number, delay) for number in [*ENDS, signal.SIGPIPE, signal.SIGSTOP] for delay in moments(options.moments)]
    trials += [Trial(number, delay, random.uniform(0, 0.05)) for number in (signal.SIGINT, signal.SIGTERM)
               for delay in moments(options.moments)]
    trials += [Trial(signal.SIGKILL, delay) for delay in moments(options.kills)]
    trials = [trial for trial in trials if options.match in str(trial)]
    with common.scratch() as name, ThreadPoolExecutor(options.jobs) as pool:
        common.prepare(Path(name))
        results = list(pool.map(lambda trial: trial.run(), trials))
    counts: dict[str, Counter] = {}
    wrong = 0
    for trial, (text, complaints) in zip(trials, results):
        kind = trial.number.name + (" twice" if trial.again is not None else "")
        counts.setdefault(kind, Counter())[text] += 1
        for complaint in complaints:
            wrong += 1
            print(f"{trial}: WRONG: {complaint}")
    for kind, outcomes in counts.items():
        print(f"{kind}: " + ", ".join(f"{count} x {text}" for text, count in outcomes.most_common()))
    print(f"{len(trials)} signals, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
