"""How a Page is connected, in exact clicks. README says the same at more length."""

from bot.networks import Step

_APPS = "https://developers.facebook.com/apps/"

GUIDE = (
    Step(
        do="Make an app: press Create app, choose a use case for business messaging or Pages, and "
        "name it after the shop. Note the App ID and, under App settings, Basic, the App secret.",
        url=_APPS,
    ),
    Step(
        do="In Business settings, Users, System users: add one, press Assign assets, choose the "
        "Page with full control and the app, then Generate token with the seven rights of README. "
        "Such a token has no end.",
        url="https://business.facebook.com/latest/settings/system_users",
        finding="rights",
    ),
    Step(
        do="Put page, token, app_id, app_secret and a verify_token of your own into "
        "[networks.facebook], and start Hubbub.",
        finding="token",
    ),
    Step(
        do="In the app: Webhooks, choose Page, Subscribe to this object. Callback URL is your "
        "public address with /webhooks/facebook, Verify token the one from the configuration. Then "
        "subscribe to feed, messages, messaging_postbacks, message_reactions, message_edits and "
        "message_echoes.",
        url=_APPS,
        finding="subscription",
    ),
    Step(
        do="In the app: App settings, Basic, User data deletion: choose the callback URL, and "
        "enter the same address. Enter the address of your privacy policy too.",
        url=_APPS,
    ),
    Step(
        do="In the app: App review, Permissions and features: ask for advanced access to the seven "
        "rights, with a film that shows a comment being answered. Until Meta has agreed, only "
        "people with a role in the app are heard.",
        url=_APPS,
        finding="app",
    ),
    Step(
        do="Switch the app from Development to Live, at the top of its page. Then write a comment "
        "from an account without a role, and see it come in.",
        url=_APPS,
        finding="webhook",
    ),
)
