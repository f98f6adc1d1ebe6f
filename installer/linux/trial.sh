#!/bin/bash
# Tries a .deb in a bare Debian system without Python, as root: install, upgrade, self-test, open a project, rehearse, remove, purge.
#
#   installer/linux/trial.sh PACKAGE.deb [FOLDER]
#
# FOLDER holds the bare system; it is made by debootstrap from the mirror that this computer uses, and kept for the next time. SUITE: which Debian
# or Ubuntu. MIRROR: another one.
set -euo pipefail
deb=$(readlink -f "$1")
base=$(readlink -f "${2:-$(mktemp -d)}")
mkdir -p "$base"
suite=${SUITE:-bookworm}
root=$base/root
failed=0

say() { printf '\n--- %s\n' "$*"; }
holds() { # WORDS COMMAND...
    local words=$1; shift
    if "$@" > "$base/last.log" 2>&1; then echo "ok    $words"; else echo "FAIL  $words"; tail -20 "$base/last.log"; failed=1; fi
}
fails() { ! "$@"; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} "$@"; }
as_user() { chroot --userspec=1000:1000 "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/admin LC_ALL=C.UTF-8 "$@"; }

if [ ! -d "$base/clean" ]; then
    say "a bare $suite"
    mirror=${MIRROR:-}
    for origin in Debian Ubuntu; do
        [ -z "$mirror" ] || break
        # shellcheck disable=SC2016 # apt fills this in
        mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Origin: $origin" | head -1)
    done
    case $mirror in # a file with one mirror a line, which debootstrap cannot read
        mirror+file:*) mirror=$(grep -Eo '^https?://[^[:space:]]+' "${mirror#mirror+file:}" | head -1) ;;
    esac
    [ -n "$mirror" ] || { echo "this computer knows no mirror of Debian or Ubuntu" >&2; exit 2; }
    debootstrap --variant=minbase "$suite" "$base/clean" "$mirror" > "$base/debootstrap.log"
fi
mountpoint -q "$root/proc" && umount "$root/proc"
rm -rf "$root"
cp -a "$base/clean" "$root"
mount -t proc proc "$root/proc"
trap 'umount "$root/proc" 2>/dev/null || true' EXIT
echo "127.0.0.1 localhost" > "$root/etc/hosts"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp -n /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
inside useradd --create-home --uid 1000 admin
holds "no Python in the bare system" fails inside sh -c 'command -v python3'
find "$root" -xdev \( -path "$root/proc" -o -path "$root/home" \) -prune -o -print | sed "s|^$root||" | sort > "$base/before.txt"

say "install, first what stands for an older version"
cp "$deb" "$root/tmp/wizard.deb"
dpkg-deb --raw-extract "$deb" "$base/older"
sed -i 's/^Version: .*/Version: 0.0.1-1/' "$base/older/DEBIAN/control"
touch "$base/older/usr/lib/mailsafi-wizard/_internal/of-an-older-version.txt"
dpkg-deb --root-owner-group -Znone --build "$base/older" "$root/tmp/older.deb" > /dev/null
rm -r "$base/older"
holds "apt-get update" inside apt-get -q update
holds "apt-get install" inside apt-get -y -q install --no-install-recommends /tmp/older.deb
holds "its command works" as_user mailsafi-wizard --version
holds "apt-get install, an upgrade" inside apt-get -y -q install --no-install-recommends /tmp/wizard.deb
holds "nothing of the older version is left" fails test -e "$root/usr/lib/mailsafi-wizard/_internal/of-an-older-version.txt"
holds "every file is as it was packed" sh -c "! chroot '$root' dpkg --verify mailsafi-wizard | grep ."
holds "still no Python" fails inside sh -c 'command -v python3'
holds "nothing asks for a library that is not there" fails inside sh -c \
    'find /usr/lib/mailsafi-wizard -type f \( -name "*.so*" -o -name mailsafi-wizard \) | LD_LIBRARY_PATH=/usr/lib/mailsafi-wizard/_internal:/usr/lib/mailsafi-wizard/_internal/PySide6/Qt/lib xargs ldd 2>/dev/null | grep "not found"'

say "run, as an ordinary user without a screen"
holds "--version" as_user mailsafi-wizard --version
holds "--selftest" as_user mailsafi-wizard --selftest
cat "$base/last.log"
holds "without a screen the wizard says so and ends with status 2" sh -c "chroot --userspec=1000:1000 '$root' /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/admin mailsafi-wizard; test \$? = 2"
holds "the rehearsal, headless" as_user mailsafi-wizard demo --headless --out /home/admin/rehearsal
holds "it left its report" test -s "$root/home/admin/rehearsal/report.pdf"
printf '# list\nEmailAddress,UserName,Password\njane@example.com,jane,secret\n' > "$root/home/admin/list.txt"
holds "check-list" as_user mailsafi-wizard check-list /home/admin/list.txt
holds "a project is made (the servers do not exist: status 3)" sh -c "chroot --userspec=1000:1000 '$root' /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/admin mailsafi-wizard migrate /home/admin/acme.mailsafi --source imaps://127.0.0.1:9 --destination imaps://127.0.0.1:9 --list /home/admin/list.txt; test \$? = 3"
holds "the project file is there" test -s "$root/home/admin/acme.mailsafi"
holds "the wizard opens the project and closes on SIGTERM" sh -c "
    chroot --userspec=1000:1000 '$root' /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/admin QT_QPA_PLATFORM=offscreen mailsafi-wizard /home/admin/acme.mailsafi &
    pid=\$!; for i in \$(seq 100); do [ -e '$root/home/admin/acme.mailsafi-wal' ] && break; sleep 0.2; done; sleep 1; kill -0 \$pid && kill -TERM \$pid && wait \$pid"
holds "it remembers the project" grep -q acme "$root/home/admin/.config/MailSafi/MailSafi Wizard.conf"

say "on a screen"
if command -v Xvfb > /dev/null; then
    Xvfb :97 -screen 0 1280x900x24 > "$base/xvfb.log" 2>&1 &
    screen=$!
    trap 'umount "$root/proc" 2>/dev/null || true; kill $screen 2>/dev/null || true' EXIT
    for _ in $(seq 50); do [ -S /tmp/.X11-unix/X97 ] && break; sleep 0.2; done
    # the way in is the socket without a file, which a chroot does not hide
    holds "the window is drawn by X11" sh -c "chroot --userspec=1000:1000 '$root' /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/admin DISPLAY=:97 mailsafi-wizard --selftest window | tee /dev/stderr | grep -q '(xcb)'"
    kill $screen
else
    echo "no Xvfb here: left out"
fi

say "remove"
holds "apt-get remove" inside apt-get -y -q remove mailsafi-wizard
holds "the program is gone" fails test -e "$root/usr/bin/mailsafi-wizard"
holds "apt-get install again" inside apt-get -y -q install --no-install-recommends /tmp/wizard.deb
holds "apt-get purge" inside apt-get -y -q purge mailsafi-wizard
find "$root" -xdev \( -path "$root/proc" -o -path "$root/home" \) -prune -o -print | sed "s|^$root||" | sort > "$base/after.txt"
holds "nothing of it is left" fails sh -c "comm -13 '$base/before.txt' '$base/after.txt' | grep -i mailsafi"
holds "the project is untouched" test -s "$root/home/admin/acme.mailsafi"

say "$([ $failed = 0 ] && echo 'all holds' || echo 'something does not hold')"
exit $failed
