"""Exports are fetched from FHIR servers by SMART Bulk Data Access, and brought in by the ordinary pipeline."""
