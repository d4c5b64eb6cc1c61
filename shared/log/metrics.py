"""Every metric of the log and the ledger, with its meaning.  All names in one place."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

LAG = Gauge(
    "bangvang_intake_lag_records", "Records of a partition that intake has not stored yet.", ["partition"]
)
ADMITTED = Counter("bangvang_intake_admitted", "Events that were given a position.", ["ledger"])
DUPLICATES = Counter("bangvang_intake_duplicates", "Records dropped because their bytes stand already.")
NOISE = Counter("bangvang_intake_noise", "Records that are not authentic: kept raw, no position.", ["reason"])
HELD = Gauge("bangvang_intake_held", "Records that wait behind an open gap.", ["ledger", "source"])
HALTED = Gauge("bangvang_intake_halted", "1 while intake does not read the partition.", ["partition"])
FENCE_LOST = Counter("bangvang_intake_fence_lost", "Batches thrown away because another owner was faster.")
BATCH_SECONDS = Histogram(
    "bangvang_intake_batch_seconds",
    "Time to admit and store one batch.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
RELAY_UNSENT = Gauge("bangvang_relay_unsent", "Rows of the outbox that were waiting at the last look.")
RELAY_SENT = Counter("bangvang_relay_sent", "Events that the broker has confirmed.")
RELAY_FAILURES = Counter("bangvang_relay_failures", "Batches with a failed future: the producer was closed.")
RELAY_RESUMED = Counter("bangvang_relay_resumed", "Rows opened again because the topic did not have them.")
UNINTERPRETED = Gauge(
    "bangvang_ledger_uninterpreted", "Admitted positions that this code does not understand.", ["ledger"]
)
PROJECTOR_BEHIND = Gauge("bangvang_projector_behind", "Positions not applied yet.", ["projection", "ledger"])
PARKED = Gauge("bangvang_projector_parked", "1 while the projection stands still.", ["projection", "ledger"])
SHADOW_OPEN = Gauge(
    "bangvang_shadow_open", "Open differences between the live standings and a fold from zero.", ["ledger"]
)
SHADOW_SECONDS = Histogram(
    "bangvang_shadow_seconds",
    "Time of one comparison, with the rests in it.",
    ["kind"],
    buckets=(0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800),
)
