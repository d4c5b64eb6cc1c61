"""The log: Kafka.  Topic set-up, relay (outbox to topic), intake (topic to ledger), replay."""
