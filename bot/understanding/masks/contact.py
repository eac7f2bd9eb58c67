"""Links, e-mail addresses, profiles and handles. Pure."""

import re

_LINK = re.compile(r"(?i)\b(https?://|www\.)(?:[^\s/@]{1,100}@)?([^\s?#<>\"“”]{1,500})([?#]\S*)?")
# Part of a path that nobody types: a token, or somebody's own number.
_TOKEN = re.compile(r"(?=[^/]*\d)[\w~%.+=-]{16,}|(?=(?:[^/]*\d){5})[\w~%.+=-]{6,}")
# Networks on which a path is a person.
_PROFILES = re.compile(
    r"(?i)\b(?:https?://)?(?:www\.|m\.)?(?:t\.me|telegram\.me|wa\.me|instagram\.com|facebook\.com"
    r"|fb\.com|fb\.me|m\.me|twitter\.com|x\.com|tiktok\.com|linkedin\.com/in|threads\.net"
    r"|youtube\.com|pinterest\.com|discord\.gg|discord\.com/users|snapchat\.com/add|vk\.com"
    r"|mastodon\.social|bsky\.app/profile|reddit\.com/u(?:ser)?|paypal\.me|keybase\.io"
    r"|vinted\.[a-z]{2,3}/member)/[^\s,;)]{1,100}"
)
_MAIL = re.compile(
    r"[\w.+%-]{1,64}(?:@|\s?[(\[{]\s?(?:at|ät|a|@)\s?[)\]}]\s?)[\w-]{1,63}"
    r"(?:(?:\.|\s?[(\[{]\s?(?:dot|punkt|punto|point|punt|kropka|\.)\s?[)\]}]\s?)[\w-]{1,63}){1,5}"
)
_SPELT = re.compile(
    r"(?i)\b[\w.+-]{2,64} (?:at|ät|arroba|arobase|chiocciola|apenstaartje|małpa|malpa|klammeraffe) "
    r"[\w-]{2,63}(?: ?(?:dot|punkt|punto|point|punt|kropka|\.) ?[a-z]{2,15}){1,3}\b"
)
_HANDLE = re.compile(r"(?<![\w/.@])@[\w](?:[\w.-]{0,38}\w)?")
_NUMBERED = re.compile(r"(?<!\w)[\w.]{2,32}#\d{4}\b")  # as Discord had them
_NAMED = re.compile(
    r"(?i)\b((?:insta(?:gram)?|ig|telegram|discord|snap(?:chat)?|tiktok|twitter|facebook|fb|skype"
    r"|signal|threema|whats ?app|mastodon|reddit|vinted|steam|nick(?:name)?|user(?:name)?"
    r"|pseudo|usuario|utente|gebruikersnaam|login|benutzername|benutzer|nazwa użytkownika)"
    r"(?:[ -]?(?:name|account|handle|id|konto|compte|cuenta|user|nick))?"
    r"(?: ?(?:is|ist|est|es|è|to|lautet|:|=|-)+ | ?: ?| als | as | jako | come | como ))"
    r"(?:u/)?(?=[\w.-]{0,38}[a-z\d_])(?!(?:a|an|the|not|is|so|too|very|my|mein|nicht|kaputt|down"
    r"|broken|great|super|down|better|well|nice|good|bad|ok|okay)\b)"
    r"([\w](?:[\w.-]{1,38}\w))"
)
_REDDIT = re.compile(r"(?<![\w/])/?u/[\w-]{3,30}\b")


def links(text: str) -> str:
    """Where they lead stays; tails, tokens and passwords in them go."""
    return _LINK.sub(_short, text) if "://" in text or "www." in text.casefold() else text


def _short(found: re.Match[str]) -> str:
    if _PROFILES.match(found[0]):
        return "[profile]"
    host, *path = found[2].split("/")
    kept = ["[removed]" if _TOKEN.fullmatch(part) else part for part in path]
    tail = "?[removed]" if found[3] else ""
    return found[1] + "/".join([host, *kept]) + tail


def mails(text: str) -> str:
    return _SPELT.sub("[e-mail]", _MAIL.sub("[e-mail]", text))


def profiles(text: str) -> str:
    return _PROFILES.sub("[profile]", text) if "/" in text else text


def handles(text: str) -> str:
    """@name, name#1234, u/name, and what stands behind a network's name."""
    if "@" in text:
        text = _HANDLE.sub("[name]", text)
    if "#" in text:
        text = _NUMBERED.sub("[name]", text)
    if "u/" in text:
        text = _REDDIT.sub("[name]", text)
    return _NAMED.sub(r"\1[name]", text)
