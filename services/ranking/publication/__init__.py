"""What may be published, what a publication pins, and what follows from it."""
