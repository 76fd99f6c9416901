"""The tables of a generation's `catalog.sqlite`: what ingest hands over, and what publishing derives from it."""

from typing import Final

FORMAT: Final = 23
"""Kept in `PRAGMA user_version`; a catalog of another format is built anew."""

NUMBER: Final = "number"
"""In the table `state`: of which generation it is. Where changes are lost it is another one than the generation says."""

NOT_CHARTED: Final = ("label", "answer", "broader", "record")
"""Relations of facts that are not said of a patient."""

TABLES: Final = """
CREATE TABLE state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, batch INTEGER NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, run TEXT NOT NULL, dataset TEXT NOT NULL,
    kind TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL, patient TEXT, patient_label TEXT, encounter TEXT, date TEXT,
    dated TEXT NOT NULL, status TEXT NOT NULL, media_type TEXT NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL, digest BLOB NOT NULL,
    reading TEXT NOT NULL DEFAULT '');
CREATE TABLE texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE passages (
    document INTEGER NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, section TEXT NOT NULL,
    key BLOB NOT NULL, PRIMARY KEY (document, ordinal)) WITHOUT ROWID;
CREATE TABLE units (unit INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text TEXT NOT NULL, spoken TEXT);
CREATE TABLE mentions (
    document INTEGER NOT NULL, ordinal INTEGER NOT NULL, id TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    text TEXT NOT NULL, concept TEXT, label TEXT NOT NULL, assertion TEXT NOT NULL, score REAL, concept_score REAL, source TEXT NOT NULL,
    cue TEXT NOT NULL DEFAULT '', section TEXT NOT NULL DEFAULT '', value TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (document, ordinal)) WITHOUT ROWID;
CREATE TABLE facts (
    fact INTEGER PRIMARY KEY, batch INTEGER NOT NULL, record TEXT NOT NULL, dataset TEXT NOT NULL, subject TEXT NOT NULL,
    relation TEXT NOT NULL, concept TEXT, label TEXT NOT NULL, start TEXT, stop TEXT, value TEXT, number REAL, unit TEXT,
    status TEXT NOT NULL, assertion TEXT NOT NULL, counted INTEGER NOT NULL, encounter TEXT, source TEXT NOT NULL, line INTEGER NOT NULL,
    job TEXT, agent TEXT NOT NULL DEFAULT '', attributes TEXT NOT NULL DEFAULT '', comparator TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '', setting TEXT NOT NULL DEFAULT '', answer TEXT NOT NULL DEFAULT '', recorded TEXT,
    started TEXT NOT NULL DEFAULT '', supply REAL, canonical REAL, canonical_unit TEXT NOT NULL DEFAULT '', ucum TEXT NOT NULL DEFAULT '',
    interpretation TEXT NOT NULL DEFAULT '', intent TEXT NOT NULL DEFAULT '', stated TEXT NOT NULL DEFAULT '',
    performer TEXT, location TEXT, day INTEGER, last_day INTEGER, end_day INTEGER, last_end_day INTEGER, recorded_day INTEGER);
CREATE TABLE patients (
    id TEXT PRIMARY KEY, dataset TEXT NOT NULL, label TEXT NOT NULL, sex TEXT NOT NULL, born TEXT, died TEXT, source TEXT NOT NULL,
    line INTEGER NOT NULL, race TEXT NOT NULL, race_codes TEXT NOT NULL, ethnicity TEXT NOT NULL, ethnicity_codes TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE places (
    dataset TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (dataset, folder)) WITHOUT ROWID;
CREATE TABLE uses (
    dataset TEXT NOT NULL, concept TEXT NOT NULL, display TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, uses INTEGER NOT NULL,
    PRIMARY KEY (dataset, concept, display)) WITHOUT ROWID;
"""
"""What ingest hands over. `places` names the folders of sources (sources.places).

Of facts, `day` and `last_day` are the first and the last day that `start` may mean (search.days), `end_day` and
`last_end_day` those of `stop`, `recorded_day` the first of `recorded`: days since 1970-01-01, NULL where there is no date."""

READINGS: Final = """
CREATE TABLE IF NOT EXISTS read_concepts (
    concept TEXT PRIMARY KEY, system TEXT NOT NULL, code TEXT NOT NULL, label TEXT NOT NULL) WITHOUT ROWID
"""
"""What the concepts are that only readings of texts name."""

FORMER: Final = """CREATE TABLE IF NOT EXISTS former (
    record TEXT NOT NULL, id TEXT NOT NULL, patient TEXT NOT NULL, dataset TEXT NOT NULL, label TEXT NOT NULL, source TEXT NOT NULL,
    line INTEGER NOT NULL, PRIMARY KEY (record, id)) WITHOUT ROWID"""
"""Records of persons that others replaced, as either end says; a generation of an earlier version has no such table."""

MENTIONS_OF_CONCEPTS: Final = "CREATE INDEX IF NOT EXISTS mentions_concept ON mentions (concept, assertion, document)"
INDEXES: Final = """
CREATE INDEX IF NOT EXISTS documents_id ON documents (id);
CREATE INDEX IF NOT EXISTS documents_record ON documents (record, batch);
CREATE INDEX IF NOT EXISTS documents_patient ON documents (patient, date DESC, kind DESC, id);
CREATE INDEX IF NOT EXISTS documents_encounter ON documents (encounter);
CREATE INDEX IF NOT EXISTS facts_record ON facts (record, batch);
CREATE INDEX IF NOT EXISTS facts_subject ON facts (subject, start IS NULL, start, record, fact);
CREATE INDEX IF NOT EXISTS facts_encounter ON facts (encounter) WHERE encounter IS NOT NULL;
CREATE INDEX IF NOT EXISTS facts_concept ON facts (concept, subject) WHERE counted AND concept IS NOT NULL;
CREATE INDEX IF NOT EXISTS facts_uncounted ON facts (concept, record) WHERE NOT counted AND concept IS NOT NULL;
CREATE INDEX IF NOT EXISTS patients_label ON patients (label, id);
CREATE INDEX IF NOT EXISTS patients_dataset ON patients (dataset, label, id);
"""

NAMED: Final = """
CREATE TABLE concepts (
    ordinal INTEGER PRIMARY KEY, concept TEXT NOT NULL UNIQUE, system TEXT NOT NULL, code TEXT NOT NULL, label TEXT NOT NULL,
    synonyms TEXT NOT NULL, patients INTEGER NOT NULL DEFAULT 0, documents INTEGER NOT NULL DEFAULT 0, facts INTEGER NOT NULL DEFAULT 0,
    denied INTEGER NOT NULL DEFAULT 0, possible INTEGER NOT NULL DEFAULT 0, history INTEGER NOT NULL DEFAULT 0,
    family INTEGER NOT NULL DEFAULT 0, not_in_family INTEGER NOT NULL DEFAULT 0,
    allergy INTEGER NOT NULL DEFAULT 0, no_allergy INTEGER NOT NULL DEFAULT 0);
CREATE INDEX concepts_code ON concepts (code COLLATE NOCASE);
CREATE TABLE names (name INTEGER PRIMARY KEY, concept INTEGER NOT NULL, text TEXT NOT NULL);
CREATE VIRTUAL TABLE name_words USING fts5 (
    text, content = 'names', content_rowid = 'name', tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE name_stems USING fts5 (
    text, content = 'names', content_rowid = 'name', tokenize = 'porter unicode61 remove_diacritics 2');
"""
"""The concepts, their names, and the indexes of these."""

DERIVED: Final = f"""
CREATE TABLE dictionary (
    field TEXT NOT NULL, code INTEGER NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (field, code)) WITHOUT ROWID;
CREATE UNIQUE INDEX dictionary_value ON dictionary (field, value);
CREATE TABLE datasets (
    dataset TEXT PRIMARY KEY, documents INTEGER NOT NULL, passages INTEGER NOT NULL, embedded INTEGER NOT NULL, patients INTEGER NOT NULL,
    facts INTEGER NOT NULL, mentions INTEGER NOT NULL, first_date TEXT, last_date TEXT, read INTEGER NOT NULL, lexicon TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE codings (concept INTEGER PRIMARY KEY, thing INTEGER NOT NULL);
CREATE TABLE allergens (concept TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE coded_together (record TEXT NOT NULL, concept TEXT NOT NULL, PRIMARY KEY (record, concept)) WITHOUT ROWID;
{MENTIONS_OF_CONCEPTS}
"""
"""What publishing derives from it, anew for every generation."""

DERIVED_TABLES: Final = (
    "allergens",
    "codings",
    "coded_together",
    "datasets",
    "dictionary",
)
NAMED_TABLES: Final = ("name_stems", "name_words", "names", "concepts")
