"""The four independent services.  None imports another; they learn of each other from the ledger."""
