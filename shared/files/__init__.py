"""Spreadsheets that people send: what stands in their cells, exactly, and what is wrong where."""
