"""Slurm's commands, as far as a fleet needs them."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fleets.errors import NO_SLURM, NOT_YET, USAGE, FleetError
from fleets.plan import Fleet, Plan, Task

QUEUED = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT"}
RUNNING = {"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING"}
# The node's fault.
LOST = {"NODE_FAIL", "BOOT_FAIL", "REVOKED"}


@dataclass
class Job:
    number: str
    state: str
    node: str = ""
    # The task and number of its attempt.
    attempt: str = ""
    # Why it waits or ended so, as far as Slurm tells.
    reason: str = ""


def ask(*command: str, status: int = NOT_YET, way_out: str = "try again") -> str:
    """What the command prints; one that fails is an error with that status and way out."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError as error:
        advice = "run where Slurm's commands are; without Slurm: docs/fleet.md"
        raise FleetError(NO_SLURM, f"no {command[0]} on this machine; {advice}") from error
    if done.returncode:
        words = done.stderr.strip() or f"status {done.returncode}"
        raise FleetError(status, f"'{shlex.join(command[:4])} …' failed: {words}; {way_out}")
    return done.stdout


def hosts(expression: str) -> list[str]:
    """The nodes of an expression such as web-[1-3,7]."""
    if "[" not in expression:
        return [name for name in expression.split(",") if name]
    way_out = "without Slurm name the nodes one by one, with commas between them"
    names = ask("scontrol", "show", "hostnames", expression, status=NO_SLURM, way_out=way_out).split()
    if not names:
        raise FleetError(USAGE, f"'{expression}' names no node; one such as web-[1-3,7] names four")
    return names


def nodes(partition: str | None) -> list[str]:
    """All nodes of a partition, the default one if none is named."""
    lines = ask("sinfo", "--noheader", "--Node", "--format=%N|%P").split()
    known = [line.rsplit("|", 1) for line in lines]
    if partition:
        chosen = [node for node, name in known if name.rstrip("*") == partition]
    else:
        chosen = [node for node, name in known if name.endswith("*")]
    if not chosen:
        names = sorted({name.rstrip("*") for _, name in known})
        what = f"partition {partition}" if partition else "default partition"
        raise FleetError(USAGE, f"no node in the {what}; partitions are {', '.join(names)}")
    return list(dict.fromkeys(chosen))


def where(task: Task) -> str:
    return f"--nodelist={task.node}" if task.node else f"--constraint={task.constraint}"


def alone(plan: Plan, task: Task) -> list[str]:
    """One task with a whole node for itself."""
    whole = ["--nodes=1", "--ntasks=1", "--exclusive", "--mem=0"]
    return [f"--job-name=bench-{plan.identity}", *whole, where(task), *plan.slurm]


def measuring(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> list[str]:
    """What a node runs that sees the fleet's directory."""
    label = task.name
    return [str(fleet.stage / "run-on-node"), str(attempt), label, *plan.options]


def script(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> str:
    """A batch script. It needs no srun: with it, a task would have a part of the node's CPUs only."""
    command = measuring(fleet, plan, task, attempt)
    if plan.stage == "shared":
        return f"#!/bin/sh\nexec {shlex.join(command)}\n"
    return f"""#!/bin/sh
here=$(mktemp -d) || exit
trap 'rm -rf "$here"' EXIT
sbcast {shlex.quote(str(fleet.archive))} "$here/stage.tar" &&
  tar -xf "$here/stage.tar" -C "$here" || exit
"$here/run-on-node" {shlex.join(command[1:])} &
trap 'kill -TERM $!' TERM INT HUP
wait $! || wait $!
"""


def batch(plan: Plan, task: Task, attempt: Path) -> list[str]:
    """The command that submits a task's batch script."""
    told = [f"--output={attempt / 'log'}", f"--comment={comment(attempt)}", "--no-requeue"]
    return ["sbatch", "--parsable", *alone(plan, task), *told, str(attempt / "job.sh")]


def comment(attempt: Path) -> str:
    return f"{attempt.parent.name}/{attempt.name}"


def submit(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> str:
    """Submits a batch job and returns its number."""
    (attempt / "job.sh").write_text(script(fleet, plan, task, attempt), encoding="utf-8")
    return ask(*batch(plan, task, attempt), status=NO_SLURM).strip().split(";")[0]


# What a node does that sees nothing of the fleet's directory: stage.tar comes by standard input, the
# attempt's files go by standard output. ssh can run it as well.
STREAM = """here=$(mktemp -d) || exit
trap 'rm -rf "$here"' EXIT
trap : TERM INT
tar -xf - -C "$here" || exit
"$here/run-on-node" "$here/attempt" "$@" >&2
status=$?
tar -cf - -C "$here/attempt" . && exit "$status"
"""


def step(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> list[str]:
    """The srun command of a task, which has all CPUs of its node."""
    command = measuring(fleet, plan, task, attempt)
    if plan.stage == "stream":
        command = ["sh", "-c", STREAM, "stream", *command[2:]]
    return ["srun", *alone(plan, task), "--cpu-bind=none", "--kill-on-bad-exit=0", *command]


def jobs(plan: Plan) -> dict[str, Job]:
    """The fleet's batch jobs that Slurm remembers, by number."""
    fields = "--format=%i|%T|%N|%k|%r"
    lines = ask("squeue", "--noheader", "--states=all", f"--name=bench-{plan.identity}", fields)
    return {job.number: job for job in (Job(*line.split("|", 4)) for line in lines.splitlines())}


def remembered(number: str) -> Job | None:
    """A job that the queue has forgotten, where Slurm keeps accounts."""
    command = ["sacct", "-n", "-P", "-X", "-j", number, "-o", "JobID,State,NodeList,ExitCode"]
    try:
        lines = ask(*command).splitlines()
    except FleetError:
        return None
    for line in lines:
        found, state, node, code = line.split("|")
        if found == number:
            return Job(found, state.split()[0], node, reason=f"exit code {code}")
    return None
