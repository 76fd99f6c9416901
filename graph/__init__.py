"""What is known: the model of the graph, its vocabulary, and the stores that hold it."""
