"""History as columns: the fold of a whole ledger without an object for every event.

Most events of a ledger are scores that a later score of the same kind has replaced.  They are kept as
numbers in columns (:mod:`~services.ranking.columns.frame`); which of them can still matter is asked of all
at once (:mod:`~services.ranking.columns.relevant`), and only those become facts of the one engine
(:mod:`~services.ranking.columns.folding`).  What a value is worth is said by that engine alone.
"""

from services.ranking.columns.folding import complete, fold_columns, ground_of
from services.ranking.columns.frame import Columns, Decoder, Other
from services.ranking.columns.live import Live

__all__ = ["Columns", "Decoder", "Live", "Other", "complete", "fold_columns", "ground_of"]
