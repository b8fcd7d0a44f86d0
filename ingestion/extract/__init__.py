"""Bytes to `Document`: grids of located cells and text blocks."""
