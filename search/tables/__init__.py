"""The tables of a generation's catalog, and what is asked of them."""
