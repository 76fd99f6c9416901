"""Agents: chosen operations of the interface as tools of the Model Context Protocol, asked through the application like any request."""
