"""What the search for personal data can find: its weight and its sentence.

Identity numbers, tax codes of persons, bank accounts, and birth dates beside names are
nobody's to publish; telephones and mailboxes may be an office's own, so they need a
reason. A decision on the catalogue may allow named columns (`allowPersonal`).
"""

from __future__ import annotations

from ckanext.sonla.shared.checks import BLOCKS, INFORMS, NEEDS_REASON, Rule
from ckanext.sonla.shared.msgid import N_, NN_

RULES: dict[str, Rule] = {
    "personal.identity": Rule(
        BLOCKS,
        *NN_(
            "Column {label} has {count} citizen's or identity card number, such as "
            "{example}. Remove it.",
            "Column {label} has {count} citizens' or identity card numbers, such as "
            "{example}. Remove them.",
        ),
    ),
    # Of half a column or more; of fewer cells, `found` makes it need a reason.
    "personal.identity_like": Rule(
        BLOCKS,
        *NN_(
            "Column {label} has {count} number built like a citizen's number "
            "({share} of its cells), such as {example}.",
            "Column {label} has {count} numbers built like citizens' numbers "
            "({share} of its cells), such as {example}.",
        ),
    ),
    "personal.card_like": Rule(
        NEEDS_REASON,
        *NN_(
            "Column {label}, beside names, has {count} number of 9 digits like that of "
            "an identity card, such as {example}.",
            "Column {label}, beside names, has {count} numbers of 9 digits like those "
            "of identity cards, such as {example}.",
        ),
    ),
    "personal.mobile": Rule(
        NEEDS_REASON,
        *NN_(
            "Column {label} has {count} mobile telephone number, such as {example}.",
            "Column {label} has {count} mobile telephone numbers, such as {example}.",
        ),
    ),
    "personal.mailbox": Rule(
        NEEDS_REASON,
        *NN_(
            "Column {label} has {count} private mailbox, such as {example}.",
            "Column {label} has {count} private mailboxes, such as {example}.",
        ),
    ),
    "personal.account": Rule(
        BLOCKS,
        *NN_(
            "Column {label} has {count} bank account, such as {example}. Remove it.",
            "Column {label} has {count} bank accounts, such as {example}. Remove them.",
        ),
    ),
    "personal.tax": Rule(
        BLOCKS,
        *NN_(
            "Column {label} has {count} tax code of a person or a household business, "
            "such as {example}. Remove it.",
            "Column {label} has {count} tax codes of persons or household businesses, "
            "such as {example}. Remove them.",
        ),
    ),
    "personal.birth": Rule(
        BLOCKS,
        N_(
            "Columns {names} and {label} name persons with their birth dates. Remove "
            "one of them."
        ),
    ),
    "personal.names": Rule(INFORMS, N_("Column {label} seems to name persons.")),
    "personal.text": Rule(
        NEEDS_REASON,
        N_("The text seems to have somebody's identity number in it: {example}."),
    ),
    "personal.allowed": Rule(
        INFORMS,
        N_(
            "Column {label} has personal data, such as {example}; the decision on the "
            "catalogue allows it: {ground}"
        ),
    ),
    "personal.remembered": Rule(
        INFORMS,
        N_(
            "Column {label} has telephones or mailboxes, such as {example}; the reason "
            "given before still stands: {ground}"
        ),
    ),
    "personal.sampled": Rule(
        INFORMS,
        N_(
            "“{file}” is so long that only a sample of its rows was searched for "
            "personal data."
        ),
    ),
}  # fmt: skip
