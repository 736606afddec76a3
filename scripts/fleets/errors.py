"""How things go wrong."""

from __future__ import annotations

USAGE = 64
NO_PLAN = 66
NO_SLURM = 69
CANNOT_WRITE = 73
NOT_YET = 75
CANNOT_BUILD = 78


class FleetError(Exception):
    """What went wrong and the way out, in one line, and the status to exit with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(" ".join(message.split()))
        self.status = status
