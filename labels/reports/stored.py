"""A report on what was ingested, with its charts."""

from dataclasses import replace

from labels.errors import LabelsRefused
from labels.model import Report, ReportName
from labels.records import Records
from labels.reports.records import Problems
from sources.errors import UnknownDataset, UnsupportedSource


def report_of(dataset: str, records: Records, name: ReportName) -> Report | None:
    """A report on a dataset; None where it holds nothing to report on. Raises LabelsRefused."""
    from labels.reports.charts import report_charts

    try:
        made = _made(dataset, records, name)
    except UnknownDataset as error:
        raise LabelsRefused("dataset", str(error)) from error
    except UnsupportedSource:
        return None
    return replace(made, dataset=dataset, charts=report_charts(made))


def _made(dataset: str, records: Records, name: ReportName) -> Report:
    from labels.reports.annotations import annotation_report
    from labels.reports.answered import stored_answers
    from labels.reports.labeled import stored_items
    from labels.reports.workers import worker_report

    if name == "annotations":
        return annotation_report(stored_items(dataset, records, ""))
    return worker_report(stored_answers(dataset, records, "", Problems()), {})
