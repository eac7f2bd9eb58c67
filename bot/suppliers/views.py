"""All pages of this room: the partners' own, and the staff's about them."""

from bot.suppliers import (
    agreement_views,
    entering_views,
    mail_views,
    partner_views,
    portal_views,
    product_views,
    scorecard_views,
    tie_views,
)

routes = [
    *entering_views.routes,
    *portal_views.routes,
    *partner_views.routes,
    *agreement_views.routes,
    *scorecard_views.routes,
    *tie_views.routes,
    *mail_views.routes,
    *product_views.routes,
]
