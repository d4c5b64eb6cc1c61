"""The launcher: everything of `bangvang run` on one machine, without Docker."""
