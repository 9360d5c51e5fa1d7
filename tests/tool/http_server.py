"""A server of one folder on the loopback interface that gives ranges, counts what it sends, and misbehaves on request."""
import email.utils
import http.server
import os
import threading
import time


class Faults:
    """What goes wrong; every field may be changed while the server runs."""

    def __init__(self):
        self.gives_ranges = True
        self.status = 0          # the answer to everything, unless 0
        self.failures = 0        # this many answers are 503 first
        self.cut_bodies = 0      # this many bodies end half way
        self.seconds_to_wait = 0.0
        self.seconds_to_stall = 0.0  # between the headers and the body
        self.gives_etag = True


class Server:
    """`with Server(folder) as server:` serves until the block ends."""

    def __init__(self, folder):
        self.faults = Faults()
        self.requests, self.bytes_sent = 0, 0
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def do_GET(self):
                outer.answer(self, folder)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *what):
        self.server.shutdown()
        self.server.server_close()

    def take(self, fault):
        with self.lock:
            left = getattr(self.faults, fault)
            if left > 0:
                setattr(self.faults, fault, left - 1)
            return left > 0

    def answer(self, request, folder):
        with self.lock:
            self.requests += 1
        faults = self.faults
        time.sleep(faults.seconds_to_wait)
        status = 503 if self.take("failures") else faults.status
        path = os.path.join(folder, request.path.split("?")[0].lstrip("/"))
        if not status and not os.path.isfile(path):
            status = 404
        if status:
            self.send(request, status, {}, b"")
            return
        with open(path, "rb") as file:
            stamp = os.fstat(file.fileno())
            whole = file.read()
        headers = {"Last-Modified": email.utils.formatdate(stamp.st_mtime, usegmt=True)}
        if faults.gives_etag:
            headers["ETag"] = f'"{stamp.st_mtime_ns:x}-{stamp.st_size:x}"'
        wanted = request.headers.get("Range", "")
        condition = request.headers.get("If-Range")
        if condition and condition not in (headers.get("ETag"), headers["Last-Modified"]):
            wanted = ""
        if not faults.gives_ranges or not wanted.startswith("bytes="):
            self.send(request, 200, headers, whole)
            return
        first, last = wanted[len("bytes="):].split("-")
        first, last = int(first), min(int(last), len(whole) - 1)
        if first >= len(whole):
            self.send(request, 416, {"Content-Range": f"bytes */{len(whole)}"}, b"")
            return
        headers["Content-Range"] = f"bytes {first}-{last}/{len(whole)}"
        self.send(request, 206, headers, whole[first:last + 1])

    def send(self, request, status, headers, body):
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        time.sleep(self.faults.seconds_to_stall)
        if body and self.take("cut_bodies"):
            body = body[:len(body) // 2]
            request.close_connection = True
        try:
            request.wfile.write(body)
            request.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            pass
        with self.lock:
            self.bytes_sent += len(body)
        if request.close_connection:
            request.connection.close()
