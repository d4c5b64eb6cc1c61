"""Deciders of the scores service, one idea each.  Pure; :mod:`services.scores.decider` knows them all."""
