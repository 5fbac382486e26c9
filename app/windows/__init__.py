"""Whole windows: what puts panels and views together, menus with their keys, and dialogs."""
