"""Who works in the sample's hospital."""

from dataclasses import dataclass

from sample import people
from sample.phrasing import Dice


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A clinician with a national provider identifier."""

    id: str
    npi: str
    given: str
    family: str
    credential: str
    service: str
    specialty: str
    taxonomy: str
    sex: str

    @property
    def name(self) -> str:
        """How notes sign: 'Irene Novak, MD'."""
        return f"{self.given} {self.family}, {self.credential}"


class Staff:
    """Finds who sees whom; the same patient meets the same clinician of a service again."""

    def __init__(self, seed: int) -> None:
        dice = Dice(f"{seed}/staff")
        self.all: list[Practitioner] = []
        for service, (specialty, taxonomy, count) in people.SERVICES.items():
            for _ in range(count):
                number = len(self.all) + 1
                sex = dice.pick(("female", "male"))
                self.all.append(
                    Practitioner(
                        id=f"prac-{number:02d}",
                        npi=_npi(number),
                        given=dice.pick(people.WOMEN if sex == "female" else people.MEN),
                        family=people.SURNAMES[(number * 53 + seed * 7) % len(people.SURNAMES)],
                        credential="RN" if service == "nursing" else dice.pick(("MD", "MD", "DO")),
                        service=service,
                        specialty=specialty,
                        taxonomy=taxonomy,
                        sex=sex,
                    )
                )

    def of(self, service: str, key: str) -> Practitioner:
        """The clinician of a service who looks after `key`."""
        own = [p for p in self.all if p.service == service]
        return Dice(key).pick(own)

    def author(self, kind: str, service: str, patient: str, visited: Practitioner, position: int) -> Practitioner:
        """Who writes a note of that kind."""
        if kind in ("radiology", "pathology"):
            return self.of(kind, f"{patient}/{service}/{position}")
        if kind == "nursing":
            return self.of("nursing", f"{patient}/{service}/{position}")
        if kind == "emergency":
            return self.of("emergency medicine", f"{patient}/{position}")
        return visited


def _npi(number: int) -> str:
    """A well-formed identifier in the 99999 range, with its Luhn digit (the prefix 80840 adds 24)."""
    body = f"99999{number:04d}"
    total = 24
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)
