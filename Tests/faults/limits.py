#!/usr/bin/env python3
"""Runs under limits that shells, containers and full disks set, and sees that each is told or borne.

Of each run is checked: it ends in time and by no signal, with a status that README.md has and one line of
error if that is not 0; meta.json says how it ended, and tables hold whole rows. Limits that need root, control groups or
name spaces are left out, and told, where these can't be had.

usage: limits.py [--few] [--system] [--match NAME]
    --few     some values of each limit, for CI
    --system  vm.max_map_count is lowered while a run goes on, too, and put back: that is the whole machine's
Exit status: 0 all as it should be; 1 something is not; 64 usage.
"""

from __future__ import annotations

import argparse
import atexit
import csv
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Iterator

import common

SMALL = [*common.PLAN, "--processes", "1", "--budget", "0.3"]
IS_ROOT = os.geteuid() == 0


class Skipped(Exception):
    pass


class Result:
    def __init__(self, done: subprocess.CompletedProcess, output: Path):
        self.status, self.errors, self.out, self.output = done.returncode, done.stderr, done.stdout, output
        self.messages = common.errors(done.stderr)
        self.complaints: list[str] = []
        if self.status < 0 or self.status >= 128 + 64:
            self.say(f"ended by signal {-self.status}")
        elif self.status not in common.STATUSES:
            self.say(f"undocumented status {self.status}")
        # A run that a signal stops has a line of its own.
        if 0 < self.status < 128 and len(self.messages) != 1:
            self.say(f"{len(self.messages)} messages")
        if "(signal " in self.errors:
            self.say("the measuring process ended by a signal")
        self.complaints += common.remains(output, self.status)

    def say(self, text: str) -> None:
        self.complaints.append(f"{text}: {common.excerpt(self.errors)}" if self.errors else text)

    def expect(self, condition: bool, text: str) -> None:
        if not condition:
            self.say(text)

    @property
    def meta(self) -> dict:
        runs = common.run_directories(self.output)
        return common.meta(runs[-1]) if runs else {}

    @property
    def reasons(self) -> list[str]:
        return [item["why"] for item in self.meta.get("unmeasured", [])]

    def __str__(self) -> str:
        if self.status:
            return f"{self.status}: {common.excerpt(self.messages[0][7:]) if self.messages else common.excerpt(self.errors)}"
        lost = [why for why in self.reasons if not why.startswith(("this machine", "the processor"))]
        return "goes on" + (f"; not measured: {common.excerpt(lost[-1], 100)}" if lost else "")


def shell(before: str, output: Path, arguments: list[str] = SMALL, *, wrap: list[str] = (), seconds: float = 60) -> Result:
    """A run in a shell that does something before."""
    command = f'{before}\nexec "$@"'
    done = subprocess.run(
        [*wrap, "bash", "-c", command, "bash", str(common.BENCH), "run", *arguments, "--output", str(output)],
        capture_output=True, text=True, errors="replace", timeout=seconds)
    return Result(done, output)


def doctor(before: str, wrap: list[str] = ()) -> str:
    command = f'{before}\nexec "$@"'
    return subprocess.run(
        [*wrap, "bash", "-c", command, "bash", str(common.BENCH), "doctor"], capture_output=True, text=True).stdout


def need(condition: bool, what: str) -> None:
    if not condition:
        raise Skipped(what)


# MARK: - Limits of a shell

def descriptors(count: int, place: Path) -> Result:
    result = shell(f"ulimit -n {count}", place)
    if result.status:
        result.expect("ulimit -n" in "".join(result.messages), "the message does not name ulimit -n")
    if count == 24:
        result.expect("24 open files" in doctor("ulimit -n 24"), "doctor does not name the limit")
    return result


def address_space(mebibytes: int, place: Path) -> Result:
    result = shell(f"ulimit -v {mebibytes << 10}", place)
    if result.status:
        result.expect("ulimit -v" in result.errors, "the message does not name ulimit -v")
    if mebibytes == 2000:
        result.expect("ulimit -v" in doctor("ulimit -v 600000"), "doctor does not name the limit")
    return result


def file_size(kibibytes: int, place: Path) -> Result:
    result = shell(f"ulimit -f {kibibytes}", place)
    if result.status:
        result.expect("ulimit -f" in "".join(result.messages), "the message does not name ulimit -f")
    if kibibytes == 400:
        result.expect("files of 400 KiB" in doctor("ulimit -f 400"), "doctor does not name the limit")
    return result


def cpu_time(seconds: int, place: Path) -> Result:
    # Beside others it takes many seconds until it has had these.
    arguments = [*common.PLAN, "--processes", "1", "--budget", "180"]
    result = shell(f"ulimit -S -t {seconds}", place, arguments, seconds=240)
    if result.status == -signal.SIGXCPU and not common.run_directories(result.output):
        # Before there is a run, the signal acts as in any program, and nothing is lost by it.
        result.complaints.clear()
        return result
    result.expect(result.status == 152, "not ended by SIGXCPU's status")
    result.expect(result.meta.get("status") == "interrupted", "not interrupted")
    return result


# MARK: - Control groups

CGROUPS = Path("/sys/fs/cgroup")


class Group:
    """A control group below this process's own, of either version, removed when the block ends."""

    def __init__(self, controller: str, settings: dict[str, str], *, nested: bool = False):
        need(IS_ROOT, "not root")
        self.unified = (CGROUPS / "cgroup.controllers").exists()
        root = CGROUPS if self.unified else CGROUPS / controller
        need(root.is_dir(), f"no controller {controller}")
        if self.unified:
            need(controller in (root / "cgroup.controllers").read_text().split(), f"no controller {controller}")
        self.paths = [root / f"bench-faults-{os.getpid()}-{threading.get_ident()}"]
        if nested:
            self.paths.append(self.paths[0] / "inner")
        self.controller, self.settings = controller, settings

    def __enter__(self) -> str:
        try:
            for number, path in enumerate(self.paths):
                if self.unified:
                    (path.parent / "cgroup.subtree_control").write_text(f"+{self.controller}")
                path.mkdir()
                if number == 0:
                    for name, value in self.settings.items():
                        (path / name).write_text(value)
        except OSError as error:
            self.__exit__()
            raise Skipped(f"control groups can't be made: {error}") from error
        return f"echo $$ >{shlex.quote(str(self.paths[-1] / 'cgroup.procs'))}"

    def __exit__(self, *_: object) -> None:
        for path in reversed(self.paths):
            for _ in range(50):
                try:
                    path.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.1)


def memory_setting(mebibytes: int) -> dict[str, str]:
    unified = (CGROUPS / "cgroup.controllers").exists()
    return {"memory.max" if unified else "memory.limit_in_bytes": str(mebibytes << 20)}


def memory_group(mebibytes: int, nested: bool, arguments: list[str], place: Path) -> Result:
    with Group("memory", memory_setting(mebibytes), nested=nested) as join:
        result = shell(join, place, arguments, seconds=120)
        # Doctor plans the largest preset, too, which takes some memory.
        told = doctor(join) if mebibytes > 160 else ""
    if result.status:
        result.expect("memory" in "".join(result.messages), "the message does not name memory")
    else:
        rows = (common.run_directories(place)[0] / "summary.csv").read_text().count("\n") - 1
        result.expect(rows > 0, "no rows")
        result.expect(any("memory" in why for why in result.reasons) or arguments == SMALL, "nothing says what was left out")
    result.expect(f"of {mebibytes} MiB" in told or not told, "doctor does not name the limit")
    return result


def cpu_quota(place: Path) -> Result:
    unified = (CGROUPS / "cgroup.controllers").exists()
    settings = {"cpu.max": "30000 100000"} if unified else {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "30000"}
    with Group("cpu", settings) as join:
        result = shell(join, place)
        told = doctor(join)
    result.expect(result.status == 0, "the run does not go on")
    result.expect("0.30 CPUs" in told, "doctor does not name the quota")
    return result


# MARK: - What changes while a run goes on

def changed(place: Path, change: Callable[[int], None], arguments: list[str]) -> Result:
    """A run, and what is done to its measuring process once the first cell is there."""
    program = subprocess.Popen(
        [common.BENCH, "run", *arguments, "--output", place],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and program.poll() is None:
            runs = common.run_directories(place)
            if runs and (runs[0] / "samples.csv").exists():
                change(program.pid)
                break
            time.sleep(0.02)
        out, errors = program.communicate(timeout=60)
    finally:
        program.kill()
    return Result(subprocess.CompletedProcess([], program.returncode, out, errors), place)


def family(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)


LONG = [*common.PLAN[:-2], "--seed", "1", "--processes", "3", "--budget", "3"]


def affinity(place: Path) -> Result:
    cpus = sorted(os.sched_getaffinity(0))
    need(len(cpus) > 1, "one CPU")

    def change(process: int) -> None:
        for one in family(process):
            for task in Path(f"/proc/{one}/task").iterdir():
                os.sched_setaffinity(int(task.name), {cpus[-1]})

    result = changed(place, change, LONG)
    result.expect(result.status == 0, "the run does not go on")
    return result


def cpuset(place: Path) -> Result:
    cpus = sorted(os.sched_getaffinity(0))
    need(len(cpus) > 1, "one CPU")
    unified = (CGROUPS / "cgroup.controllers").exists()
    # The first CPU, which cells are pinned to, goes.
    settings = {"cpuset.cpus": str(cpus[-1])}
    if not unified:
        settings["cpuset.mems"] = (CGROUPS / "cpuset" / "cpuset.mems").read_text().strip() if (CGROUPS / "cpuset").is_dir() else "0"
    group = Group("cpuset", settings)
    with group:
        def change(process: int) -> None:
            for one in family(process):
                (group.paths[0] / "cgroup.procs").write_text(str(one))

        result = changed(place, change, LONG)
    result.expect(result.status == 0, "the run does not go on")
    return result


def map_limit(place: Path) -> Result:
    need(IS_ROOT, "not root")
    setting = Path("/proc/sys/vm/max_map_count")
    before = setting.read_text()

    def restore(*arguments: object) -> None:
        setting.write_text(before)
        if arguments:
            sys.exit(128 + int(arguments[0]))

    atexit.register(restore)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, restore)
    timer = threading.Timer(1.5, restore)

    def change(_: int) -> None:
        setting.write_text("400")
        timer.start()

    try:
        many = [*("--order", "9", "--operation", "compound_head,hvo_optimize", "--page-class", "head,tail"),
                *("--hvo", "on", "--footprint", "one,500", "--encoding", "mask", "--processes", "4", "--budget", "3")]
        result = changed(place, change, many)
    finally:
        timer.cancel()
        restore()
    result.expect(result.status == 0, "the run does not go on")
    result.expect(any("vm.max_map_count" in why for why in result.reasons), f"nothing names the limit: {result.reasons}")
    return result


# MARK: - File systems

def space(script: str) -> list[str]:
    """In a mount name space of its own."""
    need(IS_ROOT, "not root")
    try:
        subprocess.run(["unshare", "-m", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skipped("no mount name space") from error
    return ["unshare", "-m", "bash", "-c", f'{script}\nexec "$@"', "bash"]


def full_disk(kibibytes: int, place: Path) -> Result:
    """What is left is copied out of the name space: a disk of so many KiB is gone with it."""
    place.mkdir()
    small = place / "small"
    small.mkdir()
    kept = place / "kept"
    wrap = space(f"mount -t tmpfs -o size={kibibytes}k none {shlex.quote(str(small))}")
    run = shlex.join([str(common.BENCH), "run", *SMALL, "--output", str(small)])
    done = subprocess.run(
        [*wrap, "bash", "-c", f"{run}; status=$?; cp -a {shlex.quote(str(small))} {shlex.quote(str(kept))}; exit $status"],
        capture_output=True, text=True, errors="replace", timeout=60)
    result = Result(done, kept)
    if result.status:
        result.expect(result.status in (73, 74), "not a status of writing")
        result.expect("No space left" in "".join(result.messages), "the message does not tell the errno")
    return result


def without(directories: str, place: Path) -> Result:
    hide = "\n".join(f"mount -t tmpfs none {directory}" for directory in directories.split())
    wrap = space(hide)
    result = shell("", place, wrap=wrap)
    told = doctor("", wrap)
    for directory in directories.split():
        result.expect(f"no {directory}" in told, f"doctor does not miss {directory}")
    if directories == "/sys":
        result.expect(result.status == 0, "the run does not go on")
    return result


def no_links(place: Path) -> Result:
    place.mkdir()
    (place / "latest").mkdir()
    result = shell("", place)
    result.expect(result.status == 0, "the run does not go on")
    result.expect("latest" in result.errors, "nothing says that there is no link")
    return result


def frees(place: Path) -> Result:
    """Memory becomes free while a run that began without much goes on: no cell becomes another."""
    place.mkdir()
    meminfo = place / "meminfo"
    meminfo.write_text("MemTotal: 24000000 kB\nMemAvailable:   300000 kB\n")
    wrap = space(f"mount --bind {shlex.quote(str(meminfo))} /proc/meminfo")
    output = place / "out"
    arguments = ["--operation", "compound_head", "--mode", "throughput", "--hvo", "off", "--page-class", "order-0,head,tail",
                 "--encoding", "mask", "--seed", "1", "--processes", "3", "--budget", "4"]
    stop = threading.Event()

    def free() -> None:
        while not stop.wait(0.05):
            if any((run / "samples.csv").exists() for run in common.run_directories(output)):
                # In place: another file would not be the one that is mounted.
                with meminfo.open("r+") as file:
                    file.write("MemTotal: 24000000 kB\nMemAvailable: 20000000 kB\n")
                return

    watcher = threading.Thread(target=free)
    watcher.start()
    result = shell("", output, arguments, wrap=wrap)
    stop.set()
    watcher.join()
    result.expect(result.status == 0, "the run does not go on")
    if result.status == 0:
        run = common.run_directories(output)[0]
        rows = list(csv.DictReader((run / "summary.csv").open()))
        measured = {(row["cell"], row["process"]) for row in csv.DictReader((run / "samples.csv").open())}
        processes = {process for _, process in measured}
        result.expect(bool(rows) and all(int(row["footprint_bytes"]) < 300 << 20 for row in rows), "cells that were not planned")
        result.expect(
            all((row["cell"], process) in measured for row in rows for process in processes),
            "not all processes measured the same cells")
    return result


def clock(place: Path) -> Result:
    place.mkdir()
    library = place / "clock.so"
    subprocess.run(
        ["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
         Path(__file__).with_name("clock.c"), "-ldl"], check=True)
    result = shell(f"export LD_PRELOAD={shlex.quote(str(library))}", place / "out", [*common.PLAN, "--processes", "2", "--budget", "2"])
    result.expect(result.status == 0, "the run does not go on")
    for run in common.run_directories(place / "out"):
        read = subprocess.run([common.BENCH, "report", run, "--style", "ktap"], capture_output=True, text=True)
        result.expect(read.returncode == 0, f"the run can't be read: {read.stderr}")
    result.expect(" min left" not in result.errors.replace("0 min", ""), "progress goes by the time of day")
    return result


def cases(few: bool, system: bool) -> list[tuple[str, Callable[[Path], Result]]]:
    def each(name: str, check: Callable, values: list) -> list:
        return [(f"{name} {value}", lambda place, value=value: check(value, place)) for value in values]

    default = ["--processes", "1", "--budget", "6"]
    made = each("descriptors", descriptors, [4, 5, 6, 7, 8, 9, 10, 12, 16, 24, 64] if few else list(range(4, 65)))
    made += each("address space MiB", address_space, [1000, 2000] if few else [300, 500, 700, 850, 1000, 1200, 1500, 2000, 3000, 5000])
    made += each("file size KiB", file_size, [1, 16, 400] if few else [0, 1, 2, 4, 8, 16, 32, 64, 100, 150, 200, 300, 400, 1000])
    made += each("disk KiB", full_disk, [4, 44, 72, 116, 228] if few else list(range(4, 240, 4)))
    made += each("CPU time s", cpu_time, [1, 4])
    made += [("memory group of 200 MiB, default", lambda place: memory_group(200, False, default, place))]
    # In a group of 120 MiB the program has too little for itself, and the kernel kills it without a word.
    made += [("memory group of 160 MiB, nested", lambda place: memory_group(160, True, SMALL, place))]
    made += [("CPU quota", cpu_quota), ("affinity changed", affinity), ("cpuset changed", cpuset)]
    made += each("without", without, ["/sys", "/proc", "/proc /sys"])
    made += [("latest is a directory", no_links), ("memory becomes free", frees), ("time of day jumps", clock)]
    if system:
        made += [("vm.max_map_count lowered", map_limit)]
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description="see the head of the file")
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--system", action="store_true")
    parser.add_argument("--match", default="")
    options = parser.parse_args()
    wrong = skipped = 0
    made = [(name, check) for name, check in cases(options.few, options.system) if options.match in name]

    def attempt(item: tuple[str, Callable[[Path], Result]]):
        name, check = item
        with common.scratch() as directory:
            try:
                result = check(Path(directory) / "out")
                return name, str(result), result.complaints
            except Skipped as why:
                return name, f"SKIPPED: {why}", None
            except subprocess.TimeoutExpired:
                return name, "hangs", ["hangs"]

    # One thread where signals are handled.
    with common.scratch() as place, ThreadPoolExecutor(1 if options.system else os.cpu_count()) as pool:
        common.prepare(Path(place))
        results = [attempt(item) for item in made] if options.system else pool.map(attempt, made)
        for name, text, complaints in results:
            print(f"{name}\t{text}" + "".join(f"\n    WRONG: {complaint}" for complaint in complaints or []), flush=True)
            wrong += bool(complaints)
            skipped += complaints is None
    print(f"{len(made)} limits, {skipped} skipped, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
