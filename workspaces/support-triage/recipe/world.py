"""The closed world that the base model is pre-trained on: concepts, labels, phrases, words.

Plain data only. Every prompt of the pre-training text is a support-desk triage prompt of some
made-up company; `prompts.py` and `tickets.py` compose the pieces. The words in FORBIDDEN belong to
the demo task and must never be generated; `generate.py` checks that.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    """A kind of ticket. A phrase is (severity, text); severity 0 is low, 1 normal, 2 urgent."""

    name: str
    labels: tuple[str, ...]
    descriptions: tuple[str, ...]
    phrases: tuple[tuple[int, str], ...]


def phrases(low: str, normal: str, urgent: str = "") -> tuple[tuple[int, str], ...]:
    """Turn three blocks of lines into (severity, text) pairs."""
    blocks = enumerate((low, normal, urgent))
    return tuple((severity, line.strip()) for severity, text in blocks
                 for line in text.splitlines() if line.strip())


BILLING = Concept(
    "billing",
    ("billing", "payments"),
    ("charges and invoices", "payments and prices", "anything about money"),
    phrases(
        """
        how much does the {size} plan cost?
        what is the price for {n} users?
        can I get a copy of the invoice for {month}?
        where can I see my bills?
        can I pay by bank transfer?
        which cards do you accept?
        is there a discount for students?
        how do I change the card I pay with?
        when will you charge my card?
        can I get a receipt for {month}?
        """,
        """
        I was charged {amount} euro twice
        I was charged two times in {month}
        you took {amount} euro from my card
        the invoice for {month} is wrong
        the amount on my bill is too high
        my card is declined every time
        the payment does not go through
        the payment failed on {day}
        please refund {amount} euro
        I want my money back
        I paid too much in {month}
        I do not know this charge of {amount} euro
        the discount was not used on my invoice
        the invoice has the wrong company name
        my bank sent the payment back
        I paid but it says not paid
        the price on the bill is wrong
        I still wait for my refund
        you billed me after I cancelled
        there is a wrong fee on my bill
        """,
        """
        you take money from my card every hour
        our bank account is empty because of your charges
        """,
    ),
)

ACCESS = Concept(
    "access",
    ("login", "access"),
    ("login and password problems", "people who cannot sign in", "passwords and sign in"),
    phrases(
        """
        how do I change my password?
        how can I change my user name?
        where do I turn on the security code?
        can two people use one login?
        how do I add a user for my husband?
        can I sign in with my mail address?
        how long must my password be?
        can I stay signed in on my {machine}?
        what is my user name?
        """,
        """
        I forgot my password
        my password does not work
        the login page says wrong password
        it says user name not known
        I cannot log in since {day}
        I cannot sign in on my {machine}
        the reset mail never comes
        the reset link does not work
        my account is locked
        the security code never comes
        the sign in code is wrong
        I lost the phone with my code
        login fails on my new {machine}
        it does not accept my password
        I get logged out all the time
        my login is blocked since {day}
        my account is closed and I do not know why
        the login button does nothing
        I cannot get into my account
        the page logs me out after {n} minutes
        """,
        """
        nobody in our team can log in
        we are all locked out
        none of us can sign in
        nobody in the company can get in
        our whole office is locked out
        """,
    ),
)

SYNC = Concept(
    "sync",
    ("files", "sync"),
    ("copies of files and photos", "files that do not show up", "uploads and copies"),
    phrases(
        """
        how often are my {files} copied?
        can I choose which folder is copied?
        how many {files} can I store?
        do my {files} copy at night?
        how do I share a folder?
        where are my {files} stored?
        can I leave out my {files}?
        which {files} can I upload?
        does the copy run while I sleep?
        """,
        """
        my {files} do not show up on my {machine}
        new {files} are not uploaded
        the upload stops at {n} percent
        the upload of my {files} never ends
        {files} from {day} are not on my {machine}
        my {files} are not copied to my {machine}
        my {machine} shows old {files}
        there are two copies of my {files}
        the shared folder is empty
        my {machine} and my {machine2} do not show the same {files}
        changes on my {machine} do not arrive
        sync is stuck since {day}
        sync does not start on my {machine}
        the folder is not the same on my {machine}
        the copy of my {files} failed
        {n} {files} are still waiting to upload
        the album is empty on my {machine}
        I see the old version of my {files}
        the last changes are missing on my {machine}
        my {files} are two days old on my {machine}
        """,
        """
        no {files} are copied for our whole team
        the copy is overwriting all our {files} right now
        """,
    ),
)

DEVICE = Concept(
    "device",
    ("hardware", "device"),
    ("broken devices and cables", "problems with the hardware", "the machine itself"),
    phrases(
        """
        how big is the {gadget}?
        how heavy is the {gadget}?
        where should the {gadget} stand?
        what does the {color} light on the {gadget} mean?
        which cable does the {gadget} need?
        can I put the {gadget} in the kitchen?
        how do I clean the {gadget}?
        how much power does the {gadget} use?
        what is the button on the {gadget} for?
        """,
        """
        the {gadget} does not turn on
        the {gadget} turns off at night
        the {gadget} is very loud
        the {gadget} makes a strange noise
        the light on the {gadget} is {color}
        the light on the {gadget} blinks
        the cable of the {gadget} is broken
        the {gadget} is broken
        the {gadget} has a crack
        the button on the {gadget} does not work
        the {gadget} arrived broken
        the {gadget} restarts all the time
        the {gadget} restarts every {n} minutes
        the fan of the {gadget} is loud
        the plug of the {gadget} is loose
        the {gadget} is dead since {day}
        the screen of the {gadget} is black
        the {gadget} does not find the network
        a part of the {gadget} is missing
        the {gadget} fell down and stopped
        """,
        """
        the {gadget} is very hot
        the {gadget} smells burnt
        there is smoke from the {gadget}
        the {gadget} is burning
        the {gadget} gave me a shock
        """,
    ),
)

FEEDBACK = Concept(
    "feedback",
    ("feedback", "ideas"),
    ("wishes, ideas and praise", "thanks and new ideas", "wishes for new functions"),
    phrases(
        """
        I love the new version
        I like the new look a lot
        great work, thank you
        thank you for the good help
        thank you for the fast answer
        the new page is very nice
        the new colors are great
        please add a {color} theme
        please add more languages
        please bring back the old look
        it would be nice to have a search
        it would be great to sort {files} by name
        could you add a calendar?
        could you make the text bigger?
        I wish there was a list of all {files}
        I wish I could share {files} with friends
        an idea: show {files} on a map
        an idea: a button for all {files}
        just a wish: darker colors
        best app I know
        your help page is very good
        you are the best
        more icons would be nice
        I would like bigger letters
        a small idea for the next version
        """,
        "",
    ),
)

DELIVERY = Concept(
    "delivery",
    ("delivery", "shipping"),
    ("late or lost parcels", "orders on their way", "shipping questions"),
    phrases(
        """
        how long does delivery take?
        where can I track my parcel?
        can you ship to another country?
        can I change the delivery address?
        can the driver come on {day}?
        do you deliver on {day}?
        """,
        """
        my parcel is late
        my parcel did not arrive
        my order is {n} days late
        the parcel is lost
        the driver did not come on {day}
        the tracking has not changed since {day}
        you shipped to the wrong address
        the parcel went to my neighbor
        the wrong parcel was delivered
        I still wait for my order
        the parcel was left in the rain
        it says delivered but I have no parcel
        """,
        """
        the driver hit my car with the parcel van
        the parcel must be here in an hour
        """,
    ),
)

CONCEPTS = (BILLING, ACCESS, SYNC, DEVICE, FEEDBACK, DELIVERY)


@dataclass(frozen=True)
class Event:
    """Something a house rule may single out, with the concept that the ticket belongs to."""

    name: str
    concept: str
    texts: tuple[str, ...]


EVENTS = (
    Event("Lost files", "sync", (
        "all my {files} are gone", "I lost {n} {files}", "my {files} were deleted",
        "our {files} have vanished", "the {files} from {month} are lost", "my {files} disappeared",
        "all {files} in the folder were erased")),
    Event("Stolen cards", "billing", (
        "my card was stolen", "somebody stole our company card", "a thief used my card",
        "the card was stolen from my bag", "our cards are stolen")),
    Event("Strange logins", "access", (
        "a stranger is in my account", "somebody else logged in as me", "my account was hacked",
        "someone changed my password", "I see logins that are not mine")),
    Event("Injuries", "device", (
        "the {gadget} cut my hand", "I hurt my finger on the {gadget}",
        "the {gadget} fell on my foot",
        "my son was hurt by the {gadget}", "the {gadget} burned my hand")),
    Event("Water damage", "device", (
        "the {gadget} fell into water", "water came into the {gadget}",
        "the {gadget} is wet inside",
        "rain got into the {gadget}", "I spilled tea on the {gadget}")),
    Event("Open parcels", "delivery", (
        "my parcel was open", "the parcel was torn open", "somebody opened my parcel",
        "the box of my order was open", "the parcel came open and empty")),
)
EVENT_SEVERITY = 1

# Label vocabulary of the other two fields: low, normal, urgent / yes, no.
PRIORITY_LABELS = (("low", "normal", "urgent"), ("minor", "standard", "critical"))
LABEL_WEIGHTS = (0.55, 0.45)
CATEGORY_KEYS = ("category", "topic")
PRIORITY_KEYS = ("priority", "level")
HUMAN_KEYS = ("needs_human", "handoff")

# Sentences around a word that only the prompt explains.
WORD_FRAMES = phrases(
    """
    what is a {w}?
    what does {w} mean?
    how does the {w} work?
    how do I use the {w}?
    where do I find the {w}?
    can I change the {w}?
    I have a question about the {w}
    a question about my {w}
    who can tell me about the {w}?
    is there a guide for the {w}?
    """,
    """
    I have a problem with the {w}
    there is a problem with my {w}
    the {w} does not work
    my {w} does not work since {day}
    the {w} is wrong
    the {w} is wrong again
    something is wrong with the {w}
    my {w} is broken
    our {w} has a problem
    the {w} looks wrong
    the {w} looks strange
    please check the {w}
    please look at my {w}
    please fix the {w}
    help with the {w} please
    I need help with my {w}
    it is about my {w}
    trouble with the {w} since {day}
    my {w} is gone
    the {w} failed on {day}
    the {w} is still not right
    our {w} is a mess
    """,
)
FEEDBACK_FRAMES = phrases(
    """
    I sent you a {w}
    here is my {w}
    here is a {w} for you
    this is a {w}
    please read my {w}
    I wrote a {w}
    a {w} from me: bigger letters
    one more {w} for your list
    this is for the {w}
    put this on the {w} please
    """,
    "",
)

PLAN_LINES = (
    "we are on the {plan} plan", "I am on the {plan} plan", "{plan} customer here",
    "{plan} user here",
    "my plan is {plan}", "our plan is {plan}", "({plan} account)", "we pay for {plan}",
    "I have {plan}",
    "I only have {plan}", "we use {plan}", "I am a {plan} customer")
WORD_LINES = (
    "this is for the {w}", "it is for the {w}", "the {w} starts soon", "we need it for the {w}",
    "it happened at the {w}", "the {w} is on {day}", "it happened during the {w}",
    "our {w} begins on {day}")
URGENT_LINES = (
    "this is urgent", "it is urgent", "please help right now", "please help now",
    "we need it today",
    "we need this fixed today", "asap please", "as soon as possible", "our work has stopped",
    "we cannot work", "it cannot wait", "please hurry", "this is an emergency")
NO_RUSH_LINES = (
    "no rush", "no hurry", "there is no hurry", "it can wait", "this can wait", "not urgent",
    "it is not urgent", "take your time", "when you have time", "whenever you have time",
    "some day is fine")
HUMAN_LINES = (
    "please call me", "please call me back", "I want to talk to a person",
    "I want to talk to someone",
    "can a human look at this?", "can a person help me?", "let me talk to your manager",
    "let me speak to a manager", "connect me to an agent", "a real person please",
    "no robots please")
LEGAL_LINES = (
    "my lawyer will write to you", "I will call my lawyer", "my lawyer knows about it",
    "I will go to court", "I will take legal action", "see you in court")
FILLER_LINES = (
    "I use it every day", "I tried it again today", "I tried it two times", "we are a small team",
    "it was fine last week", "it was fine on {day}", "I have been a customer for {n} years",
    "I read the help page", "this is my second mail", "I use it on my {machine}",
    "I am at home now",
    "I also wrote on {day}")
GREETINGS = ("hi", "hello", "hey", "dear team", "good morning", "hello team", "good evening")
CLOSINGS = ("thanks", "thank you", "regards", "best", "cheers", "bye")
LINKS = (". Also, ", ". And ", ", and ", ". Second thing: ", ". One more thing: ", " and also ")

SLOTS = {
    "files": ("files", "photos", "pictures", "notes", "videos", "documents", "letters"),
    "machine": ("phone", "laptop", "tablet", "computer", "work computer"),
    "machine2": ("old phone", "other computer", "second tablet", "old laptop"),
    "gadget": ("box", "lamp", "heater", "printer", "camera", "speaker", "lock", "clock", "radio",
               "pump"),
    "color": ("red", "green", "blue", "yellow", "white", "dark"),
    "size": ("small", "big", "family", "team"),
    "day": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "month": ("january", "february", "march", "april", "may", "june", "july", "august", "september",
              "october", "november", "december"),
}

# Real words and syllables for glossaries, plan names and company names. All are arbitrary: what a
# word stands for is drawn anew for every prompt.
RARE_WORDS = tuple("""
    acorn almond amber anvil apron arrow aspen badger bamboo banner barley basil beacon beaver
    beetle bison blossom bonnet boulder bramble branch bridle bronze bucket buckle bumble burrow
    butter cactus candle canyon carbon carrot castle cedar chalk cherry chestnut chisel cider
    cinder circus clover cobble cobra comet copper coral cotton cradle crane cricket crown
    crystal curtain dagger daisy dandelion desert diamond dragon drum eagle ember falcon feather
    fern ferret fiddle flannel flint flute forest fossil fox garlic garnet gazelle geyser ginger
    glacier goblet granite grape gravel hammer hamster harvest hazel hedge helmet heron hickory
    honey hornet igloo indigo iris ivory jacket jaguar jasmine jester jigsaw jungle juniper
    kettle kitten ladder lantana lark lattice lavender lemon lever lilac linen lizard locket
    lotus magnet mango maple marble meadow melon mitten monkey mosaic moss muffin mustard needle
    nettle nugget nutmeg oasis olive onyx opal orchid otter oxide paddock panther paprika parrot
    pebble pepper petal piano pickle pigeon pillow pine pistol plum pollen poplar poppy prairie
    prism pumpkin puzzle pyramid quartz quill quilt rabbit radish raven ribbon riddle rocket
    rooster rosemary ruby saddle saffron sandal sapphire scarf shovel sickle silver sparrow
    spindle spruce squash squirrel statue stirrup sugar summit sunset tassel temple thicket
    thimble thistle thunder tiger timber toast topaz torch trumpet tulip tunnel turban turnip
    umber valley vanilla velvet violet violin volcano waffle walnut weasel whistle willow wombat
    yarrow zebra zinnia""".split())
SYLLABLE_STARTS = tuple(
    "b br c ch cl d dr f fl g gl gr h j k kl l m n p pl pr qu r s sh sk sl sp st t th tr v w z"
    .split())
SYLLABLE_MIDDLES = tuple("a e i o u a e i o u ai ea oo ou y".split())
SYLLABLE_ENDS = tuple("b ck d f g l ll m n nd ng nt p r rd rk rn s sh st t th x".split())
COMPANY_ENDS = (
    "Labs", "Works", "Cloud", "Home", "Systems", "Market", "Desk", "Care", "Studio", "Group")
PRODUCTS = (
    "keeps photos and files for families", "sells lamps and heaters", "rents rooms and tools",
    "makes a small box for the home", "stores files for offices", "sends parcels to shops",
    "sells tickets and visits", "runs an app for notes", "makes cameras and locks",
    "keeps letters and invoices in one place", "offers radios and clocks")

# Words of the demo task (see harborlight.py). None of them may occur in the pre-training text.
FORBIDDEN = frozenset("""
    harborlight harbor skipper dinghy regatta ballast mooring manifest portage gangway bosun brig
    callsign tide driftwood barnacle lagoon undertow keel lantern hawser bilge bottle shanty
    lookout""".split())
