#!/usr/bin/env python3
"""Writes the tz database that package time embeds: runtime/src/natives/zoneinfo.bin.

Source: the package `tzdata` 2023.4 of PyPI, which holds the compiled files of tz release 2023d (`zic -b slim`), the release
that spec/06 §6.5 asks for. The tz database is in the public domain.

  pip download --no-deps tzdata==2023.4 && zoneinfo.py tzdata-2023.4-py2.py3-none-any.whl

Format, little endian: u16 number of zones; per zone, sorted by name: u8 length of the name, the name, u16 number of the
content; then u16 number of contents, u16 length of each, and the contents one after the other. Zones that are links share
one content.
"""
import os
import struct
import sys
import zipfile

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "runtime", "src", "natives", "zoneinfo.bin")
ROOT = "tzdata/zoneinfo/"
ZONES = 597  # spec/06 §6.5


def main():
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        files = {n[len(ROOT):]: wheel.read(n) for n in wheel.namelist() if n.startswith(ROOT)}
    zones = {name: data for name, data in sorted(files.items()) if data[:4] == b"TZif"}
    assert len(zones) == ZONES, len(zones)
    contents = sorted(set(zones.values()))
    number = {data: at for at, data in enumerate(contents)}
    out = struct.pack("<H", len(zones))
    for name, data in zones.items():
        out += struct.pack("<B", len(name)) + name.encode() + struct.pack("<H", number[data])
    out += struct.pack("<H", len(contents)) + b"".join(struct.pack("<H", len(data)) for data in contents)
    with open(OUT, "wb") as file:
        file.write(out + b"".join(contents))
    print(f"{len(zones)} zones, {len(contents)} contents")


if __name__ == "__main__":
    main()
