"""Hypothetical facts: checked, tried out, kept by their digest; never in the ledger."""
