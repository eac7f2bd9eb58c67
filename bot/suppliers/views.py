"""All pages of this room: the partners' own, and the staff's about them."""

from bot.suppliers import (
    agreement_views,
    entering_views,
    insight_views,
    mail_views,
    partner_views,
    people_views,
    portal_views,
    product_picture_views,
    product_views,
    scorecard_views,
    tie_views,
)
from bot.suppliers.correspondence import views as correspondence

routes = [
    *entering_views.routes,
    *portal_views.routes,
    *people_views.routes,
    *insight_views.routes,
    *partner_views.routes,
    *agreement_views.routes,
    *scorecard_views.routes,
    *tie_views.routes,
    *mail_views.routes,
    *product_picture_views.routes,
    *product_views.routes,
    *correspondence.routes,
]
