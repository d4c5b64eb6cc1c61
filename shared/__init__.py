"""What every service stands on: events, store, log, ledger, access, web.  Imports no service."""
