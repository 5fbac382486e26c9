"""Labelled tables of scans: read, checked, drawn from, split, prepared once."""
