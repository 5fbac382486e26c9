"""A volume made ready for one model."""
