"""From bytes to records, one module per format."""
