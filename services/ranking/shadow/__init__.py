"""The shadow: what the live fold stored, computed a second way and compared, all the time.

The live fold (:mod:`services.ranking.columns`) goes on from its memory and chooses which facts still matter.
The shadow reads the ledger table's own rows, event at a time, from position 0, and shares nothing with it but
the rules: after every batch the units that it touched (:mod:`~services.ranking.shadow.folding`), every hour
and before a publication the whole ledger with its tree and the archive
(:mod:`~services.ranking.shadow.comparing`).  A difference is an alarm
(:mod:`~services.ranking.shadow.alarms`) and blocks publication until the whole is equal again.
"""
