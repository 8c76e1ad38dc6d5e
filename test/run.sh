#!/usr/bin/env bash
# Everything that proves the project; `npm test` calls it. The last line says "N passed, N failed".
# Usage: bash test/run.sh [test file...]      KHANCAP_TEST_LONG=1: full counts
set -euo pipefail
cd "$(dirname "$0")/.."

# What the tests drive for real: program or file that must be there, and the Debian package that brings it.
needs=(
  redis-server=redis-server
  dovecot=dovecot-imapd
  gpg=gpg
  gpg-agent=gpg-agent
  age=age
  chromium=chromium
  firefox-esr=firefox-esr
  ps=procps
  script=bsdutils
  zsh=zsh
  fish=fish
  tcpdump=tcpdump
  /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk
)
missing=()
for need in "${needs[@]}"; do
  what=${need%%=*}
  if [[ $what == /* ]]; then [[ -e $what ]] && continue; else command -v "$what" >/dev/null && continue; fi
  missing+=("${need#*=}")
done

if ((${#missing[@]} > 0)); then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    echo "installing for the tests, by apt: ${missing[*]}" >&2
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
      cat "$log" >&2
      rm -f "$log"
      echo "could not install: ${missing[*]}" >&2
      echo "0 passed, 1 failed"
      exit 1
    fi
    rm -f "$log"
  else
    echo "the tests need these packages of Debian, or what they hold: ${missing[*]}" >&2
    echo "hint: sudo apt-get install ${missing[*]}" >&2
    echo "0 passed, 1 failed"
    exit 1
  fi
fi

exec node test/run.mjs "$@"
