"""Words that a singing model misreads: two words of one spelling, respelled as this song sings them.

The pronunciation is the one that the demo sings (ARPAbet, without stress), so ``pronounce:`` decides the sense.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scores.performance import SungLine

# By spelling, how each pronunciation is written so that it is not mistaken.
HETERONYMS: Mapping[str, Mapping[str, str]] = {
    "lead": {"L EH D": "led", "L IY D": "leed"},
    "read": {"R EH D": "red", "R IY D": "reed"},
    "tear": {"T EH R": "tare", "T IH R": "teer"},
    "tears": {"T EH R Z": "tares", "T IH R Z": "teers"},
    "live": {"L AY V": "lyve", "L IH V": "liv"},
    "lives": {"L AY V Z": "lyves", "L IH V Z": "livs"},
    "wind": {"W AY N D": "wynd", "W IH N D": "winnd"},
    "winds": {"W AY N D Z": "wynds", "W IH N D Z": "winnds"},
    "wound": {"W AW N D": "wownd", "W UW N D": "woond"},
    "bow": {"B AW": "bough", "B OW": "boe"},
    "row": {"R AW": "rau", "R OW": "roe"},
    "sow": {"S AW": "sau", "S OW": "soe"},
    "bass": {"B AE S": "bass", "B EY S": "base"},
    "dove": {"D AH V": "duv", "D OW V": "dohv"},
    "close": {"K L OW S": "klohs", "K L OW Z": "kloze"},
    "use": {"Y UW S": "yoos", "Y UW Z": "yooz"},
    "house": {"HH AW S": "hous", "HH AW Z": "houz"},
    "desert": {"D EH Z ER T": "dezzert", "D IH Z ER T": "dizzurt"},
    "minute": {"M IH N AH T": "minnit", "M AY N UW T": "mynoot"},
    "content": {"K AA N T EH N T": "con-tent", "K AH N T EH N T": "cuntent"},
    "object": {"AA B JH EH K T": "ob-ject", "AH B JH EH K T": "ubject"},
    "present": {"P R EH Z AH N T": "prezzent", "P R IY Z EH N T": "preezent"},
    "refuse": {"R EH F Y UW Z": "reffuse", "R AH F Y UW Z": "rifuze", "R IH F Y UW Z": "rifuze"},
    "polish": {"P AA L IH SH": "pollish", "P OW L IH SH": "Pohlish"},
    "resume": {"R IH Z UW M": "rizoom", "R EH Z AH M EY": "rezzumay"},
}


def respelled(text: str, lines: Sequence[SungLine]) -> tuple[str, list[tuple[str, str]]]:
    """Return a line with its heteronyms respelled, and each change as the word and its new spelling.

    Parameters
    ----------
    text
        The line as it would go to Suno.
    lines
        The same line as it is sung: words with their phones.
    """
    sung = {word.text.casefold(): " ".join(phone.rstrip("012") for syllable in word.syllables
                                           for phone in syllable.phones)
            for line in lines if line.language == "en" for word in line.words}
    changes: list[tuple[str, str]] = []

    def replace(match: re.Match[str]) -> str:
        word = match[0]
        new = HETERONYMS.get(word.casefold(), {}).get(sung.get(word.casefold(), ""))
        if new is None or new == word.casefold():
            return word
        cased = new.capitalize() if word[0].isupper() else new
        changes.append((word, cased))
        return cased

    return re.sub(r"[A-Za-z]+", replace, text), changes
