"""Saved things: cohorts, concept sets, searches and views with names and versions, what they last counted, and one's own questions.

They lie in a database of the data folder, apart from generations: `naming.named_cohort` is how everything else comes by a saved cohort.
"""
