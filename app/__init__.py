"""The MedCT desktop viewer on top of `medct_core`."""
