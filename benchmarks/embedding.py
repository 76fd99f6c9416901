"""Embedding, beside plain float32 `SentenceTransformer.encode` of the same texts, and what embedding each distinct text once saves.

    python benchmarks/embedding.py [--collection DIR] [--texts N] [--rounds N] [--export DIR]

Both encode the same passages of a judged collection, turn by turn; the best round of each counts, since other work on the machine only
ever slows one down. With --export a FHIR export is ingested twice by the command line: how many passages reached the model is printed,
and how much sooner the export is searchable than embedding every passage at the measured speed would allow.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from search.embedders import open_embedder
from search.evaluation.rankings import load_collection
from search.passages import embedding_text, split


def passages(collection: Path, count: int) -> list[str]:
    """The first distinct passages of a collection."""
    documents = load_collection(collection).documents.values()
    distinct = dict.fromkeys(embedding_text(span, text) for title, text in documents for span in split(text, title))
    return list(distinct)[:count]


def compare(texts: list[str], rounds: int) -> float:
    """Print both speeds; the product's, in texts a second."""
    from sentence_transformers import SentenceTransformer

    from search.embedders.sentence_models import default_folder

    product = open_embedder()
    plain = SentenceTransformer(str(default_folder()), device="cpu")
    work = {"plain float32 encode": lambda: np.asarray(plain.encode(texts)), product.name: lambda: product.encode(texts)}
    best = dict.fromkeys(work, float("inf"))
    vectors: dict[str, Any] = {}
    for encode in (plain.encode, product.encode):
        encode(texts[:16])
    for _ in range(rounds):
        for name, encode_all in work.items():
            started = time.perf_counter()
            vectors[name] = encode_all()
            best[name] = min(best[name], time.perf_counter() - started)
    for name, seconds in best.items():
        print(f"{name}: {len(texts) / seconds:.1f} passages/s")
    expected, got = vectors.values()
    print(f"ratio {best['plain float32 encode'] / best[product.name]:.2f} (at least 3)")
    print(f"cosine of the two vectors of a passage: least {np.min(np.sum(expected * got, axis=1)):.5f}")
    return len(texts) / best[product.name]


def ingest(export: Path, data: Path) -> tuple[dict[str, Any], float]:
    """The report of one ingest in a fresh process, and its seconds."""
    command = [sys.executable, "-m", "commissure", "--data", str(data), "ingest", "fhir", str(export), "--dataset", "bench", "--json"]
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report, time.perf_counter() - started


def twice(export: Path, speed: float) -> None:
    """Ingest twice and print what reached the model."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first ingest", "second ingest"):
            report, seconds = ingest(export, Path(folder))
            total, embedded = report["passages"]["total"], report["passages"]["embedded"]
            print(f"{name}: {embedded:,} of {total:,} passages reached the model ({embedded / max(total, 1):.3f}), {seconds:.1f} s")
            if name == "first ingest":
                every = total / speed
                print(f"  embedding every passage at {speed:.0f}/s would take {every:.0f} s: {every / seconds:.1f} times as long")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    data = Path(__file__).resolve().parents[2] / "shared" / "data" / "ir" / "med"
    parser.add_argument("--collection", type=Path, default=data)
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--export", type=Path, help="a FHIR export to ingest twice")
    options = parser.parse_args()
    import torch

    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    speed = compare(passages(options.collection, options.texts), options.rounds)
    if options.export:
        twice(options.export, speed)


if __name__ == "__main__":
    main()
