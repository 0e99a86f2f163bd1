"""What happened in the demonstration force: one story a case, told in data.

Times are days before the day of loading. `until` is how far the case has come; the loader takes
it there through the services, one step after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

# The steps of a case in order; `until` is one of these.
STEPS = (
    "logged",
    "handled",
    "attached",
    "preserved",
    "marked",
    "decided",
    "submitted",
    "returned",
    "signed",
    "outcome_sent",
    "finalised",
)
ENDINGS = ("suspended", "withdrawn", "reopened", "due")


@dataclass(frozen=True)
class Shot:
    """One recording: who wore the camera, when it began (seconds after the incident began)."""

    wearer: str
    after: float
    seconds: float
    buffer: float = 10
    scene: str = "street"
    codec: str = "libx264"
    offset_ms: int = 0
    keep: bool = True
    attach: bool = True


@dataclass(frozen=True)
class Mark:
    """One moment: on which shot, from which second, for how long (0: a marker)."""

    shot: int
    second: float
    length: float
    kind: int
    observation: str
    allegation: int
    bearing: str


@dataclass(frozen=True)
class Story:
    """One case."""

    title: str
    place: str
    unit: str
    team: str
    days_ago: float
    at: time
    complainant: str
    words: str
    allegations: tuple[tuple[str, str], ...]
    subjects: tuple[str, ...]
    until: str
    handling: str = "S3_LOCAL_NON_SPECIAL"
    decisions: tuple[str, ...] = ()
    made_after: int = 2
    minutes: int = 1
    shots: tuple[Shot, ...] = ()
    marks: tuple[Mark, ...] = ()
    channel: str = "ONLINE"
    restricted: bool = False
    factors: tuple[str, ...] = field(default=("BWV",))
    hold: str = ""
    lost: bool = False
    under_18: bool = False


FOUR_CAMERAS = Story(
    title="Stop, search and force used, Station Approach",
    place="Station Approach, Calder",
    unit="CA",
    team="T1",
    days_ago=17,
    at=time(21, 38),
    complainant="Idris Kestle",
    words=(
        "I was walking home from the station. Two officers jumped out and stopped me. They would "
        "not say why. One of them pushed my arm up my back, the other laughed. Nobody gave me a slip."
    ),
    allegations=(
        ("b-stop-search", "He had no reason to stop me and would not say why."),
        ("b-use-of-force", "He pushed my arm up my back. I was not fighting."),
        ("h-language", "She laughed and called me a little boy."),
    ),
    subjects=("Brannick", "Ludgate"),
    until="marked",
    made_after=3,
    minutes=1,
    shots=(
        Shot("Brannick", 12, 70, 30),
        Shot("Ludgate", 20, 60, 30),
        Shot("Marl", 30, 48, 30, offset_ms=1840),
        Shot("Tovey", 34, 44, 30, offset_ms=-412, codec="libvpx-vp9"),
    ),
    marks=(
        Mark(
            0,
            34.0,
            6.0,
            3,
            "Brannick gets out and says “come here a minute, mate”. Kestle stops.",
            0,
            "SUPPORTS",
        ),
        Mark(
            1,
            41.2,
            4.4,
            1,
            "Right arm is bent behind the back. Kestle says “you're hurting me”, twice.",
            1,
            "SUPPORTS",
        ),
        Mark(
            2, 36.0, 0, 6, "Both of Kestle's hands are open at shoulder height.", 1, "CONTRADICTS"
        ),
        Mark(1, 52.0, 3.0, 2, "Somebody laughs. Who it is cannot be seen.", 2, "UNCLEAR"),
    ),
)

STORIES: tuple[Story, ...] = (
    FOUR_CAMERAS,
    Story(
        "Arrest outside Calder House",
        "Calder House, Calder",
        "CA",
        "T1",
        27.6,
        time(18, 22),
        "Rosa Dunmore",
        "They arrested my son outside our flats and would not tell me where they took him.",
        (
            ("b-arrest-detain", "They would not say what he was arrested for."),
            ("a-information", "Nobody told me where he was."),
        ),
        ("Hexter",),
        "attached",
        made_after=21,
        shots=(Shot("Hexter", 5, 24, keep=False), Shot("Ivory", 9, 20, keep=False)),
    ),
    Story(
        "Phone taken at a bus stop",
        "Lantern Lane bus stop, Northmarsh",
        "NM",
        "T1",
        5,
        time(16, 40),
        "Femi Adair",
        "I was waiting for the 58 bus. An officer grabbed my phone out of my hand and would not give his number.",
        (
            ("c-property", "He grabbed my phone and the screen broke."),
            ("h-attitude", "He would not give his number."),
        ),
        ("tall, grey beard, no number seen",),
        "logged",
        made_after=2,
        channel="STATION",
    ),
    Story(
        "Refusal to take a report",
        "Northmarsh police station",
        "NM",
        "T1",
        9,
        time(11, 5),
        "Greta Holloway",
        "I went to report a burglary and was told to come back tomorrow.",
        (("a-action-following-contact", "They would not take my report."),),
        ("Corrin",),
        "handled",
        handling="OUTSIDE_S3",
        made_after=1,
        channel="EMAIL",
        factors=(),
    ),
    Story(
        "Car stopped three times in a week",
        "Mill Road, Northmarsh",
        "NM",
        "T1",
        21,
        time(22, 12),
        "Kofi Marchbank",
        "Three times in a week I have been stopped driving home from work. I think it is because I am black.",
        (
            ("f-race", "I was stopped because of my colour."),
            ("b-stop-search", "There was no reason for the stop."),
        ),
        ("Wray", "Amble"),
        "preserved",
        made_after=4,
        shots=(Shot("Wray", 4, 26), Shot("Amble", 12, 22)),
        factors=("BWV", "STOP_SEARCH"),
    ),
    Story(
        "Words used at a welfare check",
        "Harrow Lane, Northmarsh",
        "NM",
        "T1",
        40,
        time(14, 8),
        "Sheila Prudhoe",
        "The officer who came about my neighbour told me to mind my own business and swore.",
        (("h-language", "She swore at me on my own doorstep."),),
        ("Fewster",),
        "submitted",
        handling="S3_OTBI",
        decisions=("SPNA",),
        made_after=5,
        shots=(Shot("Fewster", 3, 22),),
        marks=(
            Mark(
                0,
                14.0,
                3.0,
                2,
                "“Mind your own business”, and a swear word, heard clearly.",
                0,
                "SUPPORTS",
            ),
        ),
    ),
    Story(
        "Handcuffs left too tight",
        "Quay Street, Calder",
        "CA",
        "T1",
        52,
        time(1, 15),
        "Darren Oakfield",
        "The cuffs were so tight that I lost feeling in my thumb. I asked five times.",
        (
            ("b-use-of-force", "The cuffs were far too tight and nobody listened."),
            ("h-attitude", "They ignored me."),
        ),
        ("Tovey", "Sayle"),
        "returned",
        decisions=("SPA", "UTD"),
        made_after=6,
        shots=(Shot("Tovey", 2, 26),),
        marks=(
            Mark(
                0,
                12.0,
                5.0,
                6,
                "Cuffs are checked with a finger between cuff and wrist.",
                0,
                "CONTRADICTS",
            ),
        ),
    ),
    Story(
        "Search of a flat without a word",
        "Tower Court, Calder",
        "CA",
        "T1",
        75,
        time(6, 30),
        "Agnes Thirlby",
        "Six of them came in and turned out every drawer. Nobody showed me any paper.",
        (("b-search-premises", "No warrant was shown."), ("c-property", "They broke a lamp.")),
        ("Brannick",),
        "signed",
        decisions=("SPNA", "SPA"),
        made_after=4,
        shots=(Shot("Brannick", 6, 24, scene="custody"),),
        marks=(
            Mark(
                0,
                13.0,
                4.0,
                5,
                "No document is shown or offered before the first drawer is opened.",
                0,
                "SUPPORTS",
            ),
            Mark(
                0,
                19.0,
                0,
                9,
                "The lamp stands upright as the officers leave the room.",
                1,
                "CONTRADICTS",
            ),
        ),
    ),
    Story(
        "Late answer to a letter",
        "By letter",
        "NM",
        "T1",
        60,
        time(9, 0),
        "Hal Winterbourne",
        "I have written four times about my stolen bicycle.",
        (("a-general-service", "Nobody answers my letters."),),
        ("Garrow",),
        "outcome_sent",
        handling="OUTSIDE_S3",
        decisions=("RESOLVED",),
        made_after=7,
        channel="LETTER",
        factors=(),
    ),
    Story(
        "Noise at a custody desk",
        "Calder custody suite",
        "CA",
        "T1",
        190,
        time(3, 20),
        "Miles Corbett",
        "I could not sleep because they were shouting and laughing all night.",
        (("b-custody", "They kept me awake."),),
        ("Sayle",),
        "finalised",
        handling="S3_OTBI",
        decisions=("SPA",),
        made_after=5,
        shots=(Shot("Hexter", 1, 20, scene="custody"),),
        marks=(
            Mark(
                0,
                12.0,
                4.0,
                2,
                "Ordinary talk at the desk. No shouting in this passage.",
                0,
                "CONTRADICTS",
            ),
        ),
    ),
    Story(
        "Advice given at the front counter",
        "Tarrow police station",
        "TA",
        "T2",
        12,
        time(10, 40),
        "Iris Penhale",
        "They told me that nothing could be done and shut the window.",
        (("a-decisions", "Nobody looked at my papers."),),
        ("Kettlewell",),
        "handled",
        handling="OUTSIDE_S3",
        factors=(),
    ),
    Story(
        "Push at a football ground",
        "Tarrow Park ground",
        "TA",
        "T2",
        15,
        time(17, 5),
        "Noel Ashby",
        "I was leaving with my daughter and was shoved into the railing.",
        (("b-use-of-force", "I was shoved for no reason."),),
        ("Lorimer", "short, female, helmet"),
        "marked",
        shots=(Shot("Lorimer", 5, 26), Shot("Maddern", 11, 20)),
        factors=("BWV", "PROTEST"),
        marks=(
            Mark(
                0,
                15.0,
                3.0,
                1,
                "An open hand is placed on the back. The man moves two steps.",
                0,
                "NEUTRAL",
            ),
        ),
    ),
    Story(
        "Strip search of a young person",
        "Tarrow custody suite",
        "TA",
        "T2",
        33,
        time(23, 50),
        "A parent",
        "My daughter is fifteen. I was not there when they searched her.",
        (
            ("b-custody", "She was searched without me."),
            ("f-age", "They treated a child as an adult."),
        ),
        ("Orchard",),
        "attached",
        handling="S3_LOCAL_SPECIAL",
        made_after=3,
        restricted=True,
        under_18=True,
        shots=(Shot("Pinnock", 4, 20, scene="custody", keep=True),),
        factors=("BWV", "CUSTODY", "STRIP_SEARCH"),
    ),
    Story(
        "Recording lost before it was kept",
        "Ferry Steps, Tarrow",
        "TA",
        "T2",
        38,
        time(19, 30),
        "Joan Tresidder",
        "He knocked my shopping over and walked on.",
        (("h-attitude", "He did not even look back."),),
        ("Quaife",),
        "decided",
        decisions=("UTD",),
        made_after=6,
        shots=(Shot("Quaife", 4, 20, keep=False),),
        lost=True,
    ),
    Story(
        "Insult at a road check",
        "Ring Road, Tarrow",
        "TA",
        "T2",
        85,
        time(20, 0),
        "Basil Uren",
        "He called me an old fool.",
        (("h-language", "He called me an old fool."),),
        ("Maddern",),
        "signed",
        decisions=("SPNA",),
        shots=(Shot("Maddern", 3, 20),),
        marks=(
            Mark(0, 13.0, 2.0, 2, "“You old fool” is heard, said by the wearer.", 0, "SUPPORTS"),
        ),
    ),
    Story(
        "Dog on a footpath",
        "Canal path, Tarrow",
        "TA",
        "T2",
        300,
        time(8, 15),
        "Una Scholes",
        "Their dog frightened my children.",
        (("b-other", "The dog was off its lead."),),
        ("Nunley",),
        "finalised",
        handling="OUTSIDE_S3",
        decisions=("NOT_RESOLVED",),
        factors=(),
    ),
    Story(
        "Complaint taken back",
        "Tarrow market",
        "TA",
        "T2",
        44,
        time(12, 0),
        "Perry Lisle",
        "They moved my stall.",
        (("a-decisions", "They moved my stall without asking."),),
        ("Pinnock",),
        "withdrawn",
        factors=(),
    ),
    Story(
        "Armed stop of a taxi",
        "Bridge End, Calder",
        "AR",
        "T3",
        11,
        time(23, 13),
        "Sanjit Mehar",
        "They pointed guns at me and my passenger. I was on my knees in the road for ten minutes.",
        (
            ("b-use-of-force", "They pointed guns at us for no reason."),
            ("a-information", "Nobody explained afterwards."),
        ),
        ("Sorrel", "Thane"),
        "preserved",
        handling="S3_LOCAL_SPECIAL",
        made_after=1,
        shots=(
            Shot("Sorrel", 3, 56, 30, scene="firearms"),
            Shot("Thane", 6, 44, 20, scene="firearms"),
        ),
        factors=("BWV", "FIREARMS"),
    ),
    Story(
        "Door forced at the wrong address",
        "Kiln Row, Northmarsh",
        "TS",
        "T3",
        48,
        time(5, 45),
        "Maureen Blyth",
        "They broke my door and it was the wrong house.",
        (("b-search-premises", "It was the wrong house."), ("c-property", "The door is broken.")),
        ("Cotter",),
        "submitted",
        decisions=("SPNA", "SPNA"),
        shots=(Shot("Cotter", 4, 24),),
        marks=(
            Mark(
                0,
                12.0,
                5.0,
                5,
                "The number on the door is 14. The briefing said 41.",
                0,
                "SUPPORTS",
            ),
            Mark(0, 18.0, 2.0, 1, "The door gives way at the second strike.", 1, "SUPPORTS"),
        ),
    ),
    Story(
        "Shield used at a protest",
        "Market Square, Calder",
        "TS",
        "T3",
        66,
        time(15, 30),
        "Theo Varga",
        "I was hit in the face with a shield while I had my hands up.",
        (("b-use-of-force", "I was hit with a shield."),),
        ("Dray", "unknown, shield number 44"),
        "suspended",
        handling="S3_LOCAL_SPECIAL",
        shots=(Shot("Dray", 5, 22),),
        factors=("BWV", "PROTEST"),
    ),
    Story(
        "Training range noise",
        "Heath range",
        "AR",
        "T3",
        130,
        time(13, 0),
        "Olive Garth",
        "The shooting goes on all Sunday.",
        (("b-other", "It is too loud."),),
        ("Varley",),
        "finalised",
        handling="OUTSIDE_S3",
        decisions=("RESOLVED",),
        factors=(),
        channel="TELEPHONE",
    ),
    Story(
        "Force used in a shop",
        "Arcade, Calder",
        "TS",
        "T3",
        210,
        time(18, 45),
        "Lena Frost",
        "They threw me to the floor over a coat I had paid for.",
        (("b-use-of-force", "I was thrown to the floor."),),
        ("Eastley",),
        "reopened",
        decisions=("SPA",),
        shots=(Shot("Eastley", 3, 20),),
        marks=(
            Mark(
                0,
                12.0,
                4.0,
                1,
                "A leg is swept. The customer lands on the right side.",
                0,
                "SUPPORTS",
            ),
        ),
    ),
    Story(
        "Stop outside a school",
        "Elm Road, Northmarsh",
        "NM",
        "T1",
        2430,
        time(15, 40),
        "Robert Quince",
        "They stopped my brother in front of everybody.",
        (
            ("b-stop-search", "There was no reason to stop him."),
            ("h-attitude", "They laughed about it."),
        ),
        ("Hallow",),
        "due",
        made_after=2,
        shots=(Shot("Hallow", 4, 20),),
        marks=(Mark(0, 13.0, 3.0, 5, "Pockets are patted from outside.", 0, "NEUTRAL"),),
    ),
    Story(
        "Search of a car boot",
        "Dock Road, Northmarsh",
        "NM",
        "T1",
        2420,
        time(19, 10),
        "Thomas Yelland",
        "They emptied my boot on the pavement.",
        (("b-stop-search", "They emptied my boot."),),
        ("Dunstow",),
        "due",
        hold="CIVIL_CLAIM",
        made_after=3,
    ),
    Story(
        "Slow answer to an emergency call",
        "Marsh View, Northmarsh",
        "NM",
        "T1",
        3,
        time(2, 40),
        "Vera Stannard",
        "I rang at twenty to three and nobody came until six.",
        (("a-action-following-contact", "It took them three hours."),),
        ("two officers in a marked van",),
        "logged",
        made_after=1,
        channel="TELEPHONE",
        factors=("DOMESTIC_ABUSE",),
    ),
    Story(
        "Door-to-door questions at night",
        "Weir Terrace, Calder",
        "CA",
        "T1",
        24.5,
        time(2, 40),
        "Clem Ormerod",
        "They banged on every door at half past two in the morning.",
        (("h-intolerant", "They woke the whole street."),),
        ("Ivory", "Hexter"),
        "handled",
        made_after=20,
        shots=(Shot("Ivory", 6, 20, attach=False),),
    ),
)
