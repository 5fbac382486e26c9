"""From scores to statements."""
