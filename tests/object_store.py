"""An object store in this process, as a hospital's would answer over the network."""

from collections.abc import Iterator
from contextlib import contextmanager

BUCKET = "library-bucket"


@contextmanager
def object_store() -> Iterator[dict[str, str]]:
    """Run the store while the block runs; gives what a library needs to reach it."""
    import boto3  # noqa: PLC0415 - only tests of object stores need it, and it is slow to import
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - as above

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    secrets = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    try:
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **secrets)
        client.create_bucket(Bucket=BUCKET)
        yield {**secrets, "endpoint": endpoint, "region": "us-east-1", "allow_http": "true"}
        client.close()
    finally:
        server.stop()
