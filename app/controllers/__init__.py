"""A user's wish becomes work, and what comes of it becomes state; no widgets."""
