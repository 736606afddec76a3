#!/usr/bin/env python3
"""Sees what commands write, open and ask of the system, and that SECURITY.md says so.

Every system call is looked at (inject.c): files are written in the output directory only, apart from what
SECURITY.md names; nothing of the network, of other users or of privileges is asked for. Each command comes
to its end, with status 0: one that is refused shows nothing.

usage: security.py
Exit status: 0 all as SECURITY.md says; 1 something is not; 78 the kernel lets no calls be watched.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import calls
import common

WRITING = {"mkdir", "mkdirat", "rename", "renameat", "renameat2", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir",
           "truncate", "link", "linkat", "mknod", "mknodat", "chmod", "fchmodat", "chown", "fchownat", "utimensat"}
FORBIDDEN = {"socket", "connect", "bind", "listen", "setuid", "setgid", "setresuid", "setresgid", "setgroups", "capset",
             "mount", "umount2", "ptrace", "init_module", "reboot", "swapon", "sethostname", "settimeofday",
             "clock_settime", "setdomainname", "chroot", "pivot_root", "keyctl", "bpf", "process_vm_writev"}
ALLOWED = re.compile(r"(OUT|/dev/null$|/proc/self/oom_score_adj$)")
# Fewer processes are not compared.
COMPARABLE = [*common.PLAN, "--processes", "3", "--budget", "0.6"]


def main() -> int:
    wrong = 0
    with common.scratch() as name:
        directory = Path(name)
        injector = calls.Injector(directory)
        common.prepare(directory)
        runs = [str(directory / name / "latest") for name in ("old", "new")]
        for run in runs:
            command = [common.BENCH, "run", *COMPARABLE, "--output", Path(run).parent]
            subprocess.run(command, check=True, capture_output=True)
        # Suspects are measured again as in a replay, if there are any.
        comparison = ["compare", *runs, "--confirm", "never"]
        commands = [
            ["run", *calls.SMALL, "--output", "OUTPUT"], ["list"], ["report", runs[0]], comparison, ["doctor"],
            ["codegen"], ["memmap", "--memory", "64M", "--rounds", "6"], ["layout"], ["kernel"],
            ["replay", runs[0], "1", "--output", "OUTPUT"], ["--help"],
        ]
        for number, command in enumerate(commands):
            place = directory / f"command-{number}"
            done, lines = injector.watch([part.replace("OUTPUT", str(place / "out")) for part in command], place)
            found = calls.calls(lines)
            if not found:
                print(f"no call was seen: {done.stderr}", file=sys.stderr)
                return 78
            complaints = set()
            for role, call in found:
                kind, _, rest = call.partition(" ")
                targets = rest.removesuffix(" to write").split(" to ")
                is_writing = kind in WRITING or rest.endswith(" to write")
                if kind in FORBIDDEN or is_writing and not all(ALLOWED.match(target) for target in targets):
                    complaints.add(f"{role}: {call}")
            end = next((line[4:] for line in lines if line.startswith("end ")), "")
            if end != "exit 0":
                complaints.add(f"it did not end with 0: {common.excerpt(done.stderr)}")
            print(f"bench {command[0]}\t{len(found)} calls, {end}" + "".join(f"\n    WRONG: {one}" for one in sorted(complaints)))
            wrong += bool(complaints)
        mode = os.stat(common.BENCH).st_mode
        if mode & 0o6000:
            print(f"WRONG: {common.BENCH} is set-uid or set-gid")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
