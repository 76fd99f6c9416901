"""How it gets in: sources, readers, mapping, staging, ledger, and the pipeline that joins them."""
