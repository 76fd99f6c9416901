"""What rules are called where they have no name of their own."""

from cohorts.definition import Criterion, Person, Rule


def called(rule: Rule, place: int) -> str:
    """A rule's name, or what it is about, by its place among the rules."""
    if rule.name:
        return rule.name
    if isinstance(rule, Criterion):
        said = rule.event.words or rule.event.meaning
        about = rule.event.cohort or rule.event.concepts or (said.text if said else "") or " ".join(rule.event.pattern.split())[:60]
        none = "no " if rule.count.most == 0 else ""
        return f"{place + 1}. {none}{rule.event.kind}{f' {about}' if about else ''}"
    if isinstance(rule, Person):
        asked = [word for word, value in (("age", rule.age), ("sex", rule.sexes), ("dates", rule.dates)) if value]
        return f"{place + 1}. {', '.join(asked)}"
    return f"{place + 1}. {len(rule.rules)} rules"
