"""What scripts/fleet.py is made of; Python's own library suffices."""
