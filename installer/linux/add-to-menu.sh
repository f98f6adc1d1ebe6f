#!/bin/sh
# Puts MailSafi Wizard, where it lies now, into your own menu, and makes it open *.mailsafi.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
mkdir -p "$share/applications" "$share/mime/packages" "$share/icons"
# In a desktop entry a quoted program may hold spaces; these five signs need a backslash there, and sed one more.
quoted=$(printf '%s' "$here/mailsafi-wizard" | sed -e 's/[\\"`$]/\\\\&/g' -e 's/%/%%/g' -e 's/[&|\\]/\\&/g')
sed -e "s|^Exec=mailsafi-wizard|Exec=\"$quoted\"|" -e '/^TryExec=/d' \
    "$here/share/applications/mailsafi-wizard.desktop" > "$share/applications/mailsafi-wizard.desktop"
cp "$here/share/mime/packages/mailsafi-wizard.xml" "$share/mime/packages/"
cp -R "$here/share/icons/hicolor" "$share/icons/"
for update in "update-mime-database $share/mime" "update-desktop-database $share/applications"; do
    if command -v "${update%% *}" >/dev/null 2>&1; then ${update%% *} "${update#* }"; fi
done
echo "MailSafi Wizard is in your menu now."
