# sh style/run.sh COMMAND: what Quarto runs before and after it renders the project, in the
# environment of the repository, which need not be activated.
command=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
name=$(sed -n 's/^name: *//p' "$root/environment.yml")
for python in "$root/.venv/bin/python" "${CONDA_PREFIX:-}/bin/python" \
  "${CONDA_PREFIX:-}/envs/$name/bin/python" "${CONDA_PREFIX:-}/../$name/bin/python"; do
  case $python in
    "$root"/*) ;;
    */"$name"/bin/python) ;;
    *) continue ;;
  esac
  [ -x "$python" ] || continue
  cd "$root" && exec "$python" -Es -X utf8 -m analysis "$command-report"
done
echo "there is no environment: run make notebooks first" >&2
exit 3
