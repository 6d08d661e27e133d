#!/usr/bin/env bash
# Makes .venv beside this script with PyTorch (CPU) for pytorch_bench.py.
# Needs root, Debian's packages, and a torch wheel that pip finds offline (PIP_FIND_LINKS is honoured).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$here/.venv
export PYTHONPATH=$here # torch_compat is there
[ -x "$venv/bin/python" ] && "$venv/bin/python" -c 'import torch_compat, torch' 2>/dev/null && exit 0
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv python3-numpy python3-filelock \
  python3-typing-extensions python3-sympy python3-networkx python3-jinja2 python3-fsspec g++ >/dev/null
/usr/bin/python3 -m venv --system-site-packages "$venv"
"$venv/bin/python" -m pip install -q --no-index --no-deps torch
"$venv/bin/python" -c 'import torch_compat, torch; print("torch", torch.__version__)'
