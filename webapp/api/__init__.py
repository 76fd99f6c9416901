"""The REST interface under /api/v1, its documentation, and the probes."""
