"""Scores and registers as Excel and CSV files: templates, reading, preview, exports."""
