"""What the user is looking at: frozen values, and one changed signal per property; no widgets."""
