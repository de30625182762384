"""The answered feedback in the portal's DCAT: a dataset of the portal itself.

It changes with every answer and nobody approves its lines one by one, so it is no
dataset of CKAN's, which shows what was approved only (invariant 1); programs find it in
the portal's catalogue all the same.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from rdflib import DCAT, DCTERMS, FOAF, RDF, Literal, URIRef

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.dcat.profiles import RDFProfile
from ckanext.sonla.shared import policy

if TYPE_CHECKING:
    from ckan.common import CKANConfig

NAME = "sonla_feedback"
_OPTION = "ckanext.dcat.rdf.profiles"
_TITLES = {
    "vi": "Phản hồi đã được trả lời",
    "en": "Answered feedback",
}
_DESCRIPTIONS = {
    "vi": "Mọi phản hồi của người dân, tổ chức đã được cơ quan trả lời công khai"
    " (Điều 9 Quy chế), kèm thời hạn và nội dung trả lời; không có thông tin cá nhân.",
    "en": "All feedback of people and organisations that agencies answered in public"
    " (article 9), with due dates and answers; without personal data.",
}
_FORMATS = {
    "csv": (
        "text/csv",
        "http://publications.europa.eu/resource/authority/file-type/CSV",
    ),
}
_CONTINUOUSLY = URIRef(
    "http://publications.europa.eu/resource/authority/frequency/UPDATE_CONT"
)
_PUBLIC = URIRef("http://publications.europa.eu/resource/authority/access-right/PUBLIC")


class AnsweredFeedback(RDFProfile):
    """Adds the dataset to the catalogue that ckanext-dcat serves."""

    def graph_from_catalog(
        self,
        catalog_dict: dict[str, Any] | None,  # noqa: ARG002 - the profile's
        catalog_ref: URIRef,
    ) -> None:
        """Add the dataset and its file to the catalogue's graph."""
        page = _address("sonla_feedback.statistics")
        file = _address("sonla_feedback.as_csv")
        dataset = URIRef(f"{file}#dataset")
        self.g.add((catalog_ref, DCAT.dataset, dataset))
        self.g.add((dataset, RDF.type, DCAT.Dataset))
        self.g.add((dataset, DCTERMS.identifier, Literal(str(dataset))))
        for language, title in _TITLES.items():
            self.g.add((dataset, DCTERMS.title, Literal(title, lang=language)))
            text = Literal(_DESCRIPTIONS[language], lang=language)
            self.g.add((dataset, DCTERMS.description, text))
        self.g.add((dataset, DCAT.landingPage, page))
        self.g.add((dataset, DCTERMS.accrualPeriodicity, _CONTINUOUSLY))
        self.g.add((dataset, DCTERMS.accessRights, _PUBLIC))
        self._publisher(dataset)
        self._file(dataset, file)

    def _publisher(self, dataset: URIRef) -> None:
        office = model.Group.get(policy.text("operating_office"))
        if office is None:
            return
        publisher = _address("organization.read", id=office.name)
        self.g.add((dataset, DCTERMS.publisher, publisher))
        self.g.add((publisher, RDF.type, FOAF.Organization))
        self.g.add((publisher, FOAF.name, Literal(office.title or office.name)))

    def _file(self, dataset: URIRef, address: URIRef) -> None:
        mimetype, kind = _FORMATS["csv"]
        self.g.add((dataset, DCAT.distribution, address))
        self.g.add((address, RDF.type, DCAT.Distribution))
        self.g.add((address, DCAT.accessURL, address))
        self.g.add((address, DCAT.downloadURL, address))
        self.g.add((address, DCTERMS["format"], URIRef(kind)))
        self.g.add((address, DCAT.mediaType, Literal(mimetype)))
        licence = model.Package.get_license_register().get(
            tk.config.get("sonla.catalogue.licence") or ""
        )
        if licence is not None and licence.url:
            self.g.add((address, DCTERMS.license, URIRef(licence.url)))
        elif licence is not None:
            self.g.add((address, DCTERMS.rights, Literal(licence.title, lang="vi")))


def _address(endpoint: str, **about: str) -> URIRef:
    return URIRef(tk.h.url_for(endpoint, _external=True, locale="default", **about))


class FeedbackInDcat(p.SingletonPlugin):
    """Mixed into the plugin of feedback: names the profile beside the others."""

    p.implements(p.IConfigurer)

    def update_config(self, config: CKANConfig) -> None:
        """Add the profile to those that the settings name."""
        super().update_config(config)  # type: ignore[reportAttributeAccessIssue] - the feature's
        # An installation that was not installed anew after an update has none.
        if not entry_points(group="ckan.rdf.profiles", name=NAME):
            return
        named = str(config.get(_OPTION) or "").split()
        if named and NAME not in named:
            config[_OPTION] = " ".join([*named, NAME])
