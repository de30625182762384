"""Why a remote dataset, or a whole catalogue, was not taken over: codes and words."""

from __future__ import annotations

from ckanext.sonla.shared.msgid import N_

SENTENCES = {
    "empty_catalogue": N_(
        "The source lists no datasets. Nothing was changed. Check the address, and"
        " organizations."
    ),
    "not_mapped": N_(
        "It belongs to no entry of the catalogue. Name its entry in entries."
    ),
    "not_public": N_("The source's own portal does not show it to everybody."),
    "two_for_entry": N_(
        "Several datasets of the source are for the entry {entry}. Name only one of"
        " them in entries."
    ),
    "no_entry": N_("The catalogue has no entry {entry} in force. Check entries."),
    "no_provider": N_("The source's agency is not a provider of the entry {entry}."),
    "no_files": N_(
        "None of its files has a format of the entry. Nothing was changed. Left out:"
        " {left}."
    ),
    "file": N_("The file {file} could not be fetched: {message}"),
    "file_rows": N_("The file {file} could not be loaded: {message}"),
    "file_gone": N_("The file {file} is no longer on the portal's disk."),
    "sent_back": N_(
        "The leader has sent this back, and the source says the same still. It is"
        " submitted again once the source has changed."
    ),
    "unexpected": N_("It could not be taken over. The operator's log says more."),
    "gone": N_("The source has it no more. The public dataset stays as it is."),
    "dataset": N_("{title}: {message}"),
    "held_datasets": N_(
        "{count} wait for a revision that is open or was sent back: {titles}."
    ),
    "not_taken": N_("{count} belong to no entry, or are not public: {titles}."),
    "gone_datasets": N_(
        "{count} are gone at the source and stay public as they are: {titles}. To end"
        " one, retire it."
    ),
}
# Those whose sentence holds another reason's.
NESTED = {"file", "dataset"}
