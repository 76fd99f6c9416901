"""Ranking quality on a judged collection: nDCG@10, recall@100 and MRR."""
