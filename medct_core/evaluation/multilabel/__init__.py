"""How well many findings of many scans are told at once, with intervals over patients."""
