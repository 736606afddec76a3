"""The figures of a run, one file each. `draw(run)` is None where a run has nothing to show."""
