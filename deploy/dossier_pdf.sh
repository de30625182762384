#!/bin/sh
# Makes the dossier of the test's world and draws it as PDF, to be looked at.
# LibreOffice is for this only, so it is installed here and not with the test tools.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
if ! command -v soffice >/dev/null; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    $as_root apt-get install -y --no-install-recommends libreoffice-writer-nogui fonts-liberation
fi
mkdir -p var
DOSSIER="$root/var/dossier.docx" .venv/bin/python -m deploy.testing run \
    tests/approval/test_dossier.py
soffice --headless --convert-to pdf --outdir var var/dossier.docx
echo "var/dossier.pdf"
