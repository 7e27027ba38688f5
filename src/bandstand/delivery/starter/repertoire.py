"""What the starter catalogue plays, album by album: pure data, no logic beyond filling in what pieces share."""

from dataclasses import dataclass
from typing import Final

from bandstand.delivery.starter.model import Album, Source

_NONE: Final = "no terms stated in the file; the composition is in the public domain"
_DAVIES: Final = "Ray Davies"
_CHAMBERS: Final = "John Chambers"
_CAMPIN: Final = "Jack Campin"
_GREENTREE: Final = "Margaret Greentree"
_BY_PERMISSION: Final = "encoder's notice on the typeset page; notes in music21 by her permission"
_CLARA_TERMS: Final = "CC BY-SA 4.0"
_CC0: Final = "CC0-1.0"
TRADITIONAL: Final = ("Traditional", "Traditional")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece as it stands on its album's list."""

    title: str
    sources: tuple[Source, ...]
    bpm: float = 0.0
    times: int = 1
    da_capo: int = 0
    composer: tuple[str, str] = TRADITIONAL
    composed: str = ""
    style: str = ""
    work: str = ""
    movement: str = ""
    genres: tuple[str, ...] = ()
    artist: str = ""
    licence: str = _CC0


@dataclass(frozen=True, slots=True)
class Programme:
    """An album with its list; `composer`, `composed`, `style` and `form` hold where an entry says nothing else."""

    album: Album
    entries: tuple[Entry, ...]
    composer: tuple[str, str] = TRADITIONAL
    composed: str = ""
    style: str = ""
    form: str = "flac"
    work: str = ""


def _ryan(*names: str) -> tuple[Source, ...]:
    return tuple(Source(f"ryansMammoth/{name}.abc", (), _DAVIES, _NONE) for name in names)


def _oneill(number: int) -> tuple[Source, ...]:
    return (Source("oneills1850/0626-0700.abc", (number,), _CHAMBERS, _NONE),)


def _minstrelsy(number: int) -> tuple[Source, ...]:
    return (Source("miscFolk/northumbrianminstrelsyopus.abc", (number,), _CAMPIN, _NONE),)


def _aird(number: int) -> tuple[Source, ...]:
    return (Source("airdsAirs/book1.abc", (number,), _CAMPIN, _NONE),)


def _score(path: str, encoder: str = "not named", terms: str = _NONE) -> tuple[Source, ...]:
    return (Source(path, (), encoder, terms),)


def _chorale(number: str, title: str, composed: str, bpm: float, work: str = "") -> Entry:
    source = _score(f"bach/bwv{number}.mxl", _GREENTREE, _BY_PERMISSION)
    return Entry(
        f"{title}, BWV {number.replace('.', '/')}", source, bpm, times=2, composed=composed, work=work
    )


_BACH: Final = ("Johann Sebastian Bach", "Bach, Johann Sebastian")
_CLARA: Final = ("Clara Schumann", "Schumann, Clara")

SONGS: Final = Programme(
    Album(
        "Four Centuries in One Evening", "Bandstand Players", "Bandstand Players",
        ("Classical", "Art Song"), cover="arches",
    ),
    (
        Entry("Allor che ignuda d’herb’ et fior la terra",
              _score("lusitano/allor_che_ignuda.mxl", "Michael Scott Asato Cuthbert", _CC0), 92,
              composer=("Vicente Lusitano", "Lusitano, Vicente"), composed="1562", style="voices",
              genres=("Renaissance", "Choral")),
        Entry("Sonata da chiesa in F major, Op. 3 No. 1: I. Grave",
              _score("corelli/opus3no1/1grave.xml", "Michael Scott Cuthbert", "CC BY"), 52,
              composer=("Arcangelo Corelli", "Corelli, Arcangelo"), composed="1689", style="trio sonata",
              genres=("Baroque", "Chamber Music"), work="Sonata da chiesa in F major, Op. 3 No. 1", movement="Grave",
              licence="CC-BY-4.0"),
        Entry("Rinaldo, HWV 7: Lascia ch’io pianga", _score("handel/rinaldo/Lascia_chio_pianga.mxl"), 64,
              composer=("George Frideric Handel", "Handel, George Frideric"), composed="1711", style="aria",
              genres=("Baroque", "Opera"), work="Rinaldo, HWV 7"),
        Entry("Dichterliebe, Op. 48: II. Aus meinen Tränen sprießen",
              _score("schumann_robert/opus48no2.mxl", "Michael Scott Cuthbert"), 50,
              composer=("Robert Schumann", "Schumann, Robert"), composed="1840", style="lied",
              genres=("Romantic", "Art Song"), work="Dichterliebe, Op. 48", movement="Aus meinen Tränen sprießen"),
        Entry("Piano Trio in G minor, Op. 17: III. Andante",
              _score("schumann_clara/opus17/movement3.xml", "Michael Scott Cuthbert"), 66,
              composer=_CLARA, composed="1846", style="piano trio", genres=("Romantic", "Chamber Music"),
              work="Piano Trio in G minor, Op. 17", movement="Andante"),
        Entry("Rigoletto: La donna è mobile", _score("verdi/laDonnaEMobile.mxl"), 104,
              composer=("Giuseppe Verdi", "Verdi, Giuseppe"), composed="1851", style="piano",
              genres=("Romantic", "Opera"), work="Rigoletto"),
        Entry("Jeanie with the Light Brown Hair",
              _score("leadSheet/fosterBrownHair.mxl", "not named", "Public Domain (stated in the file)"), 88,
              composer=("Stephen Foster", "Foster, Stephen"), composed="1854", style="parlour",
              genres=("Parlour Song",)),
        Entry("Aloha ʻOe", _score("liliuokalani/aloha_oe.mxl", "Michael Scott Asato Cuthbert", _CC0), 76, times=2,
              composer=("Liliʻuokalani", "Liliʻuokalani"), composed="1878", style="island",
              genres=("Hawaiian", "Parlour Song")),
        Entry("Lift Every Voice and Sing",
              _score("johnson_j_r/lift_every_voice.mxl", "Michael Scott Asato Cuthbert", _CC0), 108, times=2,
              composer=("J. Rosamond Johnson", "Johnson, J. Rosamond"), composed="1900", style="anthem",
              genres=("Hymn", "Choral"), artist="Bandstand Choir"),
    ),
    form="m4a",
)  # fmt: skip

SESSION: Final = Programme(
    Album("Session at the Crossroads", "The Crossroads Band", "Crossroads Band, The",
          ("Folk", "Irish Traditional"), cover="waves"),
    (
        Entry("The Temperance Reel / The Mountain Reel", _ryan("TemperanceReel", "MountainReel"), 102, times=2),
        Entry("Haste to the Wedding / The Irish Washerwoman",
              _ryan("HasteToTheWeddingJig", "IrishWashWomanJig"), 168, times=2),
        Entry("Fisher’s Hornpipe / The Liverpool Hornpipe",
              _ryan("FishersHornpipe", "LiverpoolHornpipe"), 84, times=2),
        Entry("The Lark in the Morning / The Connaught Man’s Rambles",
              _ryan("LarkInTheMorningJig", "ConnaughtMansRambleJig"), 164, times=2),
        Entry("The Green Fields of America / The Blackberry Blossom",
              _ryan("GreenFieldsOfAmericaReel", "BlackberryBlossomReel"), 100, times=2),
        Entry("A Drop of Whiskey / Andrew Carey’s", _ryan("DropOfWhiskeySlipjig", "AndrewCareysSlipjig"), 166, times=2),
        Entry("The Fairy Dance / The Devil’s Dream", _ryan("FairyDanceReel", "DevilsDreamReel"), 108, times=2),
    ),
    composed="1883", style="session", form="opus",
)  # fmt: skip

CAROLAN: Final = Programme(
    Album("Planxties for Harp", "The Lantern Harp", "Lantern Harp, The", ("Folk", "Celtic"), cover="strings"),
    (
        Entry("Blind Mary", _oneill(655), 58, times=3),
        Entry("Planxty Fanny Power", _oneill(673), 126, times=3),
        Entry("Captain O’Kane", _oneill(627), 92, times=3),
        Entry("Planxty George Brabazon", _oneill(657), 116, times=3),
        Entry("The Fairy Queen", _oneill(637), 126, times=2),
        Entry("Planxty Irwin", _oneill(677), 132, times=3),
        Entry("Carolan’s Concerto", _oneill(633), 84, times=2),
    ),
    composer=("Turlough O’Carolan", "O’Carolan, Turlough"), composed="1903", style="harp", form="opus",
)  # fmt: skip

MINSTRELSY: Final = Programme(
    Album("Northumbrian Songs for Guitar", "Bandstand Players", "Bandstand Players",
          ("Folk", "English Traditional"), cover="hills"),
    (
        Entry("Bonny at Morn", _minstrelsy(22), 104, times=3),
        Entry("The Water of Tyne", _minstrelsy(23), 76, times=4),
        Entry("The Keel Row", _minstrelsy(57), 92, times=3),
        Entry("Blow the Wind Southerly", _minstrelsy(120), 116, times=3),
        Entry("I Drew My Ship into a Harbour", _minstrelsy(26), 78, times=4),
        Entry("The Oak and the Ash and the Bonny Ivy Tree", _minstrelsy(21), 92, times=3),
        Entry("I Saw My Love Come Passing by Me", _minstrelsy(62), 112, times=3),
    ),
    composed="1882", style="guitar", form="mp3",
)  # fmt: skip

ASSEMBLY: Final = Programme(
    Album("Mr Aird’s Assembly", "The Assembly Band", "Assembly Band, The",
          ("Folk", "Scottish Traditional"), cover="blocks"),
    (
        Entry("Soldier’s Joy", _aird(109), 184, times=3),
        Entry("The Campbells Are Coming", _aird(21), 156, times=3),
        Entry("St Patrick’s Day in the Morning", _aird(50), 160, times=2),
        Entry("The Ranting Highlandman", _aird(1), 180, times=2),
        Entry("Nancy Dawson", _aird(112), 156, times=3),
        Entry("Yankee Doodle, with Variations", _aird(102), 104),
    ),
    composed="1782", style="assembly", form="mp3",
)  # fmt: skip

CHORALES: Final = Programme(
    Album("Evening Chorales", "Bandstand Choir", "Bandstand Choir", ("Baroque", "Choral"), cover="sun"),
    (
        _chorale("66.6", "Christ ist erstanden", "1724", 80, "Erfreut euch, ihr Herzen, BWV 66"),
        _chorale("227.1", "Jesu, meine Freude", "1723", 72, "Jesu, meine Freude, BWV 227"),
        _chorale("140.7", "Gloria sei dir gesungen", "1731", 84, "Wachet auf, ruft uns die Stimme, BWV 140"),
        _chorale("244.54", "O Haupt voll Blut und Wunden", "1727", 66, "Matthäus-Passion, BWV 244"),
        _chorale("269", "Aus meines Herzens Grunde", "1735", 100),
        _chorale("80.8", "Ein feste Burg ist unser Gott", "1724", 82, "Ein feste Burg ist unser Gott, BWV 80"),
        _chorale("245.40", "Ach Herr, lass dein lieb Engelein", "1724", 74, "Johannes-Passion, BWV 245"),
    ),
    composer=_BACH, style="chorale",
)  # fmt: skip


def _movement(
    path: str, work: str, number: int, name: str, bpm: float, times: int = 1, da_capo: int = 0
) -> Entry:
    roman = ("I", "II", "III", "IV", "V")[number - 1]
    return Entry(f"{work}: {roman}. {name}", _score(path), bpm, times, da_capo, work=work, movement=name)


_K155, _K156 = "String Quartet No. 2 in D major, K. 155", "String Quartet No. 3 in G major, K. 156"
_CHASSE: Final = "String Quartet in B-flat major, Op. 1 No. 1 “La chasse”"

MOZART: Final = Programme(
    Album("Mozart: Two Early Quartets", "Bandstand Quartet", "Bandstand Quartet",
          ("Classical", "Chamber Music"), cover="petals"),
    (
        _movement("mozart/k155/movement1.mxl", _K155, 1, "Allegro", 132),
        _movement("mozart/k155/movement2.mxl", _K155, 2, "Andante", 62, times=0),
        _movement("mozart/k155/movement3.mxl", _K155, 3, "Molto allegro", 126),
        _movement("mozart/k156/movement1.mxl", _K156, 1, "Presto", 168),
        _movement("mozart/k156/movement2.mxl", _K156, 2, "Adagio", 50, times=0),
        _movement("mozart/k156/movement3.mxl", _K156, 3, "Tempo di menuetto", 124, da_capo=36),
    ),
    composer=("Wolfgang Amadeus Mozart", "Mozart, Wolfgang Amadeus"), composed="1772", style="quartet", form="m4a",
)  # fmt: skip

HAYDN: Final = Programme(
    Album("Haydn: La chasse", "Bandstand Quartet", "Bandstand Quartet", ("Classical", "Chamber Music"), cover="rings"),
    (
        _movement("haydn/opus1no1/movement1.mxl", _CHASSE, 1, "Presto", 186),
        _movement("haydn/opus1no1/movement2.mxl", _CHASSE, 2, "Menuetto", 132, da_capo=34),
        _movement("haydn/opus1no1/movement3.mxl", _CHASSE, 3, "Adagio", 50),
        _movement("haydn/opus1no1/movement4.mxl", _CHASSE, 4, "Menuetto", 126, da_capo=29),
        _movement("haydn/opus1no1/movement5.mxl", _CHASSE, 5, "Presto", 144),
    ),
    composer=("Joseph Haydn", "Haydn, Joseph"), composed="1757", style="quartet", form="opus",
)  # fmt: skip


def _polonaise(number: int, key: str, bpm: float, da_capo: int) -> Entry:
    source = _score(f"schumann_clara/polonaise_op1n{number}.mxl", "Cypressdome (IMSLP)", _CLARA_TERMS)
    return Entry(
        f"Four Polonaises, Op. 1: No. {number} in {key} major", source, bpm, da_capo=da_capo, composer=_CLARA,
        composed="1831", work="Four Polonaises, Op. 1", movement=f"No. {number} in {key} major",
        genres=("Romantic", "Piano"), licence="CC-BY-SA-4.0",
    )  # fmt: skip


PIANO: Final = Programme(
    Album("The Upright in the Corner", "Bandstand Players", "Bandstand Players", ("Piano",), cover="keys"),
    (
        Entry("Prelude in C major, BWV 846", _score("bach/bwv846.mxl"), 68, composer=_BACH, composed="1722",
              style="prelude", genres=("Baroque", "Piano"), work="Das wohltemperierte Klavier I"),
        Entry("Keyboard Sonata in A major, H. 186: II. Poco adagio", _score("cpebach/h186.mxl"), 44,
              composer=("Carl Philipp Emanuel Bach", "Bach, Carl Philipp Emanuel"), composed="1765",
              genres=("Classical", "Piano"), work="Keyboard Sonata in A major, H. 186", movement="Poco adagio"),
        _polonaise(1, "E-flat", 96, 0),
        _polonaise(2, "C", 92, 16),
        _polonaise(3, "D", 96, 0),
        _polonaise(4, "C", 112, 0),
        Entry("Maple Leaf Rag", _score("joplin/maple_leaf_rag.mxl"), 88, composer=("Scott Joplin", "Joplin, Scott"),
              composed="1899", genres=("Ragtime", "Piano")),
    ),
    style="piano",
)  # fmt: skip

PROGRAMMES: Final = (SONGS, SESSION, CAROLAN, MINSTRELSY, CHORALES, PIANO, ASSEMBLY, HAYDN, MOZART)
FIRST: Final = (
    "Dichterliebe, Op. 48: II. Aus meinen Tränen sprießen",
    "Christ ist erstanden, BWV 66/6",
    "Blind Mary",
)
