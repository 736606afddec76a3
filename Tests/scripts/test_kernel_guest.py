"""scripts/kernel-guest and numa-guest, as far as nothing is booted."""

from __future__ import annotations

import gzip
import lzma
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "kernel-guest"
LIBRARY = ROOT / "scripts" / "kernel-image"


def needed() -> list[str]:
    """The options that the script asks for."""
    block = re.search(r"needed_options=\(\n(.*?)\n\)", LIBRARY.read_text(), re.S)
    return re.sub(r"#.*", "", block[1]).split()


def image(configuration: str | None, compress=gzip.compress) -> bytes:
    """A bzImage by the boot protocol, with a kernel that is nothing but its configuration."""
    kernel = b"\x7fELF" + bytes(5000)
    if configuration is not None:
        kernel += b"IKCFG_ST" + gzip.compress(configuration.encode()) + b"IKCFG_ED"
    payload = compress(kernel)
    if compress is not gzip.compress:
        payload += struct.pack("<I", len(kernel))
    payload += bytes(-len(payload) % 16)
    start = bytearray(0x600)
    start[0x1F1] = 1
    start[0x1F4:0x1F8] = struct.pack("<I", (0x200 + len(payload)) // 16)
    start[0x202:0x208] = b"HdrS\x0f\x02"
    start[0x248:0x250] = struct.pack("<II", 0x200, len(payload))
    return bytes(start) + payload


class OwnKernel(unittest.TestCase):
    """What is said of a kernel of one's own before it is booted."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "bzImage"

    def run_script(self, content: bytes) -> subprocess.CompletedProcess[str]:
        self.path.write_bytes(content)
        return subprocess.run(
            [SCRIPT, "--vmlinuz", self.path], capture_output=True, text=True, timeout=60
        )

    def check(self, content: bytes) -> str:
        """What is said of an image that lacks nothing, by the functions alone: nothing is booted."""
        self.path.write_bytes(content)
        source = f"source {ROOT}/scripts/setup; source {LIBRARY}; check_image $0; check_configuration $0"
        ending = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", source, self.path],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual(ending.returncode, 0, ending.stderr)
        return ending.stderr

    def test_all_that_is_missing_is_named_at_once(self) -> None:
        missing = {"SERIAL_8250_CONSOLE", "BLK_DEV_INITRD", "HUGETLB_PAGE_OPTIMIZE_VMEMMAP"}
        self.assertLessEqual(missing, set(needed()))
        lines = [f"CONFIG_{option}=y" for option in needed() if option not in missing]
        lines.append("# CONFIG_BLK_DEV_INITRD is not set")
        lines.append("CONFIG_SERIAL_8250_CONSOLE=m")
        for compress in (gzip.compress, lambda data: lzma.compress(data, check=lzma.CHECK_CRC32)):
            ending = self.run_script(image("\n".join(lines), compress))
            self.assertEqual(ending.returncode, 78, ending.stderr)
            named = set(re.findall(r"CONFIG_(\w+)", ending.stderr))
            self.assertEqual(named, missing)
            self.assertIn(str(self.path), ending.stderr)

    def test_what_has_all_passes(self) -> None:
        lines = [f"CONFIG_{option}=y" for option in needed()]
        self.assertEqual(self.check(image("\n".join(lines))), "")

    def test_what_does_not_say_is_told(self) -> None:
        self.assertIn("CONFIG_IKCONFIG", self.check(image(None)))
        self.assertIn("CONFIG_IKCONFIG", self.check(image(None, lambda data: b"unknown" + data)))

    def test_cut_short(self) -> None:
        ending = self.run_script(image("CONFIG_NUMA=y")[:-16])
        self.assertEqual(ending.returncode, 65)
        self.assertIn("cut short", ending.stderr)

    def test_why_a_guest_did_not_finish(self) -> None:
        logs = {
            "": "CONFIG_SERIAL_8250_CONSOLE",
            "qemu: terminating on signal 15 from pid 1\n": "CONFIG_SERIAL_8250_CONSOLE",
            "[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n":
                "CONFIG_BLK_DEV_INITRD",
            "[ 0.0] Linux version 7.3.4\n": "CONFIG_IKCONFIG",
            "qemu: initrd is too large\n": "not started: qemu: initrd is too large",
            "guest: kernel 7.3.4\nKernel panic - not syncing: Oops\n": "",
        }  # fmt: skip
        for log, advice in logs.items():
            self.path.write_text(log)
            said = subprocess.run(
                ["bash", "-c", f"source {LIBRARY}; likely_lack $0", self.path],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
            self.assertIn(advice, said)
            self.assertEqual(said == "", advice == "")


class Cache(unittest.TestCase):
    """What is kept for the next call is whole: functions are called as in a condition, where `set -e` is off."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.cache = Path(directory.name)

    def call(self, source: str, call: str) -> int:
        """The status of a call, after some source in bash."""
        begin = f"source {ROOT}/scripts/setup; cache=$0; {source}"
        script = f"{begin}\nstatus=0; {call} || status=$?; exit $status"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script, self.cache], capture_output=True, timeout=60
        ).returncode

    def test_modules_are_all_or_not_there(self) -> None:
        function = re.search(r"^get_modules\(\) \{\n.*?^\}$", SCRIPT.read_text(), re.S | re.M)[0]
        nothing = "; ".join(f"{name}() {{ :; }}" for name in ["get_package", "dpkg-deb", "tar", "xz"])
        source = f"{function}\ndax_modules=(a); {nothing}"
        for ends in (1, 0):
            archives = f"archive_files() {{ echo part; return {ends}; }}"
            self.assertEqual(self.call(f"{source}; {archives}", "get_modules linux-x"), ends)
            self.assertEqual((self.cache / "linux-x.modules").exists(), ends == 0)

    def test_a_file_that_can_not_be_kept_is_a_failure(self) -> None:
        source = f"source {ROOT}/scripts/guest; apt-get() {{ touch x.deb; }}; dpkg() {{ touch kernel; }}"
        self.assertEqual(self.call(f"{source}; mv() {{ return 1; }}", "unpack linux-x kernel image"), 1)
        self.assertEqual(self.call(source, "unpack linux-x kernel image"), 0)
        self.assertTrue((self.cache / "image").exists())


class Nodes(unittest.TestCase):
    """scripts/numa-guest with commands that do nothing."""

    def run_script(self, swift: str = "echo PRODUCTS", emulator: str = "exit 137") -> subprocess.CompletedProcess[str]:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        root = Path(directory.name)
        products, cache = root / "products", root / ".build/numa-guest"
        for path in [root / "bin", root / "scripts", root / "Tests/guest", products, cache]:
            path.mkdir(parents=True)
        for name in ["numa-guest", "setup", "guest"]:
            shutil.copy(ROOT / "scripts" / name, root / "scripts")
        for path in [
            cache / "vmlinuz", root / "Tests/guest/init", products / "bench",
            products / "compound-head-benchPackageTests.xctest", products / "forbid-nodes",
        ]:  # fmt: skip
            path.touch()
        for path, does in [
            (cache / "busybox", "exec cat"), (root / "bin/swift", swift.replace("PRODUCTS", str(products))),
            (root / "bin/qemu-system-x86_64", "exit"), (root / "bin/timeout", emulator),
        ]:  # fmt: skip
            path.write_text(f"#!/bin/sh\n{does}\n")
            path.chmod(0o755)
        return subprocess.run(
            [root / "scripts/numa-guest", "2"], capture_output=True, text=True, timeout=60,
            env={**os.environ, "PATH": f"{root / 'bin'}:{os.environ['PATH']}"},
        )  # fmt: skip

    def test_an_emulator_that_must_be_killed_is_booted_once_more(self) -> None:
        ending = self.run_script()
        self.assertEqual(ending.returncode, 2, ending.stderr)
        self.assertEqual(ending.stdout.count("a guest with 2 nodes"), 2, ending.stdout)
        self.assertRegex(ending.stderr, r"did not finish within \d+ s; once more\n")
        self.assertRegex(ending.stderr, r"did not finish within \d+ s; its console: /")

    def test_what_fails_before_the_guest_is_no_failure_in_it(self) -> None:
        ending = self.run_script(swift="exit 1")
        self.assertEqual(ending.returncode, 2, ending.stderr)
        self.assertIn("can't be built", ending.stderr)
        ending = self.run_script(swift="echo /nowhere")
        self.assertEqual(ending.returncode, 71, ending.stderr)
        self.assertIn("status 1 of line", ending.stderr)


if __name__ == "__main__":
    unittest.main()
