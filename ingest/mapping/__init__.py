"""From records to quads, documents and facts: pure functions only."""
