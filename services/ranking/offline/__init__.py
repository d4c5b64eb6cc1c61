"""Offline tables: a rulebook and CSV files become standings (rulebook format §11)."""
