"""Files in, volumes out."""
