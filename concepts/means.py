"""By what something was looked for: in "no pneumonia on chest x-ray" the x-ray was taken, and in "no bleeding on warfarin" the drug is.

A denial, or a doubt, of what is found does not speak of how it was looked for, nor of what somebody takes meanwhile.
"""

from collections.abc import Sequence
from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TESTS: Final = _words(
    """
    ray xray cxr kub ct cta mri mra mrcp pet spect ultrasound ultrasonography sonogram sonography echo echocardiogram echocardiography tte
    tee ekg ecg electrocardiogram eeg emg scan radiograph radiography film plain imaging doppler duplex angiogram angiography venogram
    fluoroscopy tomography mammogram mammography colonoscopy sigmoidoscopy endoscopy egd laryngoscopy bronchoscopy cystoscopy laparoscopy
    hysteroscopy arthroscopy biopsy pathology histology cytology smear culture telemetry holter exam examination auscultation palpation
    percussion inspection urinalysis ua dipstick lab bmp cmp cbc abg spirometry catheterization monitor monitoring study view test testing
    panel screen stain serology pcr antigen swab dexa treadmill polysomnography arteriogram cholangiogram myelogram
    """
)
"""Words of tests."""
_BY: Final = frozenset(["on", "by", "per", "via"])
_KINDS: Final = _words(
    """
    the a an his her this that these today repeat initial recent followup follow up prior previous admission serial further - x chest head
    brain abdominal abdomen pelvis pelvic spine neck cardiac renal lower upper extremity venous arterial stress portable transthoracic
    transesophageal bedside formal clinical physical neurologic neurological noncontrast contrast high resolution blood urine sputum csf
    nerve conduction rapid left right bilateral knee hip shoulder ankle wrist foot hand both and or / , &
    """
)
"""What stands before the word for a test: which one, of what, and other tests."""
_FINDING: Final = frozenset(["evidence", "sign", "finding"])
"""Behind a test: what is denied is what it would show."""
_FARTHEST: Final = 10
_MEANWHILE: Final = _words(
    """
    being ever currently presently having been is was now longer presently any more put yet he she patient pt started taking not no him her
    them start put place placed go going maintained maintain keep kept resume restart remain be regularly chronically also home discharged
    will to
    """
)
"""What stands between a denial and "on" where the denial is of what follows: "denies ever being on warfarin"."""

_GOES_ON: Final = frozenset(["or", "nor", "and"])
"""Before "on" it goes on with what is denied: "not diabetic or on insulin"."""
_SIGNS: Final = frozenset("-−–")
"""What denies a finding that it is written to, but lists drugs and tests."""


def is_means(norms: Sequence[str], first: int, last: int, trigger: tuple[int, int], known: bool = False) -> bool:
    """Whether a mention, from token `first` to before `last`, is by what something was looked for that a trigger before it speaks of.

    A mention is a test by its words, or because it is `known` to be one, or a drug.
    """
    if known and trigger[1] - trigger[0] == 1 and norms[trigger[0]] in _SIGNS:
        return True
    begin = trigger[1]
    test = known or not _TESTS.isdisjoint(norms[first:last])
    if begin > first or not (test or norms[last : last + 1] == ["ray"]):
        return False
    if begin == first:
        return (norms[last : last + 1] != [] and norms[last] in _FINDING) or norms[trigger[0] : begin] == ["neg"]
    for place in range(first - 1, max(begin, first - _FARTHEST) - 1, -1):
        if norms[place] in _BY:
            return not (_MEANWHILE.issuperset(norms[begin:place]) or _goes_on(norms, place))
        if norms[place] not in _KINDS and norms[place] not in _TESTS and not (known and place == first - 1 and norms[place][0].isalpha()):
            return False
    return False


def _goes_on(norms: Sequence[str], place: int) -> bool:
    """Whether the word for how at a place is one of a list of what is denied: "or on", ", being on"."""
    if norms[place - 1] == "being":
        return norms[place - 2] in _GOES_ON or norms[place - 2] == ","
    return norms[place - 1] in _GOES_ON
