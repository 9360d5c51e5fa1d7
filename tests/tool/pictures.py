"""Scenes and pictures for scripts that run the tool: writing the one, reading the other with the standard library alone."""
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path


class Picture:
    """The pixels of a PNG with eight bits a channel: picture[x, y] is (red, green, blue, alpha)."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
        at, packed = 8, b""
        while at < len(data):
            size, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, bits, color = struct.unpack(">IIBB", body[:10])
                assert bits == 8 and color == 6, "not eight bits with alpha"
            elif kind == b"IDAT":
                packed += body
            at += size + 12
        self.rows = self.unfilter(zlib.decompress(packed))

    def unfilter(self, raw):
        stride, rows = self.width * 4, []
        before = bytes(stride)
        for y in range(self.height):
            kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            for i in range(stride):
                left, up = line[i - 4] if i >= 4 else 0, before[i]
                corner = before[i - 4] if i >= 4 else 0
                if kind == 1:
                    line[i] = (line[i] + left) & 255
                elif kind == 2:
                    line[i] = (line[i] + up) & 255
                elif kind == 3:
                    line[i] = (line[i] + (left + up) // 2) & 255
                elif kind == 4:
                    guess = left + up - corner
                    near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
                    line[i] = (line[i] + near[2]) & 255
            rows.append(bytes(line))
            before = rows[-1]
        return rows

    def __getitem__(self, place):
        x, y = place
        return tuple(self.rows[y][x * 4:x * 4 + 4])

    def pixels(self):
        return [self[x, y] for y in range(self.height) for x in range(self.width)]

    def covered(self):
        return {(x, y) for y in range(self.height) for x in range(self.width) if self[x, y][3] > 127}


class Tool:
    def __init__(self, tool):
        self.tool, self.folder = tool, Path(tempfile.mkdtemp(prefix="strata-tool-"))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def run(self, *arguments, code=0):
        done = subprocess.run([self.tool, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        assert code is None or done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode >= 0, f"{arguments}: ended by signal {-done.returncode}\n{done.stderr}"
        return done
