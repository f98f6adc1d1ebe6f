#!/bin/sh
# Takes away what add-to-menu.sh has made. Your projects are not touched.
set -eu
share=${XDG_DATA_HOME:-$HOME/.local/share}
rm -f "$share/applications/mailsafi-wizard.desktop" "$share/mime/packages/mailsafi-wizard.xml"
find "$share/icons/hicolor" \( -name 'mailsafi-wizard.*' -o -name 'application-vnd.mailsafi.project.*' \) -delete 2>/dev/null || true
for update in "update-mime-database $share/mime" "update-desktop-database $share/applications"; do
    if command -v "${update%% *}" >/dev/null 2>&1; then ${update%% *} "${update#* }" || true; fi
done
echo "MailSafi Wizard is no longer in your menu."
