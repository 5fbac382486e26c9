"""Asking the model."""
