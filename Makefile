# The front door: `make` lists the commands, README.md explains them.

# What a person may choose, on the command line only: make report RAW=../export OUT=../report
RAW      :=
OUT      := .
PARAMS   :=
RENDERER := auto
ARCHIVE  :=
CODE     :=
ANSWERS  :=
QUICK    :=
WHEELS   :=
BYTES    :=

# A misspelt choice would be none.
KNOWN   := RAW OUT PARAMS RENDERER ARCHIVE CODE ANSWERS QUICK WHEELS BYTES
UNKNOWN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$(filter-out $(KNOWN),$v)))
ifneq ($(strip $(UNKNOWN)),)
$(error there is no choice called $(strip $(UNKNOWN)): there are $(KNOWN))
endif

# A name may hold an apostrophe: the shell gets it as a variable, never as text.
export ARCHIVE ANSWERS

ifneq ($(words $(RAW)),$(words $(firstword $(RAW))))
$(error RAW may hold no spaces)
endif
ifneq ($(words $(OUT)),1)
$(error OUT is one folder whose name holds no spaces)
endif

# The environment: conda's, if the active one bears the name in environment.yml, else .venv.
CONDA  := $(filter $(shell sed -n 's/^name: *//p' environment.yml),$(CONDA_DEFAULT_ENV))
PYTHON := $(if $(CONDA),"$(CONDA_PREFIX)/bin/python",.venv/bin/python)
ANY    := $(shell for p in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
            $$p -Es -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Without anyone's own modules, and with UTF-8 whatever the locale: folders may be in Hangul.
ALONE  := -Es -X utf8
RUNNER := $(PYTHON) $(ALONE) -m analysis
# A file here that Python would read in place of a part of its own; a test.py does no harm.
SHADOW := $(if $(wildcard *.py),$(shell $(ANY) $(ALONE) -c 'import sys; \
            print(*(f for f in sys.argv[1:] if f[:-3] in sys.stdlib_module_names - {"test"}))' $(wildcard *.py)))
ifneq ($(SHADOW),)
$(error $(firstword $(SHADOW)) in this folder would be read in place of a part of Python. Rename it, and try again)
endif
UNTIL  := $(if $(filter notebooks preview,$(MAKECMDGOALS)),--until results)
CHOSEN := --out $(OUT) --renderer $(RENDERER) $(if $(RAW),--raw $(RAW)) $(if $(PARAMS),--params $(PARAMS))

# Notebooks that do not need each other run side by side, one more than there are cores, since each
# waits now and then; -j says otherwise. Several goals follow one another. A Make before 4.2 would
# take this for an order above the command line's.
ifeq ($(filter 3.% 4.0 4.1,$(MAKE_VERSION))$(word 2,$(MAKECMDGOALS)),)
MAKEFLAGS += -j$(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
endif

NOTEBOOKS := 01_clean 02_score 03_describe 04_efficacy 05_sensitivity 06_safety
# A person's own, which run after the six.
PERSONAL  := $(filter-out $(NOTEBOOKS),$(shell ls notebooks | sed -n 's/^\([0-9][0-9]_[A-Za-z0-9_]*\)\.ipynb$$/\1/p'))
COPY      := $(OUT)/report/notebooks
COPIES    := $(patsubst %,$(COPY)/%.ipynb,$(NOTEBOOKS) $(PERSONAL))
RESULTS   := $(OUT)/data/processed/results.csv
INDEX     := $(OUT)/report/_output/index.html
MARK      := $(OUT)/.run/outdated

.PHONY: help setup report preview notebooks test lab draft check-data answers seal why qc benchmark stress matrix \
  verify record archive pictures clean lock refresh

help:
	@echo 'make report       run the notebooks and render the report: report/_output/index.html'
	@echo 'make preview      show the pages of the report while you change its words in report/'
	@echo 'make notebooks    run the notebooks only: data/processed, report/notebooks'
	@echo 'make lab          open the notebooks in JupyterLab; they write to scratch/'
	@echo 'make test         run the tests'
	@echo 'make why          list what is outdated, and why'
	@echo 'make draft RAW=folder            draft where the fields of another export go'
	@echo 'make check-data RAW=folder OUT=folder   clean another export, list what to ask the site and'
	@echo '                  what becomes of each outcome'
	@echo 'make answers RAW=folder OUT=folder ANSWERS=sheet.xlsx   take in the answers of the site'
	@echo 'make report RAW=folder OUT=folder       make the report from another export'
	@echo 'make report OUT=folder PARAMS="followup_visit=week_4"   analyse another visit'
	@echo 'make verify       run everything from a clean start and compare with the reference results;'
	@echo '                  ARCHIVE=file.zip: an archive, QUICK=1: the files only, BYTES=1: to the byte,'
	@echo '                  CODE=archive: run the code of the archive in place of ours'
	@echo
	@echo 'For maintainers:'
	@echo 'make setup        make the environment, as all of the above do by themselves'
	@echo 'make qc           compute the efficacy results again in R and compare'
	@echo 'make record       make this run the reference results, and list the results that move'
	@echo 'make archive      make the zip file for a reviewer, in dist/; WHEELS=1: with all packages'
	@echo '                  (of a real trial: with RAW= a de-identified export; see data/README.md)'
	@echo 'make seal RAW=folder    write the checksums of an export as received'
	@echo 'make benchmark    measure how long a run takes, and how that grows with the trial'
	@echo 'make stress       corrupt exports and kill runs, hundreds of times, and record what happens;'
	@echo '                  report altered exports and check that every sentence is true'
	@echo 'make matrix       run everything under other locales, users and Pythons, and compare'
	@echo 'make pictures     take the pictures in report/preview again'
	@echo 'make clean        remove what a run wrote; data/raw is never touched'
	@echo 'make lock         resolve requirements.lock again from pyproject.toml'

report: $(INDEX)
	@echo 'The report: $(INDEX)'

preview: $(RESULTS)
	@$(RUNNER) preview $(CHOSEN)

notebooks: $(COPIES) $(RESULTS)

# Times lie: `refresh` and every step that has run mark what is outdated, by content, and only that
# is started. Each step publishes by rename, so that an interrupted Make has nothing to take away.
.PHONY: $(COPIES) $(RESULTS) $(INDEX)

$(COPIES): $(COPY)/%.ipynb: refresh
	@test ! -e $(MARK)/$* || exec $(RUNNER) run $* $(CHOSEN) $(UNTIL)

$(RESULTS): $(COPIES)
	@test ! -e $(MARK)/results || exec $(RUNNER) run results $(CHOSEN) $(UNTIL)

$(INDEX): $(RESULTS)
	@test ! -e $(MARK)/report || exec $(RUNNER) run report $(CHOSEN)

# What waits for what, as in analysis/run/steps.py.
$(COPY)/02_score.ipynb $(COPY)/06_safety.ipynb: $(COPY)/01_clean.ipynb
$(COPY)/03_describe.ipynb $(COPY)/04_efficacy.ipynb $(COPY)/05_sensitivity.ipynb: $(COPY)/02_score.ipynb
$(PERSONAL:%=$(COPY)/%.ipynb): $(NOTEBOOKS:%=$(COPY)/%.ipynb)

refresh: setup
	@$(RUNNER) mark $(CHOSEN) $(UNTIL)

setup:
	@test -n '$(firstword $(ANY))' || { echo 'Python 3.11 or newer is needed: get it from python.org,' \
	  'or with "apt install python3" or "brew install python".' >&2; exit 3; }
	@$(ANY) $(ALONE) -m analysis setup $(if $(CONDA),--conda)

test: setup
	@$(PYTHON) $(ALONE) -m pytest -m "not slow" --numprocesses=2

lab: setup
	@$(PYTHON) -m analysis lab

draft: setup
	@test -n '$(RAW)' || { echo 'An export is needed: make draft RAW=folder' >&2; exit 2; }
	@$(RUNNER) draft $(RAW)

check-data: setup
	@$(RUNNER) check-data $(or $(RAW),data/raw) $(if $(filter .,$(OUT)),scratch,$(OUT))

answers: setup
	@test -n "$$ANSWERS" || { echo 'A returned sheet is needed: make answers RAW=folder OUT=folder ANSWERS=queries.xlsx' >&2; exit 2; }
	@$(RUNNER) answers $(or $(RAW),data/raw) $(if $(filter .,$(OUT)),scratch,$(OUT)) "$$ANSWERS"

seal: setup
	@test -n '$(RAW)' || { echo 'An export to seal is needed: make seal RAW=folder' >&2; exit 2; }
	@$(RUNNER) seal $(RAW)

why: setup
	@$(RUNNER) why $(CHOSEN)

# It waits for no run: a run would put an altered result right before anyone looks at it.
qc: setup
	@$(RUNNER) qc $(CHOSEN)

# A clean run of everything, in a copy that sees nothing of an earlier run.
verify: setup
	@$(RUNNER) verify $(CHOSEN) --archive "$$ARCHIVE" --code '$(CODE)' --quick '$(QUICK)' --bytes '$(BYTES)'

record: report
	@$(RUNNER) record $(CHOSEN)

archive: report
	@$(RUNNER) archive $(CHOSEN) --wheels '$(WHEELS)'

benchmark: setup
	@$(PYTHON) $(ALONE) tests/tools benchmark

stress: setup
	@$(PYTHON) $(ALONE) tests/tools stress

matrix: setup
	@$(PYTHON) $(ALONE) tests/tools matrix

pictures: report
	@$(PYTHON) $(ALONE) tests/tools pictures

clean:
	@$(ANY) $(ALONE) -m analysis clean $(CHOSEN)

lock: setup
	@$(PYTHON) -m uv pip compile pyproject.toml --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-header --output-file requirements.lock
