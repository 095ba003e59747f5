"""What the fragment says, in French and English, in one place. What people wrote, reasons and notices come from the
core in the reader's language already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

#: A pair is the singular and the plural.
Text = str | tuple[str, str]

ENGLISH: Mapping[str, Text] = MappingProxyType(
    {
        "feed": "News",
        "nothing": "Nothing here yet.",
        "more": "Show more",
        "news": ("{n} new post", "{n} new posts"),
        "why": "Why you see this",
        "in": "in {place}",
        "everyone": "Everyone",
        "wall": "A personal page",
        "space": "A space",
        "guest": "external",
        "guest_long": "From outside the organisation",
        "edited": "edited",
        "pinned": "Pinned",
        "announcement": "Announcement",
        "deleted": "This message was deleted.",
        "blocked": "Written by somebody you blocked.",
        "like": "Like",
        "likes": ("{n} person likes this", "{n} people like this"),
        "reacted": ("{name}: {n} person", "{name}: {n} people"),
        "comments": ("{n} comment", "{n} comments"),
        "discuss": "Comment",
        "thread": "Comments",
        "earlier": "Show earlier comments",
        "answer": "Answer",
        "your_comment": "Your comment",
        "your_answer": "Your answer",
        "send": "Send",
        "inbox": "Notifications",
        "badge": ("Notifications: {n} new", "Notifications: {n} new"),
        "badge_none": "Notifications",
        "all_read": "Mark all as read",
        "read_one": "Mark as read",
        "unread": "Unread",
        "failed": "That did not work. Please try again.",
        "date": "{day} {month} {year}, {hour:02}:{minute:02}",
        "months": "January February March April May June July August September October November December",
    }
)

FRENCH: Mapping[str, Text] = MappingProxyType(
    {
        "feed": "Actualités",
        "nothing": "Rien pour l’instant.",
        "more": "Afficher la suite",
        "news": ("{n} nouvelle publication", "{n} nouvelles publications"),
        "why": "Pourquoi vous voyez ceci",
        "in": "dans {place}",
        "everyone": "Tout le monde",
        "wall": "Une page personnelle",
        "space": "Un espace",
        "guest": "externe",
        "guest_long": "Extérieur à l’organisation",
        "edited": "modifié",
        "pinned": "Épinglé",
        "announcement": "Annonce",
        "deleted": "Ce message a été supprimé.",
        "blocked": "Écrit par une personne que vous avez bloquée.",
        "like": "J’aime",
        "likes": ("{n} personne aime", "{n} personnes aiment"),
        "reacted": ("{name} : {n} personne", "{name} : {n} personnes"),
        "comments": ("{n} commentaire", "{n} commentaires"),
        "discuss": "Commenter",
        "thread": "Commentaires",
        "earlier": "Afficher les commentaires précédents",
        "answer": "Répondre",
        "your_comment": "Votre commentaire",
        "your_answer": "Votre réponse",
        "send": "Envoyer",
        "inbox": "Notifications",
        "badge": ("Notifications : {n} nouvelle", "Notifications : {n} nouvelles"),
        "badge_none": "Notifications",
        "all_read": "Tout marquer comme lu",
        "read_one": "Marquer comme lu",
        "unread": "Non lu",
        "failed": "L’opération a échoué. Veuillez réessayer.",
        "date": "{day} {month} {year} à {hour:02}:{minute:02}",
        "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    }
)


def language(tag: str | None) -> str:
    """The language of the two that a BCP 47 tag asks for: French for `fr` and what begins with `fr-`, English else.

    >>> language("fr-CA"), language("frr"), language(None)
    ('fr', 'en', 'en')
    """
    return "fr" if (tag or "").lower().replace("_", "-").split("-")[0] == "fr" else "en"


def preferred(accepted: str | None) -> str:
    """The language of the two that a browser's `Accept-Language` likes best.

    >>> preferred("de, fr-FR;q=0.8, en;q=0.9"), preferred("fr;q=x, en"), preferred("fr")
    ('en', 'en', 'fr')
    """
    best, liked = "en", 0.0
    for choice in (accepted or "").split(","):
        tag, _, weight = choice.partition(";")
        found = tag.strip().lower().split("-")[0]
        value = weight.strip().removeprefix("q=") or "1"
        quality = float(value) if value.replace(".", "", 1).isdigit() and value.isascii() else 0.0
        if found in ("fr", "en") and quality > liked:
            best, liked = found, quality
    return best


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: str

    def __call__(self, key: str, n: int | None = None, **values: object) -> str:
        """One text. French says the singular for 0, too."""
        text = (FRENCH if self.language == "fr" else ENGLISH)[key]
        if isinstance(text, tuple):
            single = n is not None and (n < 2 if self.language == "fr" else n == 1)
            text = text[0] if single else text[1]
        return text.format(n=n, **values)

    def forms(self, key: str) -> tuple[str, str]:
        """The singular and the plural of a text, with `{n}` in them, for the script."""
        text = (FRENCH if self.language == "fr" else ENGLISH)[key]
        return text if isinstance(text, tuple) else (text, text)

    def date(self, instant: str, zone: str) -> str:
        """An instant of the wire, as people write it, in a time zone (IANA)."""
        local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
        month = self("months").split()[local.month - 1]
        return self("date", day=local.day, month=month, year=local.year, hour=local.hour, minute=local.minute)
