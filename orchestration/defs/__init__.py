"""Dagster definitions by room of the flow; `orchestration.definitions` loads whatever stands here."""
