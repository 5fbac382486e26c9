"""Fitting adapters and heads."""
