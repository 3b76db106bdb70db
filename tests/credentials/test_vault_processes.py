"""Several processes and threads with one vault: nothing is lost, and no half-written file is read."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from sicktui.stores.secrets.vault import VaultState
from tests.credentials.kit import MASTER, cheap_vault, opened_vault
from tests.support.fixtures import Spawn

WRITER = """
import sys
from pathlib import Path
from sicktui.stores.secrets.vault import Vault
from sicktui.stores.secrets.vault_format import Cost
path, name, number, master = sys.argv[1:]
vault = Vault(Path(path), given=master, cost=Cost(memory=8, passes=1, lanes=1))
vault.check()
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(number)):
    vault.put(f"{name}-{n}/Service", f"secret of {name}-{n}")
    print(n, flush=True)
"""


def start_writers(spawn: Spawn, path: Path, *names: str, number: int) -> list["subprocess.Popen[str]"]:
    """Processes that have the vault open and begin at the same moment."""
    writers = [spawn(WRITER, str(path), name, str(number), MASTER) for name in names]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    return writers


def test_two_processes_that_write_at_once_lose_nothing(spawn: Spawn, vault_file: Path) -> None:
    vault = opened_vault(vault_file, mine="untouched")
    writers = start_writers(spawn, vault_file, "x", "y", number=40)
    for n in range(20):
        vault.put(f"z-{n}/Service", f"secret of z-{n}")
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    expected = {f"{name}-{n}" for name in "xy" for n in range(40)} | {f"z-{n}" for n in range(20)}
    fresh = cheap_vault(vault_file, given=MASTER)
    assert {name.removesuffix("/Service") for name in fresh.names()} == expected | {"mine"}
    for name in expected:
        assert fresh.get(f"{name}/Service") == f"secret of {name}"
        assert vault.get(f"{name}/Service") == f"secret of {name}"


def test_a_writer_that_is_killed_leaves_a_whole_vault(spawn: Spawn, vault_file: Path) -> None:
    opened_vault(vault_file)
    for round_number in range(3):
        [writer] = start_writers(spawn, vault_file, f"k{round_number}", number=100_000)
        time.sleep(0.1 + 0.05 * round_number)
        writer.kill()
        out, _ = writer.communicate()
        told = len([line for line in out.splitlines() if line.isdigit()])
        fresh = cheap_vault(vault_file, given=MASTER)
        assert fresh.state() is VaultState.OPEN
        kept = [name for name in fresh.names() if name.startswith(f"k{round_number}-")]
        assert len(kept) in (told, told + 1), "what was said to be kept is kept"
        assert told > 0
        for name in kept:
            assert fresh.get(name) == "secret of " + name.removesuffix("/Service")


def test_a_reader_never_meets_a_half_written_vault(spawn: Spawn, vault_file: Path) -> None:
    vault = opened_vault(vault_file, mine="untouched")
    [writer] = start_writers(spawn, vault_file, "x", number=60)
    reads = 0
    while writer.poll() is None:
        assert vault.get("mine/Service") == "untouched"
        reads += 1
    assert reads > 10


def test_many_threads_share_one_vault(vault_file: Path) -> None:
    vault = opened_vault(vault_file)
    broken: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(10):
                vault.put(f"{name}-{n}/Service", str(n))
                assert vault.get(f"{name}-{n}/Service") == str(n)
        except BaseException as error:  # noqa: BLE001 - told to the test
            broken.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert len(vault.names()) == 40


def test_cryptography_is_not_imported_before_a_vault_is_opened(vault_file: Path) -> None:
    opened_vault(vault_file, a="x")
    code = (
        "import json, sys; from pathlib import Path; from sicktui.stores.secrets.vault import Vault;"
        "v = Vault(Path(sys.argv[1])); print(json.dumps([v.state(), 'a/Service' in v.names(),"
        " 'cryptography' in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(vault_file)], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == ["locked", True, False]


def test_a_pc_on_which_the_library_does_not_load_says_so(vault_file: Path) -> None:
    """As on a Windows without the C runtime: ``ImportError: DLL load failed``."""
    code = (
        "import sys; from pathlib import Path; sys.modules['cryptography'] = None;"
        "from sicktui.stores.secrets.vault import Vault\n"
        "try: Vault(Path(sys.argv[1])).create('correct horse battery')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(vault_file)], check=True, capture_output=True, text=True
    )
    assert "VaultError" in done.stdout
    assert "cannot be used here" in done.stdout
    assert not vault_file.exists()
