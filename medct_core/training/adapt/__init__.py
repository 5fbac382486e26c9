"""Bringing a model to scans of one's own: LoRA, whole or head alone, on any ScanViewer."""
