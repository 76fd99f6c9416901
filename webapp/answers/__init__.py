"""Values of search, graph, labels and ingest as JSON: the one form that the REST interface and `--json` of the command line share.

One module for each of `webapp.api`; what an answer shows is derived from the values themselves (`webapp.answers.shapes`). Offsets count
code points of the decoded, untrimmed text; they are end-exclusive.
"""
