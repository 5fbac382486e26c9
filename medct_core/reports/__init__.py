"""Radiology report text: labels out of it, sentences into it."""
