"""Tokens that let somebody in. Who holds one is let in, so only its hash is ever stored."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 bits of chance, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored. A plain hash is enough: nobody can guess 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def sign(secret: bytes, purpose: str, text: str) -> str:
    """A short proof that we wrote ``text``, and wrote it for this ``purpose``."""
    message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]


def is_signed(secret: bytes, purpose: str, text: str, signature: str) -> bool:
    proof = sign(secret, purpose, text)
    return hmac.compare_digest(proof.encode(), signature.encode("utf-8", "surrogatepass"))
