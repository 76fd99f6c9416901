"""The code tables of the sample: real codes of SNOMED CT, ICD-10-CM, RxNorm, LOINC and CVX."""
