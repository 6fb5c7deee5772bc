"""An upload in parts: begun, each part signed for its number and size, joined only when whole."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from imports import aws
from imports.models import ImportJob
from imports.uploads import CONTENT_TYPE, NotUploadable, extend, form_lifetime
from lambda_worker.contract import Status, upload_key

log = logging.getLogger(__name__)

MIB: Final = 2**20

SMALLEST: Final = 8 * MIB
"""Of every part but the last: S3 takes 5 MiB, but each part costs two round trips."""

COMFORTABLE: Final = 64 * MIB
"""A part that breaks is sent anew, so parts grow up to here for the sake of their number alone."""

WANTED: Final = 1_000
"""Parts: enough to see them go, few enough to list in one answer of S3."""

MOST: Final = 10_000
"""Parts of one upload (S3 user guide, "Amazon S3 multipart upload limits")."""


class UploadGone(Exception):
    """S3 knows no such upload: it was joined or given up, or its days were over."""


class Incomplete(Exception):
    """A part is missing, or is not the one that was sent last."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a file of `size` bytes is cut: parts of `part_size`, numbered from 1."""

    size: int
    part_size: int

    @classmethod
    def of(cls, size: int) -> Cut:
        """Parts of whole MiB, no more than MOST: bigger than is comfortable where that must be."""
        wanted = min(max(SMALLEST, _shares(size, WANTED)), COMFORTABLE)
        least = _shares(size, MOST)
        return cls(size, _shares(max(wanted, least), MIB) * MIB)

    @property
    def count(self) -> int:
        """How many there are."""
        return _shares(self.size, self.part_size)

    def start(self, number: int) -> int:
        """Where the part begins in the file."""
        return (number - 1) * self.part_size

    def length(self, number: int) -> int:
        """Bytes of the part; none of another number."""
        if not 1 <= number <= self.count:
            raise ValueError(f"part {number} of {self.count}")
        return min(self.part_size, self.size - self.start(number))


def _shares(whole: int, share: int) -> int:
    return -(-whole // share)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the sender needs: the cut, and the ETags of the parts that are there, by number."""

    cut: Cut
    there: dict[int, str]


def offer(job: ImportJob) -> Offer:
    """Begin the upload, or go on with it; the job's expiry moves with it. NotUploadable if no file
    is awaited."""
    extend(job)
    if job.upload_id:
        try:
            return Offer(Cut.of(job.declared_size), there(job))
        except UploadGone:
            log.warning("the upload of %s is gone and begins anew", job.pk)
    is_new = _begin(job)
    return Offer(Cut.of(job.declared_size), {} if is_new else there(job))


def _begin(job: ImportJob) -> bool:
    """Of two pages that do this at once, both get the first one's upload: False for the second."""
    answer = aws.client("s3").create_multipart_upload(**_object(job), ContentType=CONTENT_TYPE)
    waiting = ImportJob.objects.filter(
        pk=job.pk, status=Status.AWAITING_UPLOAD.value, upload_id=job.upload_id
    )
    if waiting.update(upload_id=answer["UploadId"]) != 1:
        aws.client("s3").abort_multipart_upload(**_object(job), UploadId=answer["UploadId"])
        job.refresh_from_db(fields=["upload_id", "status"])
        if job.status != Status.AWAITING_UPLOAD or not job.upload_id:
            raise NotUploadable(NotUploadable.__doc__)
        return False
    job.upload_id = answer["UploadId"]
    return True


def there(job: ImportJob) -> dict[int, str]:
    """ETags of the parts that S3 has, each of the size that it should have. UploadGone."""
    cut = Cut.of(job.declared_size)
    try:
        pages = aws.client("s3").get_paginator("list_parts").paginate(**_upload(job))
        return {
            part["PartNumber"]: part["ETag"].strip('"')
            for page in pages
            for part in page.get("Parts", ())
            if part["PartNumber"] <= cut.count and part["Size"] == cut.length(part["PartNumber"])
        }
    except ClientError as error:
        if _is_gone(error):
            raise UploadGone(job.upload_id) from error
        raise


def urls(job: ImportJob, numbers: Iterable[int]) -> dict[int, str]:
    """Where to PUT these parts, each with exactly its bytes; signed here, without asking S3.

    The job's expiry moves. NotUploadable if nothing is awaited, ValueError for other numbers.
    """
    cut = Cut.of(job.declared_size)
    lengths = {number: cut.length(number) for number in numbers}
    if not job.upload_id:
        raise NotUploadable("no upload in parts was begun")
    extend(job)
    return {number: url(job, number, length) for number, length in lengths.items()}


def url(job: ImportJob, number: int, length: int) -> str:
    """Where to PUT one part: S3 checks number, key, expiry and Content-Length by the signature."""
    signed: str = aws.client("s3").generate_presigned_url(
        "upload_part",
        Params={**_upload(job), "PartNumber": number, "ContentLength": length},
        ExpiresIn=int(form_lifetime().total_seconds()),
    )
    return signed


def digest(etags: dict[int, str]) -> str:
    """Stands for all the parts of a file: MD5 of their ETags in order, with commas between."""
    in_order = ",".join(etags[number] for number in sorted(etags))
    return hashlib.md5(in_order.encode(), usedforsecurity=False).hexdigest()


def join(job: ImportJob, sent: str) -> None:
    """Have S3 make the object of its parts, if they are all there, and `sent` is their digest.

    Incomplete if not. What was joined before is not looked at again.
    """
    try:
        found = there(job)
        if len(found) != Cut.of(job.declared_size).count or digest(found) != sent:
            raise Incomplete(f"{len(found)} parts of {job.pk}")
        _complete(job, found)
    except UploadGone:
        return  # an earlier call did it, and its answer was lost: the worker looks for itself


def _complete(job: ImportJob, etags: dict[int, str]) -> None:
    """UploadGone, or Incomplete where a part was sent anew since it was listed."""
    parts = [{"PartNumber": number, "ETag": etags[number]} for number in sorted(etags)]
    try:
        aws.client("s3").complete_multipart_upload(
            **_upload(job),
            MultipartUpload={"Parts": parts},
            # S3 refuses any other sum: what content-length-range is for a POST.
            MpuObjectSize=job.declared_size,
        )
    except ClientError as error:
        if _is_gone(error):
            raise UploadGone(job.upload_id) from error
        if _code(error) == "InvalidPart":
            raise Incomplete(f"a part of {job.pk} was sent anew") from error
        raise


def forget(job: ImportJob) -> None:
    """The job has no upload in parts any more."""
    ImportJob.objects.filter(pk=job.pk, upload_id=job.upload_id).update(upload_id="")
    job.upload_id = ""


def give_up(job: ImportJob) -> bool:
    """Throw away the parts that an ended job has at S3, if any; False where that must wait.

    What the sweep misses, too, the bucket's own rule ends.
    """
    if not job.upload_id:
        return False
    try:
        aws.client("s3").abort_multipart_upload(**_upload(job))
    except (BotoCoreError, ClientError) as error:
        if not (isinstance(error, ClientError) and _is_gone(error)):
            log.exception("the parts of %s were not thrown away", job.pk)
            return False
    forget(job)
    return True


def _object(job: ImportJob) -> dict[str, Any]:
    return {"Bucket": settings.SLUICE_BUCKET, "Key": upload_key(job.pk)}


def _upload(job: ImportJob) -> dict[str, Any]:
    return {**_object(job), "UploadId": job.upload_id}


def _is_gone(error: ClientError) -> bool:
    return _code(error) == "NoSuchUpload"


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
