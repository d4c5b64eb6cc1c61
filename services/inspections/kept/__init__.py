"""What is kept beside the ledger, where the ledger holds a digest of it."""
