"""A mail provider on loopback: takes letters by SMTP, and shows one mailbox by IMAP."""

from tests.stand_ins.mail.provider import MailProvider

__all__ = ["MailProvider"]
