"""Widgets that show values and report what the user did; they decide nothing."""
