# Debian's command-line programs: newsboat, Fossil, Subversion, Sleuth Kit, Nix, createrepo_c. $1 is OUT, $2 the Python of makers.
OUT=$1 PY=$2 HERE=$(cd "$(dirname "$0")" && pwd) T=$(mktemp -d) bad=0
export HOME=$T
put() { rm -rf "$OUT/databases/$2"; mkdir -p "$OUT/databases/$2"; cp "$1" "$OUT/databases/$2/$2.sqlite"; }
try() { ( set -e; "$1" ) >"$T/$1.log" 2>&1 || { echo "$1 failed: $(tail -n 2 "$T/$1.log" | tr '\n' ' ')"; bad=1; }; }
SQL() { "$PY" -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit(); c.close()' "$@"; }

newsboat_feeds() {
  mkdir -p "$T/web" "$T/.newsboat"
  "$PY" - "$T/web" <<'P'
import random, sys
from datetime import datetime, timedelta, timezone
r = random.Random("newsboat")
for i, n in enumerate(["Tramway Weekly", "Compost News", "Small Computers", "Baking Lab"]):
    items = ""
    for k in range(r.randrange(20, 40)):
        d = datetime(2022, 1, 5, tzinfo=timezone.utc) + timedelta(minutes=r.randrange(3 * 525600))
        items += f"<item><guid>{i}-{k}</guid><title>{n} no. {k}</title><link>http://127.0.0.1/{i}/{k}</link><author>{r.choice(['Alma Reyes', 'Bruno Keller', 'Chiara Conti'])}</author><pubDate>{d:%a, %d %b %Y %H:%M:%S} +0000</pubDate><description>Words of number {k}.</description></item>"
    open(f"{sys.argv[1]}/{i}.xml", "w").write(f'<?xml version="1.0"?><rss version="2.0"><channel><title>{n}</title><link>http://127.0.0.1/{i}</link><description>d</description>{items}</channel></rss>')
P
  for i in 0 1 2 3; do echo "file://$T/web/$i.xml"; done >"$T/urls"
  printf 'max-items 0\nkeep-articles-days 0\n' >"$T/config"
  newsboat -u "$T/urls" -c "$T/cache.db" -C "$T/config" -x reload
  SQL "$T/cache.db" "UPDATE rss_item SET unread=0 WHERE id%3<>0; UPDATE rss_item SET flags='s' WHERE id%11=0;"
  put "$T/cache.db" newsboat_feeds
}

fossil_project() {
  mkdir -p "$T/f/src" && cd "$T/f"
  export USER=alma
  fossil new --date-override "2021-11-02 09:00:00" --admin-user alma "$T/p.fossil"
  fossil open "$T/p.fossil" --force
  fossil settings autosync off
  i=0
  for d in 2022-01-12 2022-03-03 2022-03-19 2022-07-21 2022-11-08 2023-01-30 2023-02-14 2023-05-06 2023-05-07 2023-05-29 2023-08-11 2023-10-02 2023-12-24 2024-01-09 2024-02-29 2024-03-15 2024-03-16 2024-06-20 2024-09-01 2024-10-10 2024-10-31 2025-01-02 2025-02-18 2025-05-05 2025-06-30 2025-08-08 2025-09-09 2025-10-03; do
    i=$((i + 1)); echo "line $i" >>"src/part$((i % 5)).txt"; echo "$d" >>notes.md
    fossil addremove
    case $((i % 3)) in 0) who=bruno ;; 1) who=alma ;; 2) who=chiara ;; esac
    fossil commit --no-warnings -m "Change $i: $(echo 'fixes a leak|adds a test|tidies names|speeds up loading' | cut -d'|' -f$((i % 4 + 1)))" --date-override "$d 1$((i % 10)):2$((i % 6)):00" --user-override $who
    [ $((i % 4)) = 0 ] && fossil ticket add title "Ticket $i" status "$([ $((i % 8)) = 0 ] && echo Open || echo Closed)" type "$([ $((i % 12)) = 0 ] && echo Feature_Request || echo Code_Defect)" severity Minor || true
  done
  fossil close --force
  put "$T/p.fossil" fossil_project
}

subversion_wc() {
  svnadmin create "$T/svn"
  printf '#!/bin/sh\nexit 0\n' >"$T/svn/hooks/pre-revprop-change"; chmod +x "$T/svn/hooks/pre-revprop-change"
  svn co "file://$T/svn" "$T/wc1" && cd "$T/wc1"
  mkdir -p docs src tests && svn add docs src tests && svn ci -m start --username alma
  n=1
  for d in 2019-02-03 2019-05-17 2019-11-30 2020-01-08 2020-04-04 2020-09-12 2021-02-22 2021-02-23 2021-06-01 2021-10-19 2022-01-13 2022-05-05 2022-08-26 2023-01-03 2023-03-14 2023-07-07 2023-12-12 2024-02-02 2024-04-28 2024-09-30 2025-01-15 2025-06-06; do
    n=$((n + 1))
    case $((n % 3)) in 0) f=docs/page$n.txt who=bruno ;; 1) f=src/file$n.c who=alma ;; 2) f=tests/test$n.c who=chiara ;; esac
    "$PY" -c "print('x' * ($n * 137 % 900 + 40))" >$f; svn add $f; svn ci -m "Adds $f" --username $who
    svn propset --revprop -r $n svn:date "${d}T1$((n % 10)):15:3$((n % 10)).$((n * 7919 % 1000000 + 1000000))Z" "file://$T/svn" 2>/dev/null ||
      svn propset --revprop -r $n svn:date "${d}T1$((n % 10)):15:3$((n % 10)).$(printf %06d $((n * 7919 % 1000000)))Z" "file://$T/svn"
  done
  svn propset --revprop -r 1 svn:date "2019-01-01T08:00:00.000000Z" "file://$T/svn"
  svn co "file://$T/svn" "$T/wc2"
  put "$T/wc2/.svn/wc.db" subversion_wc
}

sleuthkit_case() {
  D=$T/disk; mkdir -p $D/Documents $D/Pictures $D/Work/old $D/Music
  "$PY" - $D <<'P'
import os, random, sys
r = random.Random("sleuthkit")
for i in range(90):
    d, e = r.choice([("Documents", "pdf"), ("Documents", "txt"), ("Pictures", "jpg"), ("Work", "xlsx"), ("Work/old", "doc"), ("Music", "mp3")])
    p = f"{sys.argv[1]}/{d}/{r.choice(['plan', 'list', 'trip', 'letter', 'scan'])}{i}.{e}"
    open(p, "wb").write(bytes(r.randrange(256) for _ in range(r.randrange(100, 9000))))
    t = r.randrange(1641000000, 1760000000)
    os.utime(p, (t + r.randrange(4000000), t))
P
  dd if=/dev/zero of="$T/disk.img" bs=1M count=16 status=none
  mke2fs -q -t ext4 -d $D "$T/disk.img"
  tsk_loaddb -d "$T/case.db" "$T/disk.img"
  put "$T/case.db" sleuthkit_case
}

nix_store() {
  mkdir -p "$T/nix"
  export NIX_STORE_DIR=$T/nix/store NIX_STATE_DIR=$T/nix/var NIX_LOG_DIR=$T/nix/log NIX_CONF_DIR=$T/nix/etc NIX_REMOTE=local
  mkdir -p $NIX_CONF_DIR; printf 'build-users-group =\nsandbox = false\n' >$NIX_CONF_DIR/nix.conf
  for n in $(seq 1 45); do
    p=$(echo 'hello|curl|zlib|openssl|bash|coreutils|python3|git' | cut -d'|' -f$((n % 8 + 1)))-$((n / 8 + 1)).$((n % 5)).$((n % 3))
    head -c $((n * 1237 % 9000 + 200)) /dev/zero | tr '\0' "$(printf "\\$(printf %o $((n + 64)))")" >"$T/$p"; nix-store --add "$T/$p"
  done
  "$PY" - "$NIX_STATE_DIR/db/db.sqlite" <<'P'
import random, sqlite3, sys
r = random.Random("nix")
c = sqlite3.connect(sys.argv[1])
ids = [i for (i,) in c.execute("SELECT id FROM ValidPaths ORDER BY path")]
prefix = c.execute("SELECT path FROM ValidPaths").fetchone()[0].rsplit("/", 1)[0]
for i in ids:  # the same unit, days spread over years; the usual store folder
    c.execute("UPDATE ValidPaths SET registrationTime=?, path=replace(path, ?, '/nix/store') WHERE id=?", (r.randrange(1641000000, 1763000000), prefix, i))
    for j in r.sample(ids, r.randrange(4)):
        if j < i:
            c.execute("INSERT INTO Refs VALUES (?, ?)", (i, j))
c.commit()
c.execute("PRAGMA journal_mode=DELETE")
c.close()
P
  put "$NIX_STATE_DIR/db/db.sqlite" nix_store
}

createrepo_packages() {
  mkdir -p "$T/repo" "$T/rpm"
  n=0
  for name in acme-base acme-web acme-docs libfoo libbar toolbox quill weatherd; do
    for v in 1.0 1.1 2.0 2.3; do
      n=$((n + 1)); t=$((1641000000 + n * 3712345))
      cat >"$T/rpm/p.spec" <<S
Name: $name
Version: $v
Release: $((n % 3 + 1))
Summary: The $name package
License: MIT
Group: $([ $((n % 2)) = 0 ] && echo Tools || echo Libraries)
BuildArch: noarch
Vendor: Acme
Packager: $(echo 'Alma Reyes|Bruno Keller|Chiara Conti' | cut -d'|' -f$((n % 3 + 1)))
$([ "$name" = acme-base ] || echo "Requires: acme-base >= 1.0")
%description
Made up.
%install
mkdir -p %{buildroot}/usr/share/$name
head -c $((n * 4321 % 20000)) /dev/urandom > %{buildroot}/usr/share/$name/data
%files
/usr/share/$name
%changelog
* Mon Jan 03 2022 Alma Reyes <alma@example.org> - $v
- made up
S
      SOURCE_DATE_EPOCH=$t rpmbuild --quiet -bb --define "_topdir $T/rpm" --define "_buildhost made-up" --define "use_source_date_epoch_as_buildtime 1" "$T/rpm/p.spec"
      touch -d @$((t + 90000)) $T/rpm/RPMS/noarch/$name-$v-*.rpm
      mv $T/rpm/RPMS/noarch/$name-$v-*.rpm "$T/repo/"
    done
  done
  createrepo_c --database --compress-type=gz "$T/repo"
  ls "$T/repo/repodata"
  "$PY" -c 'import bz2, glob, gzip, lzma, sys
p = glob.glob(sys.argv[1] + "/*primary.sqlite*")[0]
d = open(p, "rb").read()
open(sys.argv[2], "wb").write((gzip if p.endswith("gz") else bz2 if p.endswith("bz2") else lzma).decompress(d))' "$T/repo/repodata" "$T/primary.sqlite"
  put "$T/primary.sqlite" createrepo_packages
}

for f in newsboat_feeds fossil_project subversion_wc sleuthkit_case nix_store createrepo_packages; do
  case " ${ONLY:-$f} " in *" $f "*) try $f ;; esac
done
[ -n "$KEEP" ] && echo "$T" || rm -rf "$T"
exit $bad
