"""An evaluation on paper: tables in Markdown, numbers in JSON, figures as PNG and PDF."""
