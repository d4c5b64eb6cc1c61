"""Makers of test material that more than one test module needs."""
