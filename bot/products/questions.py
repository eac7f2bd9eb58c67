"""What each stage of a product's life makes us ask, in the languages that we speak."""

from bot.products.stage_models import LifeStage

_QUESTIONS = {
    "en": {
        LifeStage.INTRODUCTION: "{product} is new. What did you notice first, and what went wrong?",
        LifeStage.GROWTH: "More and more of you use {product}. What should come next for it?",
        LifeStage.MATURITY: "You know {product} well by now. What would make it better?",
        LifeStage.DECLINE: "Do you still use {product}? What do you use instead, and why?",
        LifeStage.DISCONTINUED: "{product} is no longer made. What did you like about it that its "
        "successor should have?",
    },
    "de": {
        LifeStage.INTRODUCTION: "{product} ist neu. Was ist euch zuerst aufgefallen, was hat nicht "
        "geklappt?",
        LifeStage.GROWTH: "Immer mehr von euch benutzen {product}. Was sollte als Nächstes kommen?",
        LifeStage.MATURITY: "{product} kennt ihr inzwischen gut. Was würde es besser machen?",
        LifeStage.DECLINE: "Benutzt ihr {product} noch? Was nehmt ihr stattdessen, und warum?",
        LifeStage.DISCONTINUED: "{product} wird nicht mehr hergestellt. Was mochtet ihr daran, das "
        "der Nachfolger haben sollte?",
    },
}


def question(stage: LifeStage, product: str, language: str) -> str:
    """What to ask the community in this stage; in English where we don't speak ``language``."""
    return _QUESTIONS.get(language, _QUESTIONS["en"])[stage].format(product=product)
