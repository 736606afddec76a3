"""The figures of a run, one file each; plot.py says which a run has."""
