"""What became of a task: told by the files of its latest attempt, or else by Slurm.

job         the batch job's number
log         what was printed
node        where it runs
results     the run directory
status      the program's exit status, at the very end
ended.json  what Slurm said of an attempt that left no status, which it forgets soon
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from fleets import slurm
from fleets.plan import Fleet, Plan, Task, as_json, replace
from fleets.slurm import Job

# In the order of a task's life. The last three have ended; the last two are submitted again.
WORDS = ["planned", "queued", "running", "done", "failed", "lost"]
ENDED = {"done", "failed", "lost"}
AGAIN = {"planned", "failed", "lost"}


@dataclass
class State:
    task: Task
    word: str
    reason: str = ""
    attempt: Path | None = None
    node: str = ""

    @property
    def run(self) -> Path | None:
        """The run that the task left."""
        found = self.attempt and (self.attempt / "results" / "latest")
        return found.resolve() if found and found.exists() else None


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def states(fleet: Fleet, plan: Plan, submits: bool = False) -> list[State]:
    """Of all tasks of the plan; `submits` says that who asks holds the fleet's lock."""
    begun = [(task, fleet.attempts(task)) for task in plan.tasks]
    open_ = [attempts[-1] for _, attempts in begun if attempts and not is_told(attempts[-1])]
    jobs = slurm.jobs(plan) if open_ and plan.engine == "sbatch" else {}
    # An srun lives as long as the `submit` that waits for it.
    is_busy = bool(open_) and plan.engine == "srun" and not submits and fleet.is_busy()
    return [
        state(plan, task, attempts[-1], jobs, is_busy) if attempts else State(task, "planned")
        for task, attempts in begun
    ]


def is_told(attempt: Path) -> bool:
    return (attempt / "status").exists() or (attempt / "ended.json").exists()


def state(plan: Plan, task: Task, attempt: Path, jobs: dict[str, Job], is_busy: bool) -> State:
    here = State(task, "done", attempt=attempt, node=read(attempt / "node") or task.node or "")
    if (attempt / "status").exists():
        return by_status(here, read(attempt / "status"))
    ended = as_json(attempt / "ended.json")
    if ended:
        here.word, here.reason = ended["word"], ended["reason"]
    elif plan.engine == "srun":
        here.word = "running" if is_busy else "lost"
        here.reason = "" if is_busy else "scripts/fleet submit was stopped before srun ended"
    else:
        by_job(here, job_of(attempt, jobs))
    return here


def by_status(here: State, status: str) -> State:
    if status != "0":
        here.word, here.reason = "failed", f"bench ended with {status}: {last_words(here)}"
    elif not here.run or (as_json(here.run / "meta.json") or {}).get("status") != "complete":
        here.word, here.reason = "failed", "bench ended with 0, but left no complete run"
    return here


def job_of(attempt: Path, jobs: dict[str, Job]) -> Job | None:
    number = read(attempt / "job")
    if number:
        return jobs.get(number) or slurm.remembered(number)
    # Submitted, and then the number could not be kept.
    return next((job for job in jobs.values() if job.attempt == slurm.comment(attempt)), None)


def by_job(here: State, job: Job | None) -> None:
    """What Slurm says of an attempt that left no status."""
    assert here.attempt
    if job is None:
        number = read(here.attempt / "job")
        here.word = "lost"
        here.reason = f"Slurm knows nothing of job {number}" if number else "was not submitted"
    elif job.state in slurm.QUEUED:
        here.word, here.reason = "queued", job.reason
    elif job.state in slurm.RUNNING:
        here.word = "running"
        here.node = here.node or job.node
    else:
        here.word = "lost" if job.state in slurm.LOST else "failed"
        here.node = here.node or job.node
        here.reason = f"Slurm says {job.state}"
        if job.reason not in ("", "None"):
            here.reason += f" ({job.reason})"
        if job.state == "COMPLETED":
            # A file may come late over a network: nothing is kept of this.
            here.reason += ", but there is no status: do nodes see this directory?"
        else:
            keep(here)


def keep(here: State) -> None:
    """Slurm forgets jobs after some minutes."""
    assert here.attempt
    words = {"word": here.word, "reason": here.reason}
    replace(here.attempt / "ended.json", json.dumps(words) + "\n")


def last_words(here: State) -> str:
    """The program's error in a log, or Slurm's, or else the last line."""
    assert here.attempt
    lines = [line for line in read(here.attempt / "log").splitlines() if line.strip()]
    own = [line for line in lines if line.startswith("Error:")]
    errors = [line for line in lines if "error:" in line]
    return (own or errors or lines or ["no word of it in its log"])[-1].strip()


def line(here: State) -> list[str]:
    where = str(here.attempt / "log") if here.attempt and here.word in AGAIN else ""
    return [here.task.name, here.word, here.node, here.reason, where]
