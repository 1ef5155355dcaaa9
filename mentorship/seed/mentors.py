"""The demo's mentors: eight people in different zones, with their own hours, prices and seats."""

from dataclasses import dataclass, field

from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.catalog import Testimonial
from mentorship.schemas.hours import BookingRules


@dataclass(frozen=True, slots=True)
class DemoMentor:
    """One mentor. ``hours`` are (weekdays, first minute, last minute) in the mentor's zone.

    ``override`` and ``holiday`` are days from now on: one with hours of its own, or none, and a first and last one.
    """

    slug: str
    name: str
    zone: str
    headline: str
    about: str
    expertise: list[str]
    expectations: list[str]
    testimonials: list[Testimonial]
    price_minor: int
    currency: str
    seats: int
    hours: list[tuple[tuple[int, ...], int, int]]
    sessions: int = 4
    session_minutes: int = 60
    validity_days: int | None = 30
    sold_out: bool = field(default=False)
    booking: BookingRules = field(default_factory=BookingRules)
    override: tuple[int, list[tuple[int, int]]] | None = None
    holiday: tuple[int, int, str] | None = None

    @property
    def rules(self) -> list[HoursRule]:
        """The weekly hours, one rule a day."""
        return [HoursRule(day, start, end) for days, start, end in self.hours for day in days]


def _at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


_WEEK = (0, 1, 2, 3, 4)

MENTORS = [
    DemoMentor(
        slug="jonas-lindqvist",
        name="Jonas Lindqvist",
        zone="Europe/Stockholm",
        headline="Backend engineering that survives its first busy Friday",
        about="I have run payment and ticketing systems for fifteen years, most of them through at least one very bad "
        "night. We work on your own code and your own design documents: data models, transactions, queues, and how to "
        "tell that something is wrong before a customer does.",
        expertise=["Python", "PostgreSQL", "System design"],
        expectations=[
            "Bring a design or a pull request; we read it together.",
            "After each session you get notes with one thing to practise.",
            "Between sessions I answer short questions within two working days.",
        ],
        testimonials=[
            Testimonial("Four sessions did more for my design reviews than two years of reading.", "Mirja, engineer"),
            Testimonial("Jonas asks the question you hoped nobody would ask, kindly.", "Tobias, team lead"),
        ],
        price_minor=48_000,
        currency="EUR",
        seats=10,
        hours=[(_WEEK, _at(9), _at(12)), (_WEEK, _at(13), _at(17))],
        booking=BookingRules(sessions_per_day=4, sessions_per_week=12),
    ),
    DemoMentor(
        slug="amara-okafor",
        name="Amara Okafor",
        zone="Africa/Lagos",
        headline="Product design from the first sketch to the shipped screen",
        about="I lead design for a logistics company and teach designers to argue with evidence. We look at your "
        "portfolio the way a hiring panel does, then rebuild one case study until it carries the interview by itself.",
        expertise=["Product design", "Portfolio", "Design systems"],
        expectations=[
            "Share your portfolio before the first session.",
            "Each session ends with one page reworked.",
            "Expect direct feedback and a clear next step.",
        ],
        testimonials=[Testimonial("I got the job with the case study we rebuilt together.", "Chidi, designer")],
        price_minor=36_000,
        currency="EUR",
        seats=8,
        hours=[((0, 2, 4), _at(10), _at(18)), ((5,), _at(9), _at(13))],
        holiday=(20, 27, "Family"),
    ),
    DemoMentor(
        slug="mei-tanaka",
        name="Mei Tanaka",
        zone="Asia/Tokyo",
        headline="Data science that answers the question that was asked",
        about="I build forecasting for a railway. We take a question from your work, find out what would change if you "
        "knew the answer, and only then choose a method. You will leave with fewer models and better decisions.",
        expertise=["Statistics", "Forecasting", "Python"],
        expectations=[
            "Bring one real question and the data you have.",
            "We write the conclusion first and test it.",
            "Homework is small and always used in the next session.",
        ],
        testimonials=[Testimonial("She talked me out of a neural network and into an answer.", "Ren, analyst")],
        price_minor=52_000,
        currency="JPY",
        seats=6,
        hours=[((1, 2, 3, 4), _at(18), _at(22)), ((5,), _at(22), _at(25, 30))],
        session_minutes=50,
        booking=BookingRules(buffer_minutes=20, minimum_notice_minutes=48 * 60),
    ),
    DemoMentor(
        slug="priya-nair",
        name="Priya Nair",
        zone="Asia/Kolkata",
        headline="Machine learning in production, without the folklore",
        about="I run the ranking team of a marketplace. We go through how you measure, label, train and roll back, and "
        "we fix the weakest of the four first. Good for engineers who own a model and do not sleep well because of it.",
        expertise=["Machine learning", "Evaluation", "MLOps"],
        expectations=[
            "Show me your evaluation before your model.",
            "We set one measurable goal for the four sessions.",
            "You get a written review at the end.",
        ],
        testimonials=[Testimonial("Our rollback takes two minutes and frightens nobody.", "Karthik, engineer")],
        price_minor=42_000,
        currency="USD",
        seats=3,
        hours=[(_WEEK, _at(7), _at(10)), (_WEEK, _at(20), _at(23, 30))],
        sold_out=True,
    ),
    DemoMentor(
        slug="tom-whitaker",
        name="Tom Whitaker",
        zone="Europe/London",
        headline="Writing that busy people read to the end",
        about="I edited a science magazine for ten years and now help engineers and founders write. We take a text you "
        "must send this week and make it half as long and twice as clear, sentence by sentence.",
        expertise=["Writing", "Presenting", "Editing"],
        expectations=[
            "Send a draft the day before.",
            "We edit live; you keep the pen.",
            "You get a one-page checklist made for your habits.",
        ],
        testimonials=[
            Testimonial("My documents get answers now. That is all I wanted.", "Hannah, product manager"),
            Testimonial("The kindest red pen in London.", "Owen, founder"),
        ],
        price_minor=29_000,
        currency="GBP",
        seats=12,
        hours=[((0, 1, 3), _at(8, 30), _at(16, 30))],
        session_minutes=45,
        validity_days=60,
    ),
    DemoMentor(
        slug="sofia-moretti",
        name="Sofia Moretti",
        zone="Europe/Rome",
        headline="User research with five people and no budget",
        about="I teach small teams to learn something true every week. You will plan, run and read interviews with me "
        "beside you, and learn to stop asking people what they would do.",
        expertise=["User research", "Interviews", "Strategy"],
        expectations=[
            "We write the interview guide together in session one.",
            "You talk to real people between sessions.",
            "We end with a decision, not a report.",
        ],
        testimonials=[Testimonial("We dropped a feature and saved a quarter.", "Giulia, founder")],
        price_minor=34_000,
        currency="EUR",
        seats=7,
        hours=[((1, 2, 3), _at(9), _at(13)), ((1, 3), _at(15), _at(19))],
        override=(12, [(_at(10), _at(12))]),
    ),
    DemoMentor(
        slug="rafael-costa",
        name="Rafael Costa",
        zone="America/Sao_Paulo",
        headline="Startup finance for people who would rather build",
        about="I was the first finance person in three start-ups. In four sessions you get a model you understand, a "
        "runway you trust and answers for the investor meeting you are postponing.",
        expertise=["Finance", "Fundraising", "Pricing"],
        expectations=[
            "Bring your bank statement and your price list.",
            "We build the model in a plain spreadsheet.",
            "You rehearse the hard questions with me.",
        ],
        testimonials=[Testimonial("For the first time the numbers told a story I could tell.", "Beatriz, founder")],
        price_minor=39_000,
        currency="USD",
        seats=5,
        hours=[(_WEEK, _at(14), _at(20))],
        session_minutes=90,
    ),
    DemoMentor(
        slug="daniel-cohen",
        name="Daniel Cohen",
        zone="America/New_York",
        headline="Into tech from somewhere else, without starting at zero",
        about="I was a nurse, then a support engineer, then an engineering manager. We translate what you already "
        "know, plan the smallest next job that pays, and practise the interviews until they are boring.",
        expertise=["Career change", "Interviews", "CV"],
        expectations=[
            "Tell me about the work you were proud of.",
            "We practise aloud, every session.",
            "You apply to five jobs before we finish.",
        ],
        testimonials=[Testimonial("He saw the engineer before I did.", "Shanice, junior engineer")],
        price_minor=31_000,
        currency="USD",
        seats=10,
        hours=[((0, 1, 2, 3), _at(17), _at(21)), ((6,), _at(10), _at(15))],
        override=(9, []),
    ),
]
