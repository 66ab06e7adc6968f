"""Where media files lie: a local folder, or any S3 service through django-storages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from rotoscope import env

MEGABYTE = 1024 * 1024
DELIVERIES = ("direct", "x-accel", "presigned")
CONNECT, ANSWER = 3, 15  # seconds that S3 has for each; boto3's are 60
TRIES = 2  # of one request, so that the web server's threads are free again within half a minute


class StorageRefuses(Exception):
    """Files cannot be stored; the text is one sentence for the person who starts us."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Raise StorageRefuses for what S3, or the disk, says against storing a file in the block."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (OSError, Boto3Error, BotoCoreError, ClientError) as problem:
        why = " ".join(str(problem).split()).rstrip(".")
        raise StorageRefuses(f"Files cannot be stored: {why}.") from problem


def read() -> tuple[str, dict[str, Any]]:
    """The kind of storage ("local" or "s3") and django's STORAGES["default"] for it.

    Raises SettingError where S3 is asked for and its bucket is not named.
    """
    kind = env.choice("ROTOSCOPE_STORAGE", "local", ("local", "s3"))
    options = s3_options()
    if kind == "local":
        return kind, {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"base_url": None},  # the folder is MEDIA_ROOT
        }
    if not options["bucket_name"]:
        raise env.SettingError("ROTOSCOPE_STORAGE=s3 needs ROTOSCOPE_S3_BUCKET, the name of the bucket.")
    options["client_config"] = _client_config(options)
    return kind, {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def check_delivery(kind: str, delivery: str) -> None:
    """Refuse a way of delivering media that the storage cannot do."""
    if delivery == "presigned" and kind != "s3":
        raise env.SettingError("ROTOSCOPE_MEDIA_DELIVERY=presigned needs ROTOSCOPE_STORAGE=s3.")
    if delivery == "x-accel" and kind != "local":
        raise env.SettingError("ROTOSCOPE_MEDIA_DELIVERY=x-accel needs ROTOSCOPE_STORAGE=local.")


def presigned_origin(options: dict[str, Any]) -> str:
    """Scheme, host and port of the addresses that boto3 signs with these options: the endpoint's, or Amazon's.

    Asks boto3 itself, since Amazon's host depends on the region; opens no connection.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        client = boto3.client(
            "s3",
            endpoint_url=options["endpoint_url"],
            region_name=options["region_name"],
            aws_access_key_id="any",  # the host does not depend on the keys
            aws_secret_access_key="any",  # noqa: S106
            config=_client_config(options),
        )
        wishes = {"Bucket": options["bucket_name"], "Key": "any"}
        parts = urlsplit(client.generate_presigned_url("get_object", Params=wishes))
    except BotoCoreError as problem:
        why = " ".join(str(problem).split())
        raise env.SettingError(f"ROTOSCOPE_S3_BUCKET or ROTOSCOPE_S3_REGION is none: {why}") from None
    return f"{parts.scheme}://{parts.netloc}"


def _client_config(options: dict[str, Any]) -> Any:
    """boto3's Config. Given one, django-storages leaves style and signature to it."""
    from botocore.config import Config

    return Config(
        s3={"addressing_style": options["addressing_style"]},
        signature_version=options["signature_version"],
        connect_timeout=CONNECT,
        read_timeout=ANSWER,
        retries={"mode": "standard", "total_max_attempts": TRIES},
    )


def s3_options() -> dict[str, Any]:
    """The options of django-storages' S3Storage. Objects are private, and large ones pass through disk, not memory."""
    return {
        "bucket_name": env.text("ROTOSCOPE_S3_BUCKET"),
        "endpoint_url": env.address("ROTOSCOPE_S3_ENDPOINT", "", ("http", "https")) or None,
        "access_key": env.text("ROTOSCOPE_S3_ACCESS_KEY") or None,
        "secret_key": env.text("ROTOSCOPE_S3_SECRET_KEY") or None,
        "region_name": env.text("ROTOSCOPE_S3_REGION", "us-east-1"),
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "querystring_auth": True,
        "querystring_expire": 3600,
        "file_overwrite": True,
        "max_memory_size": 8 * MEGABYTE,
    }
