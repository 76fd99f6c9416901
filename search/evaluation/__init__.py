"""How good search and reading are, on collections that people judged."""
