"""What a fleet measures: its directory, and the plan in it.

DIR/plan.json           the plan
DIR/stage, stage.tar    the program and its libraries, the same for all nodes
DIR/tasks/NAME/1, 2, …  the attempts at a task (attempt.py)
DIR/results/NAME        leads to a task's run, once collected
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fleets.errors import CANNOT_WRITE, NO_PLAN, NOT_YET, USAGE, FleetError

ENGINES = ["sbatch", "srun"]
STAGES = ["shared", "sbcast", "stream"]
# The plan says these for every node.
OWN_OPTIONS = ["--label", "--output", "--format", "--color"]

LONGEST_NAME = 64
# What tools that read tables take for nothing, or for an answer.
NO_NAMES = ["na", "null", "none", "true", "false"]


@dataclass(frozen=True)
class Task:
    """A run on one node: on that of a name, or on any that meets a constraint."""

    name: str
    node: str | None = None
    constraint: str | None = None

    @staticmethod
    def on(node: str) -> Task:
        return Task(slug(node), node=node)

    @staticmethod
    def meeting(constraint: str) -> Task:
        return Task(slug(constraint), constraint=constraint)


@dataclass(frozen=True)
class Plan:
    tasks: list[Task]
    engine: str
    stage: str
    # Of Slurm: partition, time limit, account, …
    slurm: list[str]
    # Of bench run.
    options: list[str]
    # Names the fleet's jobs.
    identity: str = ""

    def check(self) -> Plan:
        names = [task.name for task in self.tasks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names:
            raise FleetError(USAGE, "no node to measure on; give --nodes, --constraint or --partition")
        if twice:
            raise FleetError(USAGE, f"{twice[0]} is there twice; a task is a node or a constraint")
        if self.stage == "stream" and self.engine != "srun":
            raise FleetError(USAGE, "--stage stream needs --engine srun, which brings results back")
        if self.stage == "sbcast" and self.engine != "sbatch":
            raise FleetError(
                USAGE, "--stage sbcast needs --engine sbatch; without it: --stage stream"
            )
        for option in self.options:
            if option.split("=")[0] in OWN_OPTIONS:
                raise FleetError(USAGE, f"{option}: the fleet says that for each node; leave it out")
        return self

    def is_comparable(self, other: Plan) -> bool:
        """Whether runs of both say the same: only the list of tasks may differ."""
        return (self.options, self.stage, self.engine) == (other.options, other.stage, other.engine)


def slug(name: str) -> str:
    """As the name of a directory, and as what bench run takes for a --label (RunCommand.swift)."""
    made = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-.")
    if not made or len(made) > LONGEST_NAME or made.lower() in NO_NAMES or is_number(made):
        advice = f"it takes letters, 1 to {LONGEST_NAME} characters, and is not {', '.join(NO_NAMES)}"
        raise FleetError(USAGE, f"'{name}' is no name for a task: {advice}")
    return made


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class Fleet:
    """A directory with a plan."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.stage = self.directory / "stage"
        self.archive = self.directory / "stage.tar"
        self.results = self.directory / "results"

    def plan(self) -> Plan:
        known = self._known()
        if not known:
            advice = f"make one: scripts/fleet plan {self.directory}"
            raise FleetError(NO_PLAN, f"no plan in {self.directory}; {advice}")
        return known

    def _known(self) -> Plan | None:
        """The plan; None where none was made."""
        path = self.directory / "plan.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            tasks = [Task(**task) for task in known.pop("tasks")]
            return Plan(tasks=tasks, **known)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            advice = "bring it back, or take another directory" if self._is_begun else "plan anew"
            raise FleetError(NO_PLAN, f"{path} cannot be read: {error}; {advice}") from error

    @property
    def _is_begun(self) -> bool:
        return (self.directory / "tasks").exists()

    def keep(self, plan: Plan) -> Plan:
        """Writes the plan, unless the directory has another one that was begun."""
        try:
            known = self._known()
        except FleetError:
            if self._is_begun:
                raise
            known = None
        if known and self._is_begun:
            self._check(plan, known)
        identity = known.identity if known else secrets.token_hex(4)
        plan = Plan(**{**vars(plan), "identity": identity})
        replace(self.directory / "plan.json", json.dumps(asdict(plan), indent=1) + "\n")
        return plan

    def _check(self, plan: Plan, begun: Plan) -> None:
        """That nothing which was measured is lost by the new plan."""
        if not begun.is_comparable(plan):
            advice = "take another directory for it"
            raise FleetError(USAGE, f"{self.directory} has begun another plan; {advice}")
        for task in begun.tasks:
            if task not in plan.tasks and self.attempts(task):
                place = self.directory / "tasks" / task.name
                advice = f"name it too, or move {place} away"
                raise FleetError(USAGE, f"{task.name} was begun and is not in the list; {advice}")

    def attempts(self, task: Task) -> list[Path]:
        """The directories of the task's attempts, the latest last."""
        place = self.directory / "tasks" / task.name
        numbers = [path.name for path in place.iterdir()] if place.exists() else []
        return [place / str(number) for number in sorted(map(int, filter(str.isdigit, numbers)))]

    def new_attempt(self, task: Task) -> Path:
        last = max((int(attempt.name) for attempt in self.attempts(task)), default=0)
        path = self.directory / "tasks" / task.name / str(last + 1)
        path.mkdir(parents=True)
        return path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One at a time plans or submits; the lock goes with the process."""
        lock = self._lock()
        try:
            # Whether somebody has it is looked at for a moment only.
            for patience in reversed(range(10)):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if not patience:
                        message = f"another scripts/fleet is at work in {self.directory}; wait for it"
                        raise FleetError(NOT_YET, message) from error
                    time.sleep(0.1)
            yield
        finally:
            os.close(lock)

    def is_busy(self) -> bool:
        """Whether somebody plans or submits."""
        lock = self._lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _lock(self) -> int:
        with writing(self.directory):
            self.directory.mkdir(parents=True, exist_ok=True)
            return os.open(self.directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def replace(path: Path, text: str) -> None:
    """Whoever reads finds the old text or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with writing(path):
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise FleetError(CANNOT_WRITE, f"cannot write {path}: {reason}; take another place") from error


def as_json(path: Path) -> Any:
    """What the file holds; None if it can't be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
