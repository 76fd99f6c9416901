"""A small folder as Athena gives it, with every documented column and every trap; the names are our own words."""

from pathlib import Path

CONCEPT = [
    "concept_id",
    "concept_name",
    "domain_id",
    "vocabulary_id",
    "concept_class_id",
    "standard_concept",
    "concept_code",
    "valid_start_date",
    "valid_end_date",
    "invalid_reason",
]
SYNONYM = ["concept_id", "concept_synonym_name", "language_concept_id"]
ANCESTOR = ["ancestor_concept_id", "descendant_concept_id", "min_levels_of_separation", "max_levels_of_separation"]
RELATION = ["concept_id_1", "concept_id_2", "relationship_id", "valid_start_date", "valid_end_date", "invalid_reason"]
VOCABULARY = ["vocabulary_id", "vocabulary_name", "vocabulary_reference", "vocabulary_version", "vocabulary_concept_id"]

CONCEPTS = [
    (1, "Metabolic disease", "Condition", "SNOMED", "Disorder", "S", "75934005"),
    (2, "Diabetes mellitus", "Condition", "SNOMED", "Disorder", "S", "73211009"),
    (3, "Type 2 diabetes mellitus", "Condition", "SNOMED", "Disorder", "S", "44054006"),
    (4, 'Sugar disease "proper"', "Condition", "SNOMED", "Disorder", "S", "11111111"),
    (5, "Type 2 diabetes mellitus without complications", "Condition", "ICD10CM", "5-char billing code", "", "E11.9"),
    (6, "Type 2 diabetes mellitus", "Condition", "ICD10CM", "3-char nonbill code", "", "E11"),
    (7, "Old name of diabetes", "Condition", "SNOMED", "Disorder", "", "22222222"),  # invalid
    (8, "MALE", "Gender", "Gender", "Gender", "S", "M"),
    (9, "metformin", "Drug", "RxNorm", "Ingredient", "S", "6809"),
    (10, "metformin hydrochloride 500 MG Oral Tablet", "Drug", "RxNorm", "Clinical Drug", "S", "861007"),
    (11, "Glucophage", "Drug", "RxNorm", "Brand Name", "", "151827"),
    (12, "Hemoglobin A1c/Hemoglobin.total in Blood", "Measurement", "LOINC", "Lab Test", "S", "4548-4"),
    (13, "Asthma", "Condition", "SNOMED", "Disorder", "S", "195967001"),
    (14, "Unspecified asthma, uncomplicated", "Condition", "ICD10CM", "7-char billing code", "", "J45.909"),
    (15, "Obesity", "Condition", "SNOMED", "Disorder", "S", "414916001"),
    (16, "Diabetes with obesity, both", "Condition", "ICD10CM", "4-char billing code", "", "E99.1"),
]
SYNONYMS = [
    (3, "Adult-onset diabetes", 4180186),
    (3, "Diabetes mellitus tipo 2", 4182511),  # Spanish
    (3, "T2DM disorder", 4180186),
    (13, "Bronchial asthma", 4180186),
    (7, "Gone already", 4180186),
]
ANCESTORS = [
    *((number, number, 0, 0) for number in (1, 2, 3, 9, 10, 13)),
    (1, 2, 1, 1),
    (2, 3, 1, 1),
    (1, 3, 2, 2),
    (9, 10, 2, 2),
]
RELATIONS = [
    (5, 3, "Maps to", ""),
    (6, 3, "Maps to", ""),
    (3, 5, "Mapped from", ""),
    (3, 3, "Maps to", ""),
    (14, 13, "Maps to", ""),
    (16, 2, "Maps to", ""),
    (16, 15, "Maps to", ""),
    (10, 9, "RxNorm has ing", ""),
    (11, 9, "Tradename of", ""),
    (13, 2, "Is a", "D"),  # withdrawn
]


def write_omop(folder: Path, without: frozenset[int] = frozenset(), version: str = "v5.0 31-AUG-26") -> Path:
    """Write the folder, leaving out concepts as a later release does."""
    folder.mkdir(parents=True, exist_ok=True)
    dates = ("19700101", "20991231")
    kept = [row for row in CONCEPTS if row[0] not in without]
    _write(folder / "CONCEPT.csv", CONCEPT, [(*row, *dates, "D" if row[0] == 7 else "") for row in kept])
    _write(folder / "CONCEPT_SYNONYM.csv", SYNONYM, SYNONYMS)
    _write(folder / "CONCEPT_ANCESTOR.csv", ANCESTOR, ANCESTORS)
    _write(folder / "CONCEPT_RELATIONSHIP.csv", RELATION, [(*row[:3], *dates, row[3]) for row in RELATIONS])
    _write(folder / "VOCABULARY.csv", VOCABULARY, [("None", "OMOP Standardized Vocabularies", "", version, 0)])
    return folder


def _write(file: Path, header: list[str], rows: list[tuple[object, ...]]) -> None:
    text = "".join("\t".join(map(str, row)) + "\n" for row in (header, *rows))
    file.write_text(text, encoding="utf-8", newline="")
