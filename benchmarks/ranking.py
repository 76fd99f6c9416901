"""Ranking quality beside plain dense, plain BM25 and their reciprocal rank fusion on the same judged collections.

    python -m benchmarks.ranking COLLECTION…

dense   each document whole (title and text; the model reads its first 256 word pieces), `SentenceTransformer.encode` in float32, cosine
bm25    each document whole, bm25s with its own tokenizer, its English stop words and k1 = 1.5, b = 0.75
rrf     both, 1,000 documents each, fused by reciprocal rank with k = 60

The product's modes are what `commissure evaluate` prints.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from search.embedders import open_embedder
from search.embedding_cache import EmbeddingCache
from search.evaluation.rankings import DEPTH, Collection, evaluate_collection, load_collection, metrics

RRF_K = 60
Ranked = Mapping[str, Sequence[str]]


def dense(collection: Collection) -> Ranked:
    """Query → documents by cosine."""
    from sentence_transformers import SentenceTransformer

    from search.embedders.sentence_models import default_folder

    model = SentenceTransformer(str(default_folder()), device="cpu")
    names = list(collection.documents)
    documents = np.asarray(model.encode([f"{title} {text}".strip() for title, text in collection.documents.values()]))
    queries = np.asarray(model.encode(list(collection.queries.values())))
    documents /= np.linalg.norm(documents, axis=1, keepdims=True)
    best = np.argsort(-(queries @ documents.T), axis=1, kind="stable")[:, :DEPTH]
    return {query: [names[row] for row in rows] for query, rows in zip(collection.queries, best.tolist(), strict=True)}


def bm25(collection: Collection) -> Ranked:
    """Query → documents by BM25."""
    import bm25s

    names = list(collection.documents)
    index = bm25s.BM25()
    index.index(
        bm25s.tokenize([f"{title} {text}" for title, text in collection.documents.values()], show_progress=False), show_progress=False
    )
    asked = bm25s.tokenize(list(collection.queries.values()), show_progress=False)
    rows, scores = index.retrieve(asked, k=min(DEPTH, len(names)), show_progress=False)
    return {
        query: [names[row] for row, score in zip(found, scored, strict=True) if score > 0]
        for query, found, scored in zip(collection.queries, rows.tolist(), scores.tolist(), strict=True)
    }


def rrf(*rankings: Ranked) -> Ranked:
    """Query → documents by the sum of their reciprocal ranks."""
    fused = {}
    for query in rankings[0]:
        scores: dict[str, float] = defaultdict(float)
        for ranking in rankings:
            for rank, document in enumerate(ranking[query], 1):
                scores[document] += 1 / (RRF_K + rank)
        fused[query] = sorted(scores, key=lambda document: -scores[document])
    return fused


def main(arguments: Sequence[str]) -> int:
    """Print a table for each collection, and the product's nDCG@10 as a ratio to the best baseline's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collections", nargs="+", type=Path, metavar="COLLECTION")
    model = open_embedder()
    for folder in parser.parse_args(arguments).collections:
        collection = load_collection(folder)
        meaning, words = dense(collection), bm25(collection)
        plain = {
            name: metrics(ranked, collection.qrels) for name, ranked in (("dense", meaning), ("bm25", words), ("rrf", rrf(meaning, words)))
        }
        with tempfile.TemporaryDirectory() as work:
            cache = EmbeddingCache(Path(work) / "embeddings.db")
            product = evaluate_collection(folder, Path(work), model, cache)
        print(f"{folder.name}: {len(collection.documents):,} documents")
        for name, values in (*plain.items(), *((f"commissure {mode}", values) for mode, values in product.items())):
            print(f"  {name:<20}" + "  ".join(f"{metric} {value:.4f}" for metric, value in values.items()))
        best = max(plain, key=lambda name: plain[name]["ndcg@10"])
        print(f"  ratio of nDCG@10, hybrid to {best}: {product['hybrid']['ndcg@10'] / plain[best]['ndcg@10']:.3f} (at least 1)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
