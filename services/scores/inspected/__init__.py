"""What the inspections service has stated, as far as scoring shows it; read from the ledger table."""
