"""The tables of the ledger."""

from typing import Final

TABLES: Final = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists datasets (dataset text primary key, unresolved integer not null default 0, updated text);
create table if not exists runs (
    run text primary key, dataset text not null, state text not null, step text not null, started text not null, finished text,
    sources text not null, counts text not null, message text not null
);
create table if not exists records (
    dataset text not null, kind text not null, id text not null, hash blob not null, state text not null, part text not null,
    source text not null, line integer not null, run text not null, updated text not null, version text not null,
    primary key (dataset, kind, id)
) without rowid;
create index if not exists records_by_part on records (part);
create table if not exists identifiers (
    dataset text not null, system text not null, value text not null, kind text not null, id text not null,
    primary key (dataset, system, value, kind, id)
) without rowid;
create index if not exists identifiers_by_record on identifiers (dataset, kind, id);
create table if not exists targets (dataset text not null, kind text not null, id text not null, iri text not null, expected text not null,
    primary key (dataset, kind, id)) without rowid;
create table if not exists missing (dataset text not null, kind text not null, id text not null, iri text not null, expected text not null,
    primary key (dataset, kind, id)) without rowid;
create table if not exists pending (
    dataset text not null, kind text not null, id text not null, wanted text not null, system text not null, value text not null,
    primary key (dataset, kind, id, wanted, system, value)
) without rowid;
create index if not exists pending_by_system on pending (dataset, system);
create table if not exists deleted (
    dataset text not null, kind text not null, id text not null, run text not null, source text not null, line integer not null,
    primary key (dataset, kind, id)
) without rowid;
create table if not exists skipped (
    dataset text not null, kind text not null, id text not null, reason text not null, primary key (dataset, kind, id)
) without rowid;
create table if not exists refused (
    dataset text not null, kind text not null, id text not null, hash blob not null, run text not null, primary key (dataset, kind, id)
) without rowid;
create table if not exists readings (dataset text not null, record text not null, primary key (dataset, record)) without rowid;
create table if not exists uses (
    dataset text not null, concept text not null, system text not null, code text not null, display text not null, count integer not null,
    primary key (dataset, concept, system, code, display)
) without rowid;
create table if not exists parts (part text primary key, dataset text not null, run text not null, quads integer not null);
"""
OF_A_DATASET: Final = (
    *("datasets", "records", "identifiers", "targets", "missing", "pending", "deleted", "skipped", "refused", "readings", "uses", "parts"),
)
"""Tables whose rows tell their dataset in a column."""
REMEMBERED: Final = """
create table if not exists scanned_files (
    file integer primary key, dataset text not null, source text not null, basis blob not null, stamp text not null,
    unique (dataset, source)
);
create table if not exists scanned_blocks (
    block integer primary key, dataset text not null, basis blob not null, digest blob not null, first blob not null, size integer not null,
    lines integer not null, records integer not null, calm integer not null, contents integer not null, quiet integer not null,
    rows blob not null, issues blob not null
);
create unique index if not exists scanned_blocks_by_digest on scanned_blocks (dataset, basis, digest);
create table if not exists scanned_places (
    file integer not null, place integer not null, start integer not null, stop integer, block integer not null, primary key (file, place)
) without rowid;
create index if not exists scanned_places_by_block on scanned_places (block);
create table if not exists scanned_keys (key integer not null, block integer not null, primary key (key, block)) without rowid;
create table if not exists scanned_pairs (block integer not null, other integer not null, primary key (block, other)) without rowid;
create table if not exists scanned_tallies (
    block integer not null, state text not null, said text not null, count integer not null, primary key (block, state, said)
) without rowid;
create table if not exists scanned_told (
    block integer not null, system text not null, value text not null, kind text not null, id text not null,
    primary key (block, system, value, kind, id)
) without rowid;
create index if not exists scanned_told_by_value on scanned_told (system, value);
"""
"""What earlier runs found in the blocks of the sources they read (see ingest.memory)."""
FORGET_REMEMBERED: Final = (
    "delete from scanned_places where file in (select file from scanned_files where dataset = ?)",
    *(
        f"delete from {table} where block in (select block from scanned_blocks where dataset = ?)"  # noqa: S608 - the names below
        for table in ("scanned_keys", "scanned_pairs", "scanned_tallies", "scanned_told")
    ),
    "delete from scanned_files where dataset = ?",
    "delete from scanned_blocks where dataset = ?",
)
"""Forgets all of it, of one dataset."""
