#!/usr/bin/env python3
"""Cuts struct page and enum pageflags, and what they are made of, out of a kernel's BTF.

    cut_btf.py /sys/kernel/btf/vmlinux page-6.18.btf

Pointers keep their type but point to void, so that what they lead to stays behind.
"""

import struct
import sys

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(1, 12)
TYPE_TAG, ENUM64 = 18, 19


def trailing(kind, count):
    """The bytes that follow the 12 of each type."""
    return {
        INT: 4, ARRAY: 12, STRUCT: 12 * count, UNION: 12 * count, ENUM: 8 * count,
        13: 8 * count, 14: 4, 15: 12 * count, 17: 4, ENUM64: 12 * count,
    }.get(kind, 0)


class Source:
    def __init__(self, data):
        magic, version, _, header, type_offset, type_length, string_offset, _ = struct.unpack_from(
            "<HBBIIIII", data)
        assert (magic, version) == (0xEB9F, 1)
        self.data = data
        self.strings = header + string_offset
        self.positions = [None]
        position = header + type_offset
        while position < header + type_offset + type_length:
            self.positions.append(position)
            _, kind, count, _, _ = self.common(len(self.positions) - 1)
            position += 12 + trailing(kind, count)

    def common(self, number):
        name, info, word = struct.unpack_from("<III", self.data, self.positions[number])
        return name, info >> 24 & 31, info & 0xFFFF, info, word

    def payload(self, number, layout, index=0):
        start = self.positions[number] + 12 + index * struct.calcsize(layout)
        return struct.unpack_from(layout, self.data, start)

    def string(self, offset):
        start = self.strings + offset
        return self.data[start:self.data.index(b"\0", start)]

    def find(self, kind, name):
        for number in range(1, len(self.positions)):
            offset, found, _, _, _ = self.common(number)
            if found == kind and self.string(offset) == name:
                return number
        raise SystemExit(f"there is no {name.decode()}")


class Cut:
    def __init__(self, source):
        self.source = source
        self.numbers = {0: 0}
        self.types = []
        self.strings = b"\0"

    def name(self, offset):
        text = self.source.string(offset)
        if not text:
            return 0
        found = self.strings.find(b"\0" + text + b"\0")
        if found >= 0:
            return found + 1
        self.strings += text + b"\0"
        return len(self.strings) - len(text) - 1

    def add(self, number):
        if number in self.numbers:
            return self.numbers[number]
        source = self.source
        name, kind, count, info, word = source.common(number)
        self.types.append(b"")
        self.numbers[number] = mine = len(self.types)
        rest = b""
        if kind == INT:
            rest = struct.pack("<I", *source.payload(number, "<I"))
        elif kind == PTR:
            word = 0
        elif kind == ARRAY:
            element, index, length = source.payload(number, "<III")
            rest = struct.pack("<III", self.add(element), self.add(index), length)
        elif kind in (STRUCT, UNION):
            for i in range(count):
                member, inner, offset = source.payload(number, "<III", i)
                rest += struct.pack("<III", self.name(member), self.add(inner), offset)
        elif kind in (ENUM, ENUM64):
            layout = "<Ii" if kind == ENUM else "<IiI"
            for i in range(count):
                member, *values = source.payload(number, layout, i)
                rest += struct.pack(layout, self.name(member), *values)
        elif kind in (TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG):
            word = self.add(word)
        else:
            raise SystemExit(f"type {number} is of kind {kind}, which struct page had no use for")
        self.types[mine - 1] = struct.pack("<III", self.name(name), info, word) + rest
        return mine

    def bytes(self):
        types = b"".join(self.types)
        header = struct.pack(
            "<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(self.strings))
        return header + types + self.strings


def main():
    with open(sys.argv[1], "rb") as file:
        cut = Cut(Source(file.read()))
    cut.add(cut.source.find(STRUCT, b"page"))
    cut.add(cut.source.find(ENUM, b"pageflags"))
    with open(sys.argv[2], "wb") as file:
        file.write(cut.bytes())


if __name__ == "__main__":
    main()
