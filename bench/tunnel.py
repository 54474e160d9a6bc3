"""A way to a server that can fall silent, as a network that loses every packet."""
import socket
import threading


class Tunnel:
    """Hands bytes on. Once it was silent, the connections of that time stay so; new ones come through again."""

    def __init__(self, target):
        self.target, self.silent, self.dead = target, False, set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ways = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            way = (client, server)
            if self.silent:
                self.dead.add(way)
            self.ways.append(way)
            for source, target in (way, way[::-1]):
                threading.Thread(target=self.hand_on, args=(way, source, target), daemon=True).start()

    def hand_on(self, way, source, target):
        while True:
            try:
                data = source.recv(65536)
                if way in self.dead:
                    if not data:
                        return
                    continue
                if not data:
                    target.shutdown(socket.SHUT_RDWR)
                    return
                target.sendall(data)
            except OSError:
                return

    def fall_silent(self):
        self.silent = True
        self.dead.update(self.ways)

    def let_new_connections_through(self):
        self.silent = False

    def close(self):
        self.listener.close()
        for way in self.ways:
            for end in way:
                end.close()
