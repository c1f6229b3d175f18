# Sourced by the commands next to it: leaves the shell in the project's folder, with a Node that is new enough
# and the packages that the lockfile names.
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

if ! command -v node >/dev/null 2>&1; then
  echo "Node >= 20.19 is needed and there is no \`node\` on the path: see https://nodejs.org" >&2
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "Node >= 20.19 is needed; $(command -v node) is $(node --version)" >&2
  exit 1
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing packages (npm ci)" >&2
  # A registry mirror may lack packages of other platforms, which npm ci insists on and npm install does not.
  npm ci --no-audit --no-fund >&2 || npm install --no-audit --no-fund --no-save >&2 ||
    { echo "npm install failed: is a package registry reachable?" >&2; exit 1; }
fi
