"""Mail as a channel: through CKAN's notifier, to the mail server of CKAN's settings.

CKAN's own sending doesn't say when the server takes a mail over. This one does, so that
of a sender that dies it is known whether its mail may be out (RFC 5321, 6.1: a server
answers for a mail from its last "250" on).
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from contextvars import ContextVar
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib import mailer

from .channels import MAIL, Channel, Handing, Later, Parcel, register_channel

SECONDS = 30
SECONDS_TO_TAKE = 600
_TAKEN = 250
_FAILED = 400
# "Service not available": the server's answer while it shuts down (RFC 5321, 4.2.3).
_CLOSING = 421
_handing: ContextVar[Handing | None] = ContextVar("sonla_handing", default=None)


@register_channel
class MailChannel(Channel):
    """Hands mails to CKAN's notifier: a plugin of the portal may take them instead."""

    name = MAIL

    def is_on(self) -> bool:
        return True

    def deliver(self, parcel: Parcel, handing: Handing) -> None:
        if not parcel.address:
            raise LookupError("the account has no address")
        if not tk.config["smtp.mail_from"] or not tk.config["smtp.server"]:
            raise Later("smtp.mail_from or smtp.server is not set")
        headers = {
            "Message-ID": parcel.message_id,
            # No automaton answers it: RFC 3834, and what is older than that.
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": parcel.language or tk.config["ckan.locale_default"],
        }
        token = _handing.set(handing)
        try:
            mailer.mail_recipient(
                parcel.name,
                parcel.address,
                parcel.subject,
                parcel.text,
                body_html=parcel.html,
                headers=headers,
            )
        except OSError as error:
            # smtplib's own errors are OSErrors too.
            if _is_away(error):
                raise Later(f"{type(error).__name__}: {error}") from error
            raise
        finally:
            _handing.reset(token)


class OutboxNotifier(p.SingletonPlugin):
    """Mixed into the plugin: sends what comes from the outbox, and nothing else."""

    p.implements(p.INotifier)

    def notify_recipient(  # noqa: PLR0913, PLR0917 - the interface's
        self,
        already_notified: bool,
        recipient_name: str,
        recipient_email: str,
        subject: str,
        body: str,
        body_html: str | None = None,
        headers: dict[str, Any] | None = None,
        attachments: Any = None,  # noqa: ARG002 - the outbox has none
    ) -> bool:
        handing = _handing.get()
        if already_notified or handing is None:
            return already_notified
        message = _message(body, body_html, headers or {})
        message["Subject"] = subject
        message["To"] = formataddr((recipient_name, recipient_email))
        _send(message, recipient_email, handing)
        return True


def _message(body: str, body_html: str | None, headers: dict[str, str]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message.set_content(body, cte="base64")
    if body_html:
        message.add_alternative(body_html, subtype="html", cte="base64")
    sender = (tk.config["ckan.site_title"], tk.config["smtp.mail_from"])
    message["From"] = formataddr(sender)
    message["Date"] = formatdate()
    if tk.config["smtp.reply_to"]:
        message["Reply-To"] = tk.config["smtp.reply_to"]
    for name, value in headers.items():
        message[name] = value
    return message


def _send(message: EmailMessage, recipient: str, handing: Handing) -> None:
    host, port = mailer._parse_smtp_server(tk.config["smtp.server"])
    server = smtplib.SMTP(host or "", port, timeout=SECONDS)
    try:
        _greet(server)
        _accepted(server.mail(tk.config["smtp.mail_from"]))
        _accepted(server.rcpt(recipient))
        handing()
        # A server may look through a mail for long; RFC 5321 (4.5.3.2.6) gives it ten
        # minutes, and who hangs up earlier sends twice.
        if server.sock is not None:
            server.sock.settimeout(SECONDS_TO_TAKE)
        code, answer = server.data(message.as_bytes())
        if code != _TAKEN:
            raise smtplib.SMTPDataError(code, answer)
    finally:
        # The mail is out or isn't: how the goodbye goes changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _greet(server: smtplib.SMTP) -> None:
    server.ehlo_or_helo_if_needed()
    if tk.config["smtp.starttls"]:
        server.starttls()
        server.ehlo()
    if tk.config["smtp.user"]:
        server.login(tk.config["smtp.user"], tk.config["smtp.password"] or "")


def _is_away(error: OSError) -> bool:
    """Tell whether the server would take no mail at all just now."""
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError):
        return True
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == _CLOSING
    return True


def _accepted(answer: tuple[int, bytes]) -> None:
    if answer[0] >= _FAILED:
        raise smtplib.SMTPResponseException(*answer)
