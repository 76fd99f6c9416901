"""Terminologies that users bring: one module reads each format, as statements that are compiled for reading texts."""
