"""Asks the answering program: one process per worker, restarted after a crash or when a question takes too long."""
import json
import os
import queue
import resource
import selectors
import subprocess
import tempfile
import threading
import time


class Trouble(Exception):
    """Why a question got no answer."""


class Program:
    """One answering process: a question is a line of JSON on its standard input, the answer a line on its standard output."""

    def __init__(self, path, limit_s, memory_mb):
        self.path = str(path)
        self.limit_s = limit_s
        self.memory_mb = memory_mb
        self.process = None
        self.log = tempfile.TemporaryFile()

    def start(self):
        def bound():
            if self.memory_mb:
                size = self.memory_mb << 20
                resource.setrlimit(resource.RLIMIT_AS, (size, size))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        self.log.seek(0)
        self.log.truncate()
        try:
            self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                            preexec_fn=bound)
        except OSError as error:
            raise Trouble(f"not answered: {self.path} cannot be started: {error.strerror}") from None

    def stop(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass  # what was not sent has nobody to read it
        self.process = None

    def close(self):
        self.stop()
        self.log.close()

    def last_words(self):
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - 600))
        lines = self.log.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1][:200]}" if lines else ""

    def ask(self, question):
        """The answer to one question, or Trouble."""
        if self.process is None:
            self.start()
        line = json.dumps(question).encode() + b"\n"
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
            reply = self.read_line(time.monotonic() + self.limit_s)
        except BrokenPipeError:
            reply = b""
        if reply is None:
            self.stop()
            raise Trouble(f"no answer within {self.limit_s:g} s; the program was ended")
        if not reply.endswith(b"\n"):
            code = self.process.wait()
            words = self.last_words()
            self.stop()
            raise Trouble(f"the program ended with {'signal' if code < 0 else 'status'} {abs(code)}{words}")
        text = reply.decode("utf-8", "surrogateescape")
        data = question.get("data")
        if data:
            for spelling in {data, os.path.realpath(data)}:
                text = text.replace(json.dumps(spelling, ensure_ascii=False)[1:-1], "$CASE")
        try:
            return json.loads(text)
        except ValueError as error:
            raise Trouble(f"the answer is not JSON: {error}") from None

    def read_line(self, deadline):
        """One line, b'' or a part of one where the program ended, None at the deadline."""
        pieces = []
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return None
                piece = os.read(self.process.stdout.fileno(), 1 << 20)
                pieces.append(piece)
                if not piece or piece.endswith(b"\n"):
                    return b"".join(pieces)


def answers(groups, make_program, workers):
    """Yields (group, answer or Trouble) as the answers come; a group is a list of checks with one question."""
    waiting, done = queue.Queue(), queue.Queue(maxsize=64)
    for group in groups:
        waiting.put(group)

    def work():
        program = make_program()
        try:
            while True:
                try:
                    group = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    done.put((group, program.ask(group[0].question)))
                except Trouble as trouble:
                    done.put((group, trouble))
                except Exception as error:  # one question's accident must not take the others with it
                    program.stop()
                    done.put((group, Trouble(f"the runner failed: {error!r}")))
        finally:
            program.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(max(1, workers))]
    for thread in threads:
        thread.start()
    for _ in range(len(groups)):
        yield done.get()
    for thread in threads:
        thread.join()
