"""Any SPARQL 1.1 server."""
