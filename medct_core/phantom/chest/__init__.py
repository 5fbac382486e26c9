"""The harmless anatomy of a phantom: trunk, lungs, vessels, airways, heart and bones."""
