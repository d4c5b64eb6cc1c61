"""Webhooks: what concerns a department is told to its own system, signed as Standard Webhooks says.

:mod:`.concern` says whom an event concerns (pure), :mod:`.subscriptions` keeps who wants to be told,
:mod:`.planning` follows the ledger and writes down what is to be told, :mod:`.deliverer` tells it,
:mod:`.address` and :mod:`.sending` see to it that nobody inside is spoken to.
"""
