"""The commands of ranking."""
