"""What is kept beside the ledger for a body: its drafts, and invitations."""
