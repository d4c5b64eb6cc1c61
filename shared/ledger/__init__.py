"""The ledger: what of the log is admitted, at which position, under which root; and who follows it."""
