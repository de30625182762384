"""Words of CKAN's own pages that its Vietnamese leaves in English, or gets wrong.

Nothing uses these names: written here, they are extracted with the portal's strings.
"""

from __future__ import annotations

from ckanext.sonla.shared.msgid import N_

WORDS = (
    N_("API Tokens"),
    N_("Breadcrumb"),
    N_("Current resource: {name}"),
    N_("Data Dictionary"),
    N_("Data last updated"),
    N_("DataStore"),
    N_("Dataset description:"),
    N_("Edit Data Dictionary"),
    N_("Email or username"),
    N_(
        "Enter your email address or username into the box and we will send you"
        " an email with a link to enter a new password."
    ),
    N_("Field"),
    N_("Filter by: {title}"),
    N_("Last Updated"),
    N_("Metadata last updated"),
    N_("Newer activities"),
    N_("Older activities"),
    N_("Order by"),
    N_("Please select the file to upload again"),
    N_("Remove applied filter: {value}"),
    N_("Reorder resources"),
    N_("Required field"),
    N_("Request Reset"),
    N_("Resources"),
    N_("Search datasets by {name}: {label}"),
    N_("Search datasets with the tag: {name}"),
    N_("Submit"),
    N_("This will be guessed automatically. Leave blank if you wish"),
    N_("Username or Email"),
    N_(
        'You can use <a href="#markdown" title="Markdown quick reference"'
        ' data-bs-toggle="popover" data-bs-content="%(markdown_tooltip)s"'
        ' data-bs-html="true">Markdown formatting</a> here'
    ),
)
