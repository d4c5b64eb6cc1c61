"""From explanations to sentences, in both languages: one for each step of the computation.  Pure."""

from services.ranking.explaining.changes import change_words, counterfactual_story
from services.ranking.explaining.orders import order_words, pair_story
from services.ranking.explaining.steps import Step
from services.ranking.explaining.story import story

__all__ = ["Step", "change_words", "counterfactual_story", "order_words", "pair_story", "story"]
