"""How the recogniser is made and judged: corpus, recipe, figures. Nothing here runs in the chat."""
