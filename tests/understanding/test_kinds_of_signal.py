"""What people say to a shop, and what they do with it. All sentences are our own."""

import pytest

from bot.understanding import Context, Facet, Kind, understand

ENGLISH = [
    # change what is there
    ("Please make the lid dishwasher-safe.", Kind.SUGGESTION),
    ("please add a loop to hang it on", Kind.SUGGESTION),
    ("It would be great if the strap was a bit longer.", Kind.SUGGESTION),
    ("Could you make the handle thicker?", Kind.SUGGESTION),
    ("Why not print the washing instructions on the inside?", Kind.SUGGESTION),
    ("What about a softer lining instead?", Kind.SUGGESTION),
    ("There should be a mark at half a litre.", Kind.SUGGESTION),
    ("I wish it were a little lighter", Kind.SUGGESTION),
    ("My suggestion: a second pocket inside.", Kind.SUGGESTION),
    ("The zip could be stronger", Kind.SUGGESTION),
    ("You should use less plastic in the packaging", Kind.SUGGESTION),
    ("I'd suggest a non-slip base", Kind.SUGGESTION),
    ("Be sure to rinse it before the first use", Kind.SUGGESTION),
    # something that is not there
    ("please bring back the old version", Kind.WISH),
    # broken
    ("the handle snapped", Kind.PROBLEM),
    ("The lid leaks after two weeks.", Kind.PROBLEM),
    ("My zip doesn't close any more", Kind.PROBLEM),
    ("The paint came off in the first wash", Kind.PROBLEM),
    ("Really disappointed with the stitching", Kind.PROBLEM),
    ("It is far too heavy", Kind.PROBLEM),
    # on its way
    ("the parcel arrived crushed", Kind.DELIVERY),
    ("Still waiting for my order", Kind.DELIVERY),
    ("My package never came.", Kind.DELIVERY),
    ("Where is my order?", Kind.DELIVERY),
    ("You sent the wrong size", Kind.DELIVERY),
    ("It hasn't arrived yet", Kind.DELIVERY),
    # about us
    ("your bot is rude", Kind.ABOUT_BOT),
    ("are you a robot", Kind.ABOUT_BOT),
    ("Can I talk to a real person?", Kind.ABOUT_BOT),
    ("stop messaging me", Kind.ABOUT_BOT),
    # to know
    ("Can I put it in the microwave?", Kind.QUESTION),
    ("how long does the battery last", Kind.QUESTION),
    ("Does anyone know what it is made of?", Kind.QUESTION),
    ("Is it waterproof?", Kind.QUESTION),
    # kind words
    ("Love it!", Kind.PRAISE),
    ("This is the best mug I have ever had", Kind.PRAISE),
    ("Would highly recommend", Kind.PRAISE),
    ("Not a single scratch after a year, excellent", Kind.PRAISE),
    ("Thanks a lot!", Kind.PRAISE),
    # nothing for us
    ("hello everybody", Kind.CHATTER),
    ("My sister has the same one", Kind.CHATTER),
    ("okay then", Kind.CHATTER),
]

GERMAN = [
    ("Bitte macht den Deckel spülmaschinenfest", Kind.SUGGESTION),
    ("Es wäre schön, wenn der Henkel länger wäre", Kind.SUGGESTION),
    ("Könntet ihr den Griff dicker machen?", Kind.SUGGESTION),
    ("Der Riemen sollte etwas länger sein", Kind.SUGGESTION),
    ("Mein Vorschlag: eine zweite Tasche innen", Kind.SUGGESTION),
    ("Nehmt bitte wieder Hundemäntel ins Sortiment", Kind.WISH),
    ("Der Deckel ist undicht", Kind.PROBLEM),
    ("Nach zwei Wochen ist der Griff abgebrochen", Kind.PROBLEM),
    ("Der Reißverschluss funktioniert nicht", Kind.PROBLEM),
    ("Das Paket kam zerdrückt an", Kind.DELIVERY),
    ("Wo bleibt meine Bestellung?", Kind.DELIVERY),
    ("Bist du ein Bot?", Kind.ABOUT_BOT),
    ("Ich möchte mit einem Menschen sprechen", Kind.ABOUT_BOT),
    ("Kann man die Tasse in die Mikrowelle stellen?", Kind.QUESTION),
    ("Wie groß ist die Tasche?", Kind.QUESTION),
    ("Ich liebe diese Tasse!", Kind.PRAISE),
    ("Sehr schön geworden, danke", Kind.PRAISE),
    ("Guten Morgen zusammen", Kind.CHATTER),
]


@pytest.mark.parametrize(("said", "kind"), ENGLISH)
def test_english(said: str, kind: Kind) -> None:
    assert understand(said)[0].kind is kind


@pytest.mark.parametrize(("said", "kind"), GERMAN)
def test_german(said: str, kind: Kind) -> None:
    assert understand(said, language="de")[0].kind is kind
    assert understand(said)[0].kind is kind


@pytest.mark.parametrize(
    "said",
    [
        "I'd love one in green",
        "do you plan a bigger one",
        "Do you sell a matching saucer?",
        "Will there be a version for children?",
        "Does it come in navy?",
        "I wish you had it in other colours",
        "Any plans for an XL version?",
        "Gibt es den auch in Grün?",
        "Ich hätte gern eine größere Version",
        "Plant ihr auch einen kleineren?",
    ],
)
def test_asking_for_what_is_not_there_is_heard(said: str) -> None:
    """Where asking ends and wishing begins is a matter of taste; that it is nothing is not."""
    assert understand(said)[0].kind in {Kind.SUGGESTION, Kind.WISH, Kind.QUESTION}


@pytest.mark.parametrize(
    "said",
    [
        "you should be ashamed",
        "You should be ashamed of yourselves!",
        "go to hell",
        "shame on you",
        "have a nice weekend",
        "I should have known better",
        "Never mind, thanks",
        "let's see",
        "no worries at all, you are welcome",
        "ihr solltet euch schämen",
        "Schönes Wochenende!",
    ],
)
def test_look_alikes_suggest_nothing(said: str) -> None:
    kinds = {signal.kind for signal in understand(said)}
    assert kinds.isdisjoint({Kind.SUGGESTION, Kind.WISH})


@pytest.mark.parametrize(
    "said",
    ["It does not leak at all", "no problems so far", "Never broke in three years", "Tropft nicht"],
)
def test_what_did_not_happen_is_no_problem(said: str) -> None:
    assert Kind.PROBLEM not in {signal.kind for signal in understand(said)}


def test_one_sentence_of_several_matters_and_only_its_words_are_kept() -> None:
    said = "Hi there. We were camping last week. Please add a second hook! It rained a lot."
    signal = understand(said)[0]
    assert signal.kind is Kind.SUGGESTION
    assert signal.words == "Please add a second hook!"


def test_a_turn_in_the_sentence_gives_two_signals() -> None:
    problem, praise = understand("I love the cup, but the lid leaks")
    assert (problem.kind, problem.words) == (Kind.PROBLEM, "but the lid leaks")
    assert (praise.kind, praise.words) == (Kind.PRAISE, "I love the cup,")


def test_two_changes_are_two_suggestions_and_a_long_complaint_is_one_problem() -> None:
    asked = understand("Please add a hook. Please make it lighter.")
    assert [signal.kind for signal in asked] == [Kind.SUGGESTION] * 2
    assert len(understand("The lid leaks. The handle snapped. It is far too heavy.")) == 1


def test_thanks_come_after_what_somebody_can_act_on() -> None:
    said = "Love it, thank you so much! Could you add a strap?"
    assert [s.kind for s in understand(said)] == [Kind.SUGGESTION, Kind.PRAISE]


@pytest.mark.parametrize(
    ("said", "facet"),
    [
        ("The seam is of poor quality", Facet.QUALITY),
        ("Really practical, easy to use every day", Facet.USEFULNESS),
        ("Please make the lid bigger", Facet.IMPROVEMENT),
        ("It would be great to have it with a lid", Facet.IMPROVEMENT),
        ("If you want it dry, make sure you leave it open", Facet.USEFULNESS),
        ("hello everybody", Facet.NONE),
    ],
)
def test_the_facet(said: str, facet: Facet) -> None:
    assert understand(said)[0].facet is facet


def test_a_question_for_ideas_makes_a_bare_answer_likelier_to_be_one() -> None:
    asked = Context(question="What would you change about the Lid Cup?")
    small_talk = Context(question="How was your weekend?")
    (idea,) = understand("a softer handle", context=asked)
    assert idea.kind is Kind.SUGGESTION
    assert idea.confidence > understand("a softer handle", context=small_talk)[0].confidence


def test_staff_can_read_why() -> None:
    assert understand("please add a loop")[0].why[0] == "please do: please add"


def test_a_problem_without_a_word_of_feeling_is_nothing_good() -> None:
    assert understand("the handle snapped")[0].polarity <= -0.3
