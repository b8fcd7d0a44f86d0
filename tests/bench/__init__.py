"""Measurements. Each module with a `run()` that returns rows is one benchmark; `make bench` runs them all."""
