"""A real S3 API on loopback, moto's."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from tests.servers.neptune_model import REGION
from tests.servers.processes import free_port


def s3_client(endpoint: str) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="neptune", aws_secret_access_key="neptune")


@contextlib.contextmanager
def bucket(name: str) -> Iterator[str]:
    """The endpoint of a real S3 API on loopback, moto's, with one bucket."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        s3_client(endpoint).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield endpoint
    finally:
        server.stop()
