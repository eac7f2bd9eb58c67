"""The staff's pages about partners, products and letters."""

import re

import pytest
import sqlalchemy as sa

from bot.accounts.models import AuditEntry
from bot.db import Writer
from bot.suppliers import guards
from bot.suppliers.models import Case, Supplier
from tests.suppliers.conftest import Form, Shop
from tests.suppliers.test_portal import form_again
from tests.web.doorway import Client

NEW = {"name": "Oakwood", "email": "hi@oak.example", "role": "store", "zone": "Europe/Berlin"}


def test_the_list_says_what_waits_with_whom_and_what_is_nobodys(
    client: Client, stocked: Shop, as_staff: Form
) -> None:
    text = client.get("/partners").text
    assert "Alba Ltd" in text
    assert "1 matter has nobody who answers for it." in text


def test_a_partner_is_added_changed_and_given_products(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    form = as_staff | NEW | {"answer_within_hours": "24", "products": "K-2"}
    added = client.post("/partners/new", data=form)
    where = added.headers["location"]
    assert (added.status_code, where[:10]) == (303, "/partners/")
    shown = client.get(where).text
    assert "Milk pan" in shown
    saved = client.post(where, data=as_staff | NEW | {"name": "Oak", "answer_within_hours": "9"})
    assert saved.status_code == 303
    assert "Oak" in client.get(where).text
    taken = client.post(f"{where}/coverage", data=as_staff | {"brands": "Alba, Nix"})
    assert taken.status_code == 422
    assert "Alba is covered by Alba Ltd already." in taken.text
    removal = re.search(rf"{where}/coverage/[0-9a-f-]+/remove", shown)
    assert removal
    assert client.post(removal[0], data=as_staff).status_code == 303
    assert "Milk pan" not in client.get(where).text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"email": "nobody"}, "This is not an e-mail address."),
        ({"name": "Nord"}, "There is a partner of this name already."),
        ({"zone": "Mars"}, "Choose a time zone"),
        ({"answer_within_hours": "soon"}, "Please write a whole number."),
        ({"brands": "Nix"}, "There is no brand"),
    ],
)
def test_what_is_wrong_with_a_partner_is_said(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form, given: Form, said: str
) -> None:
    answer = client.post("/partners/new", data=as_staff | NEW | given)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Oakwood" in answer.text or "Nord" in answer.text or not given.get("name", "x")
    with writer.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Supplier)) == 2


def test_what_is_nobodys_is_given_away_with_one_click(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    where = "/partners/whose-is-it"
    assert "a bench outside" in client.get(where).text
    form = as_staff | {"supplier": str(stocked.nord.id)}
    assert client.post(f"{where}/{stocked.nobodys.id}", data=form).status_code == 303
    assert "Everything has its owner" in client.get(where).text
    with writer.database.reading() as session:
        assert session.need(Case, stocked.nobodys.id).supplier_id == stocked.nord.id
    assert client.post(f"{where}/{stocked.nobodys.id}", data=form).status_code == 409


def test_letters_are_readable_and_open_the_portal_without_a_stored_link(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    text = client.get("/mail").text
    assert "no mail server is configured" in text
    assert "care@alba.example" in text
    assert "a better lid" in text
    assert "/s/" not in text
    assert "{" not in text.partition("<main")[2].partition("</main")[0]
    [button, *_] = re.findall(r"/mail/[0-9a-f-]+/open", text)
    opened = client.post(button, data=as_staff)
    link = opened.headers["location"]
    assert link.startswith("/s/")
    client.post(link, data=form_again(client, link.removeprefix("/s/")))
    assert guards.COOKIE in client.cookies
    assert client.get("/supplier").status_code == 200
    with writer.database.reading() as session:
        verbs = set(session.scalars(sa.select(AuditEntry.verb)))
    assert {"opened the portal of", "entered the portal of"} <= verbs


def test_staff_open_the_portal_and_end_it(client: Client, stocked: Shop, as_staff: Form) -> None:
    where = f"/partners/{stocked.alba.id}"
    link = client.post(f"{where}/portal", data=as_staff).headers["location"]
    client.post(link, data=form_again(client, link.removeprefix("/s/")))
    assert client.get("/supplier").status_code == 200
    assert client.post(f"{where}/sign-out", data=as_staff).status_code == 303
    assert client.get("/supplier").status_code == 403


@pytest.mark.parametrize(
    "path", ["/partners", "/partners/new", "/partners/whose-is-it", "/mail", "/products"]
)
def test_partners_are_not_staff(client: Client, as_alba: Form, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/enter")


def test_products_are_found_with_their_partner(
    client: Client, stocked: Shop, as_staff: Form
) -> None:
    text = client.get("/products?q=KETTLE").text
    assert "Brew kettle" in text
    assert "Alba Ltd" in text
    assert "Tea tin" not in text
    assert "Nothing found" in client.get("/products?q=100%25").text


def test_a_file_is_looked_at_before_it_is_taken_in(
    client: Client, stocked: Shop, as_staff: Form
) -> None:
    file = "sku,name,brand,supplier\nK-1,Samovar,Alba,\nC-1,Große Tasse,Alba,Alba Ltd\n".encode()
    looked = client.post(
        "/products/import", data=as_staff, files={"file": ("c.csv", file, "text/csv")}
    )
    assert looked.status_code in {200, 201}
    assert "Take them in" in looked.text
    assert "Samovar" not in client.get("/products").text
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", looked.text, re.DOTALL)
    assert text
    stored = client.post(
        "/products/import/confirm", data=as_staff | {"text": text[1].replace("\n", "\r\n")}
    )
    assert stored.status_code == 303
    listed = client.get("/products").text
    assert "2 products were taken in." in listed
    assert "Samovar" in listed
    exported = client.get("/products/catalogue.csv")
    assert "C-1,Große Tasse,Alba,,Alba Ltd" in exported.content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "Choose a CSV file."),
        (b"\x00\x01", "NUL bytes"),
        (b"sku,name\n", "missing: brand"),
        (b"sku,name,brand\nK-1,Kettle,Nord\n", "Row 2: K-1 belongs to Nord here but to Alba"),
        (b"sku,name,brand,supplier\nX-1,Kettle,Nord,Nix\n", "Row 2: there is no partner named Nix"),
    ],
)
def test_a_bad_file_is_refused_in_sentences(
    client: Client, stocked: Shop, as_staff: Form, file: bytes, said: str
) -> None:
    answer = client.post(
        "/products/import", data=as_staff, files={"file": ("c.csv", file, "text/csv")}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "Take them in" not in answer.text
