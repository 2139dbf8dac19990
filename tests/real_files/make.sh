#!/bin/bash
# Makes the real files: make.sh [OUT [WORK]]. OUT gets databases/DB_ID/DB_ID.sqlite; WORK keeps the installed packages.
# ONLY="maker maker" makes some. PYTHON is a Python of 3.12 or newer; apt packages are installed when run as root, else must be there.
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=${1:-$(mktemp -d)} WORK=${2:-$OUT/packages}
mkdir -p "$OUT/databases" "$WORK" && OUT=$(cd "$OUT" && pwd) WORK=$(cd "$WORK" && pwd) || exit 2
export REAL_FILES_OUT=$OUT PIP_DISABLE_PIP_VERSION_CHECK=1 DEBIAN_FRONTEND=noninteractive TZ=UTC
M=$HERE/makers failed=""

if [ -z "$PYTHON" ]; then
  for p in python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3 python3.14 python3.12 "$HOME"/.pyenv/versions/3.12*/bin/python3 python3; do
    "$p" -c 'import sys; assert sys.version_info >= (3, 12)' 2>/dev/null && PYTHON=$p && break
  done
fi
[ -n "$PYTHON" ] || { echo "Python 3.12 or newer is needed: set PYTHON"; exit 2; }

venv() { # venv NAME PACKAGE...: one virtual environment, made once
  local name=$1; shift
  [ -e "$WORK/$name/ready" ] && return
  "$PYTHON" -m venv "$WORK/$name" && nice -n 10 "$WORK/$name/bin/pip" install -q --prefer-binary "$@" >"$WORK/$name-pip.log" 2>&1 && touch "$WORK/$name/ready" || echo "packages of $name: failed, see $WORK/$name-pip.log"
}
debian() { # debian NAME=VERSION...: the pinned version, else whatever Debian has now
  local want=() p
  for p in "$@"; do
    dpkg-query -W -f '${Version}' "${p%%=*}" 2>/dev/null | grep -qxF "${p#*=}" || want+=("$p")
  done
  [ ${#want[@]} = 0 ] && return
  [ -e "$WORK/apt-updated" ] || { apt-get update -q >/dev/null && touch "$WORK/apt-updated"; }
  nice -n 10 apt-get install -q -y --no-install-recommends "${want[@]}" >"$WORK/apt.log" 2>&1 ||
    { echo "not as pinned: ${want[*]}"; nice -n 10 apt-get install -q -y --no-install-recommends "${want[@]%%=*}" >"$WORK/apt.log" 2>&1; }
}
make() { # make NAME COMMAND...: a maker that fails does not stop the others
  local name=$1 from=$SECONDS; shift
  case " ${ONLY:-$name} " in *" $name "*) ;; *) return ;; esac
  if (cd "$WORK" && "$@") >"$WORK/$name.log" 2>&1; then echo "$name: $((SECONDS - from)) s"; else echo "$name: failed, see $WORK/$name.log"; failed="$failed $name"; fi
}
py() { # py VENV MAKER
  make "$2" nice -n 10 "$WORK/$1/bin/python" "$M/$2.py" "$OUT"
}

venv orm Django==6.1.3 SQLAlchemy==2.1.9 alembic==1.20.1 peewee==4.5.3 pony==0.7.20 tortoise-orm==1.1.9 'piccolo[sqlite]==1.38.0' pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 \
  sqlite-utils==4.2.1 diskcache==5.6.3 APScheduler==3.11.3 huey==3.5.4 optuna==5.0.0 celery==5.7.0 coverage==7.17.5 pytest==9.2.0 pytest-testmon==2.2.0 ipython==9.18.1 \
  beets==2.14.1 reader==3.27 xonsh==0.25.0 Telethon==1.45.0
for m in django_apps sqlalchemy_shop peewee_gym pony_library tortoise_helpdesk piccolo_concerts frames sqlite_utils_museum queues readers; do py orm $m; done
venv sci pyogrio==0.13.0 geopandas==1.2.0 fiona==1.10.1 ase==3.29.0 pygtfs==0.1.11 gffutils==0.14 anki==26.9.3
for m in anki_cards maps science; do py sci $m; done
venv gnc piecash==1.2.1
py gnc gnucash_home

debian newsboat=2.21-1.5 fossil=1:2.21-1+deb12u1 subversion=1.14.2-4+deb12u1 sleuthkit=4.11.1+dfsg-1+b1 nix-bin=2.8.0-1.1+b1 createrepo-c=0.17.3-2 rpm=4.18.0+dfsg-1+deb12u1 \
  ruby-activerecord=2:6.1.7.10+dfsg-1~deb12u4 ruby-sqlite3=1.4.2-4+b3 calibre=6.13.0+repack-2+deb12u10 \
  libsqlite3-mod-spatialite=5.0.1-3 fail2ban=1.0.2-2 gramps=5.1.5-1
make programs bash "$M/programs.sh" "$OUT" "$PYTHON"
make rails_forum ruby "$M/rails_forum.rb" "$OUT"
make calibre_books calibre-debug -e "$M/calibre_books.py"
debian vnstat=2.10-2 minidlna=1.3.0+dfsg-2.2+deb12u1 darktable=4.2.1-4 python3-pil=9.4.0-1.1+deb12u1 chromium=156.0.8078.108-1~deb12u1 firefox-esr=153.8.0esr-1~deb12u1
make debian nice -n 10 /usr/bin/python3 "$M/debian.py" "$OUT"
py orm browsers

venv apps aw-core==0.5.18 isso==0.13.0 roundup==2.6.0 Trac==1.6 weewx==5.5.2 conan==2.34.0 jupyterhub==6.1.1 khal==0.14.1 buku==5.1 dataset==2.0.0 'setuptools<81' \
  langgraph-checkpoint-sqlite==3.1.2 llm==0.36 SQLAlchemy==2.0.58
py apps apps
venv ml mlflow-skinny==3.17.2 SQLAlchemy==2.1.9 alembic==1.20.1 pandas==3.1.1
py ml mlflow_runs
if [ "${SLOW:-1}" = 1 ]; then # Home Assistant compiles for some minutes
  venv ha homeassistant==2025.4.4 SQLAlchemy==2.0.39 fnv-hash-fast==1.4.0 psutil-home-assistant==0.0.1
  py ha home_assistant
fi

if [ ! -e "$WORK/node/ready" ]; then # better-sqlite3 13 needs Node 22; 12 is compiled here, and sqlite3 too
  mkdir -p "$WORK/node" && (cd "$WORK/node" && npm init -y && nice -n 10 npm install -E --no-audit --no-fund better-sqlite3@12.11.1 drizzle-orm@0.45.4 typeorm@1.1.1 reflect-metadata@0.2.2 \
    sequelize@6.37.8 sqlite3@6.0.1 knex@3.3.0 prisma@7.10.0 @prisma/client@7.10.0 @prisma/adapter-better-sqlite3@7.10.0 @mikro-orm/sqlite@6.6.16 @mikro-orm/core@6.6.16 \
    @keyv/sqlite@4.0.8 keyv@5.6.0) >"$WORK/npm.log" 2>&1 && touch "$WORK/node/ready"
fi
make node_orms env NODE_PATH="$WORK/node/node_modules" nice -n 10 bash -c 'cd "$0/node" && exec node "$1" "$2"' "$WORK" "$M/node_orms.js" "$OUT"

echo "$(ls "$OUT/databases" | wc -l) files in $OUT/databases"
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
