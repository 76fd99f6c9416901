"""How it is used: the REST interface and the web pages over one published generation."""
