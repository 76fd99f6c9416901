"""Which documents answer a question, and how well."""
