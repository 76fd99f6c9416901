"""Labeled data that the project writes itself, beside the FHIR export: street scenes with chained jobs, and labels over clinical notes."""
