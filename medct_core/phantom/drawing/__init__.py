"""Findings, and what looks like them, drawn into the body of a phantom."""
