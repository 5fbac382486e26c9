"""Synthetic chest CT with known findings and masks."""
