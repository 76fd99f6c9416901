"""FHIR R4: its reader, validation and mapping."""
