"""Test documents: made-up reports of every form, written in every format, with what is really printed in them.

Belongs here: numbers, texts, faults, writers and the comparison of a reading with the gold. Kept apart from the
readers: the forms' labels come from `ingestion.catalog`, nothing else of ours is used (the scorer's command line
alone calls the reader, as a user would).

    from tests.generator import make
    made = make("pdf", seed=7, form="form_2021", condition="full")
    made.name, made.data, made.companions, made.gold
"""

from tests.generator.make import FORMATS, Made, Wish, conditions, make, make_all

__all__ = ["FORMATS", "Made", "Wish", "conditions", "make", "make_all"]
