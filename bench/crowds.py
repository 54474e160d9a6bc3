"""Many clients at once."""
import threading

from places import client


class Crowd:
    """Clients that go on asking until the block ends, each on a connection of its own, with a pause after each answer."""

    def __init__(self, server, count, ask, pause=0):
        self.over, self.answers, self.pause = threading.Event(), [], pause
        clients = [client(server) for _ in range(count)]
        self.threads = [threading.Thread(target=self.go_on, args=(one, ask)) for one in clients]

    def go_on(self, one, ask):
        while not self.over.is_set():
            status, head, seconds = ask(one)
            self.answers.append((status, seconds, "retry-after:" in head))
            self.over.wait(self.pause)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def statuses(self):
        return counted(self.answers)

    def longest(self):
        return max((seconds for _, seconds, _ in self.answers), default=None)


def counted(answers):
    found = {}
    for status, _, _ in answers:
        found[status] = found.get(status, 0) + 1
    return found
