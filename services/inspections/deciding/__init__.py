"""Deciders of the inspections service, one idea each.  Pure."""
