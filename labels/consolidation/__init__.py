"""From the answers of several workers to one label for each item: consolidation, agreement, and what a person should look at again.

Pure functions over plain values (`model.py`); the main flow is `consolidate.py`. Formulas and measured figures: docs/consolidation.md.
"""
