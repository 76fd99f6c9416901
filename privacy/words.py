"""Lists of words that decide; written as running text, so that they can be read."""

from typing import Final

_PARTICLES = """
al bin da das de del den der des di do dos du el la las le les los of san st ste ten ter the van von y
"""
PARTICLES: Final = frozenset(_PARTICLES.split())
"""Words within names that name nobody."""

_STYLES = """
dds do dpm dr esq facs ii iii iv jr md miss mr mrs ms np pa phd prof rn sir sr
"""
STYLES: Final = frozenset(_STYLES.split())
"""Titles and degrees beside names."""

_EPONYMS = """
addison alzheimer apgar babinski baker barrett bell braden charcot crohn cushing down duchenne dupuytren ewing foley gleason graves
guillain hartmann hashimoto hickman hodgkin homan huntington kaposi kawasaki klinefelter marfan mcburney meniere murphy osler paget
parkinson phalen raynaud ringer romberg sjogren swan tinel tourette trendelenburg turner valsalva virchow weber wegener wernicke
whipple wilms wilson
"""
EPONYMS: Final = frozenset(_EPONYMS.split())
"""Names that stand in names of diseases, signs and devices."""

_NAMES_AND_WORDS = """
amber angel art banks bell best bill black blood bone brown bush carol cash chance chase christian church clay cliff cook cross
crystal dale dawn day dean dick drew early faith fall field fields fine fish foot fox frank gene ginger glen good grace grant gray
green grey guy hand hands hazel head heart heath hill holly hope hunt hurt iris ivy jack jay joy king lake lance lane lily little
long love low major mark marks mason max miles minor moody nick noble olive page pain park parks pat pearl penny pleasant power
price ray reed rice rich rivers rob rod root rose ruby rusty sandy sharp short sick skip sky small star stone strong sue summer
sweet swift tab temple van violet wall ward waters weeks wells west white will winter wise wolf wood woods worth young
"""
NAMES_AND_WORDS: Final = frozenset(_NAMES_AND_WORDS.split())
"""Names that are words: in other places than those of names they are left. Months are told in `privacy.dates`."""

_KINDS = """
AllergyIntolerance CarePlan CareTeam Condition Device DiagnosticReport DocumentReference Encounter EpisodeOfCare FamilyMemberHistory
Goal ImagingStudy Immunization Location Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement
Observation Organization Patient Practitioner PractitionerRole Procedure ServiceRequest Specimen
"""
KINDS: Final = frozenset(_KINDS.split())
"""Kinds of records that are taken over; others are left out as a whole."""

_LEFT_OUT = """
accession accessionIdentifier address alias contact contained data deviceIdentifier distinctIdentifier endpoint fax fullUrl
groupIdentifier hash hoursOfOperation identifier implicitRules instantiatesCanonical instantiatesUri lotNumber masterIdentifier meta
photo position presentedForm qualification requisition serialNumber signature telecom text udiCarrier uid uri url
"""
LEFT_OUT: Final = frozenset(_LEFT_OUT.split())
"""Elements that identify, or could."""

_CODES = """
achievementStatus category clinicalStatus code comparator contentType country criticality gender intent kind language
lifecycleStatus mode priority relationship resourceType severity state status system type unit use verificationStatus version
"""
CODES: Final = frozenset(_CODES.split())
"""Elements whose words are of a list, and no words of anybody."""
