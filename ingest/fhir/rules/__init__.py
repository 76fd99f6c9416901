"""How each element of each type is written: the tables of R4 turned into one function per element.

A rule takes the node and the element's value and appends statements. Elements without a rule are not represented; the raw record
stays beside the graph.
"""
