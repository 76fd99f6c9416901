"""SQL on FHIR: a ViewDefinition becomes typed SQL over the records as they came in, and that a table."""
