#!/bin/sh
# Builds the locked release of argon2's bindings into a virtual environment, with libargon2 beside
# them twice: for every x86-64 processor, and for those with AVX2, where a hash takes half as long.
# (The wheels of PyPI must run anywhere, and have the first only.) The dynamic linker takes the
# fitting one where it is run (ld.so(8), glibc-hwcaps), so that one image serves mixed machines.
#
#   deploy/argon2/install.sh VENV      after requirements/runtime.lock is in it
#
# Needs gcc, make, cmake and Python's headers. Everything fetched is checked by the hashes of requirements/.
set -eu

missing() {
  echo "$1 is missing: apt-get install gcc libc6-dev make cmake python3-dev" >&2
  exit 1
}
for tool in gcc make cmake; do
  command -v $tool >/dev/null || missing $tool
done
venv=$(cd "$1" && pwd)
headers=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
[ -f "$headers/Python.h" ] || missing Python.h
requirements=$(cd "$(dirname "$0")/../../requirements" && pwd)
lib=$venv/lib/argon2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
export CFLAGS="-fstack-protector-strong -D_FORTIFY_SOURCE=2" LDFLAGS="-Wl,-z,relro,-z,now"

"$venv/bin/python" -m venv "$work/tools"
pip=$work/tools/bin/pip
# Without ninja it builds with make.
$pip install --require-hashes --only-binary :all: -r "$requirements/argon2-build.lock"

# The lines of its version and its hashes.
sed -n '/^argon2-cffi-bindings==/,/^ *#/p' "$requirements/runtime.lock" >"$work/argon2.lock"
$pip download --require-hashes --no-deps --no-build-isolation --no-binary :all: \
  -d "$work" -r "$work/argon2.lock"
mkdir "$work/source"
tar -xzf "$work"/argon2_cffi_bindings-*.tar.gz --strip-components 1 -C "$work/source"
libargon2=$work/source/extras/libargon2

build() {  # PROCESSOR FOLDER
  make -s -C "$libargon2" clean >/dev/null
  make -s -C "$libargon2" OPTTARGET="$1" libargon2.so.1 >/dev/null
  mkdir -p "$2"
  cp "$libargon2/libargon2.so.1" "$2"
}

# Instances may be running: what they load stays until all is built.
rm -rf "$lib.new"
build x86-64 "$lib.new"
if [ "$(uname -m)" = x86_64 ]; then
  build x86-64-v3 "$lib.new/glibc-hwcaps/x86-64-v3"
fi

ARGON2_CFFI_USE_SYSTEM=1 \
CMAKE_ARGS="-DARGON2_INCLUDE_DIR=$libargon2/include -DARGON2_LIBRARY=$lib.new/libargon2.so.1 -DCMAKE_INSTALL_RPATH=$lib" \
  $pip wheel --no-deps --no-build-isolation --no-cache-dir -w "$work/wheel" "$work/source"
rm -rf "$lib"
mv "$lib.new" "$lib"
$pip --python "$venv/bin/python" install --no-deps --force-reinstall "$work"/wheel/*.whl

# Made by the wheel of PyPI: a library that hashes otherwise would turn away everybody.
"$venv/bin/python" - <<'PYTHON'
import time
from argon2 import PasswordHasher

digest = "$argon2id$v=19$m=7168,t=1,p=1$O6uuuDtYrHM9UnHqq4OvMw$poSjXwZnqpojrnXE/4Z7uLB7+20GfNJQi5xXSZTsSu8"
begun = time.perf_counter()
for _ in range(100):
    PasswordHasher().verify(digest, "123456")
print(f"argon2 of 7 MiB: {(time.perf_counter() - begun) * 10:.1f} ms a hash")
PYTHON
