"""Numbers read from HU alone: lengths, angles, regions, histograms; no model."""
