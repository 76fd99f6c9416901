"""How it is found: passages, embeddings, text index, ranking, and the retriever that joins hits with the graph."""
