#!/usr/bin/env python3
"""Makes each system call of a run fail, once and for good, in the program and in its measuring process.

The calls are those that a real run makes, told by what they are about (inject.c), so that a new one is
tried without a word here. Of each try is checked: it ends in time and by no signal, with a status that
README.md has; an error is one line with the errno and a way out; meta.json says how the run ended, tables
hold whole rows, and neither processes nor temporary files stay.

usage: calls.py [--all] [--seconds N] [--match TEXT] [--list]
Exit status: 0 all as it should be; 1 something is not; 64 usage; 78 the kernel lets no calls be watched.
"""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import common

SMALL = [*common.PLAN, "--processes", "1", "--budget", "0.2"]

# Errors that a call can have; the first is tried unless all are. Of those that are not here EPERM, which
# security policies have for any call.
ERRORS = {
    "openat": "EMFILE EACCES ENOENT EIO ENOSPC EROFS ENFILE",
    "open": "EMFILE EACCES",
    "read": "EIO EINTR EAGAIN",
    "pread64": "EIO EINTR",
    "write": "ENOSPC EIO EFBIG EDQUOT EINTR",
    "pwrite64": "ENOSPC EIO EINTR",
    "fsync": "EIO ENOSPC",
    "ftruncate": "EFBIG EINVAL EIO EINTR",
    "fallocate": "ENOSPC EOPNOTSUPP EINTR",
    "rename": "EIO EACCES ENOSPC",
    "mkdir": "EACCES ENOSPC EROFS EMLINK",
    "symlink": "EPERM ENOSPC EOPNOTSUPP",
    "unlink": "EACCES EROFS",
    "mmap": "ENOMEM EPERM EAGAIN",
    "munmap": "ENOMEM",
    "mprotect": "ENOMEM EACCES",
    "madvise": "EINVAL ENOMEM EAGAIN",
    "brk": "ENOMEM",
    "mremap": "ENOMEM",
    "memfd_create": "EMFILE ENOSYS EPERM ENOMEM",
    "clone3": "EAGAIN ENOMEM ENOSYS",
    "clone": "EAGAIN ENOMEM",
    "vfork": "EAGAIN ENOMEM",
    "execve": "EACCES ENOENT ENOMEM E2BIG ENOEXEC",
    "pipe2": "EMFILE ENFILE",
    "signalfd4": "EMFILE ENOSYS",
    "pidfd_open": "EMFILE ENOSYS",
    "poll": "ENOMEM EINTR",
    "wait4": "EINTR ECHILD",
    "waitid": "EINTR ECHILD",
    "perf_event_open": "EACCES EMFILE ENOENT ENODEV",
    "membarrier": "EPERM ENOSYS",
    "sched_setaffinity": "EPERM EINVAL",
    "get_mempolicy": "ENOSYS EPERM",
    "mbind": "EPERM EINVAL ENOMEM",
    "move_pages": "EPERM ENOSYS",
    "getrandom": "ENOSYS EINTR",
    "clock_nanosleep": "EINTR",
    "fstat": "EIO EACCES",
    "newfstatat": "EIO EACCES ENOENT",
    "getdents64": "EIO ENOENT",
    "lseek": "EIO ESPIPE",
    "close": "EIO",
    "dup2": "EMFILE EINTR",
}

# Tries that say nothing, with the reason.
MEANINGLESS = {
    "rt_sigaction": "fails for signals that do not exist only",
    "close_range": "nobody looks at what posix_spawn() closes",
}

# The memory of the program itself: neither Swift nor the C library can go on without, and both end the
# process. What the run left must be in order all the same.
OWN_MEMORY = ("brk", "mmap rw private memory", "mmap rw private noreserve memory", "mprotect prot 3")


@dataclass
class Try:
    role: str
    call: str
    error: str
    count: int | None  # None is for good

    def __str__(self) -> str:
        how = "for good" if self.count is None else "once"
        return f"{self.role}: {self.call}: {self.error} {how}"


@dataclass
class Outcome:
    tried: Try
    text: str
    injected: int = 0
    complaints: list[str] = field(default_factory=list)


class Injector:
    def __init__(self, directory: Path):
        self.program = directory / "inject"
        self.directory = directory
        defines = subprocess.run(
            ["cc", "-E", "-dM", "-"], input="#include <sys/syscall.h>\n", check=True, text=True,
            capture_output=True).stdout
        names = sorted({line.split()[1][4:] for line in defines.splitlines() if line.startswith("#define SYS_")})
        (directory / "calls.h").write_text("".join(f'{{SYS_{name}, "{name}"}},\n' for name in names))
        subprocess.run(
            ["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-I", directory, "-o", self.program,
             Path(__file__).with_name("inject.c"), "-lpthread"], check=True)

    def run(self, tried: Try | None, place: Path, seconds: float = 60):
        """One run; what it said, and what the injector has to tell."""
        return self.watch(["run", *SMALL, "--output", str(place / "out")], place, tried, seconds)

    def watch(self, command: list[str], place: Path, tried: Try | None = None, seconds: float = 60):
        output, temporary = place / "out", place / "tmp"
        temporary.mkdir(parents=True)
        log = place / "log"
        options = ["-o", str(output), "-t", str(seconds)]
        if tried:
            options += ["-r", tried.role, "-c", tried.call, "-e", str(getattr(errno, tried.error))]
            if tried.count is not None:
                options += ["-n", str(tried.count)]
        done = subprocess.run(
            [self.program, *options, log, common.BENCH, *command],
            capture_output=True, text=True, errors="replace", timeout=seconds + 30,
            env={**os.environ, "TMPDIR": str(temporary)})
        lines = log.read_text().splitlines() if log.exists() else []
        return done, lines


def calls(lines: list[str]) -> dict[tuple[str, str], int]:
    found = {}
    for line in lines:
        if line.startswith("call "):
            _, role, count, call = line.split(" ", 3)
            found[role, call] = int(count)
    return found


def judge(tried: Try, done, lines: list[str], place: Path) -> Outcome:
    end = next((line[4:] for line in lines if line.startswith("end ")), "nothing told: " + done.stderr[-200:])
    outcome = Outcome(tried, "")
    outcome.injected = next((int(line.split()[1]) for line in lines if line.startswith("injected ")), 0)
    say = outcome.complaints.append
    messages = common.errors(done.stderr)
    is_own_memory = tried.call.startswith(OWN_MEMORY)
    # A measuring process has no other way to tell why it ends.
    is_voice = tried.role == "measure" and tried.call == "write stdout"
    output = place / "out"
    status = int(end.split()[1]) if end.startswith("exit ") else None
    if status is None:
        if not (is_own_memory and end.startswith("signal")):
            say(f"ended by {end}")
        outcome.text = end
    elif status not in common.STATUSES:
        say(f"undocumented status {status}")
    name = os.strerror(getattr(errno, tried.error))
    if status not in (None, 0):
        outcome.text = f"{status}: {common.excerpt(messages[0][7:]) if messages else ''}"
        if len(messages) != 1:
            say(f"{len(messages)} messages: {common.excerpt(done.stderr)}")
        elif not is_own_memory and not is_voice:
            if name not in messages[0]:
                say("the message does not tell the errno")
            elif not messages[0].split(name, 1)[1].startswith(("; ", ": ")):
                say("the message has no way out")
    if "(signal " in done.stderr and not is_own_memory:
        say("the measuring process ended by a signal")
    if status == 0:
        runs = common.run_directories(output)
        state = common.meta(runs[0]) if runs else {}
        lost = [item for item in state.get("unmeasured", []) if name in item["why"]]
        outcome.text = "goes on" + (f"; not measured: {lost[0]['what']}: {lost[0]['why']}" if lost else "")
        outcome.text = common.excerpt(outcome.text)
        if state.get("status") != "complete":
            say(f"status 0, but the run is {state.get('status')}")
        if lost and ";" not in lost[0]["why"].split(name, 1)[1] and not lost[0]["what"].startswith("hardware"):
            say(f"no way out: {lost[0]['why']}")
    # Where the very call that tells the end fails, it can't be told.
    ends_told = any(word in tried.call for word in ("OUT", "rename", "fsync", "unlink"))
    for complaint in common.remains(output, status, lenient=ends_told):
        say(complaint)
    for line in lines:
        if line.startswith("left "):
            say(f"process {line}")
    left = sorted(path.name for path in (place / "tmp").iterdir())
    if left and not tried.call.startswith("unlink"):
        say(f"left in TMPDIR: {left}")
    return outcome


def is_meaningful(call: str) -> bool:
    # What was only read is not looked at again; a pipe is closed even where the kernel says that it failed,
    # but here it would stay open.
    if call.startswith("close ") and "OUT" not in call:
        return False
    return not any(call.startswith(name) for name in MEANINGLESS)


def tries(found: dict[tuple[str, str], int], every: bool) -> list[Try]:
    made = []
    for role, call in sorted(found):
        if not is_meaningful(call):
            continue
        errors = ERRORS.get(call.split()[0], "EPERM").split()
        for error in errors if every else errors[:1]:
            made.append(Try(role, call, error, 1))
            if found[role, call] > 1 and error not in ("EINTR", "EAGAIN"):
                made.append(Try(role, call, error, None))
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description="see the head of the file")
    parser.add_argument("--all", action="store_true", help="each errno that a call can have, not one")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="as many tries as fit")
    parser.add_argument("--match", default="", help="calls with this text only")
    parser.add_argument("--list", action="store_true", help="the calls of a run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    begin = time.monotonic()
    with common.scratch() as name:
        directory = Path(name)
        injector = Injector(directory)
        common.prepare(directory)
        done, lines = injector.run(None, directory / "whole")
        found = calls(lines)
        if not found or lines[-1] != "end exit 0":
            print(f"a run whose calls are watched ends otherwise: {done.stderr} {lines[-1:]}", file=sys.stderr)
            return 78
        if options.list:
            for (role, call), count in sorted(found.items()):
                print(f"{role}\t{count}\t{call}")
            return 0
        made = [one for one in tries(found, options.all) if options.match in str(one)]
        # Where not all fit, one of each call's name before a second one, and those first that change something.
        outside = ("/sys/", "/proc/", "above OUT", "/tools/", "/bin")
        made.sort(key=lambda one: any(name in one.call for name in outside))
        turns: Counter[tuple[str, str]] = Counter()

        def turn(one: Try) -> int:
            name = (one.role, one.call.split()[0])
            turns[name] += 1
            return turns[name]

        made.sort(key=turn)

        def attempt(item):
            number, tried = item
            if time.monotonic() - begin > options.seconds:
                return None
            for seconds in (60, 240):
                place = directory / f"{number}-{seconds}"
                outcome = judge(tried, *injector.run(tried, place, seconds), place)
                shutil.rmtree(place, ignore_errors=True)
                # On a machine that others use, too, a hang is one that is there again.
                if outcome.text != "hang":
                    break
            return outcome

        outcomes = []
        with ThreadPoolExecutor(options.jobs) as pool:
            for one in pool.map(attempt, enumerate(made)):
                if one:
                    outcomes.append(one)
                    wrongs = "".join(f"\n    WRONG: {text}" for text in one.complaints)
                    print(f"{one.tried}\t{one.text}{wrongs}", flush=True)
    wrong = [one for one in outcomes if one.complaints]
    missed = [one for one in outcomes if one.injected == 0]
    print(
        f"{len(found)} calls, {len(made)} ways to fail, {len(outcomes)} tried "
        f"({len(missed)} of them never came to be), {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
