"""What waitress itself refuses, before the application sees it, in the one shape of errors."""

from uuid import uuid4

import orjson
from waitress.task import ErrorTask

from webapp.errors import MEDIA_TYPE, Problem

_DETAILS = {
    413: "The request body is larger than this server takes.",
    431: "The address and headers of the request are larger than this server takes; send the request as POST.",
}


class ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers a request that is too large, or no HTTP, with problem details."""

    def execute(self) -> None:
        """Write the answer and end the connection."""
        error = self.request.error
        problem = Problem(error.reason.lower().replace(" ", "-"), error.code, error.reason, _DETAILS.get(error.code, f"{error.body}."))
        body = orjson.dumps(problem.as_dict(f"urn:uuid:{uuid4()}"))
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        self.content_length = len(body)
        self.set_close_on_finish()
        self.write(body)
