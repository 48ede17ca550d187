import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "pandas",
    "sklearn",
    "scipy",
    "duckdb",
    "ibis",
    "pyarrow",
    "adbc_driver_manager",
    "numpy",
    "ml",
    "apscheduler",
}
SCRIPT = """
import json, sys
from pathlib import Path
from tests.databases import SqliteDatabase
client = SqliteDatabase(Path(sys.argv[1])).app.test_client()
statuses = [client.get(path).status_code for path in ("/healthz", "/", "/admin/")]
print(json.dumps([statuses, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_a_web_worker_loads_nothing_that_trains(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    statuses, loaded = json.loads(done.stdout)
    assert statuses == [200, 200, 302]
    assert set(loaded) & HEAVY == set()
