#!/bin/sh
# Make tesseract with French and English available to the tests of scans, which are skipped without it.
set -eu
listed="$(tesseract --list-langs 2>/dev/null || true)"
if echo "$listed" | grep -qx fra && echo "$listed" | grep -qx eng; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng >/dev/null
else
    echo 'tesseract with French and English is not installed: the tests of scans will be skipped' >&2
fi
