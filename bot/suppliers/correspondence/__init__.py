"""Letters there and back: how a partner is reached, and what they answer by mail, chat or program.

Every route tells the same facts of a case, and every answer becomes the same decision.
"""
