"""Ground Truth manifest files as files: ask, make, convert, divide and export them, without a graph.

Lines flow through in order and unchanged; memory does not grow with the length of a file. What cannot be read becomes an Issue with its
file and line, and nothing else is lost.
"""
