"""Stands in for Flask: what the printed handlers use of it, one request after the other."""
import json
from http.server import BaseHTTPRequestHandler, HTTPServer


class Request:
    def __init__(self):
        self.body, self.headers = b"", {}

    def get_data(self, as_text):
        return self.body.decode() if as_text else self.body


request = Request()


def jsonify(**values):
    return json.dumps(values)


class Flask:
    def __init__(self, name):
        self.routes = {}

    def route(self, path, methods):
        def register(handler):
            for method in methods:
                self.routes[method, path] = handler
            return handler

        return register

    def serve(self):
        routes = self.routes

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                request.body = self.rfile.read(int(self.headers["Content-Length"]))
                request.headers = self.headers
                try:
                    answer = routes[self.command, self.path]()
                except Exception as err:
                    answer = repr(err), 500
                text, status = answer if isinstance(answer, tuple) else (answer, 200)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
