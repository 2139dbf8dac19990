"""Makes assets/codes/countries.tsv and languages.tsv from Unicode CLDR: pip install babel==2.19.0; iso_codes.py assets/codes

Names in English, codes of two and three letters (three from CLDR's aliases), and for countries a few other names that people write, which stand here.
"""
import pathlib
import sys

from babel import Locale
from babel.core import get_global

OTHERS = {
    "US": ["United States of America", "America", "USA"], "GB": ["Great Britain", "Britain", "UK"], "CZ": ["Czech Republic"], "NL": ["Holland"], "TR": ["Turkey"],
    "CI": ["Ivory Coast"], "MM": ["Burma", "Myanmar"], "AE": ["UAE", "Emirates"], "BA": ["Bosnia"], "MK": ["Macedonia"], "SZ": ["Swaziland"], "CV": ["Cabo Verde"],
    "TL": ["East Timor"], "HK": ["Hong Kong"], "MO": ["Macao", "Macau"], "PS": ["Palestine"], "CD": ["Congo"], "VA": ["Vatican"], "TT": ["Trinidad"], "AG": ["Antigua"],
}
# Regions that are no country, and codes of countries that are no more.
NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "TA", "UN", "XA", "XB", "ZZ", "QO"}
NO_MORE = {"BUR", "TMP", "ZAR", "YMD", "FXX", "ROM", "SUN", "YUG", "SCG", "TPE"}
OLD_LANGUAGES = {"sh", "tl", "mo", "iw", "ji", "in"}
SOURCE = "From Unicode CLDR, as Babel 2.19.0 has it; data (c) Unicode, Inc., Unicode License v3. Made by tests/scripts/iso_codes.py."


def threes(aliases: dict) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for old, new in aliases.items():
        new = [new] if isinstance(new, str) else list(new)
        if len(old) == 3 and old.isalpha() and len(new) == 1 and len(new[0]) == 2:
            out.setdefault(new[0], []).append(old)
    return out


def write(path: pathlib.Path, head: str, rows: list[tuple[str, ...]]) -> None:
    lines = ["\t".join(row).rstrip("\t") + "\n" for row in rows]
    path.write_text(f"# {head} {SOURCE}\n" + "".join(lines))


def main() -> None:
    folder, english = pathlib.Path(sys.argv[1]), Locale("en")
    three = threes(get_global("territory_aliases"))
    countries = []
    for code, name in sorted(english.territories.items()):
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY:
            name = name.replace("&", "and").replace("\u2019", "'")
            now = sorted(set(three.get(code, [])) - NO_MORE)
            countries.append((name, code, " ".join(now), "; ".join(other for other in OTHERS.get(code, []) if other != name)))
    write(folder / "countries.tsv", "Names of countries and regions, their codes of two letters and of three (ISO 3166-1), other names.", countries)
    three = threes(get_global("language_aliases"))
    languages = [(name.replace("\u2019", "'"), code, " ".join(sorted(three.get(code, [])))) for code, name in sorted(english.languages.items()) if len(code) == 2 and code not in OLD_LANGUAGES]
    write(folder / "languages.tsv", "Names of languages, their codes of two letters (ISO 639-1) and of three (ISO 639-2, both forms).", languages)


if __name__ == "__main__":
    main()
