"""Reports on labeled data: what was annotated, and how the workers did, as tables and charts.

labeled → annotation_tally → annotations ─┐
answered → worker_tally → workers ────────┴→ tables → charts, page, written

One pass over the data; counters are kept, not lists.
"""
