"""S3 Select over JSON Lines: a parser of the dialect, a translation to DuckDB, and the run over files."""
