"""How far the scoring of a cycle is, and how its units used the software.  Pure."""
