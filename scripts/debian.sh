# Functions of the scripts that install packages of Debian and Ubuntu, which source this file.

# as_root runs a command as root.
as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

packages_updated=
# install_packages installs packages. It fails where there is no apt-get.
install_packages() {
  command -v apt-get >/dev/null || return 1
  [[ -n "$packages_updated" ]] || as_root apt-get update -qq || return 1
  packages_updated=yes
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# download_packages downloads packages into the current folder, which apt has to be able to read as a user of its own.
download_packages() {
  command -v apt-get >/dev/null || return 1
  apt-get download -qq "$@" >/dev/null 2>&1 || { as_root apt-get update -qq && apt-get download -qq "$@" >/dev/null; }
}
