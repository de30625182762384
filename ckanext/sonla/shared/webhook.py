"""Notices as signed POST requests, for a gateway of the province: chat, SMS, desk."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from http import HTTPStatus

import ckan.plugins.toolkit as tk

from . import web
from .channels import Channel, Handing, Later, Parcel, register_channel

SIGNATURE = "X-Sonla-Signature"
KEY = "X-Sonla-Notice"
SECONDS = 10


@register_channel
class Webhook(Channel):
    """Posts each notice to one address, signed with a shared secret.

    The receiver tells a second copy by the header `X-Sonla-Notice`, so a POST whose
    fate is unknown is made again.
    """

    name = "webhook"

    def is_on(self) -> bool:
        return bool(tk.config["sonla.webhook.url"])

    def deliver(self, parcel: Parcel, handing: Handing) -> None:  # noqa: ARG002 - copies are told by their key
        url, secret = tk.config["sonla.webhook.url"], tk.config["sonla.webhook.secret"]
        if not url:
            raise LookupError("the webhook is switched off")
        if not secret:
            raise Later("sonla.webhook.secret is not set")
        body = json.dumps(
            {
                "key": parcel.key,
                "event": parcel.event,
                "account": parcel.account,
                "subject": parcel.subject,
                "text": parcel.text,
                "language": parcel.language,
                "link": parcel.link,
            },
            ensure_ascii=False,
        ).encode()
        headers = {
            "Content-Type": "application/json",
            KEY: parcel.key,
            SIGNATURE: signature(body, secret, int(time.time())),
        }
        # A redirect would carry the notice to who knows whom.
        try:
            answer = web.ask(
                "POST", url, body=body, headers=headers, seconds=SECONDS, redirects=0
            )
        except (web.Unreachable, web.Refused) as error:
            raise Later(str(error)) from error
        said = f"the webhook answered {answer.status}"
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Later(said)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise ValueError(said)


def signature(body: bytes, secret: str, moment: int) -> str:
    """Return the signature of a request: HMAC-SHA256 over its time and body."""
    signed = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
