from __future__ import annotations

from email.message import Message
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from service.web.attachment import attachment


def test_a_french_title_is_kept_and_has_a_plain_name_beside_it():
    header = attachment("Réponse – Qui offre l’identité?", "csv")
    assert header.startswith('attachment; filename="Reponse - Qui offre l-identite.csv"')
    assert unquote(header.partition("filename*=UTF-8''")[2]) == "Réponse – Qui offre l’identité.csv"


@given(st.text(max_size=300))
def test_any_name_makes_one_header_that_names_a_file_of_this_folder(name):
    header = attachment(name, "docx")
    header.encode("ascii")
    assert not any(sign in header for sign in "\r\n/\\")
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    full = unquote(header.partition("filename*=UTF-8''")[2])
    assert full.endswith(".docx") and 5 < len(full) <= 85 and not full.startswith(".")
