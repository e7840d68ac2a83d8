# Everything a newcomer needs: `make demo` and `make test`. The rest are parts of these.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# The system's Node.js when it is new enough, else the one that comes with the Python packages.
NODE_OK := $(shell node -e 'const v = process.versions.node.split("."); process.exit(v[0] > 20 || (v[0] == 20 && v[1] >= 19) ? 0 : 1)' 2>/dev/null \
  && [ "$$(npm --version 2>/dev/null | cut -d. -f1)" -ge 11 ] 2>/dev/null && echo yes)
WEB_ENV := $(if $(NODE_OK),,PATH="$(CURDIR)/$(BIN):$$PATH")
WEB_SOURCES := $(shell find web/src web/scripts web/*.json web/*.ts -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help install web demo test lint types imports docs unit behaviour cluster browser bench lock doctor clean sbom audit fuzz

help: ## 本页 / this page
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(BIN)/.installed web/dist/.built ## 安装依赖并构建网页 / install and build

$(BIN)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "需要 Python 3.11 / Python 3.11 is needed: apt-get install python3.11 python3.11-venv, or set PYTHON=…"; exit 1; }
	@echo "安装 Python 依赖… / installing Python packages…"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

web/dist/.built: $(BIN)/.installed $(WEB_SOURCES)
	@echo "构建网页… / building the web pages…"
	@cd web && $(WEB_ENV) npm ci --no-audit --no-fund --loglevel=error
	@cd web && $(WEB_ENV) npm run --silent build
	@touch $@

web: web/dist/.built ## 构建网页 / build the web pages

demo: install ## 一键示范：直播一场样例庭审 / a sample hearing, live
	@exec $(BIN)/courtstream demo $(DEMO)

test: lint types imports docs unit behaviour browser ## 全部检查 / every check

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy
	cd web && $(WEB_ENV) npm run --silent types

imports: install
	$(BIN)/lint-imports

docs: install ## 文档网站 / the documentation site
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

unit: install
	$(BIN)/pytest tests/unit -n 2 --dist loadfile

# Three at a time: these mostly wait for a hearing's own clock. Two ask that no second closes for want
# of machine, and run alone.
BEHAVIOUR := tests/behaviour tests/faults tests/fuzz tests/ways
UNHURRIED := tests/faults/test_refill.py tests/behaviour/test_a_running_platform_follows_its_people.py
behaviour: install
	$(BIN)/pytest $(BEHAVIOUR) -n 3 --dist loadfile $(UNHURRIED:%=--ignore=%)
	$(BIN)/pytest $(UNHURRIED)

# The whole hearing runs alone: on a busy machine less of it is heard, as it should be.
WHOLE := tests/browser/test_the_first_hearing.py
# Those that speak to a database or keep files; `make test` runs a few of them in this way, too.
CLUSTER := COURTSTREAM_TEST_STORES=cluster $(BIN)/pytest
cluster: install ## 同一套测试：PostgreSQL + S3 / the same tests on PostgreSQL and S3
	$(CLUSTER) tests/unit/store tests/unit/services tests/unit/api tests/unit/cli tests/unit/telemetry -n 2 --dist loadfile
	$(CLUSTER) $(BEHAVIOUR) -n 3 --dist loadfile $(UNHURRIED:%=--ignore=%)
	$(CLUSTER) $(UNHURRIED)
	$(CLUSTER) tests/browser -n 2 --dist loadfile --ignore $(WHOLE)
	$(CLUSTER) $(WHOLE)

browser: install
	$(BIN)/pytest tests/browser -n 2 --dist loadfile --ignore $(WHOLE)
	$(BIN)/pytest $(WHOLE)

bench: install ## 速度与准确率 / speed and accuracy against peers
	$(BIN)/python -m bench

doctor: install ## 缺什么、怎么补 / what is missing and how to mend it
	@$(BIN)/courtstream doctor

sbom: install ## 软件物料清单 / bill of materials, CycloneDX
	@mkdir -p build
	$(BIN)/cyclonedx-py environment $(BIN)/python --of JSON --output-reproducible -o build/sbom-python.cdx.json
	cd web && $(WEB_ENV) npm sbom --sbom-format cyclonedx --omit dev > ../build/sbom-web.cdx.json
	@ls -l build/sbom-*.json

audit: install ## 依赖漏洞检查，须能访问漏洞库 / known vulnerabilities; needs their services
	@$(WEB_ENV) $(BIN)/python .ci/audit.py

fuzz: install ## 长时间接口模糊测试 / the whole API, for longer
	COURTSTREAM_API_EXAMPLES=200 $(BIN)/pytest tests/fuzz/test_the_whole_api.py --timeout 0

lock: ## 重新锁定依赖 / pin all packages anew
	$(BIN)/python -m pip install --quiet uv==0.13.9
	$(BIN)/uv pip compile -q --generate-hashes --no-header --no-annotate --extra dev --extra docs \
	  --python-version 3.11 pyproject.toml -o requirements.lock

clean: ## 删除安装与构建产物 / remove what was installed and built
	rm -rf .venv web/node_modules web/dist demo-data
