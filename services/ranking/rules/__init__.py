"""A rulebook in words, for people: what it says, and what an amendment changes in it.  Pure."""
